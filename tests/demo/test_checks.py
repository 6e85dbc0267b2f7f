"""Each check fails on a history that was tampered with in just its way."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from backbone.demo.checks import Finding, run_checks
from backbone.demo.evidence import Answer, Evidence, Sent
from backbone.demo.play import Player
from backbone.demo.reads import Read
from schakel.case_state import State, dump, load
from schakel.entry import Entry
from schakel.events import Event
from schakel.events.clock import ClockBreached, ClockStarted
from schakel.events.consent import ConsentGranted, ConsentWithdrawn
from schakel.events.data import DisclosurePermitted, DisclosureRequested
from schakel.events.referral import ReferralDelivered, ReferralProposed, ReferralReleased
from schakel.events.report import CaseOpened, ReportReceived
from schakel.events.vocab import Basis, Mode, Scope
from schakel.messages import ReceiptStatus
from tests.demo.rehearsal import Rehearsal


@pytest.fixture
def evidence(month: tuple[Player, Rehearsal]) -> Evidence:
    """A copy that a test may tamper with."""
    found = month[1].evidence()
    live = {name: {case: load(dump(state)) for case, state in states.items()} for name, states in found.live.items()}
    return Evidence(
        list(found.sent),
        list(found.answers),
        list(found.offers),
        list(found.ledger),
        dict(found.in_records),
        live,
        dict(found.rows),
        list(found.reads),
    )


def finding(evidence: Evidence, check: str) -> Finding:
    return next(finding for finding in run_checks(evidence) if finding.check == check)


def first(evidence: Evidence, model: type[Event], *conditions: Callable[[Entry], object]) -> int:
    return next(
        at
        for at, entry in enumerate(evidence.ledger)
        if isinstance(entry.event, model) and all(condition(entry) for condition in conditions)
    )


def broken(evidence: Evidence, check: str, words: str) -> None:
    """Exactly this check fails and says so in these words."""
    found = finding(evidence, check)
    assert not found.holds
    assert any(words in sentence for sentence in found.wrong), found.wrong
    assert words in found.sentence() or len(found.wrong) > 3


def test_nothing_to_look_at_is_no_success() -> None:
    assert not any(finding.holds for finding in run_checks(Evidence()))


def test_a_message_without_receipt(evidence: Evidence) -> None:
    gone = evidence.answers.pop(40)  # type: ignore[attr-defined]
    broken(evidence, "receipts", f"{gone.receipt.about} of {gone.partner}: expected accepted, found no receipt")


def test_a_message_that_nobody_counted(evidence: Evidence) -> None:
    evidence.in_records["rita"] += 3  # type: ignore[index]
    broken(evidence, "receipts", "were answered")


def test_a_message_that_was_refused_and_should_not(evidence: Evidence) -> None:
    evidence.sent.append(Sent("rita", "00000000-0000-0000-0000-000000000001", False))  # type: ignore[attr-defined]
    refusal = next(answer.receipt.refusal for answer in evidence.answers if answer.receipt.refusal)
    receipt = evidence.answers[0].receipt.model_copy(
        update={"about": "00000000-0000-0000-0000-000000000001", "status": ReceiptStatus.REFUSED, "refusal": refusal}
    )
    evidence.answers.append(Answer("rita", receipt))  # type: ignore[attr-defined]
    broken(evidence, "receipts", "expected accepted, found")


def test_garbage_that_was_not_refused(evidence: Evidence) -> None:
    evidence.sent.append(Sent("dmg", None, False, "value.null"))  # type: ignore[attr-defined]
    broken(evidence, "receipts", "unreadable bytes of dmg")


def test_a_second_receipt_that_says_something_else(evidence: Evidence) -> None:
    answer = next(answer for answer in evidence.answers if answer.receipt.about == evidence.sent[0].id)
    other = next(
        found.receipt.case for found in evidence.answers if found.receipt.case not in (None, answer.receipt.case)
    )
    evidence.answers.append(Answer(answer.partner, answer.receipt.model_copy(update={"case": other})))  # type: ignore[attr-defined]
    broken(evidence, "one receipt, one case", "has 2 different receipts")


def test_a_report_that_stands_twice_in_the_ledger(evidence: Evidence) -> None:
    evidence.ledger.append(evidence.ledger[first(evidence, ReportReceived)])  # type: ignore[attr-defined]
    broken(evidence, "one receipt, one case", "stands 2 times in the ledger")


def test_a_case_that_was_never_opened(evidence: Evidence) -> None:
    evidence.ledger.pop(first(evidence, CaseOpened))  # type: ignore[attr-defined]
    broken(evidence, "one receipt, one case", "was opened 0 times")


def test_a_report_that_nobody_sent(evidence: Evidence) -> None:
    report = evidence.ledger[first(evidence, ReportReceived)]
    forged = replace(report, envelope=replace(report.envelope, id="00000000-0000-0000-0000-000000000002"))
    evidence.ledger.append(forged)  # type: ignore[attr-defined]
    broken(evidence, "one receipt, one case", "nobody sent it")


def test_a_release_whose_consent_is_missing_from_the_history(evidence: Evidence) -> None:
    release = next(
        entry.event for entry in evidence.ledger
        if isinstance(entry.event, ReferralReleased) and entry.event.basis is Basis.CONSENT and "#" not in "".join(entry.event.premises)
    )  # fmt: skip
    grant = first(evidence, ConsentGranted, lambda entry: entry.id in release.premises)
    evidence.ledger.pop(grant)  # type: ignore[attr-defined]
    broken(evidence, "consent", "was released without her consent in the history before it")


def test_a_release_that_came_before_the_consent(evidence: Evidence) -> None:
    at = first(evidence, ConsentGranted)
    grant = evidence.ledger[at]
    evidence.ledger.append(evidence.ledger.pop(at))  # type: ignore[attr-defined]
    assert isinstance(grant.event, ConsentGranted)
    broken(evidence, "consent", f"to {grant.event.terms.recipient} was")


def test_a_release_with_more_data_than_she_agreed_to(evidence: Evidence) -> None:
    at = first(
        evidence,
        ReferralReleased,
        lambda entry: entry.event.basis is Basis.CONSENT and Scope.LABEL not in entry.event.scopes,
    )
    entry = evidence.ledger[at]
    wider = entry.event.model_copy(update={"scopes": (*entry.event.scopes, Scope.LABEL)})  # type: ignore[attr-defined]
    evidence.ledger[at] = replace(entry, event=wider)  # type: ignore[index]
    broken(evidence, "consent", "without her consent")


def test_a_release_on_the_scheme_with_a_name(evidence: Evidence) -> None:
    at = first(evidence, ReferralReleased, lambda entry: entry.event.basis is Basis.SCHEME)
    entry = evidence.ledger[at]
    wider = entry.event.model_copy(update={"scopes": (Scope.CASE_FACTS, Scope.CONTACT_DETAILS)})
    evidence.ledger[at] = replace(entry, event=wider)  # type: ignore[index]
    broken(evidence, "consent", "on the scheme alone")


def test_a_release_on_a_duty_that_nobody_invoked(evidence: Evidence) -> None:
    at = first(evidence, ReferralReleased, lambda entry: entry.event.basis is Basis.CONSENT)
    entry = evidence.ledger[at]
    evidence.ledger[at] = replace(entry, event=entry.event.model_copy(update={"basis": Basis.LEGAL_DUTY}))  # type: ignore[index]
    broken(evidence, "consent", "which nobody invoked")


def test_a_delivery_after_her_withdrawal(evidence: Evidence) -> None:
    """She takes it back before it went out, and it goes out all the same."""
    at = first(evidence, ReferralReleased, lambda entry: entry.event.basis is Basis.CONSENT)
    release = evidence.ledger[at]
    proposed = next(
        entry.event for entry in evidence.ledger
        if isinstance(entry.event, ReferralProposed) and entry.id == release.event.referral  # type: ignore[attr-defined]
    )  # fmt: skip
    withdrawal = ConsentWithdrawn(recipient=proposed.to, purpose=proposed.purpose)
    envelope = replace(release.envelope, id="00000000-0000-0000-0000-000000000003", type="consent.withdrawn")
    evidence.ledger.insert(at, replace(release, envelope=envelope, event=withdrawal))  # type: ignore[attr-defined]
    broken(evidence, "consent", "was delivered without a valid release")


def test_a_delivery_without_any_release(evidence: Evidence) -> None:
    at = first(evidence, ReferralDelivered)
    referral = evidence.ledger[at].event.referral  # type: ignore[attr-defined]
    evidence.ledger.pop(first(evidence, ReferralReleased, lambda entry: entry.event.referral == referral))  # type: ignore[attr-defined]
    broken(evidence, "consent", "was delivered without a valid release")


def test_a_message_to_a_partner_without_a_release(evidence: Evidence) -> None:
    offer = evidence.offers[0]
    forged = offer.offer.model_copy(update={"referral": "00000000-0000-0000-0000-000000000004"})
    evidence.offers.append(replace(offer, offer=forged))  # type: ignore[attr-defined]
    broken(evidence, "consent", "which was never validly released")


def test_a_message_that_says_more_than_was_released(evidence: Evidence) -> None:
    at = next(n for n, found in enumerate(evidence.offers) if found.offer.mode is Mode.STRIPPED)
    wider = evidence.offers[at].offer.model_copy(update={"scopes": (Scope.CASE_FACTS, Scope.STORY)})
    evidence.offers[at] = replace(evidence.offers[at], offer=wider)  # type: ignore[index]
    broken(evidence, "consent", "was sent more of referral")


def test_a_stripped_message_by_name(evidence: Evidence) -> None:
    at = next(n for n, found in enumerate(evidence.offers) if found.offer.mode is Mode.STRIPPED)
    named = evidence.offers[at].offer.model_copy(update={"mode": Mode.BY_NAME})
    evidence.offers[at] = replace(evidence.offers[at], offer=named)  # type: ignore[index]
    broken(evidence, "consent", "by name although it was stripped")


def some_case(evidence: Evidence) -> tuple[str, State]:
    return next(iter(evidence.live["rehearsal"].items()))


def test_a_live_state_that_differs(evidence: Evidence) -> None:
    case, state = some_case(evidence)
    state.coordinator = "somebody-else"
    broken(evidence, "live = replayed", f"case {case} differs in coordinator")


def test_a_live_case_that_is_missing(evidence: Evidence) -> None:
    case, _ = some_case(evidence)
    del evidence.live["rehearsal"][case]  # type: ignore[attr-defined]
    broken(evidence, "live = replayed", f"case {case} is only in the ledger")


def test_a_live_case_without_a_history(evidence: Evidence) -> None:
    evidence.live["rehearsal"]["00000000-0000-0000-0000-000000000005"] = State(id="-")  # type: ignore[index]
    broken(evidence, "live = replayed", "is only live")


def test_an_overview_row_that_is_missing(evidence: Evidence) -> None:
    case, _ = some_case(evidence)
    del evidence.rows[case]  # type: ignore[attr-defined]
    broken(evidence, "live = replayed", "the overview has")


def test_an_overview_row_that_differs(evidence: Evidence) -> None:
    case, _ = some_case(evidence)
    evidence.rows[case] = {**evidence.rows[case], "events": -1}  # type: ignore[index]
    broken(evidence, "live = replayed", f"the overview of case {case} differs")


def amsterdam_clock(evidence: Evidence) -> int:
    cases = {
        entry.envelope.case
        for entry in evidence.ledger
        if isinstance(entry.event, CaseOpened) and entry.event.chain == "amsterdam"
    }
    return first(evidence, ClockStarted, lambda entry: entry.envelope.case in cases)


def test_a_breach_in_amsterdam(evidence: Evidence) -> None:
    started = evidence.ledger[amsterdam_clock(evidence)]
    breach = ClockBreached(clock=started.id, due_at=started.event.started_at, watermark=started.event.started_at)  # type: ignore[attr-defined]
    evidence.ledger.append(replace(started, event=breach))  # type: ignore[attr-defined]
    broken(evidence, "measured only", "of amsterdam: a clock was breached")
    broken(evidence, "breaches", "without a passed due moment was breached")


def test_a_limit_in_amsterdam(evidence: Evidence) -> None:
    at = amsterdam_clock(evidence)
    entry = evidence.ledger[at]
    limited = entry.event.model_copy(update={"limit": "48h", "due_at": entry.event.started_at + timedelta(hours=48)})  # type: ignore[attr-defined]
    evidence.ledger[at] = replace(entry, event=limited)  # type: ignore[index]
    broken(evidence, "measured only", "has a limit")


def test_a_breach_before_the_due_moment(evidence: Evidence) -> None:
    at = first(evidence, ClockBreached)
    entry = evidence.ledger[at]
    early = entry.event.model_copy(update={"watermark": entry.event.due_at - timedelta(seconds=1)})  # type: ignore[attr-defined]
    evidence.ledger[at] = replace(entry, event=early)  # type: ignore[index]
    broken(evidence, "breaches", "without a passed due moment")


def test_a_clock_that_was_breached_twice(evidence: Evidence) -> None:
    evidence.ledger.append(evidence.ledger[first(evidence, ClockBreached)])  # type: ignore[attr-defined]
    broken(evidence, "breaches", "one clock was breached 2 times")


def test_a_read_without_a_permit(evidence: Evidence) -> None:
    at = first(evidence, DisclosurePermitted)
    evidence.ledger.pop(at)  # type: ignore[attr-defined]
    broken(evidence, "reads", "without a permit before it")


def test_a_read_of_more_than_was_permitted(evidence: Evidence) -> None:
    at = next(at for at, read in enumerate(evidence.reads) if read.request)
    evidence.reads[at] = dataclasses.replace(evidence.reads[at], scopes=("story", "label", "contact_details"))  # type: ignore[index]
    broken(evidence, "reads", "without a permit before it")


def test_a_read_after_she_withdrew(evidence: Evidence) -> None:
    at = first(evidence, DisclosureRequested, lambda entry: _given(evidence, entry))
    asked = evidence.ledger[at]
    withdrawn = replace(asked, envelope=replace(asked.envelope, id="a-no"), event=ConsentWithdrawn())
    evidence.ledger.insert(at, withdrawn)  # type: ignore[attr-defined]
    broken(evidence, "reads", "without her consent before it asked")


def test_a_read_that_stands_nowhere(evidence: Evidence) -> None:
    evidence.reads.append(Read("rita", "somewhere", ("story",), "a-request"))  # type: ignore[attr-defined]
    broken(evidence, "reads", "unseen")


def _given(evidence: Evidence, entry: Entry) -> bool:
    return any(read.request == entry.id for read in evidence.reads)
