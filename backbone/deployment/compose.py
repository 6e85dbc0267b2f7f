"""`deploy/compose.yaml`: one machine with containers, brought up by one command.

    docker compose --file deploy/compose.yaml up --detach --wait

`handout` makes passwords and certificates first (service `prepare`), then the broker and the two databases start, `operator` makes topics,
users, rights and definitions, and then the services. Prometheus and Grafana stand beside them.
"""

from typing import Any

from backbone.deployment.alerting import ADDRESSES, ALERTMANAGER, ALERTMANAGER_PORT
from backbone.deployment.handout import DATABASES, KAFKA_DATA
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
    workloads,
)
from backbone.kafka.jars import kafka_version

IMAGE = "schakel:0.1.0"
POSTGRES = "postgres:17"
PROMETHEUS = "prom/prometheus:v3.5.0"
ALERTS = "prom/alertmanager:v0.32.1"
GRAFANA = "grafana/grafana:12.1.0"
PLACES = Places(
    bootstrap="kafka:9092",
    services_database="postgres:5432/schakel",
    keys_database="postgres-keys:5432/keys",
    gateway_url="https://${SCHAKEL_HOST:-localhost}:8443",
)
_OUTSIDE = "${SCHAKEL_HOST:-localhost}:9094"
_HANDOUT = "/handout"
# Formatting is done once; what follows is the broker, in place of the shell.
_START_KAFKA = (
    "/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id $$(cat /run/kafka/cluster-id)"
    " --add-scram $$(cat /run/kafka/admin) --feature eligible.leader.replicas.version=0"
    " --config /run/kafka/server.properties"
    " && exec /opt/kafka/bin/kafka-server-start.sh /run/kafka/server.properties"
)
_READY = (
    "import json,sys,urllib.request as u;"
    f"sys.exit(u.urlopen('http://127.0.0.1:{HTTP_PORT}/readyz',timeout=3).status!=200)"
)
_HARDENED: dict[str, Any] = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
}


def compose() -> dict[str, Any]:
    """The whole file."""
    services = {
        "prepare": _prepare(),
        "kafka": _kafka(),
        **{host: _database(host) for host in DATABASES},
        "operator": _operator(),
        **{one.name: _service(one) for one in workloads()},
        "prometheus": _prometheus(),
        ALERTMANAGER: _alertmanager(),
        "grafana": _grafana(),
    }
    return {"name": "schakel", "services": services, "volumes": {name: {} for name in _volumes()}}


def _handed_out() -> list[str]:
    """The volumes that `prepare` fills."""
    return [
        *("kafka", "kafka-data", *DATABASES, "operator", "tokens", "grafana", ALERTMANAGER),
        *(f"keys-{need}" for need in KEY_FILES),
        *(one.name for one in workloads()),
    ]


def _volumes() -> list[str]:
    return sorted(
        [
            *_handed_out(),
            *(f"{host}-data" for host in DATABASES),
            "prometheus-data",
            "grafana-data",
            "alertmanager-data",
        ]
    )


def _prepare() -> dict[str, Any]:
    return {
        **_ours(["backbone", "deploy", "handout", "--into", _HANDOUT]),
        "user": "0:0",
        "cap_add": ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
        "network_mode": "none",
        "restart": "no",
        "environment": {"SCHAKEL_VAR_DIR": "/tmp", "SCHAKEL_PARTNER_BOOTSTRAP": _OUTSIDE},
        "volumes": [f"{name}:{_HANDOUT}/{name}" for name in _handed_out()],
    }


def _kafka() -> dict[str, Any]:
    return {
        "image": f"apache/kafka:{kafka_version()}",
        "entrypoint": ["bash", "-c", _START_KAFKA],
        "restart": "unless-stopped",
        "depends_on": _after(prepare="service_completed_successfully"),
        "environment": {"KAFKA_HEAP_OPTS": "-Xms1g -Xmx1g"},
        "healthcheck": _checked(["CMD", "bash", "-c", "</dev/tcp/127.0.0.1/9092"]),
        "ports": ["9094:9094"],
        "security_opt": ["no-new-privileges:true"],
        "stop_grace_period": "60s",
        "volumes": ["kafka:/run/kafka:ro", f"kafka-data:{KAFKA_DATA}"],
    }


