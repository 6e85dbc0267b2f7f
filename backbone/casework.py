"""What every service that works on cases shares: fold the ledger, decide on what a case lacks, say it once.

One call is one SQL transaction over one run of records of one ledger partition. Nothing here knows Kafka or Faust; what a service
decides stands in its `rules.py`, what an event means in `schakel.case`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
import structlog

from backbone import metrics
from backbone.engine.processor import Outcome
from backbone.store.rows import Outgoing
from backbone.store.transaction import Tx
from schakel import codec
from schakel.case import apply, conclude
from schakel.case_clocks import next_moments
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.envelope import Envelope, read_headers
from schakel.errors import Unreadable
from schakel.events import Derived, Told
from schakel.events.chain import WatermarkPassed
from schakel.ids import message_id, service_source
from schakel.messages import Message
from schakel.record import Raw

LEDGER = "schakel.ledger"
SETTLE_LIMIT = 64
"""Conclusions of one service per told event; a case that wants more is held and reported, not fed for ever."""
RECONCILE_AT_ONCE = 1_000
TIMERS_AT_ONCE = 1_000

log = structlog.get_logger(__name__)


class Rules(Protocol):
    """One service's view of a case. Pure."""

    def decide(self, case: State, now: datetime | None) -> Iterable[Derived]:
        """What the case lacks, of this service's making. `now` is the newest watermark of its partition."""
        ...

    def deliver(self, case: State, event: Derived) -> Iterable[tuple[str, Message]]:
        """(partner, message) that must stand on the partner's `out` topic before `event` is appended, which records it as done."""
        ...

    def announce(self, case: State, entry: Entry) -> Iterable[tuple[str, Message]]:
        """(partner, message) that follow from an own event, now that it has been read back as effective."""
        ...


class Desk(msgspec.Struct, omit_defaults=True):
    """A case as a service keeps it: what is known, and which own conclusions are on their way to the ledger."""

    case: State
    pending: list[str] = []
    run: int = 0
    """Own conclusions since the last told event."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Desk).decode


def load_desk(snapshot: bytes) -> Desk:
    """The desk that a snapshot row holds. Raises msgspec.DecodeError for anything else."""
    return _decode(snapshot)


def load_desks(tx: Tx, ids: Sequence[str]) -> dict[str, Desk]:
    """The desks of these cases, as far as there are any."""
    return {case_id: _decode(blob) for case_id, blob in tx.snapshots(ids).items()}


def understand(raw: Raw) -> Entry:
    """One ledger record as the fold wants it. Raises Unreadable."""
    envelope = read_headers(raw.headers)
    event = codec.decode_event(raw.value)
    if envelope.type != type(event).TYPE:
        raise Unreadable(
            "type.mismatch",
            field="ce_type",
            found="another type than the value's schema",
            expected=type(event).TYPE,
            remedy="send the type that belongs to the schema",
        )
    return Entry(envelope, event, raw.partition, raw.offset)


def out_record(
    service: str,
    partner: str,
    message: Message,
    *,
    about: str,
    cause: str | None,
    at: datetime,
    case: str | None,
    drill: bool,
) -> Outgoing:
    """A message as it goes to a partner's `out` topic; the same `about` gives the same id, so that a repetition can be ignored.

    cause: the id of the event it follows from, as readers see it; None when that has no id that could be read.
    """
    envelope = Envelope(
        id=message_id(message.TYPE, partner, about),
        source=service_source(service),
        type=message.TYPE,
        time=at,
        case=case,
        causation=cause,
        drill=drill,
    )
    key = case.encode() if case else None
    return Outgoing(f"schakel.out.{partner}", 0, key, codec.encode(message), envelope.headers())


def ledger_record(entry: Entry, partition: int | None, key: str) -> Outgoing:
    """An event as it goes to the ledger; without a partition, Kafka's hash of the key decides."""
    return Outgoing(LEDGER, partition, key.encode(), codec.encode(entry.event), entry.envelope.headers())


