"""Records golden histories from a demo that has been played: `make demo ONCE=1`, then `python -m tests.histories.record`.

Takes the few cases that together show most: each event type with each effect that it had, and each end that a referral or a clock came to.
Everybody in a demo is invented, and what is
personal is sealed to keys that are not recorded. A file that is there is not written again: a later version has to answer as it says.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backbone.kafka.connection import connection, credentials
from backbone.kafka.credentials import ADMIN
from backbone.kafka.embedded import EmbeddedKafka, running
from schakel.history import LEDGER, History, collect
from schakel.reading import read_to_end
from schakel.record import Raw
from tests.support.histories import FOLDER, as_lines

RECORDED = FOLDER / "recorded"
CACHE = Path("var") / "cache"
MAX_BYTES = 300_000

Shown = set[tuple[str, str]]
"""What a case has to show: an event type with its effect, what became of a referral, a clock, a grant, the case itself."""


@contextmanager
def ledger_of(var_dir: Path) -> Iterator[Mapping[str, Any]]:
    """A way to the ledger of the demo: its broker if it runs, else it is started and stopped again."""
    admin = credentials(var_dir, ADMIN)
    if admin is None:
        sys.exit(f"no demo was played in {var_dir}; 'make demo ONCE=1' plays one")
    if running(var_dir):
        yield connection((var_dir / "kafka" / "bootstrap").read_text(encoding="ascii").strip(), admin)
        return
    with EmbeddedKafka(var_dir, cache_dir=CACHE) as kafka:
        yield connection(kafka.bootstrap, admin)


def shows(history: History) -> Shown:
    state = history.state
    return {
        *((step.entry.envelope.type, step.effect.value) for step in history.steps),
        *(("referral to " + referral.role, referral.state.value) for referral in state.referrals.values()),
        *(("clock", f"{clock.state.value}, breached {clock.breached}") for clock in state.clocks.values()),
        *(("grant", f"standing {grant.standing}") for grant in state.grants.values()),
        ("chain", f"{state.chain}, closed {bool(state.closed)}"),
        ("protocols", ", ".join(state.protocols)),
    }


def choose(cases: Sequence[History], at_most: int) -> list[History]:
    """One after the other the case that shows most of what none before it showed; among equals the shortest."""
    chosen: list[History] = []
    shown: Shown = set()
    while len(chosen) < at_most:
        best = max(cases, key=lambda history: (len(shows(history) - shown), -len(history.steps)))
        if not shows(best) - shown:
            break
        chosen.append(best)
        shown |= shows(best)
    return chosen


def lines(history: History, records: Sequence[Raw]) -> Iterator[str]:
    state = history.state
    says = f"a case of a demo, chain {state.chain}, under {', '.join(state.protocols)}"
    own = [(raw.headers, raw.value or b"") for raw in records if raw.key == state.id.encode()]
    return as_lines(says, state.id, own, explained=False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.histories.record", description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/demo"), help="where the demo was played")
    parser.add_argument("--cases", type=int, default=12, help="how many cases at most")
    parser.add_argument("version", help="of the program that played it, such as 0.2.0: the directory")
    parser.add_argument("--name", default="demo", help="of the file in it")
    given = parser.parse_args()
    path = RECORDED / given.version / f"{given.name}.jsonl"
    if path.exists():
        sys.exit(f"{path} is there already; a recorded history is not changed, give a new one another name")
    with ledger_of(given.var) as broker:
        records = list(read_to_end(broker, LEDGER))
    chosen = choose([history for history in collect(records).values() if not history.unread], given.cases)
    text = "".join(f"{line}\n" for history in chosen for line in lines(history, records))
    if len(text) > MAX_BYTES:
        sys.exit(f"{len(chosen)} cases take {len(text)} bytes, more than {MAX_BYTES}; take fewer with --cases")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    types = {step.entry.envelope.type for history in chosen for step in history.steps}
    steps = sum(len(history.steps) for history in chosen)
    sys.stdout.write(f"{path}: {len(chosen)} cases, {steps} records of {len(types)} types, {len(text)} bytes\n")


if __name__ == "__main__":
    main()
