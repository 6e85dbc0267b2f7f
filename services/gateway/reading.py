"""One read, from the request to the data that may leave: the promises of docs/adr/0020 stand here, in this order.

1. The request is appended to the case's partition. What stands before it there, a withdrawal say, counts.
2. The gate answers at that place; its answer is read back as effective.
3. Once the answer stands in the ledger, the log's end is asked (`Look`), and the fold goes on to it. Whatever was appended up to then
   counts too.
4. Exactly the permitted fields are opened.
5. Right before the first byte (`Given.may_leave`) no more than FRESH_S have passed since the end was asked, freezes included.

None of these waits by trying again: each waits for one thing, and all of them for no longer than the read may take.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import DBAPIError

from backbone.casework import LEDGER
from backbone.desks import load_desk
from backbone.engine.errors import BrokerAway
from backbone.keys.parts import Place
from backbone.keys.service import NoKey, Opener
from backbone.standing import suspended_in
from backbone.store.errors import DatabaseAway
from backbone.store.tables import parked, snapshot
from schakel import avro
from schakel.case_consent import noes_for, stopped, to_be_told
from schakel.case_opening import may_read, opening_of, why_not
from schakel.case_state import State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.base import SealedField
from schakel.events.data import DisclosurePermitted, DisclosureRequested
from schakel.events.vocab import HoldReason, Scope
from schakel.ids import new_event_id, service_source
from schakel.sealing import Json
from schakel.timesource import TimeSource
from services.gateway import fields, tables
from services.gateway.deadline import Clock, Deadline, boot_time_s
from services.gateway.ledger import Answer, Appender, LedgerAway, Referral, Watch

PERMIT_S = 5.0
"""How long a read may take from request to answer. A permit that comes later is nobody's."""
FRESH_S = 1.0
"""How old the look at the log's end may be when the first byte leaves."""

# Made once: to make a statement takes longer than to carry it out.
_REFERRAL = select(tables.referral).where(tables.referral.c.referral_id == bindparam("referral"))
_STATE = select(snapshot.c.state).where(snapshot.c.case_id == bindparam("case"))
_PARKED = select(parked.c.id).where(parked.c.case_id == bindparam("case")).limit(1)
_SEALED = select(tables.sealed).where(
    tables.sealed.c.case_id == bindparam("case"), tables.sealed.c.field.in_(bindparam("fields", expanding=True))
)
T = TypeVar("T")


class NotForYou(Exception):
    """There is no such reference, or it is somebody else's, or nobody has told this partner of it: one and the same."""


