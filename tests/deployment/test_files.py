"""The files under `deploy/`: as generated, valid by the schemas of whoever reads them, and equal to what the embedded default makes."""

import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
from kafka.admin import ACLOperation, ACLResourcePatternType, ResourceType
from ruamel.yaml import YAML

from backbone.definition_files import load_definitions
from backbone.deployment import kubernetes, strimzi
from backbone.deployment.broker_settings import embedded
from backbone.deployment.texts import yaml_text
from backbone.deployment.write import differences, generated, write
from backbone.kafka.access import add_partner, ensure_services, read_rules, remove_partner
from backbone.kafka.jars import kafka_version
from backbone.kafka.quotas import read_quota
from backbone.kafka.topics import ONE_MACHINE, core_topics, partner_topics, read_settings
from backbone.keys.files import NEEDS
from backbone.settings import Settings
from backbone.supervisor.up import ALONE, SERVICES
from tests.support import schemas
from tests.support.broker import Broker

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = "1.34"


def documents(path: Path) -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load_all(path.read_text(encoding="utf-8")))


@cache
def resources() -> tuple[dict[str, Any], ...]:
    return tuple(one for path in sorted((DEPLOY / "kubernetes").glob("*.yaml")) for one in documents(path))


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in resources() if one["kind"] == kind}


@cache
def compose() -> dict[str, Any]:
    return documents(DEPLOY / "compose.yaml")[0]


@cache
def wanted() -> dict[str, str]:
    return generated(ROOT / "protocols", ROOT / "chains")


# -- as generated -------------------------------------------------------------------------------------------------------


def test_they_are_what_would_be_written_now() -> None:
    assert differences(wanted(), DEPLOY) == []


def test_what_differs_is_noticed_and_put_right(tmp_path: Path) -> None:
    write(wanted(), tmp_path)
    (tmp_path / "compose.yaml").write_text("name: other\n")
    (tmp_path / "kubernetes" / "60-intake.yaml").unlink()
    (tmp_path / "kubernetes" / "99-old.yaml").write_text(yaml_text([{"kind": "Old"}], "A service of before"))
    (tmp_path / "kubernetes" / "ours.yaml").write_text("kind: Patch\n")
    said = differences(wanted(), tmp_path)
    assert [sentence.partition(f"{tmp_path}/")[2] for sentence in said] == [
        "compose.yaml is not what would be written now",
        "kubernetes/60-intake.yaml is missing",
        "kubernetes/99-old.yaml would not be written",
    ]
    write(wanted(), tmp_path)
    assert differences(wanted(), tmp_path) == []
    assert not (tmp_path / "kubernetes" / "99-old.yaml").exists()
    assert (tmp_path / "kubernetes" / "ours.yaml").exists(), "what an operator put there is not ours to take away"


def test_the_job_that_prepares_has_another_name_when_it_has_something_else_to_do(tmp_path: Path) -> None:
    """A Job that has ended does not run again under its name, and cannot be changed."""
    protocols, chains = (tmp_path / name for name in ("protocols", "chains"))
    for folder in (protocols, chains):
        shutil.copytree(ROOT / folder.name, folder)

    def name() -> str:
        text = generated(protocols, chains)["kubernetes/50-apply.yaml"]
        return str(next(one for one in YAML(typ="safe").load_all(text) if one["kind"] == "Job")["metadata"]["name"])

    names = [name(), name()]
    (protocols / "versions.lock").unlink()
    one = next(protocols.glob("mannenontmoetingsplaatsen/*.yaml"))
    one.write_text(re.sub(r"(?m)^title: .*", "title: Anders", one.read_text(encoding="utf-8")), encoding="utf-8")
    names.append(name())
    assert names[0] == names[1] != names[2]


# -- schemas ------------------------------------------------------------------------------------------------------------


def faults(value: Any, schema: dict[str, Any]) -> list[str]:
    found = jsonschema.Draft7Validator(schema).iter_errors(value)
    return [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in found]


def core() -> list[dict[str, Any]]:
    ours = (strimzi.API, "postgresql.cnpg.io/v1", "kustomize.config.k8s.io/v1beta1")
    return [one for one in resources() if one["apiVersion"] not in ours]


