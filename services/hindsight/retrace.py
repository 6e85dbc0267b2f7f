"""Each conclusion of a case drawn once more, on the shortest prefix of its history on which the services' own rules give just that event.

Just that: the same owner, type, content and premises. A rule is asked what a prefix lacks (docs/adr/0003), so the
first prefix on which it says so is where the reason was there; the service may have come to it a batch later. Pure.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backbone.case_rules import Rules
from backbone.chains import Chains
from backbone.desks import copied
from backbone.protocols import Protocols
from schakel.case import apply, conclude
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events import Derived, Event
from services.consent.processor import ConsentRules
from services.followup.processor import FollowupRules
from services.hindsight.around import Around
from services.hindsight.spy import Rule, watched
from services.routing.processor import RoutingRules

AHEAD = 16
"""Rounds of conclusions that rest on conclusions which have not landed yet."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How one event was concluded. `prefix`: how many records of the case it rests on. `now`: the watermark that it took."""

    prefix: int
    last: Entry
    """The newest record of the prefix."""
    now: datetime | None
    rules: tuple[Rule, ...]
    """Innermost first."""
    ahead: bool
    """Drawn together with what it rests on, before that had landed."""
    drawn: Entry
    """What the rules give there today."""
    differs: tuple[str, ...] = ()
    """Fields in which that is not what stands in the ledger: the program or a chain's file has changed since. Empty: the same event."""
    chain: str | None = None
    """`name@version` of the chain with which they give it, where they do not with the chain as its file stands today."""

    @property
    def same(self) -> bool:
        return not self.differs


def rules_of(chains: Chains, protocols: Protocols) -> dict[str, Rules]:
    """The rules of each service that concludes, by the name of the owner."""
    return {
        "routing": RoutingRules(chains, protocols),
        "consent": ConsentRules(chains),
        "followup": FollowupRules(chains, protocols),
    }


class Retrace:
    """A case walked through once. `wanted`: ids of the conclusions to explain; default all that `rules` may give.

    An event is found again by what it says and rests on. Its id would do, but for events whose schema has grown since: the id is made
    of their bytes.
    """

    def __init__(
        self,
        case_id: str,
        entries: Sequence[Entry],
        rules: Mapping[str, Rules],
        around: Around,
        wanted: Collection[str] | None = None,
    ) -> None:
        self.case_id = case_id
        self.entries = entries
        self.rules = rules
        self.around = around
        self.found: dict[str, Decision] = {}
        self._near: dict[str, Decision] = {}
        self._open: list[_Open] = []
        landed: dict[Derived, int] = {}
        known: set[str] = set()
        for place, entry in enumerate(entries):
            event = entry.event
            if not isinstance(event, Derived) or event.OWNER not in rules or entry.id in known:
                continue
            known.add(entry.id)
            if wanted is None or entry.id in wanted:
                self._open.append(_Open(entry, event, place, landed.get(event, -1)))
            landed[event] = place

    def run(self) -> dict[str, Decision]:
        """The decision behind each event, by its id; what the rules of today never conclude in this case is left out."""
        case, known = State(id=self.case_id), set[str]()
        for number, entry in enumerate(self.entries, 1):
            apply(case, entry)
            known.add(entry.id)
            self._open = [one for one in self._open if one.place >= number]
            if not self._open:
                break
            for owner, rules in self.rules.items():
                if self._may_follow(owner, known):
                    self._ask(owner, rules, case, number)
        return self._near | self.found

    def _may_follow(self, owner: str, known: set[str]) -> bool:
        """Whether all that some open conclusion of this owner rests on is there, or is drawn ahead."""
        ahead = getattr(self.rules[owner], "decides_ahead", False)
        for one in self._open:
            if owner == one.event.OWNER:
                missing = [premise for premise in one.event.premises if premise.partition("#")[0] not in known]
                if not missing or (ahead and len(missing) < len(one.event.premises)):
                    return True
        return False

    def _ask(self, owner: str, rules: Rules, case: State, number: int) -> None:
        last = self.entries[number - 1]
        for now, away in self._moments(owner, case, number):
            if hasattr(rules, "away"):
                rules.away = away
            for entry, ahead, base in _conclusions(rules, case, now):
                one = self._meant(entry, number)
                if one is None:
                    continue
                differs = _differences(one.event, entry.event)
                if differs and one.entry.id in self._near:
                    continue
                made = Decision(number, last, now, _way(rules, base, entry, now), ahead, entry, differs)
                if differs:
                    self._near[one.entry.id] = made
                else:
                    self.found[one.entry.id] = made
                    self._open.remove(one)

    def _meant(self, drawn: Entry, number: int) -> "_Open | None":
        """The event in the ledger that this is: the same, or else one of its type that rests on the same and stands still unexplained."""
        alike = [one for one in self._open if type(one.event) is type(drawn.event) and one.before < number]
        same = next((one for one in alike if one.event == drawn.event), None)
        premises = drawn.event.premises if isinstance(drawn.event, Derived) else ()
        return same or next((one for one in alike if one.event.premises == premises and _akin(one, drawn)), None)

    def _moments(self, owner: str, case: State, number: int) -> Iterator[tuple[datetime | None, frozenset[str]]]:
        """The watermarks at which this prefix was looked at, with who was suspended then: as the partition has them, and as the times
        of what follows prove them (a conclusion's time is the later of case time and watermark)."""
        here = self.entries[number - 1].offset
        after = self.entries[number].offset if number < len(self.entries) else None
        now, away = self.around.watermark(here), self.around.suspended(here)
        yield now, away
        times = {one.entry.envelope.time for one in self._open if owner == one.event.OWNER}
        follows = number < len(self.entries) and isinstance(self.entries[number].event, Derived)
        for offset, moment in self.around.watermarks(here, after):
            if moment in times or follows:
                yield moment, self.around.suspended(offset)
        for offset in self.around.changes(here, after):
            yield self.around.watermark(offset), self.around.suspended(offset)
        assert case.time is not None
        for moment in sorted(times):
            if moment > case.time and (now is None or moment > now):
                yield moment, away


