"""The alert rules: read by Prometheus' own tool, each seen firing and not firing, each with a page for who is woken by it."""

import re
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from backbone.supervisor.up import SERVICES
from tests.house.papers import table_rows
from tests.monitoring.tools import ROOT, RULES, needs_prometheus, rules

HERE = Path(__file__).parent
TESTS = [HERE / name for name in ("rules_test.yaml", "rules_of_days_test.yaml", "rules_of_weeks_test.yaml")]
PAGES = ROOT / "docs" / "runbooks"
PARTS = ["What it means", "Look", "Do", "Who to call", "When it is over"]
NAMES = [rule["alert"] for rule in rules()]


def promtool(*words: str | Path) -> None:
    done = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_prometheus
def test_the_rules_and_the_configuration_can_be_read() -> None:
    promtool("check", "rules", RULES)
    promtool("check", "config", ROOT / "deploy" / "prometheus" / "prometheus.yaml")


@needs_prometheus
def test_each_alert_fires_when_it_should_and_not_otherwise() -> None:
    promtool("test", "rules", *TESTS)


def test_every_service_is_looked_at_and_missed() -> None:
    (job,) = YAML(typ="safe").load(RULES.parent / "prometheus.yaml")["scrape_configs"]
    assert [name for one in job["dns_sd_configs"] for name in one["names"]] == list(SERVICES)
    (missing,) = [rule["expr"] for rule in rules() if rule["alert"] == "SchakelServiceMissing"]
    assert re.findall(r'absent\(up\{job="schakel",service="([a-z]+)"\}\)', missing) == list(SERVICES)


def test_the_names_for_another_namespace_are_those_of_all_services() -> None:
    """By which a Prometheus beside the namespace finds them; the label that the rules ask for stays the bare name."""
    text = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    full = re.findall(r"^ +- ([a-z]+\.schakel\.svc\.cluster\.local)$", text, re.MULTILINE)
    (job,) = YAML(typ="safe").load(RULES.parent / "prometheus.yaml")["scrape_configs"]
    (label,) = job["relabel_configs"]
    found = [re.fullmatch(label["regex"], name) for name in (*full, *SERVICES)]
    assert [match and match[1] for match in found] == [*SERVICES, *SERVICES]


def test_each_alert_is_tested_both_ways() -> None:
    tests = [test for path in TESTS for test in YAML(typ="safe").load(path)["tests"]]
    asked = [one for test in tests for one in test["alert_rule_test"]]
    assert {one["alertname"] for one in asked if one.get("exp_alerts")} == set(NAMES)
    assert {one["alertname"] for one in asked if not one.get("exp_alerts")} == set(NAMES)


@pytest.mark.parametrize("rule", rules(), ids=NAMES)
def test_each_alert_has_its_page(rule: dict[str, dict[str, str]]) -> None:
    name = str(rule["alert"])
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{name}.md"
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {name}: ")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == PARTS
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_the_list_of_pages_says_what_the_rules_say() -> None:
    listed = {row[0][1:].partition("]")[0]: row[1] for row in table_rows((PAGES / "README.md").read_text())}
    assert listed == {rule["alert"]: rule["labels"]["severity"] for rule in rules()}
    assert {page.stem for page in PAGES.glob("*.md")} == {"README", *NAMES}
