"""An import: every row is answered, or has a line in the errors file. Nothing is sent twice, nothing is forgotten.

Many rows are under way at a time. When the backbone gives no more answers the rest is not sent; the same command goes on later.
Not here: reading and converting rows, sealing, Kafka.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from backbone.lists.convert import Converted, Ready, Skipped
from backbone.lists.journal import Answer, Journal
from backbone.lists.problems import RowError
from backbone.lists.sending import NoAnswer, NotSendable, Pending, Sender
from schakel.messages import Receipt

_AGAIN = "run the same command again: it goes on where it was"


@dataclass
class Summary:
    """How many rows, by what became of them."""

    rows: int = 0
    skipped: int = 0
    sent: int = 0
    """Rows for which a report was sent in this run."""
    accepted: int = 0
    resubmitted: int = 0
    """Sent again although the journal knew the answer, and accepted as the case that it is already."""
    known: int = 0
    """Answered in an earlier run, by the journal; not sent again."""
    refused: int = 0
    errors: int = 0
    """Rows that could not be sent as they are."""
    unanswered: int = 0
    repeated: int = 0
    """Rows, counted above too, that say the same as an earlier row of the list."""
    valid: int = 0
    """In a dry run: rows that would be sent."""
    stopped_by: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every row was accepted, skipped, or (in a dry run) could be sent."""
        return not (self.refused or self.errors or self.unanswered)

    @property
    def accounted(self) -> int:
        """The rows whose fate is known: equal to `rows`, always."""
        return (
            self.skipped
            + self.accepted
            + self.resubmitted
            + self.known
            + self.refused
            + self.errors
            + self.unanswered
            + self.valid
        )


@dataclass
class _Flight:
    """A report under way, and the rows (more than one when the list repeats itself) that wait for its answer."""

    ready: Ready
    pending: Pending
    known: Answer | None
    """The answer of an earlier run."""
    rows: list[int] = field(default_factory=list)


class Import:
    """One run over the rows of a list."""

    def __init__(
        self,
        journal: Journal,
        report_error: Callable[[RowError], None],
        *,
        sender: Sender | None,
        in_flight: int = 500,
        timeout_s: float = 60.0,
        resend: bool = False,
    ) -> None:
        """`sender`: None for a dry run. `timeout_s`: how long to wait for one answer while others are under way too.

        `resend`: send rows that the journal has an answer for as well.
        """
        self.summary = Summary()
        self._journal = journal
        self._report_error = report_error
        self._sender = sender
        self._in_flight = in_flight
        self._timeout_s = timeout_s
        self._resend = resend
        self._flights: deque[_Flight] = deque()
        self._first: dict[str, tuple[int, str]] = {}
        self._last: dict[str, _Flight | Receipt | Answer | RowError | None] = {}
        """What became of the report of each identity in this run; None: it would be sent (dry run)."""

    def run(self, rows: Iterable[Converted], *, done: Callable[[], None] = lambda: None) -> Summary:
        """Send what `rows` holds and wait for the answers. `done` is called once a row, for a progress display."""
        for row in rows:
            self.summary.rows += 1
            match row:
                case Skipped():
                    self.summary.skipped += 1
                case Ready():
                    self._take(row)
                case errors:
                    self._fail(errors)
            done()
        while self._flights:
            self._land()
        assert self.summary.accounted == self.summary.rows
        return self.summary

    def _take(self, ready: Ready) -> None:
        row, mark = self._first.setdefault(ready.event_id, (ready.row, ready.mark))
        if row != ready.row:
            self._repeat(ready, row, mark)
            return
        known = self._journal.answers.get(ready.event_id)
        if known and known.accepted and known.mark != ready.mark:
            outcome: _Flight | Receipt | Answer | RowError | None = (
                _other_history(ready)
                if known.mark == ready.mark_otherwise
                else changed(ready.row, "what was imported for it before", "event.changed")
            )
        elif known and known.accepted and not self._resend:
            outcome = known
        elif self._sender is None:
            outcome = None
        else:
            outcome = self._send(self._sender, ready, known)
        self._last[ready.event_id] = outcome
        self._book(ready.row, outcome)

    def _repeat(self, ready: Ready, first_row: int, mark: str) -> None:
        if ready.mark != mark:
            self._fail((changed(ready.row, f"row {first_row}", "row.same_identity"),))
            return
        self.summary.repeated += 1
        self._book(ready.row, self._last[ready.event_id])

    def _send(self, sender: Sender, ready: Ready, known: Answer | None) -> "_Flight | RowError":
        while len(self._flights) >= self._in_flight:
            self._land()
        if self.summary.stopped_by:
            return _unanswered(ready.row, "not sent: the backbone gives no answers")
        try:
            flight = _Flight(ready, sender.send(ready.event_id, ready.event, ready.parts), known)
        except NotSendable as error:
            return RowError(ready.row, error.code, error.expected, error.remedy, field=error.field, found=error.found)
        except NoAnswer as error:
            self.summary.stopped_by = str(error)
            return _unanswered(ready.row, "not sent: the broker is away")
        self.summary.sent += 1
        self._flights.append(flight)
        return flight

    def _land(self) -> None:
        """Wait for the answer to the report that was sent first."""
        flight = self._flights.popleft()
        outcome: Receipt | Answer | RowError
        try:
            outcome = flight.pending.answer(0 if self.summary.stopped_by else self._timeout_s)
        except NoAnswer as error:
            self.summary.stopped_by = self.summary.stopped_by or str(error)
            outcome = _unanswered(flight.ready.row, "sent, and no answer in time")
        else:
            outcome = self._note(flight, outcome)
        self._last[flight.ready.event_id] = outcome
        for row in flight.rows:
            self._book(row, outcome)

    def _note(self, flight: _Flight, receipt: Receipt) -> Receipt | Answer | RowError:
        """Write an answer down. What was a case already must still be that case."""
        known = flight.known
        if known is None or not known.accepted:
            self._journal.note(flight.ready.event_id, flight.ready.mark, receipt)
            return receipt
        return known if receipt.case == known.case else _another_case(flight.ready.row)

    def _book(self, row: int, outcome: "_Flight | Receipt | Answer | RowError | None") -> None:
        """Count one row under what became of its report."""
        match outcome:
            case None:
                self.summary.valid += 1
            case _Flight():
                outcome.rows.append(row)
            case Answer() if self._resend:
                self.summary.resubmitted += 1
            case Answer():
                self.summary.known += 1
            case RowError():
                self._fail((_at(outcome, row),))
            case Receipt() if outcome.refusal:
                self.summary.refused += 1
                self._report_error(_refused(row, outcome))
            case Receipt():
                self.summary.accepted += 1

    def _fail(self, errors: tuple[RowError, ...]) -> None:
        if errors[0].code == _NO_ANSWER:
            self.summary.unanswered += 1
        else:
            self.summary.errors += 1
        for error in errors:
            self._report_error(error)