def _database(host: str) -> dict[str, Any]:
    name, owner = DATABASES[host]
    volumes = [f"{host}:/run/schakel:ro", f"{host}-data:/var/lib/postgresql/data"]
    environment = {
        "POSTGRES_DB": name,
        "POSTGRES_USER": owner,
        "POSTGRES_PASSWORD_FILE": "/run/schakel/password",
        "POSTGRES_INITDB_ARGS": "--auth-host=scram-sha-256 --data-checksums",
    }
    made: dict[str, Any] = {
        "image": POSTGRES,
        "restart": "unless-stopped",
        "depends_on": _after(prepare="service_completed_successfully"),
        "environment": environment,
        "healthcheck": _checked(["CMD", "pg_isready", "--host", "127.0.0.1", "--username", owner, "--dbname", name]),
        "security_opt": ["no-new-privileges:true"],
        "volumes": volumes,
    }
    if owner == "keys":
        # Run once, by the image, in an empty database; the volume holds nothing else under that name.
        made["entrypoint"] = [
            "bash",
            "-c",
            "ln -sf /run/schakel/init/roles.sql /docker-entrypoint-initdb.d/roles.sql && exec docker-entrypoint.sh postgres",
        ]
    return made


def _operator() -> dict[str, Any]:
    """Makes everything ready and ends; `docker compose run --rm operator backbone ...` is every other command."""
    said = {
        **shared(PLACES),
        "SCHAKEL_CA_FILE": f"{PLACES.var}/authority/ca.crt",
        "SCHAKEL_DATABASE_URL": database(PLACES.services_database, "schakel", _OPERATORS),
        "SCHAKEL_KEYS_URL": database(PLACES.keys_database, "keys", _OPERATORS),
        "SCHAKEL_SASL_USERNAME": "admin",
        "SCHAKEL_SASL_PASSWORD_FILE": f"{PLACES.var}/kafka/secrets/admin",
        "SCHAKEL_PARTNER_BOOTSTRAP": _OUTSIDE,
        "SCHAKEL_GATEWAY_URL": PLACES.gateway_url,
        "SCHAKEL_GATEWAY_CA_FILE": f"{PLACES.var}/authority/ca.crt",
        "SCHAKEL_GATEWAY_TOKENS_DIR": f"{PLACES.secrets}/tokens",
        **{key_setting(need): f"{PLACES.secrets}/keys-{need}/{name}" for need, name in KEY_FILES.items()},
    }
    return {
        **_ours(["backbone", "deploy", "apply"]),
        "restart": "on-failure",
        "depends_on": _after(
            prepare="service_completed_successfully",
            kafka="service_healthy",
            **{host: "service_healthy" for host in DATABASES},
        ),
        "environment": said,
        "volumes": [
            f"operator:{PLACES.var}",
            f"tokens:{PLACES.secrets}/tokens",
            *(f"keys-{need}:{PLACES.secrets}/keys-{need}" for need in KEY_FILES),
            *_definitions(read_only=False),
        ],
    }


_OPERATORS = Places("", "", "", "", secrets=PLACES.var)
"""The operator's own `.pgpass` stands in its directory."""


