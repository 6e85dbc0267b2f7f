"""What told events do to a case. They are never judged true or false: they were said."""

from schakel.case_consent import OWN_WORD, noes_for
from schakel.case_state import (
    Asked,
    ClockState,
    Contact,
    Effect,
    Grant,
    Label,
    No,
    Referral,
    ReferralState,
    Reopened,
    State,
    Thread,
)
from schakel.entry import Entry, folds
from schakel.events.case import CloseRequested, LevelSet, ReopenRequested, ThreadClosed
from schakel.events.chain import EventVoided
from schakel.events.consent import (
    BasisInvoked,
    ConsentAsked,
    ConsentGranted,
    ConsentRefused,
    ConsentTerms,
    ConsentWithdrawn,
)
from schakel.events.contact import ContactAttempted, ContactMade, InformationGiven
from schakel.events.data import StatementRetracted
from schakel.events.referral import (
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralRequested,
)
from schakel.events.report import (
    AssessmentRecorded,
    LabelGiven,
    LabelRefused,
    LabelWithdrawn,
    ReportCorrected,
    ReportReceived,
)
from schakel.events.vocab import Basis
from schakel.ids import OPERATOR

OTHER_BASES = frozenset({Basis.VITAL_INTEREST, Basis.LEGAL_DUTY, Basis.AGREEMENT})
"""What may be invoked instead of consent. Consent itself is granted, and the scheme's own rule stands in its protocol."""


@folds(ReportReceived)
def _received(case: State, entry: Entry) -> Effect:
    event: ReportReceived = entry.event  # type: ignore[assignment]
    if case.report:
        return Effect.NOT_UNDERSTOOD  # one case, one report; a second one is linked, not merged
    case.report = entry.id
    case.door = entry.author
    case.reported_at = event.reported_at
    case.facts = event.facts.model_dump(mode="json")
    case.drill = entry.envelope.drill
    case.history = event.history
    case.parties.append(entry.author)
    case.threads[entry.author] = Thread(entry.author)
    case.explained.extend(topic.value for topic in event.informed)
    if event.label:
        case.labels.append(Label(entry.id, entry.author, event.label.value, at=entry.envelope.logged_at))
    for index, terms in enumerate(event.consents):
        _grant(case, f"{entry.id}#{index}", terms, entry.author, None)
    return Effect.EFFECTIVE


@folds(ReportCorrected)
def _corrected(case: State, entry: Entry) -> Effect:
    event: ReportCorrected = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    said = event.facts.model_dump(mode="json")
    known = [name for name in event.replaces if name in said]
    for name in known:
        case.facts[name] = said[name]
    return Effect.EFFECTIVE if known else Effect.NOT_UNDERSTOOD


@folds(LabelGiven)
def _label_given(case: State, entry: Entry) -> Effect:
    event: LabelGiven = entry.event  # type: ignore[assignment]
    if case.label_refused:
        return Effect.OVERTAKEN  # the victim does not want it: it reaches nobody from there on
    case.labels.append(Label(entry.id, entry.author, event.basis.value, at=entry.envelope.logged_at))
    return Effect.EFFECTIVE


@folds(LabelWithdrawn)
def _label_withdrawn(case: State, entry: Entry) -> Effect:
    event: LabelWithdrawn = entry.event  # type: ignore[assignment]
    mine = [
        label
        for label in case.labels
        if label.standing and label.by == entry.author and event.label in (None, label.id)
    ]
    for label in mine:
        label.standing = False
    return Effect.EFFECTIVE if mine else Effect.NOT_UNDERSTOOD


@folds(LabelRefused)
def _label_refused(case: State, entry: Entry) -> Effect:
    case.label_refused = True
    for label in case.labels:
        label.standing = False
    return Effect.EFFECTIVE


@folds(AssessmentRecorded)
def _assessed(case: State, entry: Entry) -> Effect:
    event: AssessmentRecorded = entry.event  # type: ignore[assignment]
    case.assessments[f"{entry.author}/{event.check}"] = event.answer.value
    if event.severity:
        case.levels[f"{entry.author}/{event.severity.scale}"] = event.severity.severity.value
    return Effect.EFFECTIVE


@folds(LevelSet)
def _level_set(case: State, entry: Entry) -> Effect:
    """Each partner's own mark, side by side and never merged [1 §1.4]; a partner's later one replaces its earlier one."""
    event: LevelSet = entry.event  # type: ignore[assignment]
    case.levels[entry.author] = event.level.value
    return Effect.EFFECTIVE


@folds(ConsentAsked)
def _asked(case: State, entry: Entry) -> Effect:
    event: ConsentAsked = entry.event  # type: ignore[assignment]
    case.asked.append(Asked(entry.id, event.terms.recipient, event.terms.purpose.value))
    return Effect.EFFECTIVE