class CaseProcessor:
    """Folds one ledger partition's records into desks and lets `rules` decide on each case that was touched."""

    def __init__(self, name: str, rules: Rules) -> None:
        self.name = name
        self.rules = rules
        self.source = service_source(name)

    def topics(self) -> Sequence[str]:
        return (LEDGER,)

    # -- called by the engine, each inside one transaction -------------------------------------------------------------

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        """Fold, decide, write: the whole batch or nothing of it."""
        by_case: dict[str, list[Entry]] = {}
        watermark: datetime | None = None
        for raw in records:
            try:
                entry = understand(raw)
            except Unreadable as error:
                self._park(tx, raw, error)
                continue
            if isinstance(entry.event, WatermarkPassed):
                watermark = max(filter(None, (watermark, entry.event.at)))
            elif not entry.event.IN_CASE or entry.envelope.case is None:
                self.chain_event(tx, entry)
            else:
                by_case.setdefault(entry.envelope.case, []).append(entry)
        now = self._advance_watermark(tx, watermark)
        self._fold(tx, by_case, records, now)
        if watermark is not None:
            self.wake(tx, now)
        return Outcome()

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        """After a rebuild: decide once on every case, a bounded number a transaction. True when all have been."""
        after = tx.note(f"reconcile/{partition}") or ""
        ids = tx.case_ids(partition, after, RECONCILE_AT_ONCE)
        now = self.now(tx)
        desks = load_desks(tx, ids)
        for desk in desks.values():
            self._decide(tx, desk, now)
        self._save(tx, desks)
        tx.set_note(f"reconcile/{partition}", ids[-1] if ids else None)
        return len(ids) < RECONCILE_AT_ONCE

    # -- what a service may add ----------------------------------------------------------------------------------------

    def chain_event(self, tx: Tx, entry: Entry) -> None:
        """An event of the chain's own stream; most services need none of them."""

    def folded(self, tx: Tx, desk: Desk, entry: Entry, effect: Effect) -> None:
        """After one record was folded into its case."""

    def saved(self, tx: Tx, desks: dict[str, Desk]) -> None:
        """After the desks of a batch were written: the place for a service's own tables."""

    # -- the work ------------------------------------------------------------------------------------------------------

    def _fold(self, tx: Tx, by_case: dict[str, list[Entry]], records: Sequence[Raw], now: datetime | None) -> None:
        if not by_case:
            return
        parked = tx.parked_cases(list(by_case))
        if parked:
            raws = {raw.offset: raw for raw in records}
            for case_id in parked:
                for entry in by_case.pop(case_id):
                    tx.park(case_id, raws[entry.offset], "behind a parked event of this case")
        rebuilding = tx.checkpoint.rebuilding
        desks = load_desks(tx, list(by_case))
        announcing: list[tuple[Desk, Entry]] = []
        for case_id, entries in by_case.items():
            desk = desks.get(case_id)
            if desk is None:
                desk = desks[case_id] = Desk(State(id=case_id))
            for entry in entries:
                effect = apply(desk.case, entry)
                metrics.events.labels(self.name, effect).inc()
                if isinstance(entry.event, Told) and effect is not Effect.DUPLICATE:
                    desk.run = 0
                if entry.envelope.source == self.source:
                    if entry.id in desk.pending:
                        desk.pending.remove(entry.id)
                    if effect is Effect.EFFECTIVE and not rebuilding:
                        announcing.append((desk, entry))
                self.folded(tx, desk, entry, effect)
        if not rebuilding:
            outgoing: list[Outgoing] = []
            for desk, entry in announcing:
                outgoing.extend(self._messages(self.rules.announce(desk.case, entry), desk.case, entry.id))
            tx.outbox(outgoing)
            for desk in desks.values():
                self._decide(tx, desk, now)
        self._save(tx, desks)

    def _decide(self, tx: Tx, desk: Desk, now: datetime | None) -> None:
        """Say what the case lacks, unless it is on its way already."""
        case = desk.case
        if case.time is None:
            return
        outgoing: list[Outgoing] = []
        for event in self.rules.decide(case, now):
            entry = conclude(case, event, now)
            if entry.id in desk.pending:
                continue
            if desk.run >= SETTLE_LIMIT:
                log.error("case does not settle: held", service=self.name, case=case.id, conclusions=desk.run)
                metrics.unsettled.labels(self.name).inc()
                break
            desk.run += 1
            desk.pending.append(entry.id)
            outgoing.extend(self._messages(self.rules.deliver(case, event), case, entry.id))
            outgoing.append(ledger_record(entry, tx.checkpoint.partition, case.id))
        if outgoing:
            tx.outbox(outgoing)

    def _messages(self, messages: Iterable[tuple[str, Message]], case: State, about: str) -> Iterable[Outgoing]:
        assert case.time is not None
        for partner, message in messages:
            yield out_record(
                self.name, partner, message, about=about, cause=about, at=case.time, case=case.id, drill=case.drill
            )

    def _save(self, tx: Tx, desks: dict[str, Desk]) -> None:
        tx.save_snapshots({case_id: _encode(desk) for case_id, desk in desks.items()})
        self.saved(tx, desks)

    def _park(self, tx: Tx, raw: Raw, error: Unreadable) -> None:
        """An event that this version cannot read waits, and so does everything later in its case; nothing is dropped."""
        case_id = (raw.key or b"").decode("ascii", "replace")
        tx.park(case_id, raw, f"{error.code}: {error.expected}")
        metrics.parked.labels(self.name).inc()
        log.warning("event parked", service=self.name, case=case_id, offset=raw.offset, reason=error.code)

    # -- clocks --------------------------------------------------------------------------------------------------------

    keeps_timers = False

    def now(self, tx: Tx) -> datetime | None:
        text = tx.note(f"watermark/{tx.checkpoint.partition}")
        return datetime.fromisoformat(text) if text else None

    def _advance_watermark(self, tx: Tx, watermark: datetime | None) -> datetime | None:
        if not self.keeps_timers:
            return None
        now = self.now(tx)
        if watermark is not None and (now is None or watermark > now):
            now = watermark
            tx.set_note(f"watermark/{tx.checkpoint.partition}", now.isoformat())
        return now

    def wake(self, tx: Tx, now: datetime | None) -> bool:
        """Decide on cases with a clock that wants attention by `now`. True when there are more."""
        if not self.keeps_timers or now is None or tx.checkpoint.rebuilding:
            return False
        until_ms = int(now.timestamp() * 1000)
        due = tx.timers_due(tx.checkpoint.partition, until_ms, TIMERS_AT_ONCE)
        desks = load_desks(tx, due)
        for case_id, desk in desks.items():
            self._decide(tx, desk, now)
            waiting = [(name, at_ms) for name, at_ms in timers_of(desk.case) if at_ms > until_ms]
            tx.set_timers({case_id: waiting})  # what was decided sets them anew when it is read back
        tx.save_snapshots({case_id: _encode(desk) for case_id, desk in desks.items()})
        return len(due) == TIMERS_AT_ONCE


def timers_of(case: State) -> list[tuple[str, int]]:
    """A case's clock moments as timer rows (name, milliseconds since 1970)."""
    return [(clock_id, int(moment.timestamp() * 1000)) for clock_id, moment in next_moments(case)]
