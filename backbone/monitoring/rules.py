"""The alert rules, read from `rules.yaml` beside this file: the one place where they are written.

`deploy/prometheus/rules.yaml` is a copy of it, and `deploy/prometheus-operator/` says the same as a PrometheusRule.
"""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FILE = Path(__file__).with_name("rules.yaml")


def text() -> str:
    """As it is written, with its comments."""
    return FILE.read_text(encoding="utf-8")


def groups() -> list[dict[str, Any]]:
    """Each with `name` and `rules`; a rule has `alert`, `expr`, mostly `for`, `labels` and `annotations`, all text."""
    found: list[dict[str, Any]] = YAML(typ="safe").load(text())["groups"]
    return found
