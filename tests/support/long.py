"""Which tests take long. They stand in `tests/long.txt`, and get the marker `long`: `make test` leaves them to `make long`.

By measuring, not by hand: `make test long ARGS="--durations=0 -vv" | tee took.txt`, on a machine that has nothing else to do, and then
`python -m tests.support.long took.txt`. A test that is not in the list runs in `make test`.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

LIST = Path(__file__).resolve().parents[1] / "long.txt"
LONG_S = 1.75
"""Of a test function, with everything it is run with. What is left takes five minutes on two cores."""
FIRST = (
    "tests/evidence/test_drill.py",
    "tests/cli/test_a_life.py",
    "tests/cli/test_a_partners_life.py",
    "tests/brokers/test_one_is_lost.py",
    "tests/engine/test_workers.py",
    "tests/system/test_import.py",
    "tests/system/test_workers.py",
    "tests/system/test_over_tls.py",
    "tests/brokers/test_too_few_are_left.py",
    "tests/deployment/test_compose_partner.py",
    "tests/house/test_benches.py",
    "tests/monitoring/test_a_real_prometheus.py",
    "tests/deployment/test_tls.py",
)
"""Files that are begun first, since each takes a minute or more by itself and stays with one worker: begun last, the others would wait."""
_TOOK = re.compile(r"^([\d.]+)s +(?:setup|call|teardown) +(\S+)")


def name_of(node: str) -> str:
    """Of a test, without what it is run with."""
    return node.partition("[")[0]


def listed() -> frozenset[str]:
    """The functions, as pytest names them."""
    return frozenset(LIST.read_text(encoding="utf-8").split())


def in_order(node: str) -> int:
    """Where a test's file comes in a run: smaller is earlier; those that are not in FIRST keep the order in which they are found."""
    file = node.partition("::")[0]
    return FIRST.index(file) if file in FIRST else len(FIRST)


def found(lines: Iterable[str]) -> list[str]:
    """Those that took long, by what `pytest --durations=0` printed."""
    took: Counter[str] = Counter()
    for match in filter(None, map(_TOOK.match, lines)):
        took[name_of(match[2])] += float(match[1])  # type: ignore[assignment]
    return sorted(name for name, seconds in took.items() if seconds >= LONG_S)


def main(printed: Path) -> None:
    LIST.write_text(
        "".join(f"{name}\n" for name in found(printed.read_text(encoding="utf-8").splitlines())), encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
