"""A case on paper: one ledger, the real rules of the three deciding services, and no Kafka.

`World` is the machinery: each service folds the ledger from its own position, decides, and appends some time later, as
`backbone.casework` lets it. Whoever drives it says who reads how far and appends when, so that any interleaving can be played;
`settle` plays the plain one. `given(...).when(...).then(...)` is the way tests of rules and scenarios are written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

from backbone.case_rules import may_lack
from backbone.chains import Chains, load_chains
from backbone.protocols import Protocols, load_protocols
from backbone.protocols.clock_rules import StopOn
from schakel import codec
from schakel.case import apply, conclude
from schakel.case_state import Effect, Referral, State, dump, load
from schakel.entry import Entry
from schakel.envelope import Envelope, read_headers
from schakel.events import Derived, Observed, Told
from schakel.events.chain import WatermarkPassed
from schakel.events.clock import ClockResumed, ClockStarted, ClockStopped, ClockSuspended
from schakel.events.data import DisclosureRequested
from schakel.ids import partner_source, service_source
from schakel.messages import Message
from services.consent.processor import ConsentRules
from services.followup.processor import FollowupRules
from services.routing.processor import RoutingRules
from tests.support.conclusions import Pattern
from tests.support.telling import Ask, Tell, Watermark, moment, referral_to

ROOT = Path(__file__).parents[2]
CASE = "c0ffee00-0000-4000-8000-000000000001"
SETTLE_LIMIT = 64
"""Conclusions of one service per told event (design §3; `backbone.casework` holds a case that wants more)."""
SERVICES = ("routing", "consent", "followup")


@cache
def repository() -> tuple[Chains, Protocols]:
    """The chains and protocols of this repository, loaded once."""
    protocols = load_protocols(ROOT / "protocols")
    return load_chains(ROOT / "chains", protocols), protocols


class Unsettled(AssertionError):
    """A case on which a service goes on concluding."""


@dataclass
class Seat:
    """One service at this case: how far it has read, what it knows, what it has said that is not in the ledger yet."""

    name: str
    rules: Any
    case: State
    read: int = 0
    now: datetime | None = None
    pending: list[str] = field(default_factory=list)
    run: int = 0
    outbox: list[Entry] = field(default_factory=list)
    sent: list[tuple[str, Message]] = field(default_factory=list)


class World:
    """One case, one ledger partition, three services. Every record travels through the codec and the headers."""

    def __init__(self, chains: Chains | None = None, protocols: Protocols | None = None, case_id: str = CASE) -> None:
        known_chains, known_protocols = repository()
        self.chains, self.protocols = chains or known_chains, protocols or known_protocols
        self.id = case_id
        self.ledger: list[Entry] = []
        self.clock: datetime | None = None
        self._told = 0
        deciders = {
            "routing": RoutingRules(self.chains, self.protocols),
            "consent": ConsentRules(self.chains),
            "followup": FollowupRules(self.chains, self.protocols),
        }
        self.seats = {name: Seat(name, deciders[name], State(id=case_id)) for name in SERVICES}

    # -- what happens ------------------------------------------------------------------------------------------------

    def tell(self, told: Tell | Watermark | Ask) -> Entry:
        """Intake appends it. Without a log time of its own it is logged ten minutes after what was told before."""
        if isinstance(told, Watermark):
            return self._append(_watermark(told.at))
        if isinstance(told, Ask):
            return self._ask(told)
        logged = told.logged or (self.clock or moment("2026-03-02 12:00")) + timedelta(minutes=10)
        self.clock = max(self.clock, logged) if self.clock else logged
        self._told += 1
        event = told.event if isinstance(told.event, Told) else told.event(self.state())
        partner = self.chains.partner(told.by)
        envelope = Envelope(
            id=told.id or f"00000000-0000-7000-8000-{self._told:012d}",
            source=partner_source(partner.oin if partner else "0" * 20),
            type=event.TYPE,
            time=logged,
            case=self.id,
            logtime=logged,
            partner=told.by,
            drill=told.drill,
        )
        return self._append(Entry(envelope, event))

    def _ask(self, ask: Ask) -> Entry:
        """The gateway appends it, with its own clock's moment."""
        self._told += 1
        at = ask.at or (self.clock or moment("2026-03-02 12:00")) + timedelta(minutes=10)
        self.clock = max(self.clock, at) if self.clock else at
        theirs = [referral.id for referral in self.state().referrals.values() if referral.to == ask.to]
        referral = ask.reference or (theirs[ask.number % len(theirs)] if theirs else "no-such-referral")
        event = DisclosureRequested(referral=referral, by=ask.by, scopes=ask.scopes)
        return self._append(_observed(event, ask.id or f"00000000-0000-7000-8000-{self._told:012d}", self.id, at))

    def read(self, name: str, records: int | None = None) -> None:
        """A service folds its next records (all there are, without a number) and decides once, in one transaction."""
        seat = self.seats[name]
        if self._fold(seat, len(self.ledger) if records is None else min(seat.read + records, len(self.ledger))):
            self._decide(seat)

    def land(self, name: str, records: int | None = None) -> int:
        """Some of what a service has said reaches the ledger, in its order. How many did."""
        seat = self.seats[name]
        going = seat.outbox[:records]
        del seat.outbox[: len(going)]
        for entry in going:
            self._append(entry)
        return len(going)

    def repeat(self, position: int) -> None:
        """A record is appended once more: re-delivery after a crash between publishing and marking."""
        if self.ledger:
            self._append(self.ledger[position % len(self.ledger)])

    def rebuild(self, name: str) -> None:
        """The service's database is lost: it folds the whole ledger again without a word, then reconciles once."""
        seat = self.seats[name] = Seat(name, self.seats[name].rules, State(id=self.id))
        self._fold(seat, len(self.ledger), rebuilding=True)
        self._decide(seat)

    def settle(self) -> None:
        """Everybody reads and appends until nobody has anything left to say. Raises Unsettled."""
        for _ in range(4 * SETTLE_LIMIT):
            before = len(self.ledger)
            for name in SERVICES:
                self.read(name)
                self.land(name)
            if len(self.ledger) == before and all(seat.read == before for seat in self.seats.values()):
                return
        raise Unsettled(
            f"no end in sight; the last conclusions were {[entry.envelope.type for entry in self.ledger[-8:]]}"
        )

    # -- what is known -----------------------------------------------------------------------------------------------

    def state(self) -> State:
        """The case, folded straight from the ledger by nobody's account but the fold's."""
        return self.folded()[0]

    def folded(self) -> tuple[State, list[Effect]]:
        """The case and what each record of the ledger did (a watermark: recorded)."""
        case = State(id=self.id)
        return case, [
            Effect.RECORDED if isinstance(entry.event, WatermarkPassed) else apply(case, entry) for entry in self.ledger
        ]

    def wishes(self, name: str) -> list[Derived]:
        """What a service would conclude now from all there is, said or not."""
        seat = self.seats[name]
        return list(seat.rules.decide(self.state(), seat.now))

    # -- the services ------------------------------------------------------------------------------------------------

    def _append(self, entry: Entry) -> Entry:
        travelled = Entry(
            read_headers(entry.envelope.headers()),
            codec.decode_event(codec.encode(entry.event)),
            0,
            len(self.ledger),
        )
        self.ledger.append(travelled)
        return travelled

    def _fold(self, seat: Seat, end: int, *, rebuilding: bool = False) -> bool:
        """Whether there is anything to decide on."""
        own: list[Entry] = []
        heard: list[tuple[Entry, Effect]] = []
        moved = False
        for entry in self.ledger[seat.read : end]:
            if isinstance(entry.event, WatermarkPassed):
                if seat.name in SERVICES:
                    seat.now = max(seat.now, entry.event.at) if seat.now else entry.event.at
                    moved = True
                continue
            effect = apply(seat.case, entry)
            moved = moved or may_lack(seat.rules, seat.case, entry, effect)
            if isinstance(entry.event, Told | Observed) and effect is not Effect.DUPLICATE:
                seat.run = 0
            if entry.envelope.source == service_source(seat.name):
                if entry.id in seat.pending:
                    seat.pending.remove(entry.id)
                if effect is Effect.EFFECTIVE and not rebuilding:
                    own.append(entry)
            elif isinstance(entry.event, Told) and not rebuilding:
                heard.append((entry, effect))
        seat.read = end
        ways = {Effect.EFFECTIVE: "relay", Effect.OVERTAKEN: "overtaken"}
        for entry, effect in heard:
            if relay := getattr(seat.rules, ways.get(effect, ""), None):
                seat.sent.extend(relay(seat.case, entry))
        for entry in own:
            seat.sent.extend(seat.rules.announce(seat.case, entry))
        return moved

    def _decide(self, seat: Seat) -> None:
        """What is not on its way yet; a service that decides ahead goes on as if that had landed already."""
        case = seat.case
        while said := self._conclude(seat, case):
            seat.outbox.extend(said)
            if not getattr(seat.rules, "decides_ahead", False):
                return
            case = load(dump(case))
            for entry in said:
                apply(case, entry)

    def _conclude(self, seat: Seat, case: State) -> list[Entry]:
        said: list[Entry] = []
        for event in seat.rules.decide(case, seat.now) if case.time else ():
            entry = conclude(case, event, seat.now)
            if entry.id in seat.pending:
                continue
            seat.run += 1
            if seat.run > SETTLE_LIMIT:
                raise Unsettled(f"{seat.name} has concluded {SETTLE_LIMIT} times and goes on with {event.TYPE}")
            seat.pending.append(entry.id)
            seat.sent.extend(seat.rules.deliver(case, event))
            said.append(entry)
        return said


