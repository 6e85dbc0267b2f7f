"""What is readable is a closed list (design promise 7): no attribute without a pattern, none that a person did not put on the list.

`readable.txt` is that list. A line is added by hand, after asking: can this point to a person, alone or with the others? Then it is sealed.
"""

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, StringConstraints

from schakel.avro import models
from schakel.events.base import Model, Sealed, Slug
from schakel.messages import Refusal
from tests.support.attributes import leaves, listing

LIST = Path(__file__).with_name("readable.txt")


@pytest.mark.parametrize("name", models())
def test_no_attribute_holds_free_text(name: str) -> None:
    free = [path for path, kind in leaves(models()[name]) if kind.startswith("FREE TEXT")]
    assert free == [], f"{name}: give these a pattern of schakel/events/base.py, make them an enumeration, or seal them"


@pytest.mark.parametrize("name", models())
def test_the_backbones_own_sentences_stand_in_refusals_only(name: str) -> None:
    sentences = {path for path, kind in leaves(models()[name]) if kind == "OurWords"}
    allowed = {f"refusal.{field}" for field in Refusal.model_fields}
    assert sentences <= allowed, f"{name}: an event or message has no room for sentences"


@pytest.mark.parametrize("name", models())
def test_bytes_are_sealed_parts(name: str) -> None:
    loose = [path for path, kind in leaves(models()[name]) if kind == "sealed bytes" and path != "sealed[].body"]
    assert loose == [], f"{name}: bytes travel as Sealed only"


def test_the_list_is_closed() -> None:
    approved, found = LIST.read_text(encoding="utf-8").splitlines(), listing()
    assert [line for line in found if line not in approved] == [], f"new readable attributes: see {LIST.name}"
    assert [line for line in approved if line not in found] == [], "attributes that are gone: take them off the list"
    assert approved == found


def test_free_text_and_loose_bytes_are_found_wherever_they_hide() -> None:
    class Inner(Model):
        note: str
        own: Annotated[str, StringConstraints(pattern=".*")]

    class Outer(Model):
        fine: Slug | None
        inner: tuple[Inner, ...]
        maybe: str | None
        many: tuple[str, ...]
        anything: dict[str, str]
        raw: bytes
        sealed: tuple[Sealed, ...]

    found = dict(leaves(Outer))
    assert found.pop("fine") == "Slug"
    assert found.pop("raw") == "sealed bytes"
    assert {path for path, kind in found.items() if kind.startswith("FREE TEXT")} == {
        "inner[].note",
        "inner[].own",
        "maybe",
        "many[]",
        "anything",
    }


@pytest.mark.parametrize("handle", ["victim", "accused-2", "third_party", "bystander-17"])
def test_a_subject_is_named_by_role(handle: str) -> None:
    assert Sealed(subject=handle, fields=("story",), body=b"x").subject == handle


@pytest.mark.parametrize("handle", ["jan", "jan_jansen", "victim-jan", "Victim", "victim-0", "victim-1234", ""])
def test_a_subject_is_never_named_by_name(handle: str) -> None:
    with pytest.raises(ValueError, match="subject"):
        Sealed(subject=handle, fields=("story",), body=b"x")


def test_every_model_is_closed_to_undeclared_fields() -> None:
    def models_within(model: type[BaseModel]) -> set[type[BaseModel]]:
        found = {model}
        for field in model.model_fields.values():
            for part in _parts(field.annotation):
                if isinstance(part, type) and issubclass(part, BaseModel):
                    found |= models_within(part)
        return found

    for model in set().union(*(models_within(model) for model in models().values())):
        assert model.model_config.get("extra") == "forbid", model
        assert model.model_config.get("hide_input_in_errors"), model


def _parts(kind: object) -> list[object]:
    inner = getattr(kind, "__args__", ())
    return [kind, *(part for arg in inner for part in _parts(arg))]
