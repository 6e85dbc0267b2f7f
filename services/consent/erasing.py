"""Carries out an erasure once the ledger says so: the key is destroyed, and those who know of the person are told.

The order is the whole of it. `subject.erased` is appended, and read back as effective; from its position on nobody reads, whoever still
holds a key. Only then the key is destroyed, before the transaction that has read the event is committed. Killed in between, the event
is read again and the key destroyed again, which changes nothing where it was destroyed already. So does a rebuild.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

import structlog

from backbone.case_rules import Rules
from backbone.casework import CaseProcessor, timers_of
from backbone.desks import Desk
from backbone.engine.processor import Surroundings
from backbone.keys import Destroyer, KeysAway
from backbone.store.store import Store
from backbone.store.transaction import Tx
from schakel.case_consent import HER, consent_moments
from schakel.case_erasure import erasure_moments
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events import Event
from schakel.events.case import CaseClosed, CaseReopened
from schakel.events.data import (
    ErasureRefused,
    ErasureRequested,
    ErasureScheduled,
    HoldLifted,
    HoldPlaced,
    StatementRetracted,
    SubjectErased,
)
from schakel.events.vocab import ClockKind, ErasureGround
from schakel.messages import Attention, Erased, Message, Reminder
from services.consent.shown import ErasuresShown

_MOVES_TERMS: tuple[type[Event], ...] = (
    ErasureScheduled,
    ErasureRequested,
    StatementRetracted,
    HoldPlaced,
    HoldLifted,
    SubjectErased,
    CaseClosed,
    CaseReopened,
)
COOLING_OFF = "erasure-cooling-off"
log = structlog.get_logger(__name__)


class ConsentProcessor(CaseProcessor):
    """The gate at the ledger; it also keeps an index of the moments at which a yes ends or somebody may be erased, and wakes them by the
    watermark."""

    keeps_timers = True
    gives_way = 3  # as routing
    beside = (KeysAway.what,)

    @staticmethod
    def moments(case: State) -> list[tuple[str, datetime]]:
        """See `CaseProcessor`."""
        return [*consent_moments(case), *erasure_moments(case)]

    def __init__(self, rules: Rules, keys: Callable[[], Destroyer], shown: ErasuresShown | None = None) -> None:
        """keys: opens what destroys keys, and answers with it from then on. shown: what operators see of erasures; None: nothing."""
        super().__init__("consent", rules)
        self._shown = shown
        self._keys = keys
        self._erased: list[tuple[str, str]] = []
        self._moved: set[str] = set()

    def begin(self) -> None:
        """Have the keys at hand: that they cannot be reached is found out now, not when somebody has to be erased. Raises KeysAway."""
        self._keys()

    async def serve(self, surroundings: Surroundings) -> None:
        """Show at `/metrics` whether erasures become final in time."""
        if self._shown is not None:
            await self._shown.serve()

    def folded(self, tx: Tx, desk: Desk, entry: Entry, effect: Effect) -> None:
        event = entry.event
        if isinstance(event, _MOVES_TERMS) or any(grant.until for grant in desk.case.grants.values()):
            self._moved.add(desk.case.id)
        if isinstance(event, SubjectErased) and effect is Effect.EFFECTIVE:
            self._erased.append((desk.case.id, event.subject))

    def saved(self, tx: Tx, desks: dict[str, Desk]) -> None:
        moved, self._moved = self._moved, set()
        tx.set_timers(
            {case_id: timers_of(desk.case, self.moments) for case_id, desk in desks.items() if case_id in moved}
        )
        erased, self._erased = self._erased, []
        for case_id, subject in erased:
            had = self._keys().destroy(case_id, subject)
            log.info("key destroyed" if had else "key was destroyed already", case=case_id, subject=subject)

    def restless(self, store: Store) -> bool:
        """Never: a watermark wakes what waits itself; a tick only goes on with what was too much at once."""
        return False

    def tick(self, tx: Tx, topic: str, partition: int) -> bool:
        """Cases that a watermark woke and that did not fit its transaction. True when there are more."""
        return self.wake(tx, self.now(tx))


def announced(case: State, entry: Entry) -> Iterator[tuple[str, Message]]:
    """Who hears of it: that a cooling-off period runs, that a hold stands in the way, that somebody was erased."""
    event = entry.event
    if isinstance(event, ErasureScheduled) and event.ground is ErasureGround.REQUEST:
        for partner in _in_touch(case, event.subject):
            yield (
                partner,
                Reminder(
                    case=case.id,
                    clock=entry.id,
                    name=COOLING_OFF,
                    kind=ClockKind.OUR_CHOICE,
                    due_at=event.due_at,
                    breached=False,
                ),
            )
    elif isinstance(event, ErasureRefused):
        asked = [plan.asked for plan in case.erasures.values() if plan.asked[0].id == event.request]
        for partner in sorted({word.by for words in asked for word in words}):
            yield partner, Attention(case=case.id, concerning=entry.id, reason="erasure_refused")
    elif isinstance(event, SubjectErased):
        for partner in _who_knows(case, event):
            yield partner, Erased(case=case.id, subject=event.subject, ground=event.ground, event=entry.id)


def _in_touch(case: State, subject: str) -> list[str]:
    """The door, and who passed on the request: they can tell the person until when a change of mind is heard."""
    asked = case.erasures[subject].asked if subject in case.erasures else []
    return sorted({word.by for word in asked} | ({case.door} if case.door else set()))


def _who_knows(case: State, event: SubjectErased) -> list[str]:
    """Of her: everybody whom anything about her ever reached. Of another: those who may have told it; no receiver was told of him."""
    partners = {case.door, case.coordinator}
    if event.subject == HER:
        partners |= {*case.parties, *(known.partner for known in case.known)}
    return sorted(partner for partner in partners if partner)
