"""What three brokers cost and give: `python -m bench.brokers [quick]`.

Throughput: the same reports, sent by a partner's client as fast as it goes, on one broker that keeps each record once, then on three that
keep it three times; from the first send to the last receipt. Outage: each of the three is killed in turn under a steady load; how long
after the kill receipts come again, and the longest that any report had to wait for its receipt, counted from the kill for those that
were on their way: what gathered meanwhile is worked off first.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kafka import KafkaAdminClient

from backbone.kafka.connection import connection
from backbone.kafka.node import Node
from backbone.supervisor.up import Backbone
from bench import stand
from bench.reports import DOOR, PERSONAL, reports
from bench.steady import Steady
from schakel.client import Partner
from schakel.events.report import ReportReceived

RUNS, REPORTS = 2, 400
ROUNDS, RATE_PER_S, WARM_UP = 2, 10, 20
LIMIT_S = 120.0


def main() -> None:
    quick = stand.quick()
    runs, count, rounds = (1, 200, 1) if quick else (RUNS, REPORTS, ROUNDS)
    with stand.backbone("brokers-1", brokers=1) as running:
        running.wait_ready(LIMIT_S)
        one, one_cpu = throughput(running, runs, count)
    with stand.backbone("brokers-3", brokers=3) as running:
        running.wait_ready(LIMIT_S)
        three, three_cpu = throughput(running, runs, count)
        killed = [outage(running, node) for _ in range(rounds) for node in running.broker_nodes()]
    by_role = {
        role: {
            "receipts_resume_s": stand.spread([one.resumed_s for one in mine]),
            "longest_wait_s": stand.spread([one.longest_wait_s for one in mine]),
        }
        for role, leads in (("controller", True), ("other", False))
        if (mine := [one for one in killed if one.controls is leads])
    }
    stand.write(
        "brokers",
        {
            "reports": count,
            "one_reports_per_s": stand.spread(one),
            "three_reports_per_s": stand.spread(three),
            "three_to_one": stand.spread(three)["median"] / stand.spread(one)["median"],
            "one_broker_cpu_ms_a_report": one_cpu * 1000 / (runs * count),
            "three_brokers_cpu_ms_a_report": three_cpu * 1000 / (runs * count),
            "rate_per_s": RATE_PER_S,
            "receipts_resume_s": stand.spread([one.resumed_s for one in killed]),
            "by_role": by_role,
        },
    )


def throughput(running: Backbone, runs: int, count: int) -> tuple[list[float], float]:
    """Reports a second with their receipts, run by run, after one that is not counted; and the brokers' processor seconds for all runs."""
    found = []
    with Partner.connect(profile=stand.profile(running, DOOR)) as door:
        source = reports()
        burst(door, source, count // 4)
        cpu_before = stand.cpu_by_process(running)["broker"]
        for _ in range(runs):
            began = time.perf_counter()
            burst(door, source, count)
            found.append(count / (time.perf_counter() - began))
    return found, stand.cpu_by_process(running)["broker"] - cpu_before


def burst(door: Partner, source: Iterator[ReportReceived], count: int) -> None:
    """All at once, then their receipts."""
    sent = [door.send(next(source), personal=PERSONAL) for _ in range(count)]
    for one in sent:
        one.accepted(LIMIT_S)


@dataclass(frozen=True)
class Outage:
    """resumed_s: after the kill. controls: whether the killed one led the controllers."""

    resumed_s: float
    longest_wait_s: float
    controls: bool


def outage(running: Backbone, node: Node) -> Outage:
    """Kill this one under load. It is back when this returns."""
    assert running.broker is not None
    with KafkaAdminClient(**connection(running.broker.bootstrap, running.broker.admin)) as admin:
        quorum = admin.describe_metadata_quorum()["topics"][0]["partitions"][0]
    with Steady(stand.profile(running, DOOR), reports(), RATE_PER_S) as load:
        _until(lambda: load.answered() >= WARM_UP, "receipts come")
        at = time.monotonic()
        node.kill()
        _until(lambda: load.answered(at) >= WARM_UP, "receipts come again")
        load.finish()
    _until(
        lambda: running.step() or node.pid is not None, "the broker is started again"
    )  # not before: its return is no help
    _until(node.answers, "the broker is back")
    _until(lambda: _in_step(running), "all copies are in step")
    controls = quorum["leader_id"] == running.broker_nodes().index(node) + 1
    return Outage(load.resumed_s(at), load.longest_wait_s(at), controls)


def _in_step(running: Backbone) -> bool:
    assert running.broker is not None
    running.step()
    with KafkaAdminClient(**connection(running.broker.bootstrap, running.broker.admin)) as admin:
        partitions = [partition for topic in admin.describe_topics() for partition in topic["partitions"]]
    return all(len(partition["isr_nodes"]) == len(partition["replica_nodes"]) for partition in partitions)


def _until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, f"after {LIMIT_S:.0f} s still not so: {what}"
        time.sleep(0.02)


if __name__ == "__main__":
    main()
