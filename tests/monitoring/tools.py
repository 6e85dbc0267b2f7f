"""Prometheus' own programs, and what the dashboards and rules ask of it."""

import itertools
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "prometheus" / "rules.yaml"
BOARDS = ROOT / "deploy" / "grafana" / "dashboards"
_SELECTOR = re.compile(r"\b(\w+)\{([^}]+)\}")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
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


class Selector(NamedTuple):
    """A metric with what is asked of its labels, each as (label, operator, value)."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]

    def __str__(self) -> str:
        return f"{self.metric}{{{_written(self.matchers)}}}"


def _written(matchers: Iterable[tuple[str, str, str]]) -> str:
    return ",".join(f'{label}{how}"{value}"' for label, how, value in matchers)


def selectors(expr: str) -> Iterator[Selector]:
    """Every selector with labels in an expression. One that offers words (`=~"met|late_paperwork"`) comes once for each: together they
    would find something though one of them were wrong.
    """
    for metric, text in _SELECTOR.findall(expr):
        matchers = _MATCHER.findall(text)
        assert _written(matchers) == text, f"{text} is not understood"
        one_by_one = [
            [(label, how, word) for word in (value.split("|") if how == "=~" else [value])]
            for label, how, value in matchers
        ]
        for some in itertools.product(*one_by_one):
            yield Selector(metric, some)
