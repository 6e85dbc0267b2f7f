"""Prometheus' own programs, and what the dashboards and rules ask of it."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "prometheus" / "rules.yaml"
BOARDS = ROOT / "deploy" / "grafana" / "dashboards"
_NAME = re.compile(r"\b(?:schakel|process|scrape)_[a-z_]+\b|\bup\b")

_MISSING = shutil.which("prometheus") is None or shutil.which("promtool") is None
needs_prometheus = pytest.mark.skipif(
    _MISSING and os.environ.get("SCHAKEL_REQUIRE_PROMETHEUS") != "1",
    reason="Prometheus is not installed here (Debian: apt-get install prometheus)",
)


class Asked(NamedTuple):
    """One expression. where: `sla: Overdue now`, or the alert's name."""

    where: str
    expr: str


def rules() -> list[dict[str, Any]]:
    """Every alert, as its file says."""
    return [rule for group in YAML(typ="safe").load(RULES)["groups"] for rule in group["rules"]]


def alerts() -> Iterator[Asked]:
    for rule in rules():
        yield Asked(rule["alert"], rule["expr"])


def panels(within: str = "1h") -> Iterator[Asked]:
    """Every target of every panel; Grafana's own time range becomes `within`."""
    for path in sorted(BOARDS.glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                expr = target["expr"].replace("$__range", within)
                yield Asked(f"{path.stem}: {panel['title']} {target['refId']}", expr)


def metrics_in(expr: str) -> set[str]:
    """The names of metrics in an expression."""
    return set(_NAME.findall(re.sub(r'"[^"]*"', "", expr)))
