"""What Prometheus needs to look at the workers of a backbone on this machine: a configuration, and a list of targets that follows them."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backbone.monitoring import rules

JOB = "schakel"
EVERY_S = 5


def found() -> str | None:
    """The program, where this machine has it."""
    return shutil.which("prometheus")


def missing() -> str:
    """What is missing to run it here, as one sentence; empty when nothing is."""
    if found() is None:
        return "Prometheus is not installed (Debian: apt-get install prometheus); the workers' own /metrics are there without it"
    return ""


def configuration(targets: Path) -> str:
    """As JSON, which YAML is. Looks at every worker often, since a demo is over in minutes; an answer may take as long as that."""
    return json.dumps(
        {
            "global": {"scrape_interval": f"{EVERY_S}s", "evaluation_interval": f"{EVERY_S}s"},
            "rule_files": [str(rules.FILE)],
            "scrape_configs": [
                {
                    "job_name": JOB,
                    "honor_labels": True,
                    "file_sd_configs": [{"files": [str(targets)], "refresh_interval": "1s"}],
                }
            ],
        },
        indent=1,
    )


def targets(services: Mapping[str, Mapping[str, Any]]) -> str:
    """services: what each worker says of itself (`backbone.supervisor.runfiles`). Those that do not say where they listen are left out."""
    groups = [
        {
            "targets": [str(said["url"]).removeprefix("http://")],
            "labels": {"service": str(said["service"]), "replica": str(said["replica"])},
        }
        for _, said in sorted(services.items())
        if said.get("url") and said.get("service")
    ]
    return json.dumps(groups, indent=1) + "\n"


def command(program: str, home: Path, port: int) -> list[str]:
    """home: its directory, with `prometheus.yaml` in it."""
    return [
        program,
        f"--config.file={home / 'prometheus.yaml'}",
        f"--storage.tsdb.path={home / 'data'}",
        "--storage.tsdb.retention.time=1d",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    ]
