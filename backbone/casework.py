"""What every service that works on cases shares: fold the ledger, decide on what a case lacks, say it once.

One call is one SQL transaction over one run of records of one ledger partition. Nothing here knows Kafka or Faust; what a service
decides stands in its `rules.py`, what an event means in `schakel.case`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

import structlog
from prometheus_client import Counter as Metric

from backbone import metrics, standing
from backbone.case_rules import TOLD, Rules, may_lack
from backbone.desks import Desk, Desks, copied
from backbone.engine.logs import concerning
from backbone.engine.processor import Outcome
from backbone.records import LEDGER as LEDGER
from backbone.records import ledger_record, out_record
from backbone.store.rows import Outgoing
from backbone.store.transaction import Tx
from backbone.voided import around_voids
from schakel import codec
from schakel.case import apply, conclude
from schakel.case_clocks import next_moments
from schakel.case_consent import consent_moments
from schakel.case_erasure import erasure_moments
from schakel.case_state import FOLD_VERSION, Effect, State
from schakel.entry import Entry
from schakel.errors import Unreadable
from schakel.events import Derived, Observed, Told
from schakel.events.base import ce_type
from schakel.events.chain import WatermarkPassed
from schakel.ids import service_source
from schakel.ledger import gives_up, understand
from schakel.messages import Message
from schakel.record import Raw

SETTLE_LIMIT = 64
"""Conclusions of one service per told event; a case that wants more is held and reported, not fed for ever."""
RECONCILE_AT_ONCE = 1_000
RETRY_AT_ONCE = 1_000
WHOLE_CASE = 100_000
SAID_AT_MOST = 10_000
TIMERS_AT_ONCE = 50
"""What waits behind a tick waits for so many: a burst of due clocks must not keep anybody else. About as much work as the twenty
told events of one batch: more a transaction would save little, and they would wait more than twice as long."""

Relay = Callable[[State, Entry], Iterable[tuple[str, Message]]]
Moments = Callable[[State], list[tuple[str, datetime]]]
log = structlog.get_logger(__name__)


@cache
def _folded(service: str, effect: Effect) -> Metric:
    """The count of a service's events with this effect, at hand: to look it up by its labels takes longer than to count."""
    return metrics.events.labels(service, effect)


def case_named(raw: Raw) -> str:
    """The case that a record belongs to by its key, as far as that can be read: under this a record is parked."""
    key = (raw.key or b"").decode("ascii", "replace")
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in key)


