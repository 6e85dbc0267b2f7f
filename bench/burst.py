"""What a burst of due clocks costs those who report meanwhile: `python -m bench.burst [quick]`.

A whole backbone on an embedded broker. One partner tells reports that were made almost two days before, as many as go in, so that the
term for a first contact ends at one moment in all of them. Another partner reports steadily, from a while before that moment until the
last breach stands in the ledger. How long each of its reports waits for its receipt, from the one log to the other, by the broker's own
clock: before the moment, and from there to the last breach.
"""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kafka import KafkaConsumer, TopicPartition

from backbone.kafka.connection import connection
from backbone.supervisor.up import Backbone
from bench import stand
from bench.reports import DOOR, reports
from bench.steady import Steady
from schakel import codec
from schakel.client import Partner
from schakel.envelope import read_headers
from schakel.events.base import ce_type
from schakel.events.clock import ClockBreached
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity
from schakel.messages import Receipt
from schakel.reading import read_to_end

TERM = timedelta(hours=48)
"""Of the first contact, in the chain that the other partner reports in."""
OTHER = "politie-noord"
CASES, FILL_S, CALM_S, QUIET_S = 10_000, 120.0, 30.0, 2.0
QUICK_CASES, QUICK_FILL_S, QUICK_CALM_S = 150, 20.0, 8.0
SETTLE_S = 60.0
"""For what follows from the last of them, before the calm begins."""
AT_ONCE = 100
RATE_PER_S = 15.0
"""With this many the 99th percentile of a burst is the third slowest report; of a third of the clocks it would be the slowest one."""
BURST_S = 90.0
"""At most; what was not said by then is left out, and the figures say so."""
_BREACHED = ce_type(ClockBreached.TYPE).encode()
_REPORTED = ce_type(ReportReceived.TYPE).encode()


def main() -> None:
    quick = stand.quick()
    cases, fill_s, calm_s = (QUICK_CASES, QUICK_FILL_S, QUICK_CALM_S) if quick else (CASES, FILL_S, CALM_S)
    with stand.backbone("burst") as running:
        running.wait_ready()
        due_at = datetime.now(UTC) + timedelta(seconds=fill_s + SETTLE_S + calm_s)
        told = fill(running, cases, due_reports(due_at), time.monotonic() + fill_s)
        with Ledger(running) as ledger:
            ledger.settle(due_at.timestamp() - calm_s)
            with Steady(stand.profile(running, DOOR), reports(2), RATE_PER_S) as load:
                ledger.await_moment(due_at.timestamp())
                before = stand.cpu_by_process(running)
                ledger.await_breaches(told)
                used = {name: cpu - before.get(name, 0.0) for name, cpu in stand.cpu_by_process(running).items()}
                load.finish()
        waits = receipt_waits(running)
    breaches = ledger.breaches
    assert breaches, "no clock was breached"
    due_ms, end_ms = due_at.timestamp() * 1000, max(breaches)
    calm = [wait for at, _, wait in waits if due_ms - calm_s * 1000 <= at < due_ms]
    burst = [wait for at, _, wait in waits if due_ms <= at <= end_ms]
    stand.write(
        "burst",
        {
            "due_at_once": told,
            "breached": len(breaches),
            "first_breach_s": (min(breaches) - due_ms) / 1000,
            "last_breach_s": (end_ms - due_ms) / 1000,
            "breaches_per_s": len(breaches) / max((end_ms - min(breaches)) / 1000, 0.001),
            "rate_per_s": RATE_PER_S,
            "receipt_ms": {"calm": figures(calm), "in_the_burst": figures(burst)},
            "slowest_s_ms": slowest(waits, due_ms, end_ms),
            "p99_times": stand.percentile(burst, 0.99) / stand.percentile(calm, 0.99),
            "p50_times": stand.percentile(burst, 0.5) / stand.percentile(calm, 0.5),
            "cpu_s": used,
        },
    )


def figures(waits: list[float]) -> dict[str, float]:
    return {
        "reports": len(waits),
        "p50": stand.percentile(waits, 0.5),
        "p99": stand.percentile(waits, 0.99),
        "most": max(waits),
    }


