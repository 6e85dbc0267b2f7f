"""The registry API, whatever is asked of it: each answer is as Confluent's API describes it, an error too, and none is a defect of ours.

The routes stand in no OpenAPI document of ours, since they are Confluent's; what is asked of them here stands below, after its reference:
https://docs.confluent.io/platform/current/schema-registry/develop/api.html
"""

import json
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from schakel import avro
from services.gateway import door, registry
from services.gateway.problems import CONTENT_TYPE
from tests.gateway.test_openapi import _TOKENS

pytestmark = pytest.mark.filterwarnings("ignore")
MADE_UP = settings(
    max_examples=12, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck]
)
NAMES = sorted({f"nl.schakel.{avro.record_name(locked.name)}" for locked in avro.read_lock()})
NUMBERS = sorted(locked.id for locked in avro.read_lock())
CODES = {404: (404, 40401, 40402, 40403), 405: (405,)}

_TEXT, _LIST = {"type": "string"}, {"type": "array"}
_ERROR = {
    "type": "object",
    "required": ["error_code", "message", "type", "title", "status", "code", "detail"],
    "properties": {
        "error_code": {"enum": CODES[404]},
        "message": {"type": "string", "minLength": 1},
        "status": {"const": 404},
    },
}
_AVRO = {"type": "object", "required": ["type"]}


def _of(**members: Any) -> dict[str, Any]:
    return {"type": "object", "required": [*members], "properties": members, "additionalProperties": False}


_WITH_ID = {"schema": _TEXT, "schemaType": {"const": "AVRO"}}
_VERSION = _of(subject=_TEXT, version={"type": "integer"}, id={"enum": NUMBERS}, **_WITH_ID)
ROUTES: dict[str, dict[str, Any]] = {
    "/subjects": _LIST | {"items": {"enum": NAMES}},
    "/subjects/{subject}/versions": _LIST | {"items": {"type": "integer"}, "minItems": 1},
    "/subjects/{subject}/versions/{version}": _VERSION,
    "/subjects/{subject}/versions/{version}/schema": _AVRO,
    "/schemas/types": {"const": ["AVRO"]},
    "/schemas/ids/{number}": _of(**_WITH_ID),
    "/schemas/ids/{number}/schema": _AVRO,
    "/schemas/ids/{number}/subjects": _LIST | {"items": {"enum": NAMES}, "minItems": 1},
    "/schemas/ids/{number}/versions": _LIST | {"items": _of(subject=_TEXT, version={"type": "integer"}), "minItems": 1},
    "/config": {"const": {"compatibilityLevel": "FULL_TRANSITIVE"}},
    "/config/{subject}": {"const": {"compatibilityLevel": "FULL_TRANSITIVE"}},
    "/mode": {"const": {"mode": "READONLY"}},
    "/mode/{subject}": {"const": {"mode": "READONLY"}},
}
"""By route, what an answer is that gives something."""
_IN_PATH: dict[str, Any] = {
    "subject": {"anyOf": [{"enum": NAMES}, _TEXT]},
    "version": {"anyOf": [{"enum": ["latest", "-1", "1", "2"]}, {"type": "integer"}, _TEXT]},
    "number": {"anyOf": [{"enum": NUMBERS}, {"type": "integer"}, _TEXT]},
}


def _described(path: str, given: dict[str, Any]) -> dict[str, Any]:
    answers = {
        "200": {"description": "given", "content": {registry.CONTENT_TYPE: {"schema": given}}},
        "404": {"description": "not there", "content": {CONTENT_TYPE: {"schema": _ERROR}}},
    }
    asked = [
        {"name": name, "in": "path", "required": True, "schema": one}
        for name, one in _IN_PATH.items()
        if f"{{{name}}}" in path
    ]
    flags = [{"name": name, "in": "query", "schema": _TEXT} for name in ("deleted", "format", "defaultToGlobal")]
    return {"get": {"parameters": [*asked, *flags], "responses": answers if asked else {"200": answers["200"]}}}


_APP = door.build(None, _TOKENS, None)  # type: ignore[arg-type]
schema = schemathesis.openapi.from_dict(
    {
        "openapi": "3.1.0",
        "info": {"title": "the read-only part of Confluent's Schema Registry API", "version": "1"},
        "paths": {path: _described(path, given) for path, given in ROUTES.items()},
    }
)
schema.app = _APP


@schema.parametrize()
@MADE_UP
def test_each_route_answers_as_its_api_describes(case: schemathesis.Case) -> None:
    # What is in the query has no effect, whatever it is: nothing of it is turned down.
    case.call_and_validate(excluded_checks=[schemathesis.checks.negative_data_rejection])


def test_every_route_of_the_registry_is_described() -> None:
    assert {route.path for route in registry.routes().routes} == ROUTES.keys()  # type: ignore[attr-defined]


_CLIENT = TestClient(_APP, raise_server_exceptions=False, follow_redirects=False)
_PIECES = st.one_of(
    st.sampled_from(
        ["subjects", "schemas", "ids", "versions", "schema", "types", "config", "mode", "latest", "..", ""]
    ),
    st.sampled_from(NAMES),
    st.sampled_from([*map(str, NUMBERS), "-1", "0", "1" * 400, "٣", "1e3", "1.0", " 1"]),
    st.text(max_size=12),
)


@MADE_UP
@given(
    root=st.sampled_from(["subjects", "schemas", "config", "mode"]),
    rest=st.lists(_PIECES, max_size=5),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]),
)
@example(root="subjects", rest=["", "versions"], method="GET")
@example(root="subjects", rest=[NAMES[0], "versions"], method="POST")
@example(root="schemas", rest=["ids", "1" * 400], method="GET")
@example(root="mode", rest=[], method="DELETE")
def test_what_is_no_route_is_answered_in_the_same_shape(root: str, rest: list[str], method: str) -> None:
    """Nothing of what was asked stands in it, and nothing can be changed."""
    path = "/".join(["", root, *(quote(piece, safe="") for piece in rest)])
    answer = _CLIENT.request(method, path)
    said = json.loads(answer.content) if answer.content else None
    if answer.status_code == 200:
        assert method == "GET"
        assert answer.headers["content-type"] == registry.CONTENT_TYPE
        return
    if answer.status_code == 307:  # of a slash too many at the end
        assert path.endswith("/")
        return
    assert answer.status_code in CODES, answer.status_code
    assert answer.headers["content-type"] == CONTENT_TYPE
    assert said["error_code"] in CODES[answer.status_code]
    assert (said["status"], bool(said["message"])) == (answer.status_code, True)


def test_a_defect_has_the_shape_too() -> None:
    with patch.object(registry, "_subjects", side_effect=RuntimeError("of a person")):
        answer = _CLIENT.get("/subjects")
    assert (answer.status_code, answer.json()["error_code"]) == (500, 500)
    assert answer.json()["message"]
    assert "person" not in answer.text


def test_elsewhere_an_error_has_none_of_its_members() -> None:
    said = _CLIENT.get("/nothing").json()
    assert (said["status"], said.keys() & {"error_code", "message"}) == (404, set())