class Refused(Exception):
    """It was delivered to this partner, and may not be read now. reason: the gate's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TooLate(Exception):
    """No answer in time, too long ago when it could have left, or a case that waits for an operator. Nothing left; asking again is a
    new request."""


class Away(Exception):
    """Kafka or a database does not answer. Nothing left; asking again is a new request."""


@dataclass(frozen=True, slots=True)
class Look:
    """At where a partition ends.

    behind: the offset of an answer that stood in the ledger when the look was begun; it is a last look for that one, and for those before.
    fresh: begun before the broker was asked, so that what is found is at most as old as this.
    """

    behind: int
    fresh: Deadline
    end: asyncio.Future[int]


@dataclass(frozen=True, slots=True)
class Given:
    """What may leave, until it is too old. Does not show itself."""

    request: str
    case: str
    permit: Answer
    scopes: tuple[str, ...]
    personal: Mapping[str, Json]
    labels: tuple[str, ...]
    fresh: Deadline

    def may_leave(self) -> bool:
        """Asked right before the first byte."""
        return not self.fresh.passed

    def __repr__(self) -> str:
        return f"Given(request={self.request!r})"


class Reader:
    """See the module's words. log_ends: where all of the ledger's partitions end now; ends: where these do. connect: the gateway's own
    database, to look at."""

    def __init__(
        self,
        watch: Watch,
        appender: Appender,
        log_ends: Callable[[tuple[str, ...]], Awaitable[Mapping[tuple[str, int], int]]],
        ends: Callable[[Collection[tuple[str, int]]], Awaitable[Mapping[tuple[str, int], int]]],
        connect: Callable[[], AbstractContextManager[Connection]],
        opener: Opener,
        time: TimeSource,
        *,
        clock: Clock = boot_time_s,
    ) -> None:
        self._watch, self._appender, self._log_ends, self._ends = watch, appender, log_ends, ends
        self._connect, self._opener, self._time, self._clock = connect, opener, time, clock
        self._thread = ThreadPoolExecutor(2, thread_name_prefix="reader")
        self._looks: dict[int, Look] = {}
        """The newest of each partition."""
        watch.coming = self._look

    def close(self) -> None:
        """No more reads."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def read(self, partner: str, referral_id: str, scopes: tuple[Scope, ...] = ()) -> Given:
        """What `partner` may read under this reference. scopes: default all that it carries.

        Raises NotForYou, Refused, TooLate, Away.
        """
        deadline = Deadline(PERMIT_S, self._clock)
        try:
            async with asyncio.timeout(PERMIT_S):
                return await self._read(deadline, partner, referral_id, scopes)
        except TimeoutError:
            raise TooLate from None
        except (LedgerAway, BrokerAway, DatabaseAway, DBAPIError) as error:
            raise Away(type(error).__name__) from error

    async def _read(self, deadline: Deadline, partner: str, referral_id: str, scopes: tuple[Scope, ...]) -> Given:
        referral = await self._find(referral_id)
        request = new_event_id()
        answered = self._watch.expect(request)
        try:
            await self._appender.append(self._request(request, referral, partner, scopes), *_place(referral))
            answer = await answered
        finally:
            self._watch.forget(request)
        if not isinstance(answer.event, DisclosurePermitted):
            case = await self._in_thread(self._state, referral)
            raise _refusal(case, referral.id, partner, answer.event.reason)
        look = self._looks.get(referral.partition)
        if look is None or look.behind < answer.offset:
            look = self._look(referral.partition, answer.offset)
        await self._watch.folded(referral.partition, await asyncio.shield(look.end))  # others may wait for it too
        permitted = tuple(scope.value for scope in answer.event.scopes)
        personal, labels = await self._in_thread(self._still, referral, partner, permitted)
        if deadline.passed:
            raise TooLate
        return Given(request, referral.case, answer, permitted, personal, labels, look.fresh)

    async def _find(self, referral_id: str) -> Referral:
        """A reference that we do not know may be younger than our fold: its message goes out before the ledger says so."""
        found = self._watch.leads_to(referral_id) or await self._in_thread(self._look_up, referral_id)
        if found is None:
            for (_, partition), end in (await self._log_ends((LEDGER,))).items():
                await self._watch.folded(partition, end)
            found = await self._in_thread(self._look_up, referral_id)
        if found is None:
            raise NotForYou
        return found

    def _look(self, partition: int, behind: int) -> Look:
        """Begin one. While an answer is folded somebody else may ask the broker, who takes about as long."""
        fresh = Deadline(FRESH_S, self._clock)
        look = self._looks[partition] = Look(behind, fresh, asyncio.ensure_future(self._end(partition)))
        look.end.add_done_callback(lambda end: end.cancelled() or end.exception())  # perhaps nobody waits for it
        return look

    async def _end(self, partition: int) -> int:
        place = LEDGER, partition
        return (await self._ends((place,)))[place]

    def _request(self, request: str, referral: Referral, partner: str, scopes: tuple[Scope, ...]) -> Entry:
        """An observation of ours, with the moment of our clock: a grant that has ended by now has ended."""
        event = DisclosureRequested(referral=referral.id, by=partner, scopes=scopes)
        now = self._time.now()
        source = service_source(event.OWNER)
        return Entry(
            Envelope(request, source, event.TYPE, now, referral.case, drill=referral.drill, logtime=now), event
        )

    async def _in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    # -- in the thread -------------------------------------------------------------------------------------------------

    def _look_up(self, referral_id: str) -> Referral | None:
        with self._connect() as db:
            row = db.execute(_REFERRAL, {"referral": referral_id}).one_or_none()
        return Referral(row.referral_id, row.case_id, row.partition, row.drill) if row else None

    def _state(self, referral: Referral) -> State:
        with self._connect() as db:
            return _case(db, referral)

    def _still(
        self, referral: Referral, partner: str, scopes: tuple[str, ...]
    ) -> tuple[Mapping[str, Json], tuple[str, ...]]:
        """The data and the labels of these scopes, when all of them may still be read as the case stands now."""
        wanted = sorted(fields.opened_by(scopes))
        with self._connect() as db:  # once for all: taking a connection costs as much as a question
            if db.execute(_PARKED, {"case": referral.case}).first():
                raise TooLate  # what waits behind a record that nobody can read may be her no
            case, away = _case(db, referral), suspended_in(db, referral.partition)
            sealed = db.execute(_SEALED, {"case": referral.case, "fields": wanted}).all()
        if partner in away or not set(scopes) <= may_read(case, referral.id, partner):
            raise _refusal(case, referral.id, partner)
        labels = [label.basis for label in case.labels if label.standing] if Scope.LABEL in scopes else []
        return self._open(referral, sealed), tuple(labels)

    def _open(self, referral: Referral, rows: Sequence[Any]) -> Mapping[str, Json]:
        """These sealed fields. Raises Refused when the person's key was destroyed."""
        if not rows:
            return {}
        try:
            values = self._opener.open_all(
                referral.case, fields.SUBJECT, [(_places(row), bytes(row.body)) for row in rows]
            )
        except NoKey as gone:
            if gone.destroyed:
                raise Refused(HoldReason.ERASED) from None
            return {}
        return {row.field: value for row, value in zip(rows, values, strict=True)}


def _place(referral: Referral) -> tuple[int, str]:
    return referral.partition, referral.case


def _case(db: Connection, referral: Referral) -> State:
    """As the gateway has folded it."""
    return load_desk(db.execute(_STATE, {"case": referral.case}).scalar_one()).case


def _places(row: Any) -> list[Place]:
    """Where the field was sealed: under the schema of its event that was the newest then. Today's first."""
    field = SealedField(row.field)
    return [Place(row.event_id, row.event_type, fields.SUBJECT, field, number) for number in _schemas(row.event_type)]


@cache
def _schemas(event_type: str) -> tuple[int, ...]:
    """Of an event type, the newest first. Kept: the file with all of them changes with the program, and reading it takes longer than
    opening what is sealed."""
    return tuple(locked.id for locked in reversed(avro.read_lock()) if locked.name == event_type)


def _refusal(
    case: State, referral_id: str, partner: str, reason: HoldReason = HoldReason.UNKNOWN
) -> NotForYou | Refused:
    """Why not, to whom it was delivered once or who opened it; to anybody else as if it did not exist."""
    opening = opening_of(case, referral_id)
    if opening is not None and opening.recipient == partner:
        return Refused((why_not(case, opening) or reason).value)
    referral = case.referrals.get(referral_id)
    if referral is None or referral.to != partner or referral.delivered_at is None:
        return NotForYou()
    if why := stopped(case):
        reason = why
    elif reason is HoldReason.UNKNOWN and (noes := noes_for(case, referral.to, referral.purpose)):
        reason = HoldReason.WITHDRAWN if noes[-1].withdrawn else HoldReason.REFUSED
    return Refused(to_be_told(reason).value)