@folds(ConsentGranted)
def _granted(case: State, entry: Entry) -> Effect:
    event: ConsentGranted = entry.event  # type: ignore[assignment]
    return _grant(case, entry.id, event.terms, entry.author, event.supersedes)


def _grant(case: State, grant_id: str, terms: ConsentTerms, author: str, supersedes: str | None) -> Effect:
    """A grant behind a no takes effect only when it names that no: an old yes, forwarded late, resurrects nothing."""
    if terms.given_by not in OWN_WORD:
        return Effect.RECORDED  # kept as somebody else's word; hers has to be asked
    recipient, purpose = terms.recipient, terms.purpose.value
    standing_noes = noes_for(case, recipient, purpose)
    scopes = [scope.value for scope in terms.scopes]
    if supersedes and standing_noes and supersedes == standing_noes[-1].id:
        case.reopened.extend(Reopened(no.id, recipient, purpose) for no in standing_noes)
    elif any(no.whole or set(no.scopes) & set(scopes) for no in standing_noes):
        return Effect.OVERTAKEN
    case.grants[grant_id] = Grant(grant_id, recipient, purpose, scopes, author, until=terms.until)
    return Effect.EFFECTIVE


@folds(BasisInvoked)
def _invoked(case: State, entry: Entry) -> Effect:
    event: BasisInvoked = entry.event  # type: ignore[assignment]
    if event.basis not in OTHER_BASES:
        return Effect.NOT_UNDERSTOOD
    case.grants[entry.id] = Grant(
        entry.id,
        event.recipient,
        event.purpose.value,
        [scope.value for scope in event.scopes],
        entry.author,
        basis=event.basis.value,
        until=event.until,
    )
    return Effect.EFFECTIVE


@folds(ConsentRefused)
def _refused(case: State, entry: Entry) -> Effect:
    event: ConsentRefused = entry.event  # type: ignore[assignment]
    scopes = [scope.value for scope in event.scopes]
    _say_no(case, No(entry.id, False, event.recipient, event.purpose.value, scopes))
    return Effect.EFFECTIVE


@folds(ConsentWithdrawn)
def _withdrawn(case: State, entry: Entry) -> Effect:
    event: ConsentWithdrawn = entry.event  # type: ignore[assignment]
    _say_no(case, No(entry.id, True, event.recipient, event.purpose.value if event.purpose else None))
    return Effect.EFFECTIVE


def _say_no(case: State, no: No) -> None:
    """Grants that it concerns shrink or lapse, and with them every release that rests on them."""
    case.noes.append(no)
    for grant in case.grants.values():
        if grant.basis != "consent" or not grant.standing or not no.concerns(grant.recipient, grant.purpose):
            continue
        left = [] if no.whole else [scope for scope in grant.scopes if scope not in no.scopes]
        narrowed, grant.scopes = left != grant.scopes, left
        if no.whole or (narrowed and not left):
            lapse_grant(case, grant)


def lapse_grant(case: State, grant: Grant) -> None:
    """From here on nothing may rest on this grant."""
    grant.standing = False
    case.lapsed.append(grant.id)


@folds(ReferralRequested)
def _requested(case: State, entry: Entry) -> Effect:
    event: ReferralRequested = entry.event  # type: ignore[assignment]
    case.requests[entry.id] = {
        "to": event.to,
        "role": event.role.value,
        "purpose": event.purpose.value,
        "needs": [scope.value for scope in event.needs],
        "wants": [scope.value for scope in event.wants],
    }
    return Effect.EFFECTIVE


def _mine(case: State, referral_id: str, author: str, *states: ReferralState) -> Referral | None:
    """The referral, when it was sent to this author and stands in one of these states."""
    referral = case.referrals.get(referral_id)
    return referral if referral and referral.to == author and referral.state in states else None


@folds(ReferralAccepted)
def _accepted(case: State, entry: Entry) -> Effect:
    event: ReferralAccepted = entry.event  # type: ignore[assignment]
    referral = _mine(case, event.referral, entry.author, ReferralState.DELIVERED, ReferralState.RELEASED)
    if not referral:
        return Effect.NOT_UNDERSTOOD
    reached(case, referral, entry)
    referral.state, referral.accepted_at = ReferralState.ACCEPTED, entry.envelope.logged_at
    thread = case.threads.setdefault(entry.author, Thread(entry.author))
    thread.closed, thread.reason = False, None  # taking up something new opens its follow-up again
    return Effect.EFFECTIVE


def reached(case: State, referral: Referral, entry: Entry) -> None:
    """The receiver has it: by our record of the delivery or, when that is still under way, by its own answer."""
    if referral.delivered_at is None:
        referral.delivered_at = entry.envelope.logged_at
    if referral.to not in case.parties:
        case.parties.append(referral.to)


