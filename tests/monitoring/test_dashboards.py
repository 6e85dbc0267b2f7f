"""The dashboards: the files are what the program says, and ask only for what the services show."""

import importlib.util
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from prometheus_client.metrics import MetricWrapperBase
from ruamel.yaml import YAML

from backbone import metrics as of_cases
from backbone.definition_files import load_definitions
from backbone.engine import metrics as of_the_engine
from backbone.keys.finality import Standing
from services.cases.tally.shown import TallyCollector
from services.consent.shown import ErasureCollector, Figures
from tests.monitoring.tools import BOARDS, ROOT, Asked, alerts, metrics_in, panels

PROVISIONED = ROOT / "deploy" / "grafana" / "provisioning"
SCRAPED = {"up", "scrape_duration_seconds", "process_start_time_seconds", "process_resident_memory_bytes"}
"""Shown by Prometheus itself, or by its client library for every process."""


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dashboards", BOARDS.parent / "dashboards.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_what_the_program_writes(program: ModuleType) -> None:
    expected = {path.name: text for path, text in program.written()}
    assert {path.name: path.read_text(encoding="utf-8") for path in BOARDS.glob("*.json")} == expected


def test_every_panel_says_what_it_shows_and_asks_where_it_should(program: ModuleType) -> None:
    uids = set()
    for path in BOARDS.glob("*.json"):
        board = json.loads(path.read_text(encoding="utf-8"))
        uids.add(board["uid"])
        titles = [panel["title"] for panel in board["panels"]]
        assert len(titles) == len(set(titles))
        for panel in board["panels"]:
            assert panel["targets"]
            assert panel["options"] is not None
            assert panel["datasource"]["uid"] == program.SOURCE.uid
            assert all(target["datasource"]["uid"] == program.SOURCE.uid for target in panel["targets"])
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= program.WIDTH
    assert uids == {"schakel-sla", "schakel-flow", "schakel-gate", "schakel-health"}


def test_grafana_is_told_where_to_ask_and_where_the_files_are(program: ModuleType) -> None:
    (source,) = YAML(typ="safe").load(PROVISIONED / "datasources" / "prometheus.yaml")["datasources"]
    assert (source["uid"], source["type"]) == (program.SOURCE.uid, "prometheus")
    (provider,) = YAML(typ="safe").load(PROVISIONED / "dashboards" / "schakel.yaml")["providers"]
    assert where_mounted(provider["options"]["path"]) == BOARDS
    assert where_mounted("/etc/grafana/provisioning") == PROVISIONED, "where Grafana itself looks for both files"


@cache
def compose() -> dict[str, Any]:
    services: dict[str, Any] = YAML(typ="safe").load(ROOT / "deploy" / "compose.yaml")["services"]
    return services


def where_mounted(path: str) -> Path | None:
    """The directory here that Grafana sees under this path in its container, to read only."""
    for volume in compose()["grafana"]["volumes"]:
        source, target, *how = volume.split(":")
        if target == path and how == ["ro"]:
            return (ROOT / "deploy" / source).resolve()
    return None


def test_grafana_asks_the_prometheus_beside_it() -> None:
    """By the name of its container and the port in it. Prometheus listens where it always does: its check of itself says so."""
    (source,) = YAML(typ="safe").load(PROVISIONED / "datasources" / "prometheus.yaml")["datasources"]
    address = urlsplit(source["url"])
    beside = compose()[str(address.hostname)]
    assert beside["image"].startswith("prom/prometheus:")
    assert not any(word.startswith("--web.listen-address") for word in beside["command"])
    assert f"//127.0.0.1:{address.port}/" in beside["healthcheck"]["test"][-1]
    assert [port.rpartition(":")[2] for port in beside["ports"]] == [str(address.port)]
    assert (address.scheme, address.path, source["access"]) == ("http", "", "proxy")
    assert address.hostname in compose()["grafana"]["depends_on"]


@cache
def shown() -> set[str]:
    """The names of everything that the services show."""
    names: set[str] = set()
    for module in (of_cases, of_the_engine):
        for metric in vars(module).values():
            if isinstance(metric, MetricWrapperBase):
                (family,) = metric.describe()
                names |= {family.name + end for end in ("", "_total", "_bucket", "_sum", "_count")}
    tally = TallyCollector(*load_definitions(ROOT / "protocols", ROOT / "chains"), lambda: 0.0, lambda: 0.0)
    tally.read({})
    erasures = ErasureCollector()
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    erasures.figures = Figures(Standing(0, 0, 0, 0, None, False, False), {"door": moment}, moment, moment)
    for family in (*tally.collect(), *erasures.collect()):
        names |= {family.name + end for end in ("", "_total", "_bucket", "_sum", "_count")}
    return names


@pytest.mark.parametrize("asked", [*panels(), *alerts()], ids=lambda asked: asked.where)
def test_only_what_is_shown_is_asked_for(asked: Asked) -> None:
    names = metrics_in(asked.expr)
    assert names
    assert names - SCRAPED <= shown()


def test_what_nobody_shows_is_noticed() -> None:
    assert metrics_in('sum(schakel_no_such_thing{role="up"}) > 0') - shown() == {"schakel_no_such_thing"}
