"""What told events do to a case. They are never judged true or false: they were said. Words about consent: `schakel.case_told_consent`."""

from schakel import (
    case_actions,
    case_clocks,
    case_erasing,
    case_links,
    case_otherwise,
    case_preferences,
    case_scheme,
)
from schakel.case_loop import taken_by_another
from schakel.case_state import (
    Contact,
    Effect,
    Known,
    Label,
    Referral,
    ReferralState,
    State,
    Thread,
)
from schakel.case_told_consent import give, lapse_grant
from schakel.entry import Entry, folds
from schakel.events.case import CloseRequested, LevelSet, ReopenRequested, ThreadClosed
from schakel.events.chain import EventVoided
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
from schakel.events.vocab import AttemptOutcome, Check
from schakel.ids import OPERATOR


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
        give(case, entry, terms, None, f"{entry.id}#{index}")
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
    if event.check is Check.OTHER and event.question:
        case.own_answers[f"{entry.author}/{event.question}"] = event.answer.value
    else:
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


@folds(ReferralRequested)
def _requested(case: State, entry: Entry) -> Effect:
    event: ReferralRequested = entry.event  # type: ignore[assignment]
    case.requests[entry.id] = {
        "to": event.to,
        "role": event.role.value,
        "purpose": event.purpose.value,
        "needs": [scope.value for scope in event.needs],
        "wants": [scope.value for scope in event.wants],
        "by": entry.author,
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
    if taken_by_another(case, referral):
        return Effect.OVERTAKEN
    reached(case, referral, entry)
    referral.state, referral.accepted_at = ReferralState.ACCEPTED, entry.envelope.logged_at
    thread = case.threads.setdefault(entry.author, Thread(entry.author))
    thread.closed, thread.reason = False, None  # taking up something new opens its follow-up again
    return Effect.EFFECTIVE


def learned(case: State, referral: Referral, entry: Entry) -> None:
    """From here on the receiver knows what this release carries. Once a release."""
    release = referral.released
    if release is None or any(known.release == release for known in case.known):
        return
    case.known.append(
        Known(
            referral.to,
            referral.id,
            release,
            referral.purpose,
            list(referral.scopes),
            referral.mode or "",
            referral.released_basis or "",
            list(referral.rests_on),
            entry.envelope.logged_at,
        )
    )


def reached(case: State, referral: Referral, entry: Entry) -> None:
    """The receiver has it: by our record of the delivery or, when that is still under way, by its own answer."""
    learned(case, referral, entry)
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
    referral.decline_reason, referral.declined_at = event.reason.value, entry.envelope.logged_at
    return Effect.EFFECTIVE


@folds(ReferralCompleted)
def _completed(case: State, entry: Entry) -> Effect:
    event: ReferralCompleted = entry.event  # type: ignore[assignment]
    referral = _mine(case, event.referral, entry.author, ReferralState.ACCEPTED)
    if not referral:
        return Effect.NOT_UNDERSTOOD
    referral.state, referral.helped = ReferralState.COMPLETED, event.helped.value
    referral.completed_at = entry.envelope.logged_at
    return Effect.EFFECTIVE


@folds(ContactMade)
def _made(case: State, entry: Entry) -> Effect:
    event: ContactMade = entry.event  # type: ignore[assignment]
    case_preferences.note_contact(case, entry)
    case.contacts.append(Contact(entry.id, True, event.whom.value, entry.author, event.at, event.listening_ear))
    return Effect.EFFECTIVE


@folds(ContactAttempted)
def _attempted(case: State, entry: Entry) -> Effect:
    event: ContactAttempted = entry.event  # type: ignore[assignment]
    case_preferences.note_contact(case, entry)
    word = event.outcome in (AttemptOutcome.LEFT_DETAILS, AttemptOutcome.POSTPONED)
    case.contacts.append(Contact(entry.id, False, event.whom.value, entry.author, event.at, word_given=word))
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
        case_preferences.take_back(case, event.event)
        case_clocks.run_again(case, event.event)
        return Effect.EFFECTIVE
    taken = [
        module.take_back(case, event.event, entry.author)
        for module in (case_erasing, case_links, case_actions, case_clocks, case_otherwise, case_scheme)
    ]
    return Effect.EFFECTIVE if any(taken) else Effect.NOT_UNDERSTOOD


@folds(EventVoided)
def _voided(case: State, entry: Entry) -> Effect:
    if entry.envelope.source != OPERATOR:
        return Effect.NOT_UNDERSTOOD
    return Effect.RECORDED  # its event never took effect: nobody could read it