def slowest(waits: list[tuple[int, float, float]], due_ms: float, end_ms: float) -> list[tuple[float, float, float]]:
    """The ten that waited longest while it lasted: seconds behind the moment, milliseconds to the ledger and to the receipt."""
    during = [((at - due_ms) / 1000, stood, wait) for at, stood, wait in waits if due_ms <= at <= end_ms]
    return sorted(during, key=lambda one: -one[2])[:10]


def due_reports(due_at: datetime, every_s: float = 0.0) -> Iterator[ReportReceived]:
    """Without end: reports whose term for a first contact ends at this moment, or the one so long behind the other."""
    for number in itertools.count():
        facts = ReportFacts(identity=Identity.BY_NAME, place=Place(municipality="groningen", district="centrum"))
        yield ReportReceived(reported_at=due_at + timedelta(seconds=number * every_s) - TERM, facts=facts)


def fill(running: Backbone, cases: int, source: Iterator[ReportReceived], until: float) -> int:
    """Tell so many of them, or as many as go in until then; how many were accepted."""
    told = 0
    with Partner.connect(profile=stand.profile(running, OTHER)) as partner:
        while told < cases and time.monotonic() < until:
            sent = [partner.send(next(source)) for _ in range(min(AT_ONCE, cases - told))]
            for one in sent:
                one.accepted(60)
            told += len(sent)
    return told


@dataclass
class Ledger:
    """Looks on at the ledger from here on. `breaches`: when each was appended, in milliseconds since 1970."""

    running: Backbone

    def __post_init__(self) -> None:
        self.breaches: list[int] = []
        self._values: list[bytes] = []
        self._heard_at = time.monotonic()

    def __enter__(self) -> "Ledger":
        assert self.running.broker is not None
        self._consumer = KafkaConsumer(**connection(self.running.broker.bootstrap, self.running.broker.admin))
        numbers = self._consumer.partitions_for_topic(stand.LEDGER)
        assert numbers
        places = [TopicPartition(stand.LEDGER, number) for number in numbers]
        self._consumer.assign(places)
        self._consumer.seek_to_end(*places)
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def lags_ms(self) -> list[float]:
        """Of each breach, how long after the moment at which it was due it was appended. Afterwards: to look into each takes time."""
        lags = []
        for at, value in zip(self.breaches, self._values, strict=True):
            event = codec.decode(value)
            assert isinstance(event, ClockBreached)
            lags.append(at - event.due_at.timestamp() * 1000)
        return lags

    def settle(self, latest: float) -> None:
        """Until nothing follows any more from what was told. latest: the moment at which the calm has to begin."""
        while time.monotonic() - self._heard_at < QUIET_S:
            self._look()
            assert time.time() < latest, (
                "what was told is not worked off before the calm has to begin: give it more time"
            )

    def await_moment(self, moment: float) -> None:
        while time.time() < moment:
            self._look()
        assert not self.breaches, "clocks were breached before they were due"

    def await_breaches(self, wanted: int) -> None:
        """Until so many stand there, or the time is over."""
        deadline = time.monotonic() + BURST_S
        while len(self.breaches) < wanted and time.monotonic() < deadline:
            self._look()

    def _look(self) -> None:
        for records in self._consumer.poll(timeout_ms=200).values():
            self._heard_at = time.monotonic()
            for one in records:
                if ("ce_type", _BREACHED) in one.headers:
                    self.breaches.append(one.timestamp)
                    self._values.append(one.value)


def receipt_waits(running: Backbone) -> list[tuple[int, float, float]]:
    """Of each report that was sent steadily: when it was appended, how many milliseconds later it stood in the ledger, and its receipt
    with the partner."""
    assert running.broker is not None
    kafka = connection(running.broker.bootstrap, running.broker.admin)
    began = {read_headers(raw.headers).id: raw.timestamp_ms for raw in read_to_end(kafka, f"schakel.in.{DOOR}")}
    stood = {}
    for raw in read_to_end(kafka, stand.LEDGER):
        if ("ce_type", _REPORTED) in raw.headers and (name := read_headers(raw.headers).id) in began:
            stood[name] = raw.timestamp_ms
    waits = []
    for raw in read_to_end(kafka, f"schakel.out.{DOOR}"):
        message = codec.decode_message(raw.value)
        if isinstance(message, Receipt) and message.about in began:
            at = began[message.about]
            waits.append((at, float(stood[message.about] - at), float(raw.timestamp_ms - at)))
    return waits


if __name__ == "__main__":
    main()
