"""How long steps took: every clock, and the stations of every referral, as distributions. Pure.

What is still open when the records end has lasted *at least* so long (it is censored): leaving it out would make a chain faster the
longer it lets things lie. So the median and the other quantiles are Kaplan-Meier's, which count the open ones for as long as they are
known; where too many are open for a quantile it is not given. Counts of what is done stand beside them, in bins.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import ge, le

from backbone.evaluation.conformance import Chosen
from backbone.evaluation.judging import ERASED, OF_NOBODY
from backbone.evaluation.small_cells import SMALLEST, Cell, Reader, pooled, small
from backbone.evaluation.trail import Trail
from schakel.case_state import Clock, ClockState, Referral

QUANTILES = (0.25, 0.5, 0.75, 0.9)
BINS = (
    ("1h", timedelta(hours=1)),
    ("4h", timedelta(hours=4)),
    ("24h", timedelta(hours=24)),
    ("48h", timedelta(hours=48)),
    ("1 week", timedelta(weeks=1)),
    ("2 weeks", timedelta(weeks=2)),
    ("4 weeks", timedelta(weeks=4)),
    ("8 weeks", timedelta(weeks=8)),
    ("26 weeks", timedelta(weeks=26)),
)
LONGER = "longer"
_UPPER_S = [bound.total_seconds() for _, bound in BINS]


@dataclass(frozen=True, slots=True)
class Span:
    """One lead time. `open`: it was not over when the records ended, or when the case was closed without it."""

    step: str
    case: str
    seconds: float
    open: bool
    partner: str | None = None


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """`left_out`: how many steps too few cases stand behind to be shown to readers outside."""

    reader: Reader
    steps: tuple["Distribution", ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Distribution:
    """Of one step. quantiles: seconds, None where too few are done to say. bins: of what is done, `<=` each bound."""

    step: str
    done: int
    open: int
    mean_s: float | None
    quantiles: dict[str, float | None]
    bins: dict[str, int] = field(default_factory=dict)
    ecdf: tuple[tuple[float, float], ...] = ()
    """(seconds, share done by then), Kaplan-Meier; for readers inside alone."""


def spans(trail: Trail, until: datetime) -> Iterator[Span]:
    """Every lead time of a case, in seconds. Negative ones (a clock set wrong at a partner) count as none at all: 0."""
    state = trail.state
    for clock in state.clocks.values():
        span = _of_clock(state.id, clock, state.closed_at or until, until)
        if span is not None:
            yield span
    for referral in state.referrals.values():
        yield from _of_referral(trail, referral, until)
    if state.reported_at is not None:
        end = state.closed_at
        yield _span(state.id, "case: report to closing", state.reported_at, end, until, state.coordinator)
        made = min((one.at for one in state.contacts if one.made), default=None)
        tried = min((one.at for one in state.contacts), default=None)
        yield _span(
            state.id, "case: report to first attempt", state.reported_at, tried, end or until, state.coordinator
        )
        yield _span(state.id, "case: report to first contact", state.reported_at, made, end or until, state.coordinator)


def _of_clock(case: str, clock: Clock, case_end: datetime, until: datetime) -> Span | None:
    if clock.still in (*OF_NOBODY, *ERASED) or (clock.due_at is None and clock.state is ClockState.CORRECTED):
        return None
    end = until if clock.started_at >= case_end else case_end
    return _span(case, f"{clock.protocol}: {clock.name}", clock.started_at, clock.stopped_at, end, clock.responsible)


def _of_referral(trail: Trail, referral: Referral, until: datetime) -> Iterator[Span]:
    """Proposed, let go, delivered, answered, done: each from the one before."""
    case = trail.id
    end = trail.state.closed_at or until
    own = [one for one in trail.happened if one.about == referral.id]
    at = {one.type: one.at for one in reversed(own)}  # the first of each
    name = f"{referral.protocol or 'by hand'}: {referral.step or referral.role}"
    if proposed := at.get("referral.proposed"):
        yield _span(case, f"{name}, proposed to released", proposed, at.get("referral.released"), end, trail.state.door)
    if delivered := referral.delivered_at:
        answered = min((moment for moment in (referral.accepted_at, referral.declined_at) if moment), default=None)
        yield _span(case, f"{name}, delivered to answered", delivered, answered, end, referral.to)
    if referral.accepted_at:
        yield _span(
            case, f"{name}, accepted to completed", referral.accepted_at, referral.completed_at, end, referral.to
        )


def _span(
    case: str, step: str, start: datetime, end: datetime | None, known_until: datetime, partner: str | None
) -> Span:
    lasted = (end or known_until) - start
    return Span(step, case, max(lasted.total_seconds(), 0.0), end is None, partner)


def lead_times(chosen: Chosen, reader: Reader) -> LeadTimes:
    """Of every step that has at least one."""
    by_step: dict[str, list[Span]] = {}
    for trail in chosen.cases:
        for span in spans(trail, chosen.until):
            by_step.setdefault(span.step, []).append(span)
    found = [distribution(step, by_step[step], reader) for step in sorted(by_step)]
    shown = tuple(one for one in found if one is not None)
    return LeadTimes(reader, shown, len(found) - len(shown))


def distribution(step: str, of: Iterable[Span], reader: Reader) -> Distribution | None:
    """None: too few cases to be shown to readers outside. A case may have several: several clocks, or referrals."""
    all_ = list(of)
    done = sorted(span.seconds for span in all_ if not span.open)
    open_ = sorted(span.seconds for span in all_ if span.open)
    curve = kaplan_meier(done, open_)
    bins: dict[str, Cell] = {}
    for span in all_:
        if not span.open:
            bins.setdefault(bin_of(span.seconds), Cell())[span.case] += 1
    if reader is Reader.INSIDE:
        mean = sum(done) / len(done) if done else None
        return Distribution(step, len(done), len(open_), mean, _quantiles(curve), _in_order(bins), tuple(curve))
    if any(small(len({span.case for span in all_ if span.open is open_still})) for open_still in (False, True)):
        return None
    mean = _hours(sum(done) / len(done)) if done else None
    return Distribution(step, len(done), len(open_), mean, _outside(curve, all_), pooled(bins))


def kaplan_meier(done: list[float], open_: list[float]) -> list[tuple[float, float]]:
    """(seconds, share that is done by then) at each moment at which one got done. Both lists sorted, in seconds.

    Where one got done and another was lost from sight at the same moment, that other was there until then.
    """
    curve: list[tuple[float, float]] = []
    survive, n = 1.0, len(done)
    position = 0
    while position < n:
        at = done[position]
        ended = 1
        while position + ended < n and done[position + ended] == at:
            ended += 1
        at_risk = n - position + len(open_) - bisect_left(open_, at)
        survive *= 1 - ended / at_risk
        curve.append((at, 1 - survive))
        position += ended
    return curve


def quantile(curve: list[tuple[float, float]], share: float) -> float | None:
    """The first moment by which this share is done; None where so many are not known to be."""
    return next((at for at, by_then in curve if by_then >= share - 1e-9), None)


def bin_of(seconds: float) -> str:
    place = bisect_left(_UPPER_S, seconds)
    return BINS[place][0] if place < len(BINS) else LONGER


def _quantiles(curve: list[tuple[float, float]]) -> dict[str, float | None]:
    return {f"p{share * 100:.0f}": quantile(curve, share) for share in QUANTILES}


def _outside(curve: list[tuple[float, float]], of: list[Span]) -> dict[str, float | None]:
    """Only quantiles that lie amid others, in whole hours: an extreme one is somebody's own."""
    found = ((share, quantile(curve, share)) for share in QUANTILES)
    return {
        f"p{share * 100:.0f}": _hours(at) if at is not None and _amid(at, share, of) else None for share, at in found
    }


def _amid(at: float, share: float, of: list[Span]) -> bool:
    """Five lead times on each side of the share; and, as one case may have many, five cases that took at most so long, and at least."""
    below, above = ({span.case for span in of if side(span.seconds, at)} for side in (le, ge))
    return min(share, 1 - share) * len(of) >= SMALLEST and min(len(below), len(above)) >= SMALLEST


def _hours(seconds: float) -> float:
    return round(seconds / 3600) * 3600.0


def _in_order(bins: dict[str, Cell]) -> dict[str, int]:
    return {name: bins[name].total() for name in (*(name for name, _ in BINS), LONGER) if name in bins}
