"""PostgreSQL on Kubernetes in the words of the CloudNativePG operator: the services' database, and that of the keys apart from it.

Two clusters, not two databases of one: the keys have their own backups with a shorter term, since an erasure is final only when no
backup holds the wrapped key any more (docs/adr/0022). Passwords are in Secrets that the operator makes, or that are named here.
"""

from typing import Any

from backbone.deployment.model import keys_role
from backbone.keys.grants import GRANTS

API = "postgresql.cnpg.io/v1"
SERVICES = "schakel-services"
KEYS = "schakel-keys"
OWNERS = {SERVICES: "schakel", KEYS: "keys"}
"""Of each database; its name is its owner's too."""
PORT = 5432


def host(cluster: str) -> str:
    """The Service that leads to the primary, wherever it is."""
    return f"{cluster}-rw"


def address(cluster: str) -> str:
    """`host:port/database`."""
    return f"{host(cluster)}:{PORT}/{OWNERS[cluster]}"


def owner_secret(cluster: str) -> str:
    """The Secret that the operator makes: username, password, and a line for `.pgpass`."""
    return f"{cluster}-app"


def role_secret(service: str) -> str:
    """The Secret (kubernetes.io/basic-auth) with the password of a service's user in the database of keys."""
    return f"schakel-keys-{service}"


def clusters() -> list[dict[str, Any]]:
    """Both, each with a scheduled backup."""
    roles = [
        {
            "name": keys_role(service),
            "ensure": "present",
            "login": True,
            "passwordSecret": {"name": role_secret(service)},
        }
        for service in GRANTS
    ]
    return [
        _cluster(SERVICES, instances=3, size="50Gi", kept="30d"),
        # What `final_within` promises (chains/<name>.yaml) has to be longer than this.
        _cluster(KEYS, instances=3, size="10Gi", kept="14d", roles=roles),
        _backup(SERVICES, "0 30 2 * * *"),
        _backup(KEYS, "0 0 2 * * *"),
    ]


def _cluster(
    name: str, *, instances: int, size: str, kept: str, roles: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "instances": instances,
        # A commit is on two machines before it counts: a database that is lost takes no position or key with it.
        "postgresql": {
            "synchronous": {"method": "any", "number": 1, "dataDurability": "required"},
            "parameters": {"max_connections": "200"},
        },
        "bootstrap": {"initdb": {"database": OWNERS[name], "owner": OWNERS[name], "dataChecksums": True}},
        "storage": {"size": size},
        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        "affinity": {"enablePodAntiAffinity": True, "podAntiAffinityType": "required"},
        "enableSuperuserAccess": False,
        "backup": {
            "retentionPolicy": kept,
            "barmanObjectStore": {
                "destinationPath": f"s3://schakel-backups/{name}",
                "s3Credentials": {
                    "accessKeyId": {"name": f"{name}-backup", "key": "ACCESS_KEY_ID"},
                    "secretAccessKey": {"name": f"{name}-backup", "key": "ACCESS_SECRET_KEY"},
                },
                "wal": {"compression": "gzip"},
            },
        },
    }
    if roles:
        spec["managed"] = {"roles": roles}
    return {"apiVersion": API, "kind": "Cluster", "metadata": {"name": name}, "spec": spec}


def _backup(name: str, schedule: str) -> dict[str, Any]:
    """schedule: with seconds in front, as the operator wants it."""
    return {
        "apiVersion": API,
        "kind": "ScheduledBackup",
        "metadata": {"name": f"{name}-daily"},
        "spec": {"schedule": schedule, "backupOwnerReference": "self", "cluster": {"name": name}},
    }