@pytest.mark.parametrize("one", core(), ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_kubernetes_own_resources_keep_to_their_schema(one: dict[str, Any]) -> None:
    kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_a_wrong_field_is_noticed_by_kubernetes_schema() -> None:
    one = documents(DEPLOY / "kubernetes" / "60-intake.yaml")[0]
    one["spec"]["replica"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


@pytest.mark.parametrize("kind", ["Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"])
def test_strimzis_resources_keep_to_its_own_definitions(kind: str) -> None:
    schema = schemas.strimzi(kind)
    assert of_kind(kind)
    assert {name: found for name, one in of_kind(kind).items() if (found := faults(one, schema))} == {}
    wrong = strimzi.user(kubernetes.kafka(["coc"]).users[-1])
    wrong["spec"]["authorization"]["acls"][0]["resource"]["type"] = "topics"
    assert faults(wrong, schemas.strimzi("KafkaUser")) != []


@pytest.mark.parametrize("kind", ["Cluster", "ScheduledBackup"])
def test_cloudnativepgs_resources_keep_to_its_definitions(kind: str) -> None:
    schema = schemas.cnpg(kind)
    assert of_kind(kind)
    assert {name: found for name, one in of_kind(kind).items() if (found := faults(one["spec"], schema))} == {}
    assert faults({**next(iter(of_kind(kind).values()))["spec"], "instance": 3}, schema) != []


def test_compose_keeps_to_its_specification() -> None:
    assert faults(compose(), schemas.compose()) == []
    assert faults({**compose(), "service": {}}, schemas.compose()) != []


# -- equal to the embedded default --------------------------------------------------------------------------------------

KINDS = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP, "cluster": ResourceType.CLUSTER}
PATTERNS = {"literal": ACLResourcePatternType.LITERAL, "prefix": ACLResourcePatternType.PREFIXED}
OPERATIONS = {"Read": ACLOperation.READ, "Write": ACLOperation.WRITE, "IdempotentWrite": ACLOperation.IDEMPOTENT_WRITE}
Rule = tuple[Any, Any, Any, str, str]


def rules(user: dict[str, Any]) -> set[Rule]:
    """Of a KafkaUser: operation, kind, pattern, name, host."""
    said = set()
    for acl in user["spec"]["authorization"]["acls"]:
        where = acl["resource"]
        name = where.get("name", "kafka-cluster")
        kind, pattern = KINDS[where["type"]], PATTERNS[where.get("patternType", "literal")]
        assert acl["type"] == "allow"
        said |= {(OPERATIONS[operation], kind, pattern, name, acl["host"]) for operation in acl["operations"]}
    return said


@pytest.mark.kafka
def test_topics_rights_and_limits_are_those_of_the_embedded_broker(kafka: Broker) -> None:
    """What a real broker has after `backbone up`'s own functions, against what the operator would make from the files."""
    chains, _ = load_definitions(ROOT / "protocols", ROOT / "chains")
    try:
        ensure_services(kafka.admin, kafka.secrets, chains.partners)
        for partner in chains.partners:
            add_partner(kafka.admin, kafka.secrets, partner)
        users = {name: one for name, one in of_kind("KafkaUser").items() if name != strimzi.ADMIN}
        for name, one in users.items():
            there = {
                (rule.operation, rule.resource_pattern.resource_type, rule.resource_pattern.pattern_type,
                 rule.resource_pattern.resource_name, rule.host)
                for rule in read_rules(kafka.admin, name)
            }  # fmt: skip
            assert rules(one) == there, name
            limits, quota = one["spec"].get("quotas", {}), read_quota(kafka.admin, name)
            assert (limits.get("producerByteRate"), limits.get("consumerByteRate")) == (
                quota.send_bytes, quota.receive_bytes
            ), name  # fmt: skip
        specs = [*core_topics(), *(spec for partner in chains.partners for spec in partner_topics(partner))]
        topics = of_kind("KafkaTopic")
        assert topics.keys() == {spec.name for spec in specs}
        settings = read_settings(kafka.admin, list(topics))
        for spec in specs:
            there_too = topics[spec.name]["spec"]
            assert there_too["partitions"] == spec.partitions
            assert there_too["replicas"] == 3
            # How many copies must exist is the one thing that a cluster has otherwise.
            expected = settings[spec.name] | {"min.insync.replicas": "2"}
            assert there_too["config"] == expected, spec.name
            assert spec.settings["min.insync.replicas"] == str(ONE_MACHINE.min_insync)
    finally:
        for partner in chains.partners:
            remove_partner(kafka.admin, kafka.secrets, partner, delete_topics=True)
        ensure_services(kafka.admin, kafka.secrets, [])


def test_every_user_signs_on_by_scram_and_every_partner_with_the_password_that_was_made_for_it() -> None:
    chains, _ = load_definitions(ROOT / "protocols", ROOT / "chains")
    for name, one in of_kind("KafkaUser").items():
        authentication = one["spec"]["authentication"]
        assert authentication["type"] == "scram-sha-512"
        assert ("password" in authentication) is (name in chains.partners)
    assert of_kind("Kafka")["schakel"]["spec"]["kafka"]["authorization"]["superUsers"] == [strimzi.ADMIN]


def test_the_cluster_has_the_embedded_brokers_settings_where_they_concern_it() -> None:
    kafka, three = of_kind("Kafka")["schakel"]["spec"]["kafka"], embedded(brokers=3)
    config = kafka["config"]
    assert three.keys() - config.keys() == strimzi.LEFT.keys()
    assert config == {name: value for name, value in three.items() if name in config}
    assert {name: config[name] for name in config if name.endswith(".ms") and not name.startswith("group.")} == {
        "broker.heartbeat.interval.ms": "300",
        "broker.session.timeout.ms": "1500",
        "controller.quorum.fetch.timeout.ms": "750",
        "controller.quorum.election.timeout.ms": "500",
        "controller.quorum.election.backoff.max.ms": "300",
        "replica.lag.time.max.ms": "10000",
        "replica.fetch.backoff.ms": "100",
    }, "ADR 0034"
    assert {name: value for name, value in config.items() if name.endswith("replication.factor")} == {
        f"{name}.replication.factor": "3"
        for name in ("default", "offsets.topic", "transaction.state.log", "share.coordinator.state.topic")
    }
    assert {value for name, value in config.items() if "min.i" in name} == {"2"}
    assert kafka["version"] == kafka_version()
    assert all(one["tls"] and one["authentication"]["type"] == "scram-sha-512" for one in kafka["listeners"])
    assert compose()["services"]["kafka"]["image"] == f"apache/kafka:{kafka_version()}"


def test_the_operator_takes_each_setting_of_the_cluster_and_sets_itself_what_it_refuses() -> None:
    """By the lists in its own classes: what it refuses it leaves out with a line in its log, and Kafka's own holds."""
    config = of_kind("Kafka")["schakel"]["spec"]["kafka"]["config"]
    refused = schemas.refused_by_strimzi({*config, *strimzi.LEFT})
    assert refused == {name for name, why in strimzi.LEFT.items() if "refuses" in why}


# -- services -----------------------------------------------------------------------------------------------------------


def test_each_service_is_deployed_and_no_other() -> None:
    assert of_kind("Deployment").keys() == set(SERVICES) == of_kind("PodDisruptionBudget").keys()
    assert set(SERVICES) < compose()["services"].keys()
    for name, one in of_kind("Deployment").items():
        alone = name in ALONE
        assert one["spec"]["replicas"] == (1 if alone else 2)
        assert one["spec"]["strategy"]["type"] == ("Recreate" if alone else "RollingUpdate")


def pods() -> dict[str, dict[str, Any]]:
    return {name: one["spec"]["template"]["spec"] for name, one in {**of_kind("Deployment"), **of_kind("Job")}.items()}


def test_no_container_is_root_or_writes_its_own_file_system() -> None:
    for name, pod in pods().items():
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["automountServiceAccountToken"] is False
        for container in (*pod["containers"], *pod["initContainers"]):
            confined = container["securityContext"]
            assert confined["readOnlyRootFilesystem"], name
            assert confined["allowPrivilegeEscalation"] is False
            assert confined["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            assert {mount["name"] for mount in container["volumeMounts"]} <= {one["name"] for one in pod["volumes"]}
    ours = [one for one in compose()["services"].values() if one["image"].startswith("schakel:")]
    assert len(ours) == len(SERVICES) + 2
    assert all(one["read_only"] and one["cap_drop"] == ["ALL"] for one in ours)


def test_probes_ask_what_the_engine_answers() -> None:
    for name, pod in pods().items():
        if name in SERVICES:
            container = pod["containers"][0]
            assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
            assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert all("/readyz" in compose()["services"][name]["healthcheck"]["test"][-1] for name in SERVICES)


def environment(name: str, where: str) -> dict[str, str]:
    if where == "compose":
        return dict(compose()["services"][name]["environment"])
    return {entry["name"]: entry.get("value", "0") for entry in pods()[name]["containers"][0]["env"]}


@pytest.mark.parametrize("where", ["compose", "kubernetes"])
def test_every_setting_exists_and_is_taken(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {f"SCHAKEL_{name.upper()}" for name in Settings.model_fields}
    job = next(iter(of_kind("Job")))
    for name in (*SERVICES, "operator" if where == "compose" else job):
        said = environment(name, where)
        assert said.keys() <= known, name
        with monkeypatch.context() as around:
            for key, value in said.items():
                around.setenv(key, value)
            assert Settings().ca_file is not None


@pytest.mark.parametrize("where", ["compose", "kubernetes"])
def test_each_is_given_its_own_secrets_and_no_others(where: str) -> None:
    """As `backbone up` gives them (tests/keys/test_processes.py): a file in place of each key that it needs, and nothing else."""
    for name in SERVICES:
        said = environment(name, where)
        given = {
            need for need in ("door", "data", "public") if said[f"SCHAKEL_KEYS_{need.upper()}_FILE"] != "/dev/null"
        }
        assert given == NEEDS.get(name, frozenset()), name
        assert (said["SCHAKEL_LOG_KEY_FILE"] != "/dev/null") == (name == "audit")
        assert said["SCHAKEL_SASL_USERNAME"] == f"service.{name}"
        if where == "compose":
            volumes = {volume.partition(":")[0] for volume in compose()["services"][name]["volumes"]}
            secret = {volume for volume in volumes if not volume.startswith("..")}
            more = {"gateway": {"tokens"}, "audit": {"keys-log"}}
            assert secret == {name, *(f"keys-{need}" for need in given), *more.get(name, set())}
        else:
            secret = {one["secret"]["secretName"] for one in pods()[name]["volumes"] if "secret" in one}
            keys = {one for one in secret if re.fullmatch("schakel-keys-(door|data|public|log)", one)}
            assert keys == {f"schakel-keys-{need}" for need in (*given, *(["log"] if name == "audit" else []))}
            assert f"service.{name}" in secret
            assert not secret & ({f"service.{other}" for other in SERVICES if other != name} | {strimzi.ADMIN})


def test_no_password_stands_in_a_file() -> None:
    text = "".join(path.read_text() for path in (*(DEPLOY / "kubernetes").glob("*"), DEPLOY / "compose.yaml"))
    assert not of_kind("Secret")
    assert re.findall(r"(?i)(?:password|token|secret)=(?!\$)\S+", text) == []
    assert not re.search(r"://[^/@\s]+:[^/@\s]+@", text), "an address with a password"


def test_what_compose_mounts_and_builds_from_is_there_or_is_made() -> None:
    named = set(compose()["volumes"])
    for name, one in compose()["services"].items():
        for volume in one.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in named or source.startswith("."), (name, volume)
    assert (DEPLOY / compose()["services"]["intake"]["build"]["context"] / "deploy" / "Containerfile").exists()


def test_yaml_that_older_readers_take_otherwise_is_quoted() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    assert 'restart: "no"' in text
    assert 'user: "0:0"' in text
    assert re.findall(r"(?m)^\s*(?:- |\w+: )[0-9]+:[0-9]+$", text) == []


def test_every_secret_that_nobody_makes_stands_in_the_papers() -> None:
    """Whoever follows the steps has made all that pods wait for; those of Strimzi and CloudNativePG are named there by their kind."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = set()
    for path in (DEPLOY / "kubernetes").glob("[56]0-*.yaml"):
        named |= set(re.findall(r"secretName: (\S+)", path.read_text(encoding="utf-8")))
    made = {name for name in named if re.match(r"service\.|schakel-cluster-|schakel-(services|keys)-app|admin", name)}
    ours = named - made
    assert "schakel-keys-log" in ours
    said = text.replace("`-gateway`, `-consent`", "`schakel-keys-gateway`, `schakel-keys-consent`")
    assert [name for name in sorted(ours) if f"`{name}`" not in said] == []
