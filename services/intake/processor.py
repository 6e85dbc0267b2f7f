"""Intake: reads what partners publish and the ledger itself, lets in, refuses, and answers everything with a receipt.

Two kinds of topic. An `in` topic brings messages: each ends as one event in the ledger or as a refusal, and its id is remembered. The
ledger tells which messages have landed where (then the receipt goes out, with the position), who is party to which case, and which
clocks are waiting for a watermark. A message about a case that the fold has not reached yet waits for the fold; it is not refused.
A no, or a report in danger, that stands far back on its topic is let in before its turn (`ahead`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import structlog

from backbone import metrics
from backbone.casework import LEDGER, CaseProcessor
from backbone.chains import Chains, Partner
from backbone.desks import Desk, load_desks
from backbone.engine.errors import Exit, Stop
from backbone.engine.processor import Outcome, Place, Surroundings
from backbone.kafka.names import CHECKPOINTS, LEDGER_PARTITIONS
from backbone.keys import KeysAway, KeysUnusable, ResealRequest, Sealer
from backbone.records import WATERMARK, ledger_record
from backbone.store.rows import Outgoing
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel import codec
from schakel.case import holds
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.envelope import Envelope, read_headers
from schakel.errors import Unreadable
from schakel.events import Told
from schakel.events.base import Sealed
from schakel.events.report import ReportLinked, ReportReceived
from schakel.ids import new_case_id, partner_source
from schakel.ledger import place_of
from schakel.messages import Refusal
from schakel.record import Raw
from schakel.timesource import TimeSource
from services.intake import answered, answers, elsewhere, heads, rules, seen, watermark
from services.intake.ahead import Ahead, may_overtake
from services.intake.chain_stream import ChainStream
from services.intake.doubts import Doubts, Read
from services.intake.heads import Heads
from services.intake.no_rules import NoRules
from services.intake.reading import named, read_message
from services.intake.waits import Waits
from services.intake.writing import also, envelope_with

IN, REFUSED = "schakel.in.", answers.REFUSED
PORTION = 500
"""Messages of one partner in a transaction: then the ledger and the other partners have their turn, however long its list is."""

log = structlog.get_logger(__name__)


class IntakeProcessor(CaseProcessor):
    """See the module's words. `log_end` answers a partition's end at this moment, `keys` what seals."""

    versions = (Path(__file__).parent / "migrations",)
    first = (LEDGER, REFUSED)
    """In a fresh database these are read before any message is judged: they know which were let in, and which refused."""
    beside = (KeysAway.what,)
    paced_s = 0.01  # a receipt waits for two of its fetches

    def __init__(
        self,
        chains: Chains,
        keys: Callable[[], Sealer],
        time: TimeSource,
        log_end: Callable[[str, int], int],
        new_id: Callable[[], str] = new_case_id,
        ahead: Ahead | None = None,
    ) -> None:
        super().__init__("intake", NoRules())
        self.chains, self.keys = chains, keys
        self.time = time
        self.new_id = new_id
        self.streams = ChainStream(chains)
        topics = [f"{IN}{partner}" for partner in chains.partners]
        self.watermark = watermark.Watermark(topics, chains, self.streams)
        self.ahead = ahead or Ahead()
        self.doubts = Doubts(log_end, LEDGER_PARTITIONS)
        self._answered_to: dict[str, int] = {}
        self._waits = Waits()

    def begin(self) -> None:
        """Have the keys at hand. Raises KeysAway; Stop when they cannot be used as they are."""
        try:
            self.keys()
        except KeysUnusable as error:
            raise Stop(Exit.SAYS_WHY, "keys", str(error)) from error

    def topics(self) -> Sequence[str]:
        return (LEDGER, REFUSED, CHECKPOINTS, *self.watermark.topics)

    def process(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        topic = records[0].topic
        if topic == LEDGER:
            return super().process(tx, records)
        if topic == REFUSED:
            if tx.checkpoint.rebuilding:
                answered.refused(tx, records)
            return Outcome()
        if topic == CHECKPOINTS:
            heads.keep(tx, records)
            return Outcome()
        return self._admit(tx, records)

    def caught_up(self, tx: Tx, topic: str, partition: int) -> bool:
        return topic != LEDGER or super().caught_up(tx, topic, partition)

    def portion(self, topic: str) -> int | None:
        """See `Offers`."""
        return PORTION if topic.startswith(IN) else None

    def committed(self, place: Place, position: int) -> None:
        """How far each `in` topic has been handled."""
        if place[0].startswith(IN):
            self.ahead.reached(place[0], position)

    # -- the ledger: receipts, parties, seen ids ------------------------------------------------------------------------

    def _take(self, tx: Tx, entries: Sequence[Entry]) -> None:
        self._landings: list[seen.Landing] = []
        self._repeated: list[seen.Landing] = []
        super()._take(tx, entries)
        self._answer(tx, seen.landed(tx, self._landings), seen.taken(tx, self._repeated))
        if tx.checkpoint.rebuilding:
            answered.let_in(tx, entries)
            self.watermark.looked_at(tx, entries)

    def folding(self, tx: Tx, desk: Desk, entry: Entry) -> None:
        self._twin = also(entry, desk.case)

    def folded(self, tx: Tx, desk: Desk, entry: Entry, effect: Effect) -> None:
        """What has its effect here is told in the other case too: before that, another partner's event may come first under its id."""
        if isinstance(entry.event, Told):
            heard = self._repeated if effect is Effect.DUPLICATE else self._landings
            heard.append(seen.Landing(entry, desk.case.id, desk.case.drill))
        if self._twin and effect is Effect.EFFECTIVE and not tx.checkpoint.rebuilding:
            tx.outbox([ledger_record(self._twin, None, self._twin.envelope.case or "")])

    def chain_event(self, tx: Tx, entry: Entry) -> None:
        if isinstance(entry.event, Told):
            heard = self._landings if self.streams.heard(tx, entry) else self._repeated
            heard.append(seen.Landing(entry, None, entry.envelope.drill))

    def given_up(self, tx: Tx, raw: Raw) -> None:
        """Whoever told it gets a refusal, now and when it is sent again: there is no receipt to wait for any more."""
        try:
            envelope = read_headers(raw.headers)
        except Unreadable:
            return
        partner = self.chains.partner(envelope.partner or "")
        if partner and seen.given_up(tx, envelope) and not tx.checkpoint.rebuilding:
            tx.outbox([answers.given_up(raw, envelope, partner, Heads(tx).of(raw.partition))])

    def _answer(self, tx: Tx, landings: Sequence[seen.Landing], taken: Sequence[tuple[seen.Landing, int]]) -> None:
        """The receipts of told events, now that their position is known; a refusal for what came second under its id."""
        if tx.checkpoint.rebuilding:
            return
        head = Heads(tx).of(tx.checkpoint.partition)
        for landing in landings:
            if self._whose(landing.entry):
                tx.outbox([self._receipt(landing.entry, landing.case, landing.drill, head)])
                self._waits.answered(landing.entry.envelope.position)
        for landing, size_bytes in taken:
            if partner := self._whose(landing.entry):
                tx.outbox(answers.taken(landing.entry, size_bytes, partner, head))
                metrics.submissions.labels("refused").inc(not landing.drill)
                log.info("id taken meanwhile", case=landing.case, offset=landing.entry.offset)

    def _receipt(self, entry: Entry, case_id: str | None, drill: bool, head: str | None) -> Outgoing:
        return answers.accepted(entry, case_id, drill, head, elsewhere.routes(entry, case_id, self.chains))

    def _whose(self, entry: Entry) -> Partner | None:
        """Who waits for the receipt. What intake told here because it was told in another case has its receipt there."""
        return None if entry.envelope.causation else self.chains.partner(entry.envelope.partner or "")

    def saved(self, tx: Tx, desks: dict[str, Desk]) -> None:
        tx.set_timers({case_id: self.watermark.waits(desk.case) for case_id, desk in desks.items()})

    # -- the in topics -------------------------------------------------------------------------------------------------

    def _admit(self, tx: Tx, records: Sequence[Raw]) -> Outcome:
        partner = self.chains.partner(records[0].topic.removeprefix(IN))
        now = self.time.now()
        read = [read_message(raw) for raw in records]
        left = list(range(len(records)))
        topic = records[0].topic
        known = seen.of(tx, read)
        if topic not in self._answered_to:
            self._answered_to[topic] = answered.reached(tx, topic)
        if records[0].offset <= self._answered_to[topic]:  # our database was lost, and this is from before
            left = answered.unanswered(
                tx, records, [seen.key_of(item) for item in read], known, self._answered_to[topic]
            )
            records, read = [records[number] for number in left], [read[number] for number in left]
            if not records:
                return Outcome()
        cases = self._cases(tx, [case for item in read if not isinstance(item, Refusal) for case in named(*item)])
        judged = [self._judge(tx, item, partner, cases, now, known) for item in read]
        outcome = self.doubts.outcome(tx, records, read, judged)
        if done := outcome.processed:
            self._write(tx, records[:done], read[:done], judged[:done], partner, now, known)
        if outcome.wait_for is None:
            self._admit_ahead(tx, topic, records[-1].offset + 1)
            return outcome
        return Outcome(wait_for=outcome.wait_for, processed=left[done])

    def _admit_ahead(self, tx: Tx, topic: str, position: int) -> None:
        """Let in what was found at or behind `position`. What cannot be let in now is looked at when it is its turn."""
        if topic not in self._answered_to:
            return  # nothing of it was judged yet: our fold may still be young
        found = self.ahead.take(topic, max(position, self._answered_to[topic] + 1))
        partner, now = self.chains.partner(topic.removeprefix(IN)), self.time.now()
        read = [read_message(raw) for raw in found]
        known = seen.of(tx, read)
        cases = self._cases(tx, [item[0].case for item in read if not isinstance(item, Refusal) and item[0].case])
        good = [
            (raw, item)
            for raw, item in zip(found, read, strict=True)
            if not isinstance(item, Refusal)
            and may_overtake(item[1])
            and self._judge(tx, item, partner, cases, now, known) is None
        ]
        raws, items = [raw for raw, _ in good], [item for _, item in good]
        verdicts = [None] * len(good)
        let_in = self._write(tx, raws, items, verdicts, partner, now, known, early=True) if good else ()
        # What is let in is forgotten once it is known, not before: this transaction may be taken back.
        self.ahead.forget(topic, {raw.offset for raw in found}.difference(let_in))
        metrics.ahead.inc(len(let_in))

    def _cases(self, tx: Tx, ids: Sequence[str]) -> dict[str, State]:
        return {case_id: desk.case for case_id, desk in load_desks(tx, list(dict.fromkeys(ids))).items()}

    def _judge(
        self, tx: Tx, item: Read, partner: Partner | None, cases: dict[str, State], now: datetime, known: seen.Known
    ) -> Refusal | None:
        """What its sender said before is not judged anew: what was let in stays so, whatever became of the case since."""
        if isinstance(item, Refusal):
            return item
        if partner is None:
            return Refusal(
                code="partner.unknown",
                field="topic",
                expected="a partner of chains/partners.yaml",
                remedy="have the partner added to the register, or remove its topic",
            )
        envelope, event = item
        if seen.key_of(item) in known and envelope.source == partner_source(partner.oin) and isinstance(event, Told):
            return None
        case = cases.get(envelope.case) if envelope.case else None
        other = cases.get(event.other_case) if isinstance(event, ReportLinked) else None
        wrong = rules.refusal(rules.Submission(envelope, event, partner, case, other), self.chains, now)
        taken = holds(case, envelope.id) if case is not None else self.streams.holds(tx, partner, envelope, event)
        if wrong is None and taken:
            return answers.ALREADY_USED  # by another partner: within a case an id is one event, in a chain one trend
        return wrong

    def _write(
        self,
        tx: Tx,
        records: Sequence[Raw],
        read: Sequence[Read],
        judged: Sequence[Refusal | None],
        partner: Partner | None,
        now: datetime,
        known: seen.Known,
        *,
        early: bool = False,
    ) -> Sequence[int]:
        """Old receipts for what was said before, the ledger for what is new, refusals for the rest: in the order of the topic.

        Returns the offsets of what is new. early: before its turn; whatever else it is, it has its answer in its turn, once.
        """
        signed = Heads(tx)
        cases, resealed = self._reseal(read, judged, known)
        outgoing: list[Outgoing] = []
        remembered: list[tuple[Envelope, str | None, str, int]] = []
        new: list[int] = []
        for number, (raw, item, verdict) in enumerate(zip(records, read, judged, strict=True)):
            if isinstance(item, Refusal) or verdict is not None:
                envelope = None if isinstance(item, Refusal) else item[0]
                outgoing.extend(self._refuse(raw, envelope, verdict or item, partner, now, signed))  # type: ignore[arg-type]
                continue
            envelope, event = item
            key, content = (envelope.source, envelope.id), seen.content(envelope, event)
            before, parts = known.get(key), resealed.get(number, ())
            if early and (before is not None or isinstance(parts, Unreadable)):
                continue
            if before is None and isinstance(parts, Unreadable):
                outgoing.extend(self._refuse(raw, envelope, answers.as_refusal(parts), partner, now, signed))
            elif before is None:
                known[key] = seen.Seen(cases[key], content, None, None)
                if event.sealed:
                    event = event.model_copy(update={"sealed": parts})
                digest = sha256(raw.value or b"").hexdigest()
                appended = envelope_with(envelope, partner, now, case=cases[key], position=place_of(raw), digest=digest)
                remembered.append((appended, cases[key], content, len(raw.value or b"")))
                self._waits.let_in(raw)
                new.append(raw.offset)
                outgoing.append(
                    ledger_record(Entry(appended, event), None, cases[key] or self.streams.key(partner, event))
                )
                metrics.submissions.labels("accepted").inc(not envelope.drill)
            elif before.content in answers.FOR_GOOD:
                outgoing.extend(self._refuse(raw, envelope, answers.FOR_GOOD[before.content], partner, now, signed))
            elif before.content != content or envelope.case not in (None, before.case):
                outgoing.extend(self._refuse(raw, envelope, answers.ALREADY_USED, partner, now, signed))
            elif before.offset is not None and before.partition is not None:
                again = envelope_with(envelope, partner, now, position=place_of(raw))
                entry = Entry(again, event, before.partition, before.offset)
                head = signed.of(before.partition)
                outgoing.append(self._receipt(entry, before.case, envelope.drill, head))
            # else: it is on its way to the ledger; the receipt that follows answers both
        seen.accepted(tx, remembered)
        tx.outbox(outgoing)
        return new

    def _reseal(
        self,
        read: Sequence[Read],
        judged: Sequence[Refusal | None],
        known: seen.Known,
    ) -> tuple[dict[tuple[str, str], str | None], dict[int, tuple[Sealed, ...] | Unreadable]]:
        """The case of each new event, and by its number in the batch what it says of people, sealed anew under their own keys.

        Before anything is let in: what cannot be opened must not stand in the way of the same event, sealed well, behind it.
        """
        cases: dict[tuple[str, str], str | None] = {}
        asked: dict[int, ResealRequest] = {}
        for number, (item, verdict) in enumerate(zip(read, judged, strict=True)):
            if isinstance(item, Refusal) or verdict is not None or (item[0].source, item[0].id) in known:
                continue
            envelope, event = item
            key = (envelope.source, envelope.id)
            if key not in cases:
                cases[key] = self.new_id() if isinstance(event, ReportReceived) else envelope.case
            if event.sealed:
                schema_id = codec.schema_id(type(event))
                asked[number] = ResealRequest(cases[key] or "", envelope.id, envelope.type, schema_id, event.sealed)
        return cases, dict(zip(asked, self.keys().reseal(list(asked.values())), strict=True))

    def _refuse(
        self,
        raw: Raw,
        envelope: Envelope | None,
        why: Refusal,
        partner: Partner | None,
        now: datetime,
        signed: Heads,
    ) -> Sequence[Outgoing]:
        metrics.submissions.labels("refused").inc(not (envelope and envelope.drill))
        self._waits.refused(raw)
        log.info("message refused", code=why.code, field=why.field, topic=raw.topic, offset=raw.offset)
        return answers.refused(raw, envelope, why, partner, now, signed.of(None))

    # -- watermarks ----------------------------------------------------------------------------------------------------

    def restless(self, store: Store) -> bool:
        """Whether a clock waits for a watermark, or a no to be let in."""
        earliest = store.earliest_timer()
        if self.ahead.waiting:
            return True
        return earliest is not None and earliest <= self.time.now().timestamp() * 1000

    async def observe(self, surroundings: Surroundings) -> None:
        """Note how far each `in` topic reaches (what was sent before this moment lies before that), and look ahead where it is long."""
        at = self.time.now()
        ends = {topic: end for (topic, _), end in (await surroundings.log_ends(self.watermark.topics)).items()}
        for topic, end in ends.items():
            self.watermark.noticed(topic, at, end)
        await self.ahead.look(ends)

    def tick(self, tx: Tx, topic: str, partition: int) -> bool:
        if topic != LEDGER:
            if topic.startswith(IN):
                self._admit_ahead(tx, topic, tx.checkpoint.next_offset)
                self.watermark.handled(tx, topic)
            return False
        self.streams.arm(tx, partition)
        entry, more = self.watermark.due(tx, partition)
        if entry is not None:
            tx.outbox([ledger_record(entry, partition, WATERMARK)])
        return more