_NO_ANSWER = "send.no_answer"


def _unanswered(row: int, found: str) -> RowError:
    return RowError(row, _NO_ANSWER, "a receipt", _AGAIN, found=found)


def changed(row: int, other: str, code: str) -> RowError:
    """A row that says otherwise than another with its number. other: which one."""
    remedy = "tell what changed as report.corrected; or, when these are two incidents, give the mapping more identity columns"
    return RowError(row, code, f"the same content as {other}", remedy, field="identity", found="different content")


def _other_history(ready: Ready) -> RowError:
    """The same row, told before as what it is not told as now."""
    now, then = ("with", "without") if ready.event.history else ("without", "with")
    remedy = f"run the command {then} --history, as then; how a report was told is not changed by telling it again"
    return RowError(
        ready.row,
        "event.other_history",
        f"{then} --history, as it was imported",
        remedy,
        field="history",
        found=f"{now} it",
    )


def _another_case(row: int) -> RowError:
    remedy = "tell the operator of the backbone: one report must not become two cases"
    return RowError(row, "send.another_case", "the answer that it had", remedy, found="another answer")


def _refused(row: int, receipt: Receipt) -> RowError:
    refusal = receipt.refusal
    assert refusal is not None
    return RowError(
        row, refusal.code, refusal.expected or "", refusal.remedy, field=refusal.field or "", found=refusal.found or ""
    )


def _at(error: RowError, row: int) -> RowError:
    return RowError(row, error.code, error.expected, error.remedy, error.column, error.field, error.found)


def counted(events: Iterable[Ready]) -> dict[str, Counter[str]]:
    """What the rows would become, by field: for a dry run, so that a partner can see whether the mapping says what it means."""
    found: dict[str, Counter[str]] = {name: Counter() for name in ("kind", "ground", "nature", "place", "district")}
    for ready in events:
        facts = ready.event.facts
        found["kind"][facts.record_kind.value] += 1
        found["ground"].update({motive.ground.value for motive in facts.grounds} or {"(none)"})
        found["nature"].update({nature.value for nature in facts.natures} or {"(none)"})
        found["place"][facts.place.place_type.value] += 1
        found["district"][facts.place.district or "(none)"] += 1
    return found
