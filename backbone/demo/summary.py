"""The month in numbers, and where to look next. Numbers come from the ledger; times are real milliseconds on this machine."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from backbone.demo.checks import Finding
from schakel.case import apply
from schakel.case_state import ClockState, Effect, State
from schakel.entry import Entry


@dataclass(slots=True)
class Latency:
    """Of how many, and milliseconds at the median and at the 99th percentile; None without any."""

    count: int
    p50_ms: float | None
    p99_ms: float | None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latency":
        ordered = sorted(seconds)

        def at(share: float) -> float | None:
            """Nearest rank: the smallest value that this share of all does not exceed."""
            return round(ordered[max(math.ceil(share * len(ordered)), 1) - 1] * 1000, 1) if ordered else None

        return cls(len(ordered), at(0.5), at(0.99))


@dataclass(slots=True)
class Summary:
    """referrals: effective conclusions by kind. clocks: those with a limit by how they stand, and the measured ones."""

    reports: int = 0
    cases: dict[str, int] = field(default_factory=dict)
    closed: int = 0
    drills: int = 0
    referrals: dict[str, int] = field(default_factory=dict)
    clocks: dict[str, int] = field(default_factory=dict)
    consent: dict[str, int] = field(default_factory=dict)
    reads: dict[str, int] = field(default_factory=dict)
    ledger_events: int = 0
    messages: int = 0
    refusals: dict[str, int] = field(default_factory=dict)
    report_to_receipt: Latency | None = None
    report_to_delivery: Latency | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    seed: int = 0
    days: int = 0

    def as_json(self, findings: Iterable[Finding] = ()) -> dict[str, Any]:
        """For `var/demo/summary.json`."""
        checks = [
            {
                "check": found.check,
                "holds": found.holds,
                "says": found.sentence(),
                "looked_at": found.looked_at,
                "wrong": list(found.wrong),
            }
            for found in findings
        ]
        return {**asdict(self), "checks": checks, "ok": all(check["holds"] for check in checks)}


REFERRALS = ("proposed", "held", "released", "delivered", "accepted", "declined", "revoked", "completed")


def count(ledger: Iterable[Entry]) -> Summary:
    """What stands in the ledger, in numbers."""
    made = Summary()
    states: dict[str, State] = {}
    effective: Counter[str] = Counter()
    held: set[str] = set()
    for entry in ledger:
        made.ledger_events += 1
        case_id = entry.envelope.case
        if case_id is None:
            continue
        state = states.setdefault(case_id, State(id=case_id))
        if apply(state, entry) in (Effect.EFFECTIVE, Effect.RECORDED):
            effective[type(entry.event).TYPE] += 1
            if type(entry.event).TYPE == "referral.held":
                held.add(entry.event.referral)  # type: ignore[attr-defined]
    made.reports = effective["report.received"]
    made.cases = dict(sorted(Counter(state.chain or "-" for state in states.values()).items()))
    made.closed = sum(bool(state.closed) for state in states.values())
    made.drills = sum(state.drill for state in states.values())
    made.referrals = {kind: effective[f"referral.{kind}"] for kind in REFERRALS} | {"held": len(held)}
    made.consent = {kind: effective[f"consent.{kind}"] for kind in ("asked", "granted", "refused", "withdrawn")}
    made.reads = {kind: effective[f"disclosure.{kind}"] for kind in ("requested", "permitted", "denied")}
    made.clocks = _clocks(states.values())
    return made


def _clocks(states: Iterable[State]) -> dict[str, int]:
    found = Counter({"met": 0, "breached": 0, "corrected": 0, "running": 0, "measured": 0, "reminded": 0})
    for clock in (clock for state in states for clock in state.clocks.values()):
        found["reminded"] += clock.reminded
        if clock.due_at is None:
            found["measured"] += 1
        elif clock.state is ClockState.CORRECTED:
            found["corrected"] += 1
        elif clock.breached:
            found["breached"] += 1
        else:
            found["met" if clock.state is ClockState.STOPPED else "running"] += 1
    return dict(found)
