"""`deploy/kubernetes/`: which resource stands in which file, in the order in which they are applied (docs/operations.md)."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backbone.chains import Chains
from backbone.deployment import postgres, strimzi, workloads
from backbone.deployment.model import User, kafka
from backbone.deployment.model import workloads as services
from backbone.deployment.texts import yaml_text
from backbone.protocols import Protocols

Resource = dict[str, Any]
NAMESPACE = "schakel"


def files(chains: Chains, chains_dir: Path, protocols: Protocols) -> dict[str, str]:
    """The files by their name under `deploy/kubernetes`."""
    wanted, every = kafka(chains.partners), services()
    config, paths = chains_config(chains_dir)
    made: dict[str, tuple[str, list[Resource]]] = {
        "00-namespace.yaml": (
            "The namespace, with the strictest standard for pods that Kubernetes has",
            [_namespace()],
        ),
        "10-kafka.yaml": ("Kafka: three brokers (Strimzi)", strimzi.cluster()),
        "20-kafka-topics.yaml": ("Every topic with its settings", [strimzi.topic(spec) for spec in wanted.topics]),
        "21-kafka-users.yaml": (
            "Every user of the broker with all its rights; partners' passwords are made by 'backbone partner add'",
            [strimzi.admin(), *(_user(one, chains) for one in wanted.users)],
        ),
        "30-postgres.yaml": ("PostgreSQL: the services, and the keys apart (CloudNativePG)", postgres.clusters()),
        "40-chains.yaml": ("The files under chains/, as the services read them", [config]),
        "50-apply.yaml": (
            "Prepares a release: before the services",
            [workloads.job(_release(config, paths, protocols), paths)],
        ),
        "70-network.yaml": ("Who may speak to whom", workloads.policies(every)),
    }
    for one in every:
        parts = [workloads.deployment(one, paths), workloads.service(one), workloads.budget(one)]
        made[f"60-{one.name}.yaml"] = (f"The service {one.name}", parts)
    made["kustomization.yaml"] = ("All of it, in one namespace: kubectl apply --kustomize .", [_kustomization(made)])
    return {name: yaml_text(documents, about) for name, (about, documents) in sorted(made.items())}


def _namespace() -> Resource:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}


def _kustomization(made: Mapping[str, object]) -> Resource:
    kind = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return {**kind, "namespace": NAMESPACE, "resources": sorted(made)}


def password_secret(partner: str) -> str:
    """The Secret with the password that `backbone partner add` made for a partner."""
    return f"{partner}-password"


def _user(one: User, chains: Chains) -> Resource:
    return strimzi.user(one, password_secret=password_secret(one.name) if one.name in chains.partners else None)


def chains_config(chains_dir: Path) -> tuple[Resource, dict[str, str]]:
    """The files of `chains/` as a ConfigMap, and for each of its keys the path that it stands for (keys have no slashes)."""
    found = sorted(path for path in chains_dir.rglob("*.y*ml"))
    paths = {str(path.relative_to(chains_dir)).replace("/", "."): str(path.relative_to(chains_dir)) for path in found}
    data = {key: (chains_dir / path).read_text(encoding="utf-8") for key, path in paths.items()}
    metadata = {"name": workloads.CHAINS}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}, paths


def _release(config: Resource, paths: Mapping[str, str], protocols: Protocols) -> str:
    """Another name whenever chains, protocols or the Job itself differ: a Job cannot be changed, and has to run again."""
    said = "".join(f"{key}\0{text}\0" for key, text in sorted(config["data"].items()))
    body = yaml_text([workloads.job("", paths)], "")
    return hashlib.sha256(f"{body}\0{protocols.digest}\0{said}".encode()).hexdigest()[:10]
