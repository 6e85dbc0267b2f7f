"""The services on Kubernetes: a Deployment each, its Service, disruption budget and network policy, and the job that prepares a release.

Every container runs as nobody in particular, on a root file system that it cannot write, without capabilities, and gets the secrets of
its service alone. Kubernetes gives Secrets as files that root owns; what must be private to its reader (the keys, `.pgpass`) is
copied by an init container into memory, as `backbone.keys.files` and libpq ask.
"""

from collections.abc import Mapping
from typing import Any

from backbone.deployment import postgres, strimzi
from backbone.deployment.model import (
    GATEWAY_PORT,
    HTTP_PORT,
    KEY_FILES,
    UID,
    Places,
    Workload,
    database,
    environment,
    key_setting,
    shared,
)

IMAGE = "schakel:0.1.0"
CHAINS = "schakel-chains"
TOKENS = "schakel-gateway-tokens"
CERTIFICATE = "schakel-gateway-tls"
PLACES = Places(
    bootstrap=strimzi.BOOTSTRAP,
    services_database=postgres.address(postgres.SERVICES),
    keys_database=postgres.address(postgres.KEYS),
    gateway_url="https://gateway.schakel.example",
)
_PART_OF = {"app.kubernetes.io/part-of": "schakel"}
_GIVEN = "/given"


def key_secret(need: str) -> str:
    """The Secret with one of the files of key-encryption keys."""
    return f"schakel-keys-{need}"


def deployment(one: Workload, chains: Mapping[str, str]) -> dict[str, Any]:
    """The Deployment of a service. chains: the keys of the ConfigMap and the paths that they stand for."""
    labels = _labels(one.name)
    # One that must be alone ends before the next begins; of the others a new one is ready before an old one ends.
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": one.name, "labels": labels},
        "spec": {
            "replicas": one.workers,
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": labels},
            "strategy": {"type": "Recreate"} if one.alone else rolling,
            "template": {"metadata": {"labels": labels}, "spec": _pod(one, chains)},
        },
    }


def _pod(one: Workload, chains: Mapping[str, str]) -> dict[str, Any]:
    said = environment(one, PLACES)
    container = {
        **_container(one.name, ["python", "-m", f"services.{one.name}"], said),
        "ports": [{"name": name, "containerPort": port} for name, port in one.ports.items()],
        # A rebuild reads all of the ledger before it is ready: alive is what counts until then.
        "startupProbe": {**_asks("/healthz"), "periodSeconds": 2, "failureThreshold": 60},
        "livenessProbe": {**_asks("/healthz"), "periodSeconds": 10, "failureThreshold": 6},
        "readinessProbe": {**_asks("/readyz"), "periodSeconds": 5, "failureThreshold": 2},
        "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}},
    }
    # Its own name, the same when the container starts again: the group knows it and gives it back what it had.
    name = {"name": "SCHAKEL_REPLICA", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    container["env"] = [*container["env"], name]
    container["volumeMounts"] += [_mount("kafka-user", f"{PLACES.secrets}/kafka")]
    volumes = [_secret("kafka-user", one.user)]
    if "gateway" in one.ports:
        container["volumeMounts"] += [_mount("tokens", f"{PLACES.secrets}/tokens")]
        container["volumeMounts"] += [_mount("certificate", f"{PLACES.secrets}/gateway")]
        volumes += [_secret("tokens", TOKENS, optional=True), _secret("certificate", CERTIFICATE)]
    passwords = {"services": postgres.owner_secret(postgres.SERVICES)}
    if one.uses_keys_database:
        passwords["keys"] = postgres.role_secret(one.name)
    return _with_private(container, volumes, one.keys, passwords, one.keys_role, chains) | {
        "terminationGracePeriodSeconds": 30,
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": _labels(one.name)},
            }
        ],
    }


