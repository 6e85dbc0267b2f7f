"""What must hold after the month, whatever happened in it. Pure, over `Evidence`; `run_checks` runs them all.

The consent check walks the history with its own few lines (`consent_walk`), not with the gate's code or the fold.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from backbone.demo.consent_walk import broken_steps, offers_without_release
from backbone.demo.evidence import Evidence
from backbone.demo.reads import wrong_reads
from schakel.case import fold
from schakel.case_state import State
from schakel.entry import Entry
from schakel.events.clock import ClockBreached, ClockStarted
from schakel.events.report import CaseOpened, ReportReceived
from schakel.messages import Receipt, ReceiptStatus

MEASURED_ONLY = frozenset({"amsterdam"})
"""Chains whose documents promise no term: nothing there may have one, let alone break it."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: `looked_at` things were looked at, `wrong` says what is not as it must be."""

    check: str
    says: str
    looked_at: int
    wrong: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """A check that found nothing to look at has shown nothing."""
        return self.looked_at > 0 and not self.wrong

    def sentence(self) -> str:
        """One line for a person."""
        if self.holds:
            return f"{self.says} ({self.looked_at:,} looked at)"
        if not self.wrong:
            return f"{self.says}: nothing was found to look at"
        more = f" and {len(self.wrong) - _SHOWN} more" if len(self.wrong) > _SHOWN else ""
        return f"{self.says}: NOT SO: {'; '.join(self.wrong[:_SHOWN])}{more}"


def run_checks(evidence: Evidence) -> list[Finding]:
    """Every check, in the order in which one would want to know."""
    return [check(evidence) for check in CHECKS]


def every_message_answered(evidence: Evidence) -> Finding:
    """As many messages answered as stand on each `in` topic; and the answers are what was expected."""
    says = "every message got its receipt, and only what should be was refused"
    wrong: list[str] = []
    answered: dict[str, set[int]] = defaultdict(set)
    codes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for answer in evidence.answers:
        answered[answer.partner].add(answer.receipt.in_offset)
        if answer.receipt.about:
            codes[answer.partner, answer.receipt.about].add(_code(answer.receipt))
    repeated = Counter(sent.partner for sent in evidence.sent if sent.again)
    for partner, count in evidence.in_records.items():
        # A message sent again while the first one is on its way is answered together with it.
        if not count - repeated[partner] <= len(answered[partner]) <= count:
            wrong.append(f"{partner} sent {count} messages and {len(answered[partner])} were answered")
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    for sent in evidence.sent:
        if sent.id:
            wanted[sent.partner, sent.id].add(sent.expect or "accepted")
        elif sent.expect not in {
            _code(answer.receipt) for answer in evidence.answers if answer.partner == sent.partner
        }:
            wrong.append(f"unreadable bytes of {sent.partner}: expected {sent.expect}, which no receipt says")
    for (partner, about), expected in wanted.items():
        if (found := codes[partner, about]) != expected:
            is_said = ", ".join(sorted(found)) or "no receipt"
            wrong.append(f"{about} of {partner}: expected {', '.join(sorted(expected))}, found {is_said}")
    return Finding("receipts", says, sum(evidence.in_records.values()), tuple(wrong))


def _code(receipt: Receipt) -> str:
    return receipt.refusal.code if receipt.refusal else receipt.status.value


def one_receipt_one_case(evidence: Evidence) -> Finding:
    """Every accepted report: one answer (however often it was given), one event in the ledger, one case of its own."""
    says = "every report has exactly one receipt and one case"
    answers: dict[str, set[tuple[str | None, tuple[int, int] | None]]] = defaultdict(set)
    for answer in evidence.answers:
        receipt = answer.receipt
        if receipt.about and receipt.status is ReceiptStatus.ACCEPTED:
            position = (receipt.position.partition, receipt.position.offset) if receipt.position else None
            answers[receipt.about].add((receipt.case, position))
    received: dict[str, list[Entry]] = defaultdict(list)
    opened: Counter[str] = Counter()
    for entry in evidence.ledger:
        if isinstance(entry.event, ReportReceived):
            received[entry.id].append(entry)
        elif isinstance(entry.event, CaseOpened) and entry.envelope.case:
            opened[entry.envelope.case] += 1
    wrong: list[str] = []
    cases: Counter[str] = Counter()
    reports = {sent.id for sent in evidence.sent if sent.opens and not sent.expect and sent.id}
    for report in sorted(reports):
        found = answers[report]
        if len(found) != 1:
            wrong.append(f"report {report} has {len(found)} different receipts")
            continue
        ((case, position),) = found
        entries = received[report]
        if len(entries) != 1:
            wrong.append(f"report {report} stands {len(entries)} times in the ledger")
        elif (entries[0].partition, entries[0].offset) != position or entries[0].envelope.case != case:
            wrong.append(f"report {report}: its receipt names another place or case than the ledger")
        if case is None or opened[case] != 1:
            wrong.append(f"report {report}: its case was opened {opened[case or '']} times")
        cases[case or ""] += 1
    wrong.extend(f"case {case} belongs to {count} reports" for case, count in cases.items() if count > 1)
    strangers = set(received) - reports
    wrong.extend(f"report {report} stands in the ledger and nobody sent it" for report in sorted(strangers))
    return Finding("one receipt, one case", says, len(reports), tuple(wrong))


