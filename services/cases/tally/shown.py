"""The tally as Prometheus shows it: read from the database every few seconds, answered from memory at every scrape.

A scrape therefore costs what its lines cost, however many cases there are. Every figure is of the whole service; where several workers
show it, take the `max`. Counters are kept in the database: a worker that starts anew goes on where they were.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from backbone.chains import Chains
from backbone.protocols import Protocols
from services.cases.tally.names import HOUR_S, INFINITE, LEAD_BUCKETS_S, Ended, Lead, Shown, Stands, Step, What, parts

DUE_SOON_S = 24 * HOUR_S
_PROMISED = (Ended.MET, Ended.LATE_WORK, Ended.LATE_PAPERWORK, Ended.START_CORRECTED)
_PROMISED_STANDS = (Shown.DUE_SOON, Shown.OVERDUE, Shown.LATER)
Sums = dict[tuple[str, ...], int]


class TallyCollector(Collector):
    """Shows the numbers it was given last. chains, protocols: whose names are shown with 0 before anything happened, since a counter
    that appears with its first event has lost that event for every rate. now: seconds since 1970, by the services' clock; monotonic:
    seconds, for the age of the figures."""

    def __init__(
        self, chains: Chains, protocols: Protocols, now: Callable[[], float], monotonic: Callable[[], float]
    ) -> None:
        self._now, self._monotonic = now, monotonic
        self._chains = [chain.name for chain in chains]
        self._clocks = sorted(
            {
                (protocol.protocol, rule.id, limited)
                for protocol in protocols
                for rule in (*protocol.timed, *(rule for variant in protocol.variants for rule in variant.clocks))
                for limited in ((rule.has_limit, True) if rule.by_preference else (rule.has_limit,))
            }
        )
        self._families: list[Metric] = []
        self._read_at: float | None = None

    def read(self, numbers: Mapping[str, int] | None) -> None:
        """What the database says now; None: it says nothing, as it is being rebuilt. What is shown is made here, so that no scrape pays."""
        self._families = list(self._made(numbers)) if numbers is not None else []
        self._read_at = self._monotonic() if numbers is not None else None

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that to register it asks nothing."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """All families. None while there are no figures: an absent figure is noticed, a 0 would be believed."""
        if self._read_at is None:
            return
        yield GaugeMetricFamily(
            "schakel_tally_age_seconds",
            "Time since the figures of cases, clocks and referrals were read from the database.",
            value=self._monotonic() - self._read_at,
        )
        yield from self._families

    def _made(self, numbers: Mapping[str, int]) -> Iterator[Metric]:
        sums: dict[What, Sums] = {what: defaultdict(int) for what in What}
        for name, n in numbers.items():
            what, labels = parts(name)
            sums[what][labels] += n
        yield from self._of_clocks(sums)
        yield from self._of_flow(sums)
        yield from self._of_gate(sums)

    def _of_clocks(self, sums: Mapping[What, Sums]) -> Iterator[Metric]:
        stands: Sums = defaultdict(int)
        ended, breached = sums[What.ENDED], sums[What.BREACHED]
        for protocol, clock, limited in self._clocks:
            for shown in (*_PROMISED_STANDS, Shown.SUSPENDED) if limited else (Shown.MEASURED, Shown.SUSPENDED):
                stands[protocol, clock, shown] += 0
            for outcome in _PROMISED if limited else (Ended.MEASURED,):
                ended[protocol, clock, outcome] += 0
            if limited:
                breached[protocol, clock] += 0
        now_s = self._now()
        for (protocol, clock, stand, hour), n in sums[What.CLOCK].items():
            stands[protocol, clock, shown_as(stand, hour, now_s)] += n
        yield _gauge(
            "schakel_clocks",
            "Open clocks, drills and imported history left out: due within 24 hours, overdue, later, suspended, or without a limit.",
            ("protocol", "clock", "state"),
            stands,
        )
        yield _counter(
            "schakel_clocks_ended",
            "Clocks that ended, by how: met, late work, late paperwork (done in time, written down late), corrected start.",
            ("protocol", "clock", "outcome"),
            ended,
        )
        yield _counter(
            "schakel_clocks_breached",
            "Clocks that passed their due moment, as far as was known then; late paperwork and corrected starts are still in it.",
            ("protocol", "clock"),
            breached,
        )

    def _of_flow(self, sums: Mapping[What, Sums]) -> Iterator[Metric]:
        cases, steps = sums[What.CASE], sums[What.FLOW]
        for chain in self._chains:
            cases[chain,] += 0
            for step in Step:
                steps[chain, step] += 0
        yield _gauge("schakel_cases_open", "Cases that are open, by chain.", ("chain",), cases)
        yield CounterMetricFamily(
            "schakel_reports", "Reports let in, also those that no chain took up.", value=sums[What.REPORT][()]
        )
        yield _counter("schakel_flow", "Steps on the way from report to contact, by chain.", ("chain", "step"), steps)
        family = HistogramMetricFamily(
            "schakel_lead_seconds", "Lead times by the ledger's clock, of all chains together.", labels=("lead",)
        )
        for lead in Lead:
            buckets, below = [], 0
            for bound in (*map(str, LEAD_BUCKETS_S), INFINITE):
                below += sums[What.LEAD][lead, bound]
                buckets.append((bound, float(below)))
            family.add_metric([lead], buckets, sum_value=sums[What.LEAD_SUM][lead,])
        yield family

    def _of_gate(self, sums: Mapping[What, Sums]) -> Iterator[Metric]:
        yield _gauge(
            "schakel_referrals",
            "Referrals that nobody has answered yet: the receiver's role, where it is, why it is held, for whom it waits.",
            ("role", "state", "reason", "waits_for"),
            sums[What.REFERRAL],
        )
        yield _counter("schakel_gate_held", "Times that the gate held a referral.", ("role", "reason"), sums[What.HELD])
        yield _counter(
            "schakel_gate_released", "Times that the gate released a referral.", ("role", "mode"), sums[What.RELEASED]
        )
        yield _counter("schakel_gate_revoked", "Releases that the gate took back.", ("reason",), sums[What.REVOKED])
        reads = sums[What.READ]
        reads["permitted",] += 0
        yield _counter(
            "schakel_gate_reads", "Requests to read by what the gate said: permitted, or why not.", ("answer",), reads
        )


def shown_as(stand: str, hour: str, now_s: float) -> Shown:
    """How a clock is shown that stands so and is due in this hour. One whose hour has passed is overdue, though no watermark has said
    so yet."""
    if stand == Stands.BREACHED:
        return Shown.OVERDUE
    if stand != Stands.RUNNING:
        return Shown(stand)
    begins_s = int(hour) * HOUR_S
    if begins_s + HOUR_S <= now_s:
        return Shown.OVERDUE
    return Shown.DUE_SOON if begins_s <= now_s + DUE_SOON_S else Shown.LATER


def _gauge(name: str, says: str, labels: tuple[str, ...], values: Sums) -> Metric:
    family = GaugeMetricFamily(name, says, labels=labels)
    for of, n in sorted(values.items()):
        family.add_metric(of, n)
    return family


def _counter(name: str, says: str, labels: tuple[str, ...], values: Sums) -> Metric:
    family = CounterMetricFamily(name, says, labels=labels)
    for of, n in sorted(values.items()):
        family.add_metric(of, n)
    return family
