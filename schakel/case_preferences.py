"""How she wants to be reached: the newest word counts, every receiver gets it, and a contact that breaks it shows.

What is coded here goes with each referral by name as a need of hers; when, and in which words, stays sealed. Silence says nothing:
without a preference nothing is a nonconformance. Where honour or the household plays a part, the case itself asks for what keeps her safe.
"""

from collections.abc import Iterable
from datetime import timedelta

from schakel import case_lock_down
from schakel.case_consent import HER, forbidden
from schakel.case_state import Effect, Known, State
from schakel.entry import Entry, folds, notes
from schakel.events.chain import NonconformanceFound
from schakel.events.contact import ContactAttempted, ContactMade, ContactPreferenceSet, ContactPreferenceTold
from schakel.events.report import AssessmentRecorded, ReportCorrected, ReportReceived
from schakel.events.vocab import AttemptOutcome, Channel, ContactWish, Mode, Person
from schakel.preferences import LONGEST_DAYS, Agreed, Preferences

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
    knows_the_rest = not case.preferences or case.preferences.told.get(entry.author) == case.preferences.id
    _renew(case, entry.id, [wish.value for wish in event.wishes], [role.value for role in event.only_by])
    if event.contact_every_days is not None:
        _agree(case, entry, min(event.contact_every_days, LONGEST_DAYS))
    if knows_the_rest:
        case.preferences.told[entry.author] = entry.id  # type: ignore[union-attr]
    return Effect.EFFECTIVE


@notes(ReportReceived, ReportCorrected, AssessmentRecorded)
def _locked_down(case: State, entry: Entry) -> None:
    """What is known of honour and the household changed: another word to everybody who is in touch with her, whoever said it."""
    before = case.preferences
    if case_lock_down.wishes(case) != (before.by_rule if before else []) and HER not in case.erased:
        _renew(case, entry.id, before.wishes if before else [], before.only_by if before else [])


def _renew(case: State, word: str, wishes: list[str], only_by: list[str]) -> None:
    """The newest word; what went otherwise before stays known."""
    before = case.preferences
    case.preferences = Preferences(
        word,
        wishes,
        only_by,
        by_rule=case_lock_down.wishes(case),
        broken=before.broken if before else [],
        contacts=before.contacts if before else {},
        agreed=before.agreed if before else [],
        found=before.found if before else [],
    )


def _agree(case: State, entry: Entry, every_days: int) -> None:
    """The same rhythm said again agrees on nothing new. It stands behind each word that was told before it, whose moment may lie some
    minutes ahead by its teller's clock: else it would begin nothing, and nobody would keep it until the next word."""
    holds = rhythm(case)
    if every_days != (holds.every_days if holds else 0):
        assert case.preferences is not None
        heard = (*([case.reported_at] if case.reported_at else []), *(one.at for one in case.contacts if one.made))
        at = max((entry.envelope.logged_at, *(moment + timedelta(milliseconds=1) for moment in heard)))
        case.preferences.agreed.append(Agreed(entry.id, every_days, at, entry.author))


def rhythms(case: State) -> list[Agreed]:
    """Each time that another rhythm of contact was agreed with her, or none any more, in the order of the log."""
    return case.preferences.agreed if case.preferences else []


def rhythm(case: State) -> Agreed | None:
    """What holds now of how often she hears something; None: nothing is agreed."""
    said = rhythms(case)
    return said[-1] if said and said[-1].every_days else None


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
    know = [
        one.partner
        for one in case.known
        if one.mode == Mode.BY_NAME and one.until is None and not _rules_out(case, one)
    ]
    names = dict.fromkeys([*([case.door] if case.door else []), *know])
    return [partner for partner in names if now.told.get(partner) != now.id]


def _rules_out(case: State, known: Known) -> bool:
    """Who speaks with the other side is called back, and hears no more: another word beside it would say why (docs/adr/0043)."""
    referral = case.referrals.get(known.referral)
    return referral is not None and forbidden(case, referral)


def wishes_for(case: State, roles: Iterable[str]) -> tuple[list[str], list[str]]:
    """(wishes, only by these roles) as a partner in `roles` gets them.

    Whom she wants is told to those it is about. Anybody else hears that it is not for them, and not who it is: that might say of her
    what she does not want said.
    """
    if case.preferences is None:
        return [], []
    wishes, wanted = _all_wishes(case.preferences), case.preferences.only_by
    if not wanted:
        return wishes, []
    theirs = [role for role in wanted if role in set(roles)]
    return (wishes, theirs) if theirs else ([*wishes, ContactWish.NOT_BY_YOU.value], [])


def _all_wishes(known: Preferences) -> list[str]:
    """Hers, and what holds besides."""
    return list(dict.fromkeys((*known.wishes, *known.by_rule)))


def note_contact(case: State, entry: Entry) -> None:
    """A contact that breaks the newest word, as it stood when the contact was told."""
    event = entry.event
    if case.preferences is None or not isinstance(event, ContactMade | ContactAttempted):
        return
    if event.whom is not Person.VICTIM:
        if event.whom in case_lock_down.KEPT_OUT and case.preferences.by_rule:
            case.preferences.broken.append(entry.id)
        return
    wishes = _all_wishes(case.preferences)
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