def nothing_without_consent(evidence: Evidence) -> Finding:
    """For every release and delivery: a consent (or named basis) that covers it stands in the history before it."""
    says = "nothing was released or delivered without consent or a named basis before it"
    looked_at, wrong = 0, []
    released: dict[str, frozenset[str]] = {}
    for case, history in evidence.histories():
        walk = broken_steps(case, history)
        looked_at += walk.looked_at
        wrong.extend(walk.wrong)
        released |= walk.released
    looked_at += len(evidence.offers)
    wrong.extend(offers_without_release(evidence.offers, released))
    return Finding("consent", says, looked_at, tuple(wrong))


def reads_are_permitted(evidence: Evidence) -> Finding:
    """Every read that gave data has its permit in the ledger, and consent stood there before the request did."""
    says = "nobody read anything without a permit, and without consent before the request"
    given = {read.request: read for read in evidence.reads if read.request}
    histories = dict(evidence.histories())
    requests = {entry.id for history in histories.values() for entry in history}
    wrong = [line for case, history in histories.items() for line in wrong_reads(case, history, given)]
    wrong += [
        f"{read.partner} read {read.referral} unseen" for request, read in given.items() if request not in requests
    ]
    return Finding("reads", says, len(evidence.reads), tuple(wrong))


def live_is_replayed(evidence: Evidence) -> Finding:
    """What each service's database holds equals a fold of the ledger from its first event."""
    says = "what the services hold equals the ledger replayed"
    replayed = {case: fold(case, history) for case, history in evidence.histories()}
    wrong: list[str] = []
    for service, live in evidence.live.items():
        for case in sorted(replayed.keys() ^ live.keys()):
            wrong.append(f"{service}: case {case} is only {'live' if case in live else 'in the ledger'}")
        for case in sorted(replayed.keys() & live.keys()):
            if live[case] != replayed[case]:
                wrong.append(f"{service}: case {case} differs in {', '.join(_differences(live[case], replayed[case]))}")
    reported = {case for case, state in replayed.items() if state.report}
    if evidence.rows.keys() != reported:
        wrong.append(f"the overview has {len(evidence.rows)} cases and the ledger {len(reported)}")
    for case in sorted(reported & evidence.rows.keys()):
        row, state = evidence.rows[case], replayed[case]
        status = "closed" if state.closed else "open" if state.opened else "received"
        if (row["chain"], row["status"], row["events"]) != (state.chain, status, state.events):
            wrong.append(f"the overview of case {case} differs from its history")
    return Finding("live = replayed", says, sum(len(live) for live in evidence.live.values()), tuple(wrong))


def _differences(one: State, other: State) -> Iterator[str]:
    return (name for name in State.__struct_fields__ if getattr(one, name) != getattr(other, name))


def no_limit_nobody_promised(evidence: Evidence) -> Finding:
    """In a chain whose documents give no term, no clock has a due moment and none was breached."""
    says = f"no limit runs in {', '.join(sorted(MEASURED_ONLY))}, and none is shown as breached"
    looked_at, wrong = 0, []
    for case, history in evidence.histories():
        chain = next((entry.event.chain for entry in history if isinstance(entry.event, CaseOpened)), None)
        if chain not in MEASURED_ONLY:
            continue
        for entry in history:
            event = entry.event
            if isinstance(event, ClockStarted):
                looked_at += 1
                if event.due_at or event.limit:
                    wrong.append(f"case {case} of {chain}: clock {event.clock} has a limit")
            elif isinstance(event, ClockBreached):
                wrong.append(f"case {case} of {chain}: a clock was breached")
    return Finding("measured only", says, looked_at, tuple(wrong))


def breaches_are_due(evidence: Evidence) -> Finding:
    """A breach stands behind a watermark past its due moment; a contact made in time corrects it (or nothing was broken)."""
    says = "every clock was breached only after its due moment had passed, and only once"
    looked_at, wrong = 0, []
    for case, history in evidence.histories():
        due: dict[str, datetime | None] = {}
        breached: Counter[str] = Counter()
        for entry in history:
            event = entry.event
            if isinstance(event, ClockStarted):
                looked_at += 1
                due[entry.id] = event.due_at
            elif isinstance(event, ClockBreached):
                breached[event.clock] += 1
                promised = due.get(event.clock)
                if promised is None or event.watermark < promised:
                    wrong.append(f"case {case}: a clock without a passed due moment was breached")
        wrong.extend(f"case {case}: one clock was breached {n} times" for n in breached.values() if n > 1)
    return Finding("breaches", says, looked_at, tuple(wrong))


CHECKS: tuple[Callable[[Evidence], Finding], ...] = (
    every_message_answered,
    one_receipt_one_case,
    nothing_without_consent,
    reads_are_permitted,
    live_is_replayed,
    no_limit_nobody_promised,
    breaches_are_due,
)
