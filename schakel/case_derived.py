"""What conclusions do to a case. Each handler asks its entity's state machine; a conclusion that comes too late is overtaken.

Clocks: `schakel.case_clocks`.
"""

from schakel.case_consent import (
    RUNNING,
    both_must_agree,
    carrying,
    covered,
    enough,
    forbidden,
    grants_for,
    may_go_stripped,
    never_asked,
    side_of,
    still_allowed,
    stopped,
)
from schakel.case_erasing import end_terms
from schakel.case_loop import can_be_followed, give_up
from schakel.case_moves import moved_on
from schakel.case_preferences import came_with_it
from schakel.case_state import Effect, Referral, ReferralState, Side, State, knows_fold
from schakel.case_told import learned, reached
from schakel.entry import Entry, folds
from schakel.events.case import CaseClosed, CaseReopened
from schakel.events.consent import ConsentExpired, ConsentNeeded
from schakel.events.referral import (
    PartyInformed,
    ReferralDelivered,
    ReferralExhausted,
    ReferralHeld,
    ReferralProposed,
    ReferralReleased,
    ReferralRevoked,
)
from schakel.events.report import CaseOpened, ProtocolAttached, ProtocolMoved, ProtocolRef
from schakel.events.vocab import Basis, Mode, Scope

WAITING = (ReferralState.PROPOSED, ReferralState.HELD, ReferralState.REVOKED)


def ref_text(ref: ProtocolRef) -> str:
    """`name@version`, as the state keeps it."""
    return f"{ref.name}@{ref.version}"


@folds(CaseOpened)
def _opened(case: State, entry: Entry) -> Effect:
    event: CaseOpened = entry.event  # type: ignore[assignment]
    if not knows_fold(event.fold_version):
        return (
            Effect.NOT_UNDERSTOOD
        )  # who reads records never comes here: `schakel.ledger.understand` says that it cannot be read
    if case.opened or not case.report:
        case.lapsed.append(entry.id)  # what was concluded ahead on this opening rests on nothing
        return Effect.OVERTAKEN
    case.opened = entry.id
    case.fold_version = event.fold_version
    case.chain, case.chain_version = event.chain, event.chain_version
    case.protocols = [ref_text(ref) for ref in event.protocols]
    case.coordinator = event.coordinator
    case.provisional = [word.value for word in event.provisional]
    if event.coordinator and event.coordinator not in case.parties:
        case.parties.append(event.coordinator)
    return Effect.EFFECTIVE


@folds(ProtocolAttached)
def _attached(case: State, entry: Entry) -> Effect:
    event: ProtocolAttached = entry.event  # type: ignore[assignment]
    if not case.opened or ref_text(event.protocol) in case.protocols:
        return Effect.OVERTAKEN
    case.protocols.append(ref_text(event.protocol))
    return Effect.EFFECTIVE


@folds(ProtocolMoved)
def _moved(case: State, entry: Entry) -> Effect:
    event: ProtocolMoved = entry.event  # type: ignore[assignment]
    before = ref_text(event.before)
    if before not in case.protocols:
        return Effect.OVERTAKEN
    moved_on(case, before, ref_text(event.after))
    return Effect.EFFECTIVE


@folds(ReferralProposed)
def _proposed(case: State, entry: Entry) -> Effect:
    event: ReferralProposed = entry.event  # type: ignore[assignment]
    if not case.report:
        return Effect.OVERTAKEN  # whoever asks later about the person finds no report here
    protocol = ref_text(event.protocol) if event.protocol else None
    requested = next((premise for premise in event.premises if premise in case.requests), None)
    for other in case.referrals.values():
        contacted_once = protocol and (other.to, other.purpose) == (event.to, event.purpose)
        if contacted_once or (requested and other.requested == requested):
            return Effect.OVERTAKEN
    after = next((premise for premise in event.premises if premise in case.referrals), None)
    if after and not can_be_followed(case, after, event.premises):
        return Effect.OVERTAKEN  # it was taken up meanwhile, or somebody else was asked
    case.referrals[entry.id] = Referral(
        entry.id,
        event.to,
        event.role.value,
        event.purpose.value,
        [scope.value for scope in event.needs],
        [scope.value for scope in event.wants],
        strip=event.strip_if_refused,
        basis=event.basis.value,
        protocol=protocol,
        step=event.step,
        requested=requested,
        by=case.requests[requested].get("by") if requested else None,
        hands_over=event.hands_over,
        after=after,
    )
    return Effect.EFFECTIVE


@folds(PartyInformed)
def _informed(case: State, entry: Entry) -> Effect:
    event: PartyInformed = entry.event  # type: ignore[assignment]
    key = informed_key(event)
    if key in case.informed:
        return Effect.OVERTAKEN
    case.informed.append(key)
    case.informed_at[key] = entry.envelope.logged_at
    return Effect.EFFECTIVE


def informed_key(event: PartyInformed) -> str:
    """A party is informed once per rule and role, whatever else happens."""
    return f"{ref_text(event.protocol)}/{event.inform}/{event.role}/{event.to}"


@folds(ReferralExhausted)
def _exhausted(case: State, entry: Entry) -> Effect:
    return give_up(case, entry)


@folds(ConsentNeeded)
def _needed(case: State, entry: Entry) -> Effect:
    """Answered, or asked, while we were about to ask: nobody is asked twice, and the other side never before she has agreed."""
    event: ConsentNeeded = entry.event  # type: ignore[assignment]
    referral, side = case.referrals.get(event.referral), side_of(event.of)
    asked = case.needed if side is Side.HERS else case.needed_of_other
    if not referral or referral.id in asked or stopped(case) or not never_asked(case, referral, side):
        return Effect.OVERTAKEN
    if forbidden(case, referral):
        return Effect.OVERTAKEN
    if side is Side.OTHER and not (both_must_agree(referral) and enough(case, referral)):
        return Effect.OVERTAKEN
    asked[referral.id] = entry.id
    return Effect.EFFECTIVE


