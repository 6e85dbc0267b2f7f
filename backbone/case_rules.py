"""What a service that works on cases brings along: its rules, and what they may say about themselves.

The work around them is `backbone.casework`'s; what they decide stands in each service's `rules.py`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events import CATALOGUE, Derived
from schakel.messages import Message

TOLD = frozenset(model for model in CATALOGUE.values() if not issubclass(model, Derived))
"""What is not concluded: somebody said it, or asks."""
READS = frozenset(CATALOGUE[f"disclosure.{word}"] for word in ("requested", "permitted", "denied"))
"""Asking to read, and the gate's answer: they are the gate's and the gateway's, and everybody's to remember."""


class Rules(Protocol):
    """One service's view of a case. Pure.

    It may have besides: `ignores`, types of events after which it lacks nothing new; `hastens`, types that somebody waits
    for it to read (without it, all that is told); `decides_ahead`, see `CaseProcessor`; `away`, which is set to the partners that are
    suspended (`backbone.standing`) before it is asked; `relay(case, entry)`, the messages that follow from a told event, as `announce`
    gives those that follow from an own one; `overtaken(case, entry)`, the same for a told event that came too late.
    """

    def decide(self, case: State, now: datetime | None) -> Iterable[Derived]:
        """What the case lacks, of this service's making. `now` is the newest watermark of its partition."""
        ...

    def deliver(self, case: State, event: Derived) -> Iterable[tuple[str, Message]]:
        """(partner, message) that must stand on the partner's `out` topic before `event` is appended, which records it as done."""
        ...

    def announce(self, case: State, entry: Entry) -> Iterable[tuple[str, Message]]:
        """(partner, message) that follow from an own event, now that it has been read back as effective."""
        ...


def may_lack(rules: Rules, case: State, entry: Entry, effect: Effect) -> bool:
    """Whether `case` may now lack something, in the eyes of `rules`, that it did not lack before `entry`.

    A type that they `ignore` moves nothing but case time, and that matters only where a grant has an end; or it opens the case, and
    names the chain whose terms count, which matters only where somebody is to be forgotten.
    """
    if effect is Effect.OVERTAKEN or type(entry.event) not in getattr(rules, "ignores", ()):
        return True
    return bool(case.erasures) or any(grant.until is not None for grant in case.grants.values())
