"""What the benchmarks stand on: a fresh backbone or a bare broker under var/bench, process facts, and where results go."""

import json
import os
import platform
import resource
import shutil
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from backbone.kafka.embedded import EmbeddedKafka
from backbone.settings import Settings
from backbone.supervisor.up import Backbone

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("SCHAKEL_BENCH_DIR") or ROOT / "var" / "bench")
CACHE = ROOT / "var" / "cache"
LEDGER = "schakel.ledger"
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def quick() -> bool:
    """Whether a small run is wanted (the first argument `quick`): it shows that everything works, its figures say little."""
    return "quick" in sys.argv[1:]


@contextmanager
def broker(name: str) -> Iterator[EmbeddedKafka]:
    """A bare embedded broker, without sign-on, as the baselines have none to spend time on."""
    directory = _fresh(name)
    with EmbeddedKafka(directory, cache_dir=CACHE, sasl=False, tell=lambda sentence: None) as kafka:
        yield kafka


@contextmanager
def backbone(name: str, brokers: int = 1, *, kept: bool = False) -> Iterator[Backbone]:
    """Broker and services as `backbone up` starts them, in an empty directory; kept: in the one that is there. The services are started,
    perhaps not ready."""
    directory = HOME / "run" / name if kept else _fresh(name)
    settings = Settings(var_dir=directory, chains_dir=ROOT / "chains", protocols_dir=ROOT / "protocols")
    with Backbone(settings, cache_dir=CACHE, own_broker=True, brokers=brokers, tell=lambda sentence: None) as running:
        yield running


def profile(running: Backbone, partner: str) -> Path:
    """The file that a partner's client connects with."""
    return running.settings.var_dir / "partners" / f"{partner}.json"


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def cpu_by_process(running: Backbone) -> dict[str, float]:
    """CPU seconds so far: each service, and the broker (all of them together, when there are several)."""
    used = {keeper.service.name: cpu_s(keeper.pid) for keeper in running.keepers if keeper.pid}
    return used | {"broker": sum(cpu_s(node.pid) for node in running.broker_nodes() if node.pid)}


def resident_mb(pid: int | str = "self") -> float:
    """What a process holds in memory now; default this one."""
    fields = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in fields if line.startswith("VmRSS")).split()[1]) / 1024


def memory_by_process(running: Backbone) -> dict[str, float]:
    """Megabytes that each service holds now, and the broker (all of them together, when there are several)."""
    held = {keeper.service.name: round(resident_mb(keeper.pid), 1) for keeper in running.keepers if keeper.pid}
    return held | {"broker": round(sum(resident_mb(node.pid) for node in running.broker_nodes() if node.pid), 1)}


def own_cpu_s() -> float:
    """CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and extremes of repeated measurements."""
    return {
        "median": statistics.median(values),
        "lowest": min(values),
        "highest": max(values),
        "runs": len(values),
    }


def machine() -> dict[str, Any]:
    """What it was measured on."""
    memory_kb = int(Path("/proc/meminfo").read_text(encoding="ascii").split()[1])
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory_kb / 1024 / 1024, 1),
        "python": platform.python_version(),
        "system": platform.system(),
        "load_before": round(os.getloadavg()[0], 2),
        **{name: version(name) for name in ("faust-streaming", "aiokafka", "kafka-python", "sqlalchemy", "fastavro")},
    }


def write(name: str, result: Mapping[str, Any]) -> None:
    """Keep a result as var/bench/<name>.json, and show it."""
    HOME.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"quick": quick(), "machine": machine(), **result}, indent=2)
    (HOME / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{name}: {text}", flush=True)


def _fresh(name: str) -> Path:
    directory = HOME / "run" / name
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory
