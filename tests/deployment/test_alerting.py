"""Alerts past one machine: one set of rules in every shape, pods that are found and asked, an Alertmanager that keeps no secret."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from backbone.deployment.alerting import RECEIVERS
from backbone.deployment.handout import ALERTMANAGER_UID, Names, hand_out
from backbone.monitoring import rules
from backbone.monitoring.prometheus import JOB
from backbone.supervisor.up import SERVICES
from tests.deployment.test_files import DEPLOY, compose, documents, of_kind
from tests.support import prometheus_operator

ROOT = DEPLOY.parent
OPERATOR = DEPLOY / "prometheus-operator"


def one(name: str) -> dict[str, Any]:
    (found,) = documents(OPERATOR / name)
    return found


def pods() -> list[dict[str, Any]]:
    return [resource["spec"]["template"] for kind in ("Deployment", "Job") for resource in of_kind(kind).values()]


def chosen(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    """As Kubernetes reads a selector with `matchLabels` and `In`."""
    assert selector.keys() <= {"matchLabels", "matchExpressions"}
    wanted = selector.get("matchExpressions", [])
    assert {expression["operator"] for expression in wanted} <= {"In"}
    return all(labels.get(key) == value for key, value in selector["matchLabels"].items()) and all(
        labels.get(expression["key"]) in expression["values"] for expression in wanted
    )


# -- one set of rules ---------------------------------------------------------------------------------------------------


def test_the_rules_are_the_same_in_every_shape() -> None:
    said = YAML(typ="safe").load((DEPLOY / "prometheus" / "rules.yaml").read_text(encoding="utf-8"))
    assert said == {"groups": rules.groups()}
    assert one("prometheus-rule.yaml")["spec"] == {"groups": rules.groups()}
    assert sum(len(group["rules"]) for group in rules.groups()) > 20


@pytest.mark.parametrize("name", ["pod-monitor.yaml", "prometheus-rule.yaml"])
def test_the_operators_resources_keep_to_its_definitions(name: str) -> None:
    assert prometheus_operator.faults(one(name)) == []


def test_what_its_definitions_do_not_have_is_noticed() -> None:
    rule, monitor = one("prometheus-rule.yaml"), one("pod-monitor.yaml")
    rule["spec"]["groups"][0]["rules"][0]["for"] = "half an hour"
    rule["spec"]["groups"][1]["rules"][0] |= {"runbook": "docs"}
    assert [fault.partition(":")[0] for fault in prometheus_operator.faults(rule)] == [
        "/spec/groups/0/rules/0/for",
        "/spec/groups/1/rules/0/runbook",
    ]
    endpoint = monitor["spec"]["podMetricsEndpoints"][0]
    endpoint |= {"honourLabels": True, "interval": 15}
    del monitor["spec"]["selector"]
    said = {fault.partition(": ")[::2] for fault in prometheus_operator.faults(monitor)}
    assert ("/spec/podMetricsEndpoints/0/honourLabels", "not defined") in said
    assert {where for where, what in said if what != "not defined"} >= {"/spec", "/spec/podMetricsEndpoints/0/interval"}


# -- the pods are found, asked and named ---------------------------------------------------------------------------------


def test_the_monitor_finds_every_service_and_the_label_that_the_rules_ask_for() -> None:
    spec = one("pod-monitor.yaml")["spec"]
    (endpoint,) = spec["podMetricsEndpoints"]
    (relabelling,) = endpoint["relabelings"]
    found = {}
    for pod in pods():
        labels = pod["metadata"]["labels"]
        if chosen(spec["selector"], labels):
            ports = [port["name"] for part in pod["spec"]["containers"] for port in part["ports"]]
            assert ports.count(endpoint["port"]) == 1, "each process is asked once"
            assert labels[spec["jobLabel"]] == JOB
            # As Prometheus names what it learns of a pod's labels.
            meta = {f"__meta_kubernetes_pod_label_{re.sub('[^a-zA-Z0-9_]', '_', key)}": labels[key] for key in labels}
            (source,) = relabelling["sourceLabels"]
            found[meta[source]] = True
    assert relabelling["targetLabel"] == "service"
    assert set(found) == set(SERVICES), "and the Job, which answers nobody, is not among them"
    assert endpoint["honorLabels"] is True, "as in deploy/prometheus/prometheus.yaml"


def test_prometheus_is_let_in_where_the_monitor_asks() -> None:
    (endpoint,) = one("pod-monitor.yaml")["spec"]["podMetricsEndpoints"]
    policies = [policy["spec"] for policy in of_kind("NetworkPolicy").values()]
    for pod in pods():
        labels = pod["metadata"]["labels"]
        if not chosen(one("pod-monitor.yaml")["spec"]["selector"], labels):
            continue
        (number,) = [
            port["containerPort"]
            for part in pod["spec"]["containers"]
            for port in part["ports"]
            if port["name"] == endpoint["port"]
        ]
        let_in = [
            rule
            for policy in policies
            if chosen(policy["podSelector"], labels)
            for rule in policy.get("ingress", ())
            if {"port": number, "protocol": "TCP"} in rule["ports"]
        ]
        monitoring = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
        assert [rule["from"] for rule in let_in] == [[monitoring]], labels


def test_what_stands_beside_is_in_the_namespace_of_the_rest() -> None:
    kustomization = one("kustomization.yaml")
    (rest,) = documents(DEPLOY / "kubernetes" / "kustomization.yaml")
    assert kustomization["namespace"] == rest["namespace"]
    files = {path.name for path in OPERATOR.iterdir()}
    assert {*kustomization["resources"], "kustomization.yaml"} == files


# -- compose's Alertmanager ---------------------------------------------------------------------------------------------


def configuration() -> dict[str, Any]:
    (found,) = documents(DEPLOY / "alertmanager" / "alertmanager.yaml")
    return found


def receiver(route: dict[str, Any], labels: dict[str, str]) -> str:
    """Whom an alert reaches; of matchers only `name="value"` is known here."""
    for inner in route.get("routes", ()):
        pairs = [re.fullmatch(r'(\w+)="(\w+)"', matcher) for matcher in inner["matchers"]]
        assert all(pairs)
        if all(labels.get(pair[1]) == pair[2] for pair in pairs if pair):
            return receiver({"receiver": route["receiver"]} | inner, labels)
    return str(route["receiver"])


def test_every_alert_has_somebody_and_each_severity_its_own() -> None:
    said = configuration()
    known = {one["name"] for one in said["receivers"]}
    reached = {}
    for group in rules.groups():
        for rule in group["rules"]:
            reached.setdefault(rule["labels"]["severity"], set()).add(receiver(said["route"], rule["labels"]))
    assert reached == {severity: {name} for severity, name in RECEIVERS.items()}
    assert set(RECEIVERS.values()) == known


def test_no_address_stands_in_it_and_each_is_a_file_that_prepare_makes(tmp_path: Path) -> None:
    assert "://" not in (DEPLOY / "alertmanager" / "alertmanager.yaml").read_text(encoding="utf-8")
    hand_out(tmp_path, Names(), owners=False)
    mounts = dict(volume.split(":")[:2] for volume in compose()["services"]["alertmanager"]["volumes"])
    directory = mounts["alertmanager"]
    for one in configuration()["receivers"]:
        ((kind, ways),) = ((key, value) for key, value in one.items() if key != "name")
        assert kind == "webhook_configs"
        for way in ways:
            assert way.keys() == {"url_file"}
            where, _, name = way["url_file"].rpartition("/")
            assert where == directory
            path = tmp_path / "alertmanager" / name
            assert path.read_bytes() == b""
            path.write_text("https://pager.example/hook\n")
    assert hand_out(tmp_path, Names(), owners=False) == [], "what was filled in stays"
    assert path.read_text() == "https://pager.example/hook\n"
    assert path.stat().st_mode & 0o077 == 0
    assert ALERTMANAGER_UID == 65534, "nobody: whom its image runs as"


def test_prometheus_tells_the_alertmanager_of_compose() -> None:
    (said,) = documents(DEPLOY / "prometheus" / "prometheus.yaml")
    (told,) = [
        address
        for one in said["alerting"]["alertmanagers"]
        for way in one["static_configs"]
        for address in way["targets"]
    ]
    host, _, port = told.partition(":")
    service = compose()["services"][host]
    assert [published.rpartition(":")[2] for published in service["ports"]] == [port]
    assert all(published.startswith("127.0.0.1:") for published in service["ports"])
    command = next(word for word in service["command"] if word.startswith("--config.file="))
    assert command == "--config.file=/etc/alertmanager/alertmanager.yaml"
    assert "./alertmanager:/etc/alertmanager:ro" in service["volumes"]


def test_the_papers_say_where_the_addresses_go() -> None:
    text = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    for name in RECEIVERS.values():
        assert f"/handout/alertmanager/{name}" in text
    assert "alertmanager:/handout/alertmanager" in compose()["services"]["prepare"]["volumes"]
