"""Runs Prometheus for the backbone in a directory: `python -m backbone.monitoring.runner VAR_DIR PORT`, under a supervisor as a service is.

It ends when it is asked to, and Prometheus with it; when Prometheus ends by itself it ends with its code. The list of targets follows the
workers: one that was started anew listens elsewhere.
"""

import signal
import subprocess
import sys
import threading
from pathlib import Path

from backbone.monitoring import prometheus
from backbone.supervisor.runfiles import RunFiles

_LOOK_S = 0.5
_GRACE_S = 4.0


def run(var_dir: Path, port: int) -> int:
    """Until SIGTERM. Returns the exit code."""
    program = prometheus.found()
    if program is None:
        sys.stderr.write(prometheus.missing() + "\n")
        return 2
    home = var_dir.absolute() / "prometheus"
    home.mkdir(parents=True, exist_ok=True)
    targets = home / "targets.json"
    (home / "prometheus.yaml").write_text(prometheus.configuration(targets), encoding="utf-8")
    files, written = RunFiles(var_dir), _write(targets, RunFiles(var_dir), "")
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: ending.set())
    process = subprocess.Popen(prometheus.command(program, home, port), stdin=subprocess.DEVNULL)
    try:
        while not ending.wait(_LOOK_S):
            if (code := process.poll()) is not None:
                return code
            written = _write(targets, files, written)
    finally:
        process.terminate()
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return 0


def _write(path: Path, files: RunFiles, before: str) -> str:
    """The list of targets as it is now; a rename, so that no reader sees half of it."""
    now = prometheus.targets(files.services())
    if now != before:
        new = path.with_suffix(".new")
        new.write_text(now, encoding="utf-8")
        new.replace(path)
    return now


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), int(sys.argv[2])))
