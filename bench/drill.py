"""The restore drill with a clock on it: `python -m bench.drill [quick]`.

A backbone takes reports in until it is quiet; its ledger is carried off; broker and databases are lost; the export goes back on an empty
broker, the ledger's erasures are carried out again on the keys, and the services build their databases anew. *Back*: from the first byte
written back until every service is ready, which it is only behind the ledger's end.
"""

import asyncio
import shutil
import time
from pathlib import Path

from backbone.cli.erasure import erased_again
from backbone.evidence.archive import Opened
from backbone.evidence.export import export
from backbone.evidence.restore import restore
from backbone.kafka.connection import connection
from backbone.kafka.embedded import EmbeddedKafka
from backbone.kafka.names import LEDGER
from backbone.kafka.topics import ONE_MACHINE
from backbone.settings import Settings
from backbone.supervisor.prepare import Broker
from bench import stand, year

REPORTS, QUICK = 1_000, 150
READY_WITHIN_S = 1_800.0


def main() -> None:
    count = QUICK if stand.quick() else REPORTS
    file = stand.HOME / "run" / "drill.zip"
    with stand.backbone("drill") as running:
        running.wait_ready(READY_WITHIN_S)
        records = year.prepare(running, count)
        began = time.perf_counter()
        asyncio.run(year.append(running, records))
        year.until_quiet(running, began, READY_WITHIN_S)
        assert running.broker is not None
        known = connection(running.broker.bootstrap, running.broker.admin)
        clock = Took()
        done = export(known, running.settings, file, lambda sentence: None)
        exported = clock.figures(sum(done.records.values()))
        home = running.settings.var_dir
    lost = carried_over(home)
    back = Took()
    restored = put_back(lost, file)
    with stand.backbone("drill-after", kept=True) as after:
        began = time.perf_counter()
        after.wait_ready(READY_WITHIN_S)
        ready_s = time.perf_counter() - began
        back_s = back.wall_s
        services = {name: used for name, used in stand.cpu_by_process(after).items() if name != "broker"}
    result = {
        "reports": count,
        "ledger_records": done.records[LEDGER],
        "records": sum(done.records.values()),
        "file_mb": file.stat().st_size / 1e6,
        "export": exported,
        "restore": restored,
        "ready_s": ready_s,
        "back_s": back_s,
        "services_cpu_s": services,
    }
    stand.write("drill", result)


class Took:
    """How long something took, by the wall and by this process's own processor time."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), stand.own_cpu_s()

    @property
    def wall_s(self) -> float:
        return time.perf_counter() - self._wall

    def figures(self, records: int) -> dict[str, float]:
        wall_s, cpu_s = self.wall_s, stand.own_cpu_s() - self._cpu
        return {"s": wall_s, "cpu_s": cpu_s, "records_per_s": records / wall_s, "records_per_cpu_s": records / cpu_s}


def carried_over(home: Path) -> Path:
    """A new place with what has a backup of its own: keys and passwords. The rest is lost."""
    after = home.with_name("drill-after")
    shutil.rmtree(after, ignore_errors=True)
    shutil.copytree(home / "keys", after / "keys")
    shutil.copytree(home / "kafka" / "secrets", after / "kafka" / "secrets")
    return after


def put_back(home: Path, file: Path) -> dict[str, float]:
    """As `backbone ledger restore` does; the broker's own start is not counted."""
    opened = Opened(file)
    with EmbeddedKafka(home, cache_dir=stand.CACHE, tell=lambda sentence: None) as kafka:
        assert kafka.admin is not None
        with Broker(kafka.bootstrap, kafka.admin).client() as admin:
            clock = Took()
            known = connection(kafka.bootstrap, kafka.admin)
            counts = restore(known, admin, ONE_MACHINE, opened, lambda sentence: None)
            figures = clock.figures(sum(counts.values()))
            again = Took()
            erased_again(Settings(var_dir=home), known)
            return figures | {"erased_again_s": again.wall_s}


if __name__ == "__main__":
    main()
