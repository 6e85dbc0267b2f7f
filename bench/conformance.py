"""A national year judged: how long an evaluation takes from the records on, and how much memory. `python -m bench.conformance [quick]`.

30,000 cases, made of the cases that a demo recorded (`tests/histories/recorded`), each under an id of its own. Those were chosen to show
most, so that they are longer than most: what is measured is the dear side. Every record is read from its bytes and folded, by as many
processes as the command takes for a ledger of eight partitions, and then judged. Times are the clock's; the processor's own stand beside.
"""

import gc
import json
import os
import time
from collections.abc import Iterator
from functools import partial
from io import StringIO

from backbone.collecting import not_collecting
from backbone.definition_files import load_definitions
from backbone.evaluation.anonymous import anonymous
from backbone.evaluation.conformance import choose, judge_all
from backbone.evaluation.eventlog import event_log
from backbone.evaluation.leadtimes import lead_times
from backbone.evaluation.period import Period
from backbone.evaluation.shares import shares
from backbone.evaluation.side_by_side import deal, read_side_by_side
from backbone.evaluation.small_cells import Reader
from backbone.evaluation.xes import write_xes
from bench import stand
from schakel.record import Raw

RECORDED = stand.ROOT / "tests" / "histories" / "recorded" / "0.1.0" / "demo.jsonl"
CASES, QUICK = 30_000, 600
PARTITIONS = 8
Headers = tuple[tuple[str, bytes], ...]


def main() -> None:
    with not_collecting():  # as the command does
        measure()


def measure() -> None:
    wanted = QUICK if stand.quick() else CASES
    chains, protocols = load_definitions(stand.ROOT / "protocols", stand.ROOT / "chains")
    began, used = time.perf_counter(), _cpu_s()
    found = read_side_by_side([partial(records, wanted, share) for share in deal(PARTITIONS)], lambda trail: True)
    read_s, read_cpu_s = time.perf_counter() - began, _cpu_s() - used
    judge_s = shares_ = lead_s = log_s = outside_s = 0.0
    judged = 0
    for chain in chains:
        chosen = choose(found, chain, Period.parse("all"))
        assert chosen is not None
        at = time.perf_counter()
        parts = list(judge_all(chosen, protocols))
        judge_s += time.perf_counter() - at
        judged += len(parts)
        at = time.perf_counter()
        shares(parts, Reader.INSIDE)
        shares_ += time.perf_counter() - at
        at = time.perf_counter()
        lead_times(chosen, Reader.INSIDE)
        lead_s += time.perf_counter() - at
        at = time.perf_counter()
        log = event_log(chosen)
        write_xes(log, StringIO())
        log_s += time.perf_counter() - at
        at = time.perf_counter()
        anonymous(log)
        outside_s += time.perf_counter() - at
    stand.write(
        "conformance",
        {
            "left_to_collect": gc.collect(),
            "cases": len(found.cases),
            "events": sum(len(trail.happened) + trail.without_effect for trail in found.cases.values()),
            "parts_judged": judged,
            "processes": len(deal(PARTITIONS)),
            "read_and_fold_s": read_s,
            "read_and_fold_cpu_s": read_cpu_s,
            "judge_s": judge_s,
            "shares_s": shares_,
            "conformance_s": read_s + judge_s + shares_,
            "lead_times_s": lead_s,
            "xes_s": log_s,
            "outside_s": outside_s,
            "cpu_s": _cpu_s(),
        },
    )


def _cpu_s() -> float:
    """Of this process and those that it waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def records(wanted: int, partitions: list[int]) -> Iterator[Raw]:
    """The recorded cases again and again, each time under other ids: those that lie in these partitions."""
    recorded = list(_recorded())
    for number in range(wanted):
        if number // len(recorded) % PARTITIONS not in partitions:
            continue
        case = f"00000000-0000-4000-8000-{number:012x}".encode()
        for offset, (headers, value) in enumerate(recorded[number % len(recorded)]):
            own = tuple((name, case if name == "ce_subject" else raw) for name, raw in headers)
            yield Raw("schakel.ledger", 0, offset, 0, case, value, own)


def _recorded() -> Iterator[list[tuple[Headers, bytes]]]:
    own: list[tuple[Headers, bytes]] = []
    for line in RECORDED.read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        if "headers" in data:
            headers = tuple((name, text.encode()) for name, text in data["headers"].items())
            own.append((headers, bytes.fromhex(data["value"])))
        elif "fingerprint" in data:
            yield own
            own = []


if __name__ == "__main__":
    main()
