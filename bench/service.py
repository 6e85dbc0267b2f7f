"""One service with its real fold and transactions over an existing ledger, beside two simpler programs over the same bytes.

The service is `cases` as a process of its own, with an empty database: what it does here is also the rebuild from the whole ledger.
Beside it, on the same broker: quixstreams (in a venv of its own, since it is no part of the product) counting per key and passing
the record on, and a plain Faust agent that awaits each send. Rates run from the first progress to the last record, so that nobody's
start-up counts.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from backbone.kafka.connection import connection
from backbone.kafka.rights import service_user
from backbone.store.store import Store
from backbone.supervisor.up import Backbone
from bench import stand, year

REPORTS = 6_000
RUNS = 3
FAUST_RECORDS = 15_000
OUT = "bench.passed-on"
QUIX_PYTHON = stand.ROOT / "var" / "bench-venv" / "bin" / "python"


def main() -> None:
    count, runs = (500, 1) if stand.quick() else (REPORTS, RUNS)
    with stand.backbone("service") as running:
        running.wait_ready()
        records = year.prepare(running, count)
        began = time.perf_counter()
        asyncio.run(year.append(running, records))
        year.until_quiet(running, began)
        running._supervisor.stop()
        write(running, runs)


def write(running: Backbone, runs: int) -> None:
    """Measure in turns, each program `runs` times, and keep medians and spread. No service runs any more."""
    assert running.broker is not None
    kafka = connection(running.broker.bootstrap, running.broker.admin)
    admin = KafkaAdminClient(**kafka)
    admin.create_topics([NewTopic(OUT, 6, 1)])
    admin.close()
    ours, quix, faust = [], [], []
    for number in range(runs):
        ours.append(cases(running, number))
        if QUIX_PYTHON.exists():
            quix.append(other(running, QUIX_PYTHON, "bench.quix", number, 0))
        faust.append(other(running, Path(sys.executable), "bench.plain_faust", number, FAUST_RECORDS))
    result: dict[str, Any] = {"ledger_events": ours[0]["records"]}
    for name, measured in (("cases", ours), ("quixstreams", quix), ("plain_faust", faust)):
        if measured:
            result[name] = {
                "records": measured[0]["records"],
                "events_per_s": stand.spread([one["records"] / one["seconds"] for one in measured]),
                "events_per_cpu_s": stand.spread([one["records"] / one["cpu_s"] for one in measured]),
            }
    for name in ("quixstreams", "plain_faust"):
        if name in result:
            for unit in ("events_per_s", "events_per_cpu_s"):
                result[f"times_{name}_{unit}"] = result["cases"][unit]["median"] / result[name][unit]["median"]
    stand.write("service", result)


def cases(running: Backbone, number: int) -> dict[str, float]:
    """The service `cases` with an empty database, until it stands at the ledger's end."""
    assert running.broker is not None
    var_dir = stand.HOME / "run" / f"rebuild-{number}"
    var_dir.mkdir(parents=True, exist_ok=True)
    settings = running.settings.model_copy(update={"var_dir": var_dir})
    for old in (var_dir / "db").glob("*"):
        old.unlink()
    store = Store(settings.service_database_url("cases"), "cases")
    end = Store(running.settings.service_database_url("cases"), "cases").checkpoints()
    total = sum(point.next_offset for point in end.values())
    who = service_user("cases")
    environment = {
        **os.environ,
        "SCHAKEL_VAR_DIR": str(var_dir),
        "SCHAKEL_BOOTSTRAP": running.broker.bootstrap,
        "SCHAKEL_SASL_USERNAME": who,
        "SCHAKEL_SASL_PASSWORD_FILE": str(running.settings.var_dir.absolute() / "kafka" / "secrets" / who),
        "SCHAKEL_REPLICA": f"rebuild{number}",
    }
    with (var_dir / "cases.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.cases"], cwd=stand.ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        first: tuple[float, float, int] | None = None
        while True:
            now, cpu = time.perf_counter(), stand.cpu_s(process.pid)
            read = _read(store)
            if first is None and read:
                first = (now, cpu, read)
            if read >= total and first is not None:
                return {"records": total - first[2], "seconds": now - first[0], "cpu_s": cpu - first[1]}
            time.sleep(0.01)
    finally:
        process.terminate()
        process.wait(20)
        store.close()


def _read(store: Store) -> int:
    """Records folded so far, the last of a partition when its cases have been looked at too; 0 while the database is being made."""
    try:
        return sum(point.next_offset - point.rebuilding for point in store.checkpoints().values())
    except Exception:
        return 0


def other(running: Backbone, python: Path, module: str, number: int, records: int) -> dict[str, float]:
    """A baseline program in a process of its own; it prints what it did as JSON. records: 0 for all."""
    assert running.broker is not None
    total = sum(
        point.next_offset
        for point in Store(running.settings.service_database_url("cases"), "cases").checkpoints().values()
    )
    secret = running.settings.var_dir.absolute() / "kafka" / "secrets" / running.broker.admin.username
    home = stand.HOME / "run" / f"{module}-{number}"
    home.mkdir(parents=True, exist_ok=True)
    arguments = [running.broker.bootstrap, running.broker.admin.username, str(secret), stand.LEDGER, OUT]
    done = subprocess.run(
        [
            str(python),
            "-m",
            module,
            *arguments,
            str(min(records or total, total)),
            f"{module}-{number}-{time.time_ns()}",
            str(home),
        ],
        cwd=stand.ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise RuntimeError(f"{module} gave no figures; it ended with {done.returncode} and said: {done.stderr[-800:]}")
    return dict(json.loads(lines[-1]))


if __name__ == "__main__":
    main()
