"""The same conclusion may come true twice: a hold, a release that ran out, the same hold. It is then said twice, and all is quiet."""

from datetime import UTC, datetime, timedelta

from schakel.case import apply, conclude
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Derived, Told
from schakel.events.consent import ConsentAsked, ConsentGranted, ConsentTerms
from schakel.events.referral import ReferralHeld, ReferralProposed
from schakel.events.report import ReportFacts, ReportReceived
from schakel.events.vocab import Identity, Purpose, Role, Scope
from schakel.ids import partner_source
from services.consent import rules
from tests.support.casebook import repository

CASE = "11111111-1111-4111-8111-111111111111"
START = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
HELP = "slachtofferhulp-voorbeeld"


def told(case: State, number: int, event: Told, at: datetime) -> Effect:
    envelope = Envelope(
        id=f"00000000-0000-7000-8000-{number:012d}",
        source=partner_source("0" * 20),
        type=event.TYPE,
        time=at,
        case=CASE,
        logtime=at,
        partner="politie-voorbeeld",
    )
    return apply(case, Entry(envelope, event))


def settle(case: State) -> list[tuple[Derived, str]]:
    """Everything the gate still owes the case, with its ids; each takes effect, and then it owes nothing."""
    said = []
    for _ in range(5):
        owed = [conclude(case, event) for event in rules.decide(case, repository()[0], None)]
        for entry in owed:
            assert apply(case, entry) is Effect.EFFECTIVE, entry.envelope.type
            assert isinstance(entry.event, Derived)
            said.append((entry.event, entry.id))
        if not owed:
            return said
    raise AssertionError(f"not quiet: {owed}")


def test_a_hold_that_is_needed_again_is_said_again() -> None:
    case = State(id=CASE)
    told(case, 1, ReportReceived(reported_at=START, facts=ReportFacts(identity=Identity.BY_NAME)), START)
    assert case.report is not None
    proposal = ReferralProposed(
        to=HELP,
        role=Role.VICTIM_SUPPORT,
        purpose=Purpose.REFERRAL,
        needs=(Scope.CONTACT_DETAILS, Scope.STORY),
        premises=(case.report,),
    )
    apply(case, conclude(case, proposal))
    settle(case)

    tomorrow = START + timedelta(days=1)
    told(case, 2, ConsentGranted(terms=_terms(Scope.CONTACT_DETAILS)), START)
    first = [said for said in settle(case) if isinstance(said[0], ReferralHeld)]
    told(case, 3, ConsentGranted(terms=_terms(Scope.STORY, until=tomorrow)), START)
    assert [type(event).TYPE for event, _ in settle(case)] == ["referral.released", "referral.delivered"]
    told(case, 4, ConsentAsked(terms=_terms(Scope.STORY)), tomorrow)
    second = [said for said in settle(case) if isinstance(said[0], ReferralHeld)]

    assert [event for event, _ in first] == [event for event, _ in second], "the same words"
    assert [id_ for _, id_ in first] != [id_ for _, id_ in second], "said twice"


def _terms(scope: Scope, until: datetime | None = None) -> ConsentTerms:
    return ConsentTerms(recipient=HELP, purpose=Purpose.REFERRAL, scopes=(scope,), until=until)