def _observed(event: DisclosureRequested, event_id: str, case: str, at: datetime) -> Entry:
    return Entry(Envelope(event_id, service_source("gateway"), event.TYPE, at, case, logtime=at), event)


def _watermark(at: datetime) -> Entry:
    envelope = Envelope(
        id=f"watermark-{at.timestamp():.0f}",
        source=service_source("intake"),
        type=WatermarkPassed.TYPE,
        time=at,
    )
    return Entry(envelope, WatermarkPassed(at=at))


# --- stories ----------------------------------------------------------------------------------------------------------


def given(
    *told: Tell | Watermark | Ask, chains: Chains | None = None, protocols: Protocols | None = None, case_id: str = CASE
) -> "Story":
    """A case with this history; after each event all services have had their say."""
    story = Story(World(chains, protocols, case_id))
    story.when(*told)
    return story


@dataclass
class Story:
    """Given, when, then. `then` looks at what the backbone concluded since the last `when`."""

    world: World
    mark: int = 0
    _sent_before: dict[str, int] = field(default_factory=dict)

    def when(self, *told: Tell | Watermark | Ask) -> Self:
        """Tell these, one after the other; everything settles behind each."""
        self.mark = len(self.world.ledger)
        self._sent_before = {name: len(seat.sent) for name, seat in self.world.seats.items()}
        for event in told:
            self.world.tell(event)
            self.world.settle()
        return self

    @property
    def case(self) -> State:
        return self.world.state()

    def referral(self, to: str) -> Referral:
        return referral_to(self.case, to)

    def concluded(self, *, since: int | None = None) -> list[Entry]:
        """The conclusions since the last `when`, all of them effective: nothing here was decided on an old history."""
        _, effects = self.world.folded()
        start = self.mark if since is None else since
        drawn = [
            (entry, effect)
            for entry, effect in zip(self.world.ledger, effects, strict=True)
            if isinstance(entry.event, Derived) and not isinstance(entry.event, WatermarkPassed)
        ]
        assert [effect for _, effect in drawn if effect is not Effect.EFFECTIVE] == []
        return [entry for entry, _ in drawn if entry.offset >= start]

    def then(self, *expected: Pattern) -> Self:
        """Just these conclusions since the last `when`, in whatever order.

        That a clock waits for the answer to a referral goes without saying: it starts with every delivery and ends with every answer
        (`tests/rules/test_answer_clocks.py`). What it comes to, a reminder or a breach, does not.
        """
        left = [entry for entry in self._without(expected) if not self._waits_for_an_answer(entry)]
        assert not left, f"and also: {_told(left)}"
        return self

    def then_among(self, *expected: Pattern) -> Self:
        """At least these conclusions since the last `when`."""
        self._without(expected)
        return self

    def _without(self, expected: Sequence[Pattern]) -> list[Entry]:
        case, left = self.case, self.concluded()
        for pattern in expected:
            found = next((entry for entry in left if pattern.fits(entry, case)), None)
            assert found, f"expected {pattern!r}; left are {_told(left)}"
            left.remove(found)
        return left

    def _waits_for_an_answer(self, entry: Entry) -> bool:
        event = entry.event
        if isinstance(event, ClockStarted):
            name, ref = event.clock, f"{event.protocol.name}@{event.protocol.version}"
        elif isinstance(event, ClockStopped | ClockSuspended | ClockResumed):
            clock = self.case.clocks[event.clock]
            name, ref = clock.name, clock.protocol
        else:
            return False
        protocol = self.world.protocols.by_ref.get(ref)
        rule = protocol.clock(name) if protocol else None
        return rule is not None and rule.stops.on is StopOn.ANSWERED

    def expect_nothing(self) -> Self:
        """Nothing was concluded since the last `when`."""
        return self.then()

    def never(self, *unwanted: Pattern) -> Self:
        """The NOT of a scenario: none of these since the case began."""
        case, drawn = self.case, self.concluded(since=0)
        for pattern in unwanted:
            found = [entry for entry in drawn if pattern.fits(entry, case)]
            assert not found, f"must not be: {_told(found)}"
        return self

    def then_quiet(self) -> Self:
        """Asked again, no service has anything to add."""
        for name in SERVICES:
            assert self.world.wishes(name) == [], (
                f"{name} still wants {[event.TYPE for event in self.world.wishes(name)]}"
            )
        return self

    def sent(self, model: type[Message], to: str | None = None) -> list[Message]:
        """Messages of a type since the last `when`, to this partner or to anybody."""
        return [
            message
            for name, seat in self.world.seats.items()
            for partner, message in seat.sent[self._sent_before.get(name, 0) :]
            if isinstance(message, model) and to in (None, partner)
        ]


def _told(entries: Iterable[Entry]) -> list[str]:
    return [
        f"{entry.envelope.type}({entry.event.model_dump(mode='json', exclude={'premises'}, exclude_defaults=True)})"
        for entry in entries
    ]


def again(told: Tell, **changed: Any) -> Tell:
    """The same with something changed: `again(report(), id=...)`."""
    return replace(told, **changed)