class CaseProcessor:
    """Folds one ledger partition's records into desks and lets `rules` decide on each case that was touched."""

    def __init__(self, name: str, rules: Rules) -> None:
        self.name = name
        self.rules = rules
        self.source = service_source(name)
        self._waited_for = {ce_type(model.TYPE).encode() for model in getattr(rules, "hastens", TOLD)}
        self.desks = Desks()
        self._said: dict[bytes | None, Derived] = {}
        """Own conclusions by their bytes, until they are read back: they need not be decoded."""
        self._ahead: bool = getattr(rules, "decides_ahead", False)
        """Whether to decide on a case as if the conclusions just drawn had landed already, so that they travel together. Only for
        rules that deliver nothing: what lands after something unforeseen is overtaken, and a delivery cannot be."""

    def topics(self) -> Sequence[str]:
        return (LEDGER,)

    gather_s = 0.25
    fold_version = FOLD_VERSION

    def waited_for(self, record: Raw) -> bool:
        """Whether somebody waits for what follows from this record (see `Rules`)."""
        for name, value in record.headers:
            if name == "ce_type":
                return value in self._waited_for or record.topic != LEDGER
        return True

    # -- called by the engine, each inside one transaction -------------------------------------------------------------

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        """Fold, decide, write: the whole batch or nothing of it."""
        entries: list[Entry] = []
        unread: dict[int, Unreadable] = {}
        for raw in records:
            try:
                entries.append(understand(raw, self._said.pop(raw.value, None)))
            except Unreadable as error:
                unread[raw.offset] = error
        for piece in around_voids(entries, unread):
            if piece.void is not None:
                self._give_up(tx, piece.void, case_named(records[piece.void.offset - records[0].offset]))
            self._take(tx, self._put_aside(tx, records, piece.entries, piece.unread))
        return Outcome()

    def retry(self, tx: Tx, topic: str, partition: int) -> bool:
        """Parked records that an operator wants tried again, each case in the order of the log; and, when somebody was suspended
        or restored, a bounded number of cases. True when there are more."""
        marked = tx.parked(retry_only=True, limit=RETRY_AT_ONCE)
        for case_id in sorted({record.case_id for record in marked}):
            self._try_again(tx, case_id)
        return self._look_again(tx) or len(marked) == RETRY_AT_ONCE

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        """After a rebuild: decide once on every case, a bounded number a transaction. True when all have been."""
        ids = self._reconcile(tx, tx.note(f"reconcile/{partition}") or "")
        tx.set_note(f"reconcile/{partition}", ids[-1] if ids else None)
        return len(ids) < RECONCILE_AT_ONCE

    def _reconcile(self, tx: Tx, after: str) -> list[str]:
        """Decide once on the next cases behind this one, a bounded number; which they were."""
        ids = tx.case_ids(tx.checkpoint.partition, after, RECONCILE_AT_ONCE)
        self._look_at(tx, ids)
        return ids

    def _look_at(self, tx: Tx, ids: Sequence[str]) -> None:
        """Decide once on these cases."""
        self._standing(tx)
        desks = self.desks.load(tx, ids)
        self._decide_on(tx, desks, self.now(tx))
        self._save(tx, desks)

    def _look_again(self, tx: Tx) -> bool:
        """At the next cases, when somebody's standing changed and these rules ask about it. True when there are more."""
        after = None if tx.checkpoint.rebuilding else standing.looked_at(tx)
        if after is None:
            return False
        ids = self._reconcile(tx, after) if hasattr(self.rules, "away") else []
        standing.look_on(tx, ids[-1] if len(ids) == RECONCILE_AT_ONCE else None)
        return len(ids) == RECONCILE_AT_ONCE

    def _standing(self, tx: Tx) -> None:
        """Tell the rules who is suspended, by the partition that is worked on."""
        if hasattr(self.rules, "away"):
            self.rules.away = standing.suspended(tx)

    # -- what a service may add ----------------------------------------------------------------------------------------

    def chain_event(self, tx: Tx, entry: Entry) -> None:
        """An event of the chain's own stream; most services need none of them."""

    def folding(self, tx: Tx, desk: Desk, entry: Entry) -> None:
        """Before one record is folded into its case."""

    def folded(self, tx: Tx, desk: Desk, entry: Entry, effect: Effect) -> None:
        """After one record was folded into its case."""

    def given_up(self, tx: Tx, raw: Raw) -> None:
        """After an operator gave up a record that could not be read: it will never have an effect."""

    def saved(self, tx: Tx, desks: dict[str, Desk]) -> None:
        """After the desks of a batch were written: the place for a service's own tables."""

    # -- the work ------------------------------------------------------------------------------------------------------

    def _take(self, tx: Tx, entries: Sequence[Entry]) -> None:
        """What could be read and need not wait, in the order of the log."""
        by_case: dict[str, list[Entry]] = {}
        watermark: datetime | None = None
        for entry in entries:
            if isinstance(entry.event, WatermarkPassed):
                watermark = max(filter(None, (watermark, entry.event.at)))
            elif not entry.event.IN_CASE or entry.envelope.case is None:
                standing.taken(tx, entry)
                self.chain_event(tx, entry)
            else:
                by_case.setdefault(entry.envelope.case, []).append(entry)
        now = self._advance_watermark(tx, watermark)
        self._standing(tx)
        if by_case:
            self._fold(tx, by_case, now)
        if watermark is not None:
            self.wake(tx, now)

    def _fold(self, tx: Tx, by_case: dict[str, list[Entry]], now: datetime | None) -> None:
        rebuilding = tx.checkpoint.rebuilding
        desks = self.desks.load(tx, list(by_case))
        announcing: list[tuple[Desk, Entry]] = []
        heard = {
            Effect.EFFECTIVE: getattr(self.rules, "relay", None),
            Effect.OVERTAKEN: getattr(self.rules, "overtaken", None),
        }
        relaying: list[tuple[Desk, Entry, Relay]] = []
        effects: Counter[Effect] = Counter()
        moved: dict[str, Desk] = {}
        for case_id, entries in by_case.items():
            desk = desks.get(case_id)
            if desk is None:
                desk = desks[case_id] = Desk(State(id=case_id))
            for entry in entries:
                self.folding(tx, desk, entry)
                try:
                    effect = apply(desk.case, entry)
                except Exception as error:
                    concerning(error, case=case_id, offset=entry.offset)
                    raise
                effects[effect] += not desk.case.drill
                if case_id not in moved and may_lack(self.rules, desk.case, entry, effect):
                    moved[case_id] = desk
                if isinstance(entry.event, Told | Observed) and effect is not Effect.DUPLICATE:
                    desk.run = 0
                if entry.envelope.source == self.source:
                    if entry.id in desk.pending:
                        desk.pending.remove(entry.id)
                    if effect is Effect.EFFECTIVE and not rebuilding:
                        announcing.append((desk, entry))
                elif (relay := heard.get(effect)) and not rebuilding and isinstance(entry.event, Told):
                    relaying.append((desk, entry, relay))
                self.folded(tx, desk, entry, effect)
        for effect, count in effects.items():
            _folded(self.name, effect).inc(count)
        if not rebuilding:
            outgoing: list[Outgoing] = []
            for desk, entry in announcing:
                outgoing.extend(self._messages(self.rules.announce(desk.case, entry), desk.case, entry.id))
            for desk, entry, relay in relaying:
                outgoing.extend(self._messages(relay(desk.case, entry), desk.case, entry.id))
            tx.outbox(outgoing)
            self._decide_on(tx, moved, now)
        self._save(tx, desks)

    def _decide_on(self, tx: Tx, desks: Mapping[str, Desk], now: datetime | None) -> None:
        """On each of them that is whole: where something is parked, what waits behind it may say the contrary, a no for instance."""
        waiting = tx.parked_cases(desks)
        for case_id, desk in desks.items():
            if case_id not in waiting:
                self._decide(tx, desk, now)

    def _decide(self, tx: Tx, desk: Desk, now: datetime | None) -> None:
        """Say what the case lacks, unless it is on its way already."""
        case = desk.case
        if case.time is None:
            return
        outgoing: list[Outgoing] = []
        try:
            self._conclude_all(tx, desk, case, now, outgoing)
        except Exception as error:
            concerning(error, case=case.id)
            raise
        if outgoing:
            tx.outbox(outgoing)

    def _conclude_all(self, tx: Tx, desk: Desk, case: State, now: datetime | None, outgoing: list[Outgoing]) -> None:
        said = self._conclude(desk, case, now)
        while said:
            for entry, event, value in said:
                outgoing.extend(self._messages(self.rules.deliver(case, event), case, entry.id))
                outgoing.append(ledger_record(entry, tx.checkpoint.partition, case.id, value))
            if not self._ahead:
                break
            case = copied(case)
            for entry, _, _ in said:
                apply(case, entry)
            said = self._conclude(desk, case, now)

    def _conclude(self, desk: Desk, case: State, now: datetime | None) -> list[tuple[Entry, Derived, bytes]]:
        """What `case` lacks and is not on its way, and each encoded; from here on it is on its way."""
        said: list[tuple[Entry, Derived, bytes]] = []
        for event in self.rules.decide(case, now):
            value = codec.encode(event)
            entry = conclude(case, event, now, value)
            if entry.id in desk.pending:
                continue
            if desk.run >= SETTLE_LIMIT:
                log.error("case does not settle: held", service=self.name, case=case.id, conclusions=desk.run)
                metrics.unsettled.labels(self.name).inc()
                break
            desk.run += 1
            desk.pending.append(entry.id)
            if len(self._said) >= SAID_AT_MOST:
                self._said.clear()
            self._said[value] = event
            said.append((entry, event, value))
        return said

    def _messages(self, messages: Iterable[tuple[str, Message]], case: State, about: str) -> Iterable[Outgoing]:
        assert case.time is not None
        for partner, message in messages:
            yield out_record(
                self.name, partner, message, about=about, cause=about, at=case.time, case=case.id, drill=case.drill
            )

    def _save(self, tx: Tx, desks: dict[str, Desk]) -> None:
        self.desks.save(tx, desks)
        self.saved(tx, desks)

    # -- what has to wait ----------------------------------------------------------------------------------------------

    def _put_aside(
        self, tx: Tx, records: Sequence[Raw], entries: Sequence[Entry], unread: Mapping[int, Unreadable]
    ) -> Sequence[Entry]:
        """Park what this version cannot read, and behind it everything later of its case; nothing is dropped. Returns the rest."""
        touched = {entry.envelope.case for entry in entries if entry.envelope.case}
        waiting = dict.fromkeys(tx.parked_cases(touched), -1)  # case -> the offset behind which it waits
        raws = {raw.offset: raw for raw in records} if unread or waiting else {}
        for offset, error in unread.items():
            case_id = case_named(raws[offset])
            waiting.setdefault(case_id, offset)
            tx.park(case_id, raws[offset], f"{error.code}: {error.expected}")
            metrics.parked.labels(self.name).inc()
            log.warning("event parked", service=self.name, case=case_id, offset=offset, reason=error.code)
        free: list[Entry] = []
        for entry in entries:
            if entry.event.IN_CASE and entry.offset > waiting.get(entry.envelope.case or "", entry.offset):
                tx.park(entry.envelope.case or "", raws[entry.offset], "behind a parked event of this case")
            else:
                free.append(entry)
        return free

    def _give_up(self, tx: Tx, void: Entry, case_id: str) -> None:
        """Let go of what an operator gave up, wherever in the queue of its case it waits, and go on with what waits behind it."""
        for record in tx.parked(case_id=case_id, limit=WHOLE_CASE):
            if not gives_up(void, record.raw):
                continue
            log.info("parked event given up", service=self.name, case=case_id, offset=record.raw.offset)
            tx.unpark([record.id])
            for desk in self.desks.load(tx, [case_id]).values():
                desk.pending = [said for said in desk.pending if ("ce_id", said.encode()) not in record.raw.headers]
                self._save(tx, {case_id: desk})  # an own conclusion that broke on its way is concluded again
            self.given_up(tx, record.raw)
            self._try_again(tx, case_id)

    def _try_again(self, tx: Tx, case_id: str) -> None:
        """What waits of a case, marked or not, up to the first record that still cannot be read."""
        waiting = tx.parked(case_id=case_id, limit=WHOLE_CASE)
        entries: list[Entry] = []
        for record in waiting:
            try:
                entries.append(understand(record.raw))
            except Unreadable as error:
                log.warning("event stays parked", service=self.name, case=case_id, reason=error.code)
                break
        for record in waiting[len(entries) :]:
            if record.retry:
                tx.park(case_id, record.raw, record.reason)  # tried: no longer marked
        tx.unpark([record.id for record in waiting[: len(entries)]])
        self._take(tx, entries)
        if not tx.checkpoint.rebuilding:
            self._look_at(tx, [case_id])  # also at what was due meanwhile

    # -- clocks --------------------------------------------------------------------------------------------------------

    keeps_timers = False
    moments: Moments = staticmethod(next_moments)
    """Of a case, those at which this service may have something to say. Intake keeps all of them: it logs the watermarks."""

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
        self._standing(tx)
        until_ms = int(now.timestamp() * 1000)
        due = tx.timers_due(tx.checkpoint.partition, until_ms, TIMERS_AT_ONCE)
        desks = self.desks.load(tx, due)
        self._decide_on(tx, desks, now)
        tx.drop_timers(desks, until_ms)  # what was decided sets all of them anew when it is read back
        self.desks.save(tx, desks)
        return len(due) == TIMERS_AT_ONCE


def all_moments(case: State) -> list[tuple[str, datetime]]:
    """Whatever waits for a watermark: running clocks, grants that end by themselves, and terms that end in erasure."""
    return [*next_moments(case), *consent_moments(case), *erasure_moments(case)]


def timers_of(case: State, moments: Moments = all_moments) -> list[tuple[str, int]]:
    """A case's moments as timer rows (name, milliseconds since 1970)."""
    return [(name, int(moment.timestamp() * 1000)) for name, moment in moments(case)]
