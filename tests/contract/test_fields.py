"""docs/fields.md and asyncapi.yaml say of every field what it says, so that nobody has to read the models for that."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from backbone.contract import asyncapi, fields
from backbone.contract.field_words import EVERYWHERE, OF
from schakel.events import TOLD
from schakel.events.base import Model
from schakel.messages import MESSAGES, RefusedRecord

PAGE = fields.FILE.read_text(encoding="utf-8")


def every_model() -> list[type[BaseModel]]:
    models = [*TOLD.values(), *MESSAGES.values()]
    return [*models, *fields.parts(models)[0]]


def test_the_page_is_made_of_the_models() -> None:
    assert fields.page() == PAGE, "run `python -m backbone.contract write`"


def test_every_type_every_part_and_every_list_has_its_place() -> None:
    models, (within, closed) = fields.spoken(), fields.parts(fields.spoken())
    headings = re.findall(r"^### (\S+)$", PAGE, re.MULTILINE)
    assert len(headings) == len(set(headings)) == len(models) + len(within) + len(closed)
    linked = set(re.findall(r"\]\(#([a-z]+)\)", PAGE))
    assert linked - {heading.lower() for heading in headings} == set()


def test_every_field_is_said_in_a_sentence() -> None:
    """A field without words raises KeyError: no type can come without them."""
    for model in every_model():
        for field, words in fields.words_of(model).items():
            assert re.match(r"[A-Z`\d].*\.$", words), f"{model.__name__}.{field}: {words}"
            assert not re.search(r"domain-detail|design", words), (
                f"{model.__name__}.{field} points to our working papers"
            )


def test_no_words_are_left_of_what_is_gone() -> None:
    models = {model.__name__: model for model in every_model()}
    assert set(OF) - set(models) == set()
    for name, said in OF.items():
        assert set(said) - set(models[name].model_fields) == set(), name
    used = {
        field for model in models.values() for field in model.model_fields if field not in OF.get(model.__name__, {})
    }
    assert set(EVERYWHERE) - used == set()


class Inner(Model):
    """Of the test."""

    case: str
    scopes: tuple[str, ...] = ()
    """What is «said» here
    in two lines (domain-detail A1)."""


def test_words_beside_the_field_go_before_those_for_everywhere() -> None:
    assert fields.words_of(Inner) == {"case": EVERYWHERE["case"], "scopes": "What is «said» here in two lines."}


def test_each_field_of_a_payload_says_so_too() -> None:
    messages = asyncapi.document()["components"]["messages"]
    schemas = {name: one["payload"]["schema"].value for name, one in messages.items() if "x-schema-id" in one}
    assert {*TOLD, *(f"message.{name}" for name in MESSAGES)} <= set(schemas)
    (report,) = [record for record in _records(schemas["report.received"]) if record["name"] == "ReportFacts"]
    assert {field["name"]: field["doc"] for field in report["fields"]}["acute"] == OF["ReportFacts"]["acute"]
    for name, schema in schemas.items():
        for record in _records(schema):
            assert all(field.get("doc") for field in record["fields"]), f"{name}: {record['name']}"


def _records(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, list):
        for one in schema:
            yield from _records(one)
    elif isinstance(schema, dict):
        if schema.get("type") == "record":
            yield schema
        for key in ("type", "items", "fields"):
            if key in schema:
                yield from _records(schema[key])


def test_what_only_operators_read_is_not_on_the_page() -> None:
    assert RefusedRecord not in fields.spoken()
    assert "sha256" not in PAGE
