"""A sealed part opens where it was sealed and nowhere else: for every told type, whatever of its place is changed."""

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backbone.keys import NoKey, Place, ResealRequest, SqlKeyService, open_keys
from schakel import avro, codec
from schakel.errors import Unreadable
from schakel.events import CATALOGUE, Told
from schakel.events.base import Sealed, SealedField
from schakel.ids import new_event_id
from schakel.sealing import seal
from tests.properties.effort import often

TOLD = sorted((model for model in CATALOGUE.values() if issubclass(model, Told)), key=lambda model: model.TYPE)
SUBJECTS = ("victim", "bystander", "accused", "accused-2", "witness")
FIELDS = tuple(field for field in SealedField if field is not SealedField.UNKNOWN)
SCHEMAS = tuple(locked.id for locked in avro.read_lock())


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SqlKeyService:
    return open_keys(None, tmp_path_factory.mktemp("moved"))


def told(keys: SqlKeyService, model: type[Told], who: str, fields: frozenset[SealedField]) -> tuple[ResealRequest, Any]:
    event_id = new_event_id()
    door = keys.door_keys()[0]
    part = seal(who, {field: f"{field}, invented" for field in fields}, door, about=event_id)
    request = ResealRequest(str(uuid.uuid4()), event_id, model.TYPE, codec.schema_id(model), (part,))
    (answer,) = keys.reseal([request])
    return request, answer


def opens(keys: SqlKeyService, case: str, place: Place, body: bytes) -> Any:
    return keys.open_all(case, place.subject, [((place,), body)])[0]


def stays_shut(keys: SqlKeyService, case: str, place: Place, body: bytes) -> bool:
    try:
        opens(keys, case, place, body)
    except (Unreadable, NoKey):
        return True
    return False


@pytest.mark.parametrize("model", TOLD, ids=lambda model: model.TYPE)
@settings(max_examples=often(2), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_it_opens_at_its_own_place_alone(keys: SqlKeyService, model: type[Told], data: st.DataObject) -> None:
    who, other = data.draw(st.permutations(SUBJECTS))[:2]
    fields = data.draw(st.frozensets(st.sampled_from(FIELDS), min_size=1))
    request, answer = told(keys, model, who, fields)
    neighbour, theirs = told(keys, model, who, fields)  # keys of their own, in another case
    told_of_other = replace(request, sealed=(seal(other, {FIELDS[0]: 1}, keys.door_keys()[0], about=request.event_id),))
    keys.reseal([told_of_other])
    assert isinstance(answer, tuple)
    assert len(answer) == len(fields)
    for part in answer:
        place = Place(request.event_id, model.TYPE, who, part.fields[0], request.schema_id)
        assert opens(keys, request.case_id, place, part.body) == f"{part.fields[0]}, invented"
        another_type = data.draw(st.sampled_from([one.TYPE for one in TOLD if one is not model]))
        another_field = data.draw(st.sampled_from([one for one in FIELDS if one is not part.fields[0]]))
        another_schema = data.draw(st.sampled_from([one for one in SCHEMAS if one != request.schema_id]))
        for moved in (
            {"event_id": neighbour.event_id},
            {"event_type": another_type},
            {"subject": other},
            {"field": another_field},
            {"schema_id": another_schema},
        ):
            assert stays_shut(keys, request.case_id, replace(place, **moved), part.body), moved
        assert stays_shut(keys, neighbour.case_id, place, part.body)
        assert stays_shut(keys, neighbour.case_id, replace(place, event_id=neighbour.event_id), part.body)
        at = data.draw(st.integers(0, len(part.body) - 1))
        changed = bytearray(part.body)
        changed[at] ^= data.draw(st.integers(1, 255))
        assert stays_shut(keys, request.case_id, place, bytes(changed)), at
    _exchanged(keys, request, answer, theirs)


def _exchanged(
    keys: SqlKeyService, request: ResealRequest, ours: tuple[Sealed, ...], theirs: tuple[Sealed, ...]
) -> None:
    """A body names a key of its own person and case: naming another's, or that of another body, helps nobody."""
    for mine, foreign in zip(ours, theirs, strict=True):
        place = Place(request.event_id, request.event_type, mine.subject, mine.fields[0], request.schema_id)
        assert stays_shut(keys, request.case_id, place, foreign.body)
        assert stays_shut(keys, request.case_id, place, mine.body[:9] + foreign.body[9:])
        assert stays_shut(keys, request.case_id, place, foreign.body[:9] + mine.body[9:])


def test_there_are_told_types(tmp_path: Path) -> None:
    assert len(TOLD) > 30
