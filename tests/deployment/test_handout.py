"""What compose hands to each container: once, private, complete, and renewed in time. And that the broker and libpq take it."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from ruamel.yaml import YAML

from backbone.deployment.broker_settings import embedded
from backbone.deployment.certificates import Authority, ends
from backbone.deployment.handout import Names, hand_out
from backbone.kafka.credentials import ADMIN, SecretStore
from backbone.kafka.rights import SERVICES as ROLES
from backbone.supervisor.up import SERVICES

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = Names(kafka_outside="kafka.schakel.example:9094")
COMPOSE = Path(__file__).resolve().parents[2] / "deploy" / "compose.yaml"


def give(root: Path, now: datetime = NOW) -> list[str]:
    return hand_out(root, NAMES, owners=False, now=now)


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def properties(root: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (root / "kafka" / "server.properties").read_text().splitlines())


def test_done_again_it_changes_nothing_until_a_certificate_ends(tmp_path: Path) -> None:
    assert give(tmp_path)
    before = files(tmp_path)
    assert give(tmp_path) == []
    assert files(tmp_path) == before
    said = give(tmp_path, NOW + timedelta(days=61))
    assert [line.split(",")[0] for line in said] == ["made a certificate for kafka", "made a certificate for gateway"]
    after = files(tmp_path)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {
        "kafka/tls.crt", "kafka/tls.key", "kafka/kafka.pem",
        "gateway/tls.crt", "gateway/tls.key", "gateway/gateway/tls.crt", "gateway/gateway/tls.key",
    }  # fmt: skip
    assert ends(after["kafka/tls.crt"]) > NOW + timedelta(days=140)


def test_the_authority_is_replaced_in_three_steps(tmp_path: Path) -> None:
    """What docs/operations.md has an operator do by hand, and what becomes of it."""
    give(tmp_path)
    certificate, key = (tmp_path / "operator" / "authority" / name for name in ("ca.crt", "ca.key"))
    old, new = certificate.read_bytes(), Authority.make(NOW)

    def trusted() -> set[bytes]:
        return {content for name, content in files(tmp_path).items() if name.endswith("/ca.crt")}

    certificate.write_bytes(old + new.certificate)
    assert give(tmp_path) == []
    assert trusted() == {old + new.certificate}
    certificate.write_bytes(new.certificate + old)
    key.write_bytes(new.key)
    for name in ("kafka", "gateway"):
        (tmp_path / name / "tls.crt").unlink()
    assert len(give(tmp_path)) == 2
    by_the_new = x509.load_pem_x509_certificate(new.certificate)
    for name in ("kafka/kafka.pem", "gateway/gateway/tls.crt"):
        made = (tmp_path / name).read_bytes()
        x509.load_pem_x509_certificate(made).verify_directly_issued_by(by_the_new)
    certificate.write_bytes(new.certificate)
    assert give(tmp_path) == []
    assert trusted() == {new.certificate}


def test_everything_is_private(tmp_path: Path) -> None:
    give(tmp_path)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o700}


def test_nobody_is_given_anothers_secret(tmp_path: Path) -> None:
    give(tmp_path)
    store = SecretStore(tmp_path / "operator" / "kafka" / "secrets")
    known = {f"service.{name}": store.get_or_make(f"service.{name}").password for name in ROLES}
    known[ADMIN] = store.get_or_make(ADMIN).password
    for path in (tmp_path / "operator" / "database").iterdir():
        if path.name != "pgpass":
            known[path.name] = path.read_text()
    for service in SERVICES:
        held = b"".join(content for name, content in files(tmp_path / service).items()).decode()
        uses_keys = {f"keys_{service}"} & known.keys()
        assert {user for user, password in known.items() if password in held} == {
            f"service.{service}",
            "schakel",
        } | uses_keys
    assert "ca.key" not in "".join(name for name in files(tmp_path) if not name.startswith("operator/"))


def test_the_broker_is_the_embedded_one_reached_from_elsewhere_over_tls(tmp_path: Path) -> None:
    give(tmp_path)
    said = properties(tmp_path)
    same = embedded(SecretStore(tmp_path / "operator" / "kafka" / "secrets").get(ADMIN))
    differs = {name for name, value in said.items() if same.get(name) != value}
    assert {name for name in differs if not name.startswith(("listener.name.partners.", "listener.name.client.ssl."))} == {
        "listeners", "advertised.listeners", "listener.security.protocol.map", "log.dirs"
    }  # fmt: skip
    assert not same.keys() - said.keys()
    assert said["listener.security.protocol.map"] == "CLIENT:SASL_SSL,PARTNERS:SASL_SSL,CONTROLLER:SASL_PLAINTEXT"
    assert said["advertised.listeners"] == "CLIENT://kafka:9092,PARTNERS://kafka.schakel.example:9094"
    assert said["listener.name.partners.sasl.enabled.mechanisms"] == "SCRAM-SHA-512"
    assert "CONTROLLER://127.0.0.1:9093" in said["listeners"]


def test_the_brokers_certificate_has_the_names_that_clients_use(tmp_path: Path) -> None:
    give(tmp_path)
    made = x509.load_pem_x509_certificate((tmp_path / "kafka" / "tls.crt").read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"kafka", "kafka.schakel.example", "localhost"} <= set(names.get_values_for_type(x509.DNSName))
    authority = x509.load_pem_x509_certificate((tmp_path / "kafka" / "ca.crt").read_bytes())
    made.verify_directly_issued_by(authority)


def test_every_file_that_compose_names_is_handed_out(tmp_path: Path) -> None:
    """Each path under /run/schakel in a service's settings is there, or is a place that another volume is mounted on."""
    give(tmp_path)
    compose: dict[str, Any] = YAML(typ="safe").load(COMPOSE)
    for service in SERVICES:
        said, mounts = compose["services"][service]["environment"], compose["services"][service]["volumes"]
        mounted = [
            volume.split(":")[1].removeprefix("/run/schakel/") for volume in mounts if ":/run/schakel/" in volume
        ]
        assert all((tmp_path / service / place).is_dir() for place in mounted), service
        for name, value in said.items():
            place = value.rpartition("passfile=")[2].removeprefix("/run/schakel/")
            if place != value and value.count("/run/schakel/"):
                inside = any(place.startswith(one) for one in mounted)
                assert inside or (tmp_path / service / place).exists(), (service, name)


@pytest.mark.parametrize("service", SERVICES)
def test_the_password_file_of_postgres_names_where_the_settings_go(tmp_path: Path, service: str) -> None:
    give(tmp_path)
    compose: dict[str, Any] = YAML(typ="safe").load(COMPOSE)
    said = compose["services"][service]["environment"]
    lines = {
        tuple(line.split(":")[:4]) for line in (tmp_path / service / "database" / "pgpass").read_text().splitlines()
    }
    for url in filter(None, (said["SCHAKEL_DATABASE_URL"], said["SCHAKEL_KEYS_URL"])):
        user, _, rest = url.removeprefix("postgresql+psycopg://").partition("@")
        host, _, database = rest.partition("?")[0].partition("/")
        assert (*host.split(":"), database, user) in lines