def _service(one: Workload) -> dict[str, Any]:
    places = [f"{one.name}:{PLACES.secrets}:ro"]
    # Replacing a key writes beside the file; the service only reads, and reads again.
    places += [f"keys-{need}:{PLACES.secrets}/keys-{need}:ro" for need in one.keys]
    made = {
        **_ours(["python", "-m", f"services.{one.name}"]),
        "restart": "unless-stopped",
        "depends_on": _after(operator="service_completed_successfully"),
        "environment": environment(one, PLACES) | {"SCHAKEL_REPLICA": "0"},
        "healthcheck": _checked(["CMD", "python", "-c", _READY]),
        "stop_grace_period": "30s",
    }
    if "gateway" in one.ports:
        places.append(f"tokens:{PLACES.secrets}/tokens:ro")
        made["ports"] = [f"{GATEWAY_PORT}:{GATEWAY_PORT}"]
    made["volumes"] = [*places, *_definitions(read_only=True)]
    made["tmpfs"] = ["/tmp:mode=1777", f"{PLACES.var}:uid={UID},gid={UID},mode=0700"]
    return made


def _prometheus() -> dict[str, Any]:
    return {
        "image": PROMETHEUS,
        "command": [
            "--config.file=/etc/prometheus/prometheus.yaml",
            "--storage.tsdb.path=/prometheus",
            "--storage.tsdb.retention.time=90d",
        ],
        "restart": "unless-stopped",
        **_HARDENED,
        "ports": ["127.0.0.1:9090:9090"],
        "healthcheck": _checked(["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9090/-/ready"]),
        "volumes": ["./prometheus:/etc/prometheus:ro", "prometheus-data:/prometheus"],
    }


def _alertmanager() -> dict[str, Any]:
    """One alone, so without the port by which several find each other."""
    return {
        "image": ALERTS,
        "command": [
            f"--config.file=/etc/alertmanager/{ALERTMANAGER}.yaml",
            "--storage.path=/alertmanager",
            "--cluster.listen-address=",
        ],
        "restart": "unless-stopped",
        **_HARDENED,
        "depends_on": _after(prepare="service_completed_successfully"),
        "ports": [f"127.0.0.1:{ALERTMANAGER_PORT}:{ALERTMANAGER_PORT}"],
        "healthcheck": _checked(
            ["CMD", "wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{ALERTMANAGER_PORT}/-/ready"]
        ),
        "volumes": [
            f"./{ALERTMANAGER}:/etc/alertmanager:ro",
            f"{ALERTMANAGER}:{ADDRESSES}:ro",
            "alertmanager-data:/alertmanager",
        ],
    }


def _grafana() -> dict[str, Any]:
    return {
        "image": GRAFANA,
        "restart": "unless-stopped",
        **_HARDENED,
        "depends_on": _after(prepare="service_completed_successfully", prometheus="service_started"),
        "environment": {
            "GF_SECURITY_ADMIN_PASSWORD__FILE": "/run/schakel/password",
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
            "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
            "GF_USERS_ALLOW_SIGN_UP": "false",
        },
        "ports": ["127.0.0.1:3000:3000"],
        "tmpfs": ["/tmp:mode=1777"],
        "volumes": [
            "grafana:/run/schakel:ro",
            "grafana-data:/var/lib/grafana",
            "./grafana/provisioning:/etc/grafana/provisioning:ro",
            "./grafana/dashboards:/etc/grafana/dashboards:ro",
        ],
    }


def _ours(command: list[str]) -> dict[str, Any]:
    """A container of our own image."""
    return {
        "image": IMAGE,
        "build": {"context": "..", "dockerfile": "deploy/Containerfile"},
        "command": command,
        **_HARDENED,
        "tmpfs": ["/tmp:mode=1777"],
    }


def _definitions(*, read_only: bool) -> list[str]:
    end = ":ro" if read_only else ""
    return [f"../chains:{PLACES.home}/chains{end}", f"../protocols:{PLACES.home}/protocols:ro"]


def _after(**conditions: str) -> dict[str, Any]:
    return {name: {"condition": condition} for name, condition in conditions.items()}


def _checked(test: list[str]) -> dict[str, Any]:
    return {"test": test, "interval": "5s", "timeout": "5s", "retries": 24, "start_period": "20s"}
