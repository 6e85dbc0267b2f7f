"""The read-only part of Confluent's Schema Registry API over the schema lock, so that stock deserializers, Kafka UIs and Connect
read the topics without a registry to run.

Schemas are public and hold no data about anybody, so nobody has to sign on. A subject is a schema's full name, as
RecordNameStrategy has it: `nl.schakel.report_received_v1`. Errors are RFC 9457 problems that also hold the members which Confluent's
clients look for (`error_code`, `message`).
"""

import json
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from schakel import avro
from services.gateway.problems import Problem

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
_ROOTS = ("subjects", "schemas", "config", "mode")


class _Answer(JSONResponse):
    media_type = CONTENT_TYPE


@cache
def _subjects() -> dict[str, list[avro.Locked]]:
    found: dict[str, list[avro.Locked]] = {}
    for locked in avro.read_lock():
        found.setdefault(f"{avro.NAMESPACE}.{avro.record_name(locked.name)}", []).append(locked)
    return found


@cache
def _by_id() -> dict[int, tuple[str, avro.Locked]]:
    return {locked.id: (subject, locked) for subject, versions in _subjects().items() for locked in versions}


@cache
def _text(number: int) -> str:
    return json.dumps(avro.read_schema(_by_id()[number][1]), separators=(",", ":"))


def members(path: str, status: int, title: str) -> dict[str, Any]:
    """What Confluent's clients look for in an error that is no route's own, of a path of the registry: the status, as its server says."""
    return {"error_code": status, "message": title} if path.strip("/").partition("/")[0] in _ROOTS else {}


def _not_found(error_code: int, message: str) -> Problem:
    more = {"error_code": error_code, "message": message}
    return Problem(404, f"registry.{error_code}", message, "see schemas/avro/lock.json", more=more)


def _versions(subject: str) -> list[avro.Locked]:
    found = _subjects().get(subject)
    if found is None:
        raise _not_found(40401, "Subject not found")
    return found


def _version(subject: str, version: str) -> avro.Locked:
    versions = _versions(subject)
    if version in ("latest", "-1"):
        return versions[-1]
    found = [locked for locked in versions if str(locked.version) == version]
    if not found:
        raise _not_found(40402, "Version not found")
    return found[0]


def _known(number: str) -> tuple[str, avro.Locked]:
    found = _by_id().get(int(number)) if number.isascii() and number.isdecimal() and len(number) < 10 else None
    if found is None:
        raise _not_found(40403, "Schema not found")
    return found


def routes() -> APIRouter:
    """`/subjects`, `/schemas`, `/config`, `/mode`: what clients read. Query parameters of theirs have no effect."""
    router = APIRouter(include_in_schema=False, default_response_class=_Answer)

    @router.get("/subjects")
    def subjects() -> list[str]:
        return sorted(_subjects())

    @router.get("/subjects/{subject}/versions")
    def versions(subject: str) -> list[int]:
        return [locked.version for locked in _versions(subject)]

    @router.get("/subjects/{subject}/versions/{version}")
    def version(subject: str, version: str) -> dict[str, Any]:
        locked = _version(subject, version)
        return {
            "subject": subject,
            "version": locked.version,
            "id": locked.id,
            "schemaType": "AVRO",
            "schema": _text(locked.id),
        }

    @router.get("/subjects/{subject}/versions/{version}/schema")
    def version_schema(subject: str, version: str) -> Any:
        return json.loads(_text(_version(subject, version).id))

    @router.get("/schemas/types")
    def types() -> list[str]:
        return ["AVRO"]

    @router.get("/schemas/ids/{number}")
    def by_id(number: str) -> dict[str, Any]:
        return {"schema": _text(_known(number)[1].id), "schemaType": "AVRO"}

    @router.get("/schemas/ids/{number}/schema")
    def by_id_schema(number: str) -> Any:
        return json.loads(_text(_known(number)[1].id))

    @router.get("/schemas/ids/{number}/subjects")
    def subjects_of(number: str) -> list[str]:
        return [_known(number)[0]]

    @router.get("/schemas/ids/{number}/versions")
    def versions_of(number: str) -> list[dict[str, Any]]:
        subject, locked = _known(number)
        return [{"subject": subject, "version": locked.version}]

    @router.get("/config")
    @router.get("/config/{subject}")
    def config(subject: str | None = None) -> dict[str, str]:
        return {"compatibilityLevel": "FULL_TRANSITIVE"}

    @router.get("/mode")
    @router.get("/mode/{subject}")
    def mode(subject: str | None = None) -> dict[str, str]:
        return {"mode": "READONLY"}

    return router