@folds(ConsentExpired)
def _expired(case: State, entry: Entry) -> Effect:
    event: ConsentExpired = entry.event  # type: ignore[assignment]
    grant = case.grants.get(event.grant)
    assert case.time is not None
    if not grant or not grant.standing or grant.in_force(case.time):
        return Effect.OVERTAKEN  # it announces an end that has passed; it ends nothing itself
    grant.standing = False
    case.lapsed.append(grant.id)
    return Effect.EFFECTIVE


@folds(ReferralHeld)
def _held(case: State, entry: Entry) -> Effect:
    event: ReferralHeld = entry.event  # type: ignore[assignment]
    referral = case.referrals.get(event.referral)
    if not referral or referral.state not in WAITING:
        return Effect.OVERTAKEN
    if referral.state is not ReferralState.REVOKED:
        referral.state = ReferralState.HELD
    referral.hold_reason = event.reason.value
    referral.missing = [scope.value for scope in event.missing]
    return Effect.EFFECTIVE


@folds(ReferralReleased)
def _released(case: State, entry: Entry) -> Effect:
    """The gate once more, at this event's own position: what it says must be covered by grants that stand here."""
    event: ReferralReleased = entry.event  # type: ignore[assignment]
    referral = case.referrals.get(event.referral)
    if not referral or referral.state not in WAITING or event.to != referral.to or stopped(case):
        return Effect.OVERTAKEN
    if forbidden(case, referral):
        return Effect.OVERTAKEN  # both agreed, and meanwhile somebody told of a threat
    grants = [case.grants[premise] for premise in event.premises if premise in case.grants]
    if event.basis is not Basis.SCHEME:
        standing = [grant for grant in carrying(case, referral) if grant.id in event.premises]
        if not set(event.scopes) | set(referral.needs) <= covered(case, standing) or not standing:
            return Effect.OVERTAKEN  # without a grant nothing is covered, not even nothing
        if event.basis not in {grant.basis for grant in standing}:
            return Effect.OVERTAKEN  # it names what it does not rest on
        if both_must_agree(referral) and not _other_side_agrees(case, referral, event):
            return Effect.OVERTAKEN
    elif event.mode is not Mode.STRIPPED or set(event.scopes) - {Scope.CASE_FACTS}:
        return Effect.OVERTAKEN  # a scheme that always forwards does so without anything that points to her
    elif not may_go_stripped(case, referral):
        return Effect.OVERTAKEN  # she has said no to the step itself
    referral.state = ReferralState.RELEASED
    referral.released = entry.id
    referral.rests_on = [grant.id for grant in grants]
    referral.scopes = [scope.value for scope in event.scopes]
    referral.mode = event.mode.value
    referral.released_basis = event.basis.value
    referral.hold_reason, referral.missing = None, []
    return Effect.EFFECTIVE


def _other_side_agrees(case: State, referral: Referral, release: ReferralReleased) -> bool:
    agreed = grants_for(case, referral.to, referral.purpose, Side.OTHER)
    return any(grant.id in release.premises for grant in agreed)


@folds(ReferralDelivered)
def _delivered(case: State, entry: Entry) -> Effect:
    event: ReferralDelivered = entry.event  # type: ignore[assignment]
    referral = case.referrals.get(event.referral)
    if not referral or referral.state is not ReferralState.RELEASED:
        return Effect.OVERTAKEN
    if stopped(case) or not still_allowed(case, referral):
        learned(case, referral, entry)  # its message is out, and cannot be overtaken: she may know that
        return Effect.OVERTAKEN  # it lands behind her no: what the receiver is told next, sooner or later, is to stop
    referral.state = ReferralState.DELIVERED
    reached(case, referral, entry)
    came_with_it(case, referral.to, event.premises)
    return Effect.EFFECTIVE


@folds(ReferralRevoked)
def _revoked(case: State, entry: Entry) -> Effect:
    event: ReferralRevoked = entry.event  # type: ignore[assignment]
    referral = case.referrals.get(event.referral)
    if not referral or referral.state not in RUNNING or referral.released not in event.premises:
        return Effect.OVERTAKEN
    for known in case.known:
        if known.release == referral.released:
            known.until, known.ended = entry.envelope.logged_at, event.reason.value
    referral.state = ReferralState.REVOKED
    referral.hold_reason = event.reason.value
    referral.released, referral.rests_on, referral.scopes, referral.mode = None, [], [], None
    return Effect.EFFECTIVE


@folds(CaseClosed)
def _closed(case: State, entry: Entry) -> Effect:
    event: CaseClosed = entry.event  # type: ignore[assignment]
    if case.closed or not case.opened or event.requested != case.close_requested:
        return Effect.OVERTAKEN
    case.closed, case.close_requested, case.reopen_requested = entry.id, None, None
    case.closed_at = entry.envelope.logged_at
    return Effect.EFFECTIVE


@folds(CaseReopened)
def _reopened(case: State, entry: Entry) -> Effect:
    event: CaseReopened = entry.event  # type: ignore[assignment]
    if not case.closed or event.requested != case.reopen_requested:
        return Effect.OVERTAKEN
    case.closed, case.close_requested, case.close_reason, case.reopen_requested = None, None, None, None
    case.closed_at = None
    end_terms(case)
    return Effect.EFFECTIVE