@dataclass(frozen=True, slots=True)
class _Open:
    """A conclusion that is not explained yet. place: its own, from 0; before: that of the same conclusion when it landed last."""

    entry: Entry
    event: Derived
    place: int
    before: int


_TARGETS = ("to", "referral", "clock", "grant", "subject", "step", "inform", "nth", "purpose")
"""By these two conclusions of one type are about the same thing, also when they differ in what they say of it."""


def _akin(one: _Open, drawn: Entry) -> bool:
    return all(getattr(one.event, name, None) == getattr(drawn.event, name, None) for name in _TARGETS)


def _differences(told: Event, drawn: Event) -> tuple[str, ...]:
    return tuple(name for name in type(told).model_fields if getattr(told, name) != getattr(drawn, name))


def _conclusions(rules: Rules, case: State, now: datetime | None) -> Iterator[tuple[Entry, bool, State]]:
    """What the rules give on this history, whether only with what lands together with it, and on which history exactly."""
    ahead, state = False, case
    for _ in range(AHEAD if getattr(rules, "decides_ahead", False) else 1):
        drawn = [conclude(state, event, now) for event in rules.decide(state, now)]
        for entry in drawn:
            yield entry, ahead, state
        state, ahead = copied(state), True
        effects = [apply(state, entry) for entry in drawn]
        if not any(effect in (Effect.EFFECTIVE, Effect.RECORDED) for effect in effects):
            break


def _way(rules: Rules, case: State, wanted: Entry, now: datetime | None) -> tuple[Rule, ...]:
    for event, way in watched(lambda: rules.decide(case, now)):
        if conclude(case, event, now).id == wanted.id:
            return tuple(rule for rule in way if not rule.name.endswith("Rules.decide"))
    return ()


def overtaken_by(case_id: str, entries: Sequence[Entry], number: int, prefix: int) -> Entry | None:
    """What came between a conclusion and its landing and left it without effect. number: its place among `entries`, from 0.

    None when it had no effect on the very prefix that it was concluded on: then nothing came between.
    """
    target, case = entries[number], State(id=case_id)
    for entry in entries[:prefix]:
        apply(case, entry)
    if apply(copied(case), target) is Effect.OVERTAKEN:
        return None
    for entry in entries[prefix:number]:
        apply(case, entry)
        if apply(copied(case), target) is Effect.OVERTAKEN:
            return entry
    return None
