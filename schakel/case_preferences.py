"""How she wants to be reached: the newest word counts, every receiver gets it, and a contact that breaks it shows.

What is coded here goes with each referral by name as a need of hers; when, and in which words, stays sealed. Silence says nothing:
without a preference nothing is a nonconformance.
"""

from collections.abc import Iterable

from schakel.case_state import Effect, State
from schakel.entry import Entry, folds
from schakel.events.chain import NonconformanceFound
from schakel.events.contact import ContactAttempted, ContactMade, ContactPreferenceSet, ContactPreferenceTold
from schakel.events.vocab import AttemptOutcome, Channel, ContactWish, Mode, Person
from schakel.preferences import Preferences

RULE, ANOTHER = "contact_preference", "contact_by_another"
"""The rules of a `nonconformance.found` about it: in a way that she does not want, and by somebody whom she does not want."""
_EXCLUDES = {
    ContactWish.NO_VISIT.value: {Channel.VISIT},
    ContactWish.NO_TELEPHONE.value: {Channel.TELEPHONE},
    ContactWish.NO_POST.value: {Channel.LETTER},
    ContactWish.NO_MESSAGE.value: {Channel.EMAIL, Channel.WHATSAPP, Channel.APP, Channel.SOCIAL_MEDIA},
}


@folds(ContactPreferenceSet)
def _set(case: State, entry: Entry) -> Effect:
    event: ContactPreferenceSet = entry.event  # type: ignore[assignment]
    if event.whom is not Person.VICTIM:
        return Effect.RECORDED  # others in the case are not referred
    before = case.preferences
    case.preferences = Preferences(
        entry.id,
        [wish.value for wish in event.wishes],
        [role.value for role in event.only_by],
        told={entry.author: entry.id},
        broken=before.broken if before else [],
        contacts=before.contacts if before else {},
        found=before.found if before else [],
    )
    return Effect.EFFECTIVE


@folds(ContactPreferenceTold)
def _told(case: State, entry: Entry) -> Effect:
    event: ContactPreferenceTold = entry.event  # type: ignore[assignment]
    now = case.preferences
    if now is None or event.preference != now.id or event.to not in to_be_told(case):
        return Effect.OVERTAKEN
    now.told[event.to] = now.id
    return Effect.EFFECTIVE


def came_with_it(case: State, partner: str, premises: Iterable[str]) -> None:
    """A delivery that rests on the preference carried it."""
    if case.preferences and case.preferences.id in premises:
        case.preferences.told[partner] = case.preferences.id


def to_be_told(case: State) -> list[str]:
    """Who knows her by name, or is in touch with her at the door, and has not the newest word yet."""
    now = case.preferences
    if now is None:
        return []
    know = [known.partner for known in case.known if known.mode == Mode.BY_NAME and known.until is None]
    names = dict.fromkeys([*([case.door] if case.door else []), *know])
    return [partner for partner in names if now.told.get(partner) != now.id]


def wishes_for(case: State, roles: Iterable[str]) -> tuple[list[str], list[str]]:
    """(wishes, only by these roles) as a partner in `roles` gets them.

    Whom she wants is told to those it is about. Anybody else hears that it is not for them, and not who it is: that might say of her
    what she does not want said.
    """
    if case.preferences is None:
        return [], []
    wishes, wanted = list(case.preferences.wishes), case.preferences.only_by
    if not wanted:
        return wishes, []
    theirs = [role for role in wanted if role in set(roles)]
    return (wishes, theirs) if theirs else ([*wishes, ContactWish.NOT_BY_YOU.value], [])


def note_contact(case: State, entry: Entry) -> None:
    """A contact that breaks the newest word, as it stood when the contact was told."""
    event = entry.event
    if case.preferences is None or not isinstance(event, ContactMade | ContactAttempted):
        return
    if event.whom is not Person.VICTIM:
        return
    wishes = case.preferences.wishes
    if case.preferences.only_by:
        case.preferences.contacts[entry.id] = case.preferences.only_by
    by_channel = any(event.channel in _EXCLUDES.get(wish, ()) for wish in wishes)
    voicemail = (
        ContactWish.NO_VOICEMAIL.value in wishes
        and isinstance(event, ContactAttempted)
        and event.channel is Channel.TELEPHONE
        and event.outcome is AttemptOutcome.LEFT_DETAILS
    )
    if by_channel or voicemail:
        case.preferences.broken.append(entry.id)


@folds(NonconformanceFound)
def _found(case: State, entry: Entry) -> Effect:
    event: NonconformanceFound = entry.event  # type: ignore[assignment]
    known, key = case.preferences, found_as(event.rule, event.event)
    if event.rule not in (RULE, ANOTHER):
        return Effect.RECORDED
    if known is None or key in known.found:
        return Effect.OVERTAKEN
    if event.event not in (known.broken if event.rule == RULE else known.contacts):
        return Effect.OVERTAKEN
    known.found.append(key)
    return Effect.EFFECTIVE


def found_as(rule: str, event_id: str) -> str:
    """How the state remembers what was found."""
    return f"{rule}/{event_id}"


def take_back(case: State, contact_id: str) -> None:
    """The contact was told by mistake: nothing was broken."""
    if case.preferences is None:
        return
    case.preferences.contacts.pop(contact_id, None)
    if contact_id in case.preferences.broken:
        case.preferences.broken.remove(contact_id)