def _with_private(
    container: dict[str, Any],
    volumes: list[dict[str, Any]],
    keys: tuple[str, ...],
    passwords: Mapping[str, str],
    role: str,
    chains: Mapping[str, str],
) -> dict[str, Any]:
    """The pod around a container: what every one has, and an init container that makes private what has to be."""
    private = [f"keys-{need}" for need in keys] + ["database"]
    steps = [
        f"install -m 0600 {_GIVEN}/keys-{need}/{KEY_FILES[need]} {PLACES.secrets}/keys-{need}/{KEY_FILES[need]}"
        for need in keys
    ]
    pgpass = f"{PLACES.secrets}/database/pgpass"
    steps.append(f"umask 077; cp {_GIVEN}/db-services/pgpass {pgpass}")
    if "keys" in passwords:
        host = f"{postgres.host(postgres.KEYS)}:{postgres.PORT}:{postgres.OWNERS[postgres.KEYS]}"
        steps.append(f'printf \'\\n{host}:%s:%s\\n\' "{role}" "$(cat {_GIVEN}/db-keys/password)" >> {pgpass}')
    given = {f"keys-{need}": key_secret(need) for need in keys} | {f"db-{name}": of for name, of in passwords.items()}
    makes_private = {
        "name": "private",
        "image": IMAGE,
        "command": ["sh", "-ec", "\n".join(steps)],
        "securityContext": _confined(),
        "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
        "volumeMounts": [_mount(f"given-{name}", f"{_GIVEN}/{name}") for name in given]
        + [{**_mount(name, f"{PLACES.secrets}/{name}"), "readOnly": False} for name in private],
    }
    container["volumeMounts"] += [_mount(name, f"{PLACES.secrets}/{name}") for name in private]
    container["volumeMounts"] += [
        _mount("authority", f"{PLACES.secrets}/authority"),
        _mount("chains", f"{PLACES.home}/chains"),
        {"name": "var", "mountPath": PLACES.var},
        {"name": "tmp", "mountPath": "/tmp"},
    ]
    items = [{"key": key, "path": path} for key, path in chains.items()]
    return {
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": UID,
            "runAsGroup": UID,
            "fsGroup": UID,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "initContainers": [makes_private],
        "containers": [container],
        "volumes": [
            *volumes,
            *(_secret(f"given-{name}", of) for name, of in given.items()),
            *({"name": name, "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}} for name in private),
            _secret("authority", strimzi.AUTHORITY, items=[{"key": "ca.crt", "path": "ca.crt"}]),
            {"name": "chains", "configMap": {"name": CHAINS, "items": items}},
            {"name": "var", "emptyDir": {"sizeLimit": "256Mi"}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }


def job(release: str, chains: Mapping[str, str]) -> dict[str, Any]:
    """What has to be done once for a release or a new chain file, before the services: `backbone deploy apply`.

    It holds all keys and the administrator's password, which no service does, and ends.
    """
    said = {
        **shared(PLACES),
        "SCHAKEL_SASL_USERNAME": strimzi.ADMIN,
        "SCHAKEL_SASL_PASSWORD_FILE": f"{PLACES.secrets}/kafka/password",
        "SCHAKEL_KEYS_URL": database(PLACES.keys_database, postgres.OWNERS[postgres.KEYS], PLACES),
        "SCHAKEL_USERS_BY": "kubernetes",
        "SCHAKEL_GATEWAY_URL": PLACES.gateway_url,
        **{key_setting(need): f"{PLACES.secrets}/keys-{need}/{name}" for need, name in KEY_FILES.items()},
    }
    container = _container("apply", ["backbone", "deploy", "apply"], said)
    container["resources"] = {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}}
    container["volumeMounts"] += [_mount("kafka-user", f"{PLACES.secrets}/kafka")]
    passwords = {
        "services": postgres.owner_secret(postgres.SERVICES),
        "keys": postgres.owner_secret(postgres.KEYS),
    }
    pod = _with_private(
        container, [_secret("kafka-user", strimzi.ADMIN)], tuple(KEY_FILES), passwords, "keys", chains
    ) | {"restartPolicy": "OnFailure"}
    labels = _labels("apply")
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"apply-{release}", "labels": labels},
        "spec": {"backoffLimit": 20, "template": {"metadata": {"labels": labels}, "spec": pod}},
    }


def service(one: Workload) -> dict[str, Any]:
    """Where others in the cluster find it: Prometheus its figures, an ingress the gateway.

    Without an address of its own: the name stands for each worker, ready or not, so that Prometheus sees every one of them.
    """
    ports = [{"name": name, "port": port, "targetPort": name} for name, port in one.ports.items()]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": one.name, "labels": _labels(one.name)},
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": _labels(one.name),
            "ports": ports,
        },
    }


def budget(one: Workload) -> dict[str, Any]:
    """Nodes are emptied one worker at a time."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": one.name, "labels": _labels(one.name)},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _labels(one.name)}},
    }


def policies(all_of_them: tuple[Workload, ...]) -> list[dict[str, Any]]:
    """Nobody speaks to anybody, but: monitoring to `http`, partners to the gateway; all to Kafka, their databases and DNS."""
    made = [_policy("default-deny", {}, {"policyTypes": ["Ingress", "Egress"]})]
    for one in (*all_of_them, None):
        name = one.name if one else "apply"
        monitoring = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
        incoming: list[dict[str, Any]] = [{"from": [monitoring], "ports": _ports(HTTP_PORT)}] if one else []
        if one and "gateway" in one.ports:
            incoming.append({"ports": _ports(GATEWAY_PORT)})
        outgoing = [
            {"ports": [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]},
            {"to": [_pods({"strimzi.io/cluster": strimzi.CLUSTER})], "ports": _ports(strimzi.PORT)},
            {"to": [_pods({"cnpg.io/cluster": postgres.SERVICES})], "ports": _ports(postgres.PORT)},
        ]
        if one is None or one.uses_keys_database:
            outgoing.append({"to": [_pods({"cnpg.io/cluster": postgres.KEYS})], "ports": _ports(postgres.PORT)})
        rules = {"policyTypes": ["Ingress", "Egress"], "ingress": incoming, "egress": outgoing}
        made.append(_policy(name, _labels(name), rules))
    return made


def _policy(name: str, labels: Mapping[str, str], rules: Mapping[str, Any]) -> dict[str, Any]:
    """For the pods of the backbone only: those of the operators have policies of their own."""
    chosen = {"matchLabels": dict(labels) or dict(_PART_OF)}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"schakel-{name}"},
        "spec": {"podSelector": chosen, **rules},
    }


def _container(name: str, command: list[str], said: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "image": IMAGE,
        "command": command,
        "env": [{"name": key, "value": value} for key, value in said.items()],
        "securityContext": _confined(),
        "volumeMounts": [],
    }


def _confined() -> dict[str, Any]:
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def _labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, **_PART_OF}


def _asks(path: str) -> dict[str, Any]:
    return {"httpGet": {"path": path, "port": "http"}, "timeoutSeconds": 3}


def _mount(name: str, path: str) -> dict[str, Any]:
    return {"name": name, "mountPath": path, "readOnly": True}


def _secret(name: str, of: str, *, optional: bool = False, items: list[dict[str, str]] | None = None) -> dict[str, Any]:
    inner: dict[str, Any] = {"secretName": of, "defaultMode": 0o440}
    if optional:
        inner["optional"] = True
    if items:
        inner["items"] = items
    return {"name": name, "secret": inner}


def _pods(labels: Mapping[str, str]) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": dict(labels)}}


def _ports(*numbers: int) -> list[dict[str, Any]]:
    return [{"port": number, "protocol": "TCP"} for number in numbers]
