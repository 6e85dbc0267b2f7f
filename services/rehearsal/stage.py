"""One case on a table: what is told is folded, every service's rules have their say until nothing is lacking, time passes when told to.

Pure: time comes from whoever plays. The order of the services does not matter for what is effective in the end (`tests/properties`).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from backbone.case_rules import Rules
from backbone.chains import Chains
from backbone.protocols import Protocols
from schakel.case import apply, conclude
from schakel.case_clocks import next_moments
from schakel.case_erasure import erasure_moments
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.errors import SchakelError
from services.consent.processor import ConsentRules
from services.followup.processor import FollowupRules
from services.routing.processor import RoutingRules

AT_MOST = 256
"""Conclusions behind one told event; a protocol that wants more goes round in a circle."""


class NeverSettles(SchakelError):
    """The rules go on concluding: two parts of the protocol or chain call each other."""


class Stage:
    """A case under these files."""

    def __init__(self, chains: Chains, protocols: Protocols, case_id: str) -> None:
        self.case = State(id=case_id)
        self.now: datetime | None = None
        self.rules: tuple[Rules, ...] = (
            RoutingRules(chains, protocols),
            ConsentRules(chains),
            FollowupRules(chains, protocols),
        )

    def tell(self, entry: Entry) -> tuple[Effect, list[Entry]]:
        """What it did, and what was concluded after it. Raises NeverSettles."""
        effect = apply(self.case, entry)
        return effect, self.settle()

    def pass_time(self, until: datetime) -> Iterator[Entry]:
        """What comes due up to `until`, each at its own moment. Raises NeverSettles."""
        while (moment := self._next()) is not None and moment <= until:
            self.now = moment
            concluded = self.settle()
            yield from concluded
            if not concluded and self._next() == moment:
                break  # nobody acts on it: waiting for it would take for ever
        if self.now is None or self.now < until:
            self.now = until
            yield from self.settle()

    def settle(self) -> list[Entry]:
        """Let everybody conclude until nobody has anything to add; only what took effect."""
        found: list[Entry] = []
        while self.case.time is not None:
            before = len(found)
            for rules in self.rules:
                for event in list(rules.decide(self.case, self.now)):
                    entry = conclude(self.case, event, self.now)
                    if apply(self.case, entry) in (Effect.EFFECTIVE, Effect.RECORDED):
                        found.append(entry)
            if len(found) == before:
                break
            if len(found) > AT_MOST:
                last = ", ".join(sorted({entry.envelope.type for entry in found[-8:]}))
                raise NeverSettles(
                    f"more than {AT_MOST} conclusions follow from one event and there is no end (the last: {last}); "
                    f"look for two parts that call each other"
                )
        return found

    def _next(self) -> datetime | None:
        moments: Iterable[tuple[str, datetime]] = [*next_moments(self.case), *erasure_moments(self.case)]
        ahead = [moment for _, moment in moments if self.now is None or moment > self.now]
        return min(ahead, default=None)