@folds(ReferralDeclined)
def _declined(case: State, entry: Entry) -> Effect:
    event: ReferralDeclined = entry.event  # type: ignore[assignment]
    referral = _mine(
        case, event.referral, entry.author, ReferralState.DELIVERED, ReferralState.RELEASED, ReferralState.ACCEPTED
    )
    if not referral:
        return Effect.NOT_UNDERSTOOD
    reached(case, referral, entry)
    referral.state = ReferralState.DECLINED
    referral.decline_reason = event.reason.value
    return Effect.EFFECTIVE


@folds(ReferralCompleted)
def _completed(case: State, entry: Entry) -> Effect:
    event: ReferralCompleted = entry.event  # type: ignore[assignment]
    referral = _mine(case, event.referral, entry.author, ReferralState.ACCEPTED)
    if not referral:
        return Effect.NOT_UNDERSTOOD
    referral.state = ReferralState.COMPLETED
    return Effect.EFFECTIVE


@folds(ContactMade)
def _made(case: State, entry: Entry) -> Effect:
    event: ContactMade = entry.event  # type: ignore[assignment]
    case.contacts.append(Contact(entry.id, True, event.whom.value, entry.author, event.at, event.listening_ear))
    return Effect.EFFECTIVE


@folds(ContactAttempted)
def _attempted(case: State, entry: Entry) -> Effect:
    event: ContactAttempted = entry.event  # type: ignore[assignment]
    case.contacts.append(Contact(entry.id, False, event.whom.value, entry.author, event.at))
    return Effect.EFFECTIVE


@folds(InformationGiven)
def _informed(case: State, entry: Entry) -> Effect:
    event: InformationGiven = entry.event  # type: ignore[assignment]
    case.explained.append(event.topic.value)
    return Effect.EFFECTIVE


@folds(ThreadClosed)
def _thread_closed(case: State, entry: Entry) -> Effect:
    event: ThreadClosed = entry.event  # type: ignore[assignment]
    thread = case.threads.setdefault(entry.author, Thread(entry.author))
    thread.closed, thread.reason = True, event.reason.value
    return Effect.EFFECTIVE


@folds(CloseRequested)
def _close_requested(case: State, entry: Entry) -> Effect:
    event: CloseRequested = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.NOT_UNDERSTOOD
    if case.closed:
        return _changed_their_mind(case, reopening=True)
    case.close_requested, case.close_reason = entry.id, event.reason.value
    return Effect.EFFECTIVE


@folds(ReopenRequested)
def _reopen_requested(case: State, entry: Entry) -> Effect:
    if not case.closed:
        return _changed_their_mind(case, reopening=False)
    case.reopen_requested = entry.id
    return Effect.EFFECTIVE


def _changed_their_mind(case: State, *, reopening: bool) -> Effect:
    """Asked for the opposite before it was done: the last word counts, however fast or slow we were to act on the first."""
    if reopening and case.reopen_requested:
        case.reopen_requested = None
        return Effect.EFFECTIVE
    if not reopening and case.close_requested:
        case.close_requested, case.close_reason = None, None
        return Effect.EFFECTIVE
    return Effect.NOT_UNDERSTOOD


@folds(StatementRetracted)
def _retracted(case: State, entry: Entry) -> Effect:
    """Only its author takes a statement back; what rests on it from here on is overtaken."""
    event: StatementRetracted = entry.event  # type: ignore[assignment]
    grant = case.grants.get(event.event)
    if grant and grant.recorded_by == entry.author and grant.standing:
        lapse_grant(case, grant)
        return Effect.EFFECTIVE
    contacts = [contact for contact in case.contacts if contact.id == event.event and contact.by == entry.author]
    if contacts:
        case.contacts.remove(contacts[0])
        case.lapsed.append(event.event)
        _run_again(case, event.event)
        return Effect.EFFECTIVE
    return Effect.NOT_UNDERSTOOD


def _run_again(case: State, contact_id: str) -> None:
    """A clock that this contact stopped is not stopped any more; a breach that it corrected is one again."""
    for clock in case.clocks.values():
        if clock.contact == contact_id:
            clock.breached = clock.breached or clock.state is ClockState.CORRECTED
            clock.state = ClockState.BREACHED if clock.breached else ClockState.RUNNING
            clock.contact, clock.stopped_at = None, None


@folds(EventVoided)
def _voided(case: State, entry: Entry) -> Effect:
    if entry.envelope.source != OPERATOR:
        return Effect.NOT_UNDERSTOOD
    return Effect.RECORDED  # its event never took effect: nobody could read it
