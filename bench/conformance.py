"""A national year judged: how long an evaluation takes from the records on, and how much memory. `python -m bench.conformance [quick]`.

30,000 cases, made of the cases that a demo recorded (`tests/histories/recorded`), each under an id of its own. Those were chosen to show
most, so that they are longer than most: what is measured is the dear side. Every record is read from its bytes, folded, and judged, and
the time is the processor's own.
"""

import gc
import json
import time
from collections.abc import Iterator
from io import StringIO

from backbone.collecting import not_collecting
from backbone.definition_files import load_definitions
from backbone.evaluation.anonymous import anonymous
from backbone.evaluation.conformance import choose, judge_all
from backbone.evaluation.eventlog import event_log
from backbone.evaluation.leadtimes import lead_times
from backbone.evaluation.period import Period
from backbone.evaluation.reading import read_trails
from backbone.evaluation.shares import shares
from backbone.evaluation.small_cells import Reader
from backbone.evaluation.xes import write_xes
from bench import stand
from schakel.record import Raw

RECORDED = stand.ROOT / "tests" / "histories" / "recorded" / "0.1.0" / "demo.jsonl"
CASES, QUICK = 30_000, 600
Headers = tuple[tuple[str, bytes], ...]


def main() -> None:
    with not_collecting():  # as the command does
        measure()


def measure() -> None:
    wanted = QUICK if stand.quick() else CASES
    chains, protocols = load_definitions(stand.ROOT / "protocols", stand.ROOT / "chains")
    began = time.process_time()
    found = read_trails(records(wanted))
    read_s = time.process_time() - began
    judge_s = shares_ = lead_s = log_s = outside_s = 0.0
    judged = 0
    for chain in chains:
        chosen = choose(found, chain, Period.parse("all"))
        assert chosen is not None
        at = time.process_time()
        parts = list(judge_all(chosen, protocols))
        judge_s += time.process_time() - at
        judged += len(parts)
        at = time.process_time()
        for reader in Reader:
            shares(parts, reader)
        shares_ += time.process_time() - at
        at = time.process_time()
        lead_times(chosen, Reader.INSIDE)
        lead_s += time.process_time() - at
        at = time.process_time()
        log = event_log(chosen)
        write_xes(log, StringIO())
        log_s += time.process_time() - at
        at = time.process_time()
        anonymous(log)
        outside_s += time.process_time() - at
    stand.write(
        "conformance",
        {
            "left_to_collect": gc.collect(),
            "cases": len(found.cases),
            "events": sum(len(trail.happened) + trail.without_effect for trail in found.cases.values()),
            "parts_judged": judged,
            "read_and_fold_s": read_s,
            "judge_s": judge_s,
            "shares_s": shares_,
            "conformance_s": read_s + judge_s + shares_,
            "lead_times_s": lead_s,
            "xes_s": log_s,
            "outside_s": outside_s,
            "cpu_s": time.process_time(),
        },
    )


def records(wanted: int) -> Iterator[Raw]:
    """The recorded cases again and again, each time under other ids."""
    recorded = list(_recorded())
    for number in range(wanted):
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
