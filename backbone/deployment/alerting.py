"""Alerts past one machine: the Alertmanager of compose, and what the Prometheus operator needs on Kubernetes.

    alertmanager()         deploy/alertmanager/alertmanager.yaml
    operator_files()       deploy/prometheus-operator/: a PodMonitor over all services, a PrometheusRule, and what kustomize needs

No address of anybody stands in them: a receiver names a file. The rules are those of `backbone.monitoring.rules`.
"""

from collections.abc import Mapping
from typing import Any

from backbone.deployment.model import Workload
from backbone.deployment.texts import yaml_text
from backbone.monitoring import rules
from backbone.monitoring.prometheus import JOB

ALERTMANAGER = "alertmanager"
ALERTMANAGER_PORT = 9093
ADDRESSES = "/run/schakel"
"""Where the Alertmanager of compose finds the addresses."""
RECEIVERS: Mapping[str, str] = {"page": "on-call", "ticket": "office"}
"""By the label `severity` of an alert: who is told, which is also the name of the file with the address."""
API = "monitoring.coreos.com/v1"
SCRAPED_EVERY = "15s"
_NAME = "app.kubernetes.io/name"
_PART_OF = "app.kubernetes.io/part-of"


def alertmanager() -> dict[str, Any]:
    """Its configuration: what wakes somebody rings on, the rest waits; twenty alerts of one name are told as one."""
    return {
        "route": {
            "receiver": RECEIVERS["ticket"],
            "group_by": ["alertname"],
            "routes": [
                {"matchers": ['severity="page"'], "receiver": RECEIVERS["page"], "repeat_interval": "30m"},
            ],
        },
        "receivers": [
            {"name": name, "webhook_configs": [{"url_file": f"{ADDRESSES}/{name}"}]}
            for name in sorted(RECEIVERS.values())
        ],
    }


def operator_files(services: tuple[Workload, ...], namespace: str, port: str) -> dict[str, str]:
    """By their name under `deploy/prometheus-operator`. port: what the pods call the one that is asked."""
    made = {
        "pod-monitor.yaml": ("Which pods Prometheus looks at", _pod_monitor(services, port)),
        "prometheus-rule.yaml": ("The rules by which it judges them", _prometheus_rule()),
    }
    whole = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": namespace,
        "resources": sorted(made),
    }
    made["kustomization.yaml"] = ("Where the Prometheus operator runs: kubectl apply --kustomize .", whole)
    return {name: yaml_text([document], about) for name, (about, document) in sorted(made.items())}


def _pod_monitor(services: tuple[Workload, ...], port: str) -> dict[str, Any]:
    """With the labels that the rules ask for: `job` is the value of the pods' own label, `service` the name of the service."""
    names = [one.name for one in services]
    return {
        "apiVersion": API,
        "kind": "PodMonitor",
        "metadata": {"name": JOB, "labels": {_PART_OF: JOB}},
        "spec": {
            "jobLabel": _PART_OF,
            "selector": {
                "matchLabels": {_PART_OF: JOB},
                "matchExpressions": [{"key": _NAME, "operator": "In", "values": names}],
            },
            "podMetricsEndpoints": [
                {
                    "port": port,
                    "path": "/metrics",
                    "interval": SCRAPED_EVERY,
                    "honorLabels": True,
                    "relabelings": [
                        {
                            "sourceLabels": [f"__meta_kubernetes_pod_label_{_NAME.translate(_AS_A_LABEL)}"],
                            "targetLabel": "service",
                        }
                    ],
                }
            ],
        },
    }


_AS_A_LABEL = str.maketrans("./-", "___")
"""How Prometheus writes the name of a label of Kubernetes."""


def _prometheus_rule() -> dict[str, Any]:
    return {
        "apiVersion": API,
        "kind": "PrometheusRule",
        "metadata": {"name": JOB, "labels": {_PART_OF: JOB}},
        "spec": {"groups": rules.groups()},
    }
