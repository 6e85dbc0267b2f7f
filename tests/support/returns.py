"""How long a service takes to be back after a worker was killed or joined: measured, kept in `var/returns`, held against a bound.

The promise (back within 2 s for a member with a name, 8 s for one without) is for a machine that is not overloaded. Where others
want more than its cores, a loose bound holds instead; which one held is printed.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

WRITTEN = Path(__file__).parents[2] / "var" / "returns"
NAMED_S, NAMELESS_S = 2.0, 8.0
"""What is promised: a static member comes back to its own partitions; without a name the others wait for its session to end."""


def overloaded() -> bool:
    """Whether more wants to run than there are cores."""
    return os.getloadavg()[0] >= (os.cpu_count() or 1)


@dataclass
class Returns:
    """The return times of one test, in seconds. `waiting`: who is on its way back, since when, and how it is seen."""

    name: str
    seconds: list[float] = field(default_factory=list)
    waiting: dict[str, tuple[float, Callable[[], bool]]] = field(default_factory=dict)

    def began(self, who: str, back: Callable[[], bool]) -> None:
        """It was ended and started again just now; whoever is ended again before it is back counts from the last time."""
        self.waiting[who] = (time.monotonic(), back)

    def look(self) -> bool:
        """Note who is back; to be called often. Whether all are."""
        for who, (since, back) in list(self.waiting.items()):
            if back():
                self.seconds.append(time.monotonic() - since)
                del self.waiting[who]
        return not self.waiting

    def check(self, promised_s: float, loose_s: float) -> None:
        """Write them down; their median keeps the promise, or the loose bound on an overloaded machine."""
        assert self.seconds, f"{self.name}: nobody was measured"
        busy = overloaded()
        bound_s = loose_s if busy else promised_s
        middle_s = median(self.seconds)
        found = {
            "name": self.name,
            "median_s": round(middle_s, 2),
            "worst_s": round(max(self.seconds), 2),
            "bound_s": bound_s,
            "overloaded": busy,
            "seconds": [round(each, 2) for each in self.seconds],
        }
        WRITTEN.mkdir(parents=True, exist_ok=True)
        (WRITTEN / f"{self.name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        which = (
            f"the loose bound of {loose_s:g} s, on an overloaded machine" if busy else f"the promised {promised_s:g} s"
        )
        print(f"{self.name}: back after {middle_s:.2f} s (median of {len(self.seconds)}), held against {which}")
        assert middle_s <= bound_s, f"{self.name}: back after {middle_s:.2f} s (median), held against {which}"
