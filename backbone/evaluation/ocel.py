"""OCEL 2.0 as JSON: events beside the case, the referral, the clock and the partners that each is about."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from backbone.evaluation.eventlog import EventLog, Kind, LogCase, LogEvent, is_partner
from backbone.evaluation.xes import moment

_OBJECT_ATTRIBUTES = {
    Kind.CASE: ("protocols", "told"),
    Kind.REFERRAL: ("step",),
    Kind.CLOCK: ("name",),
    Kind.PARTNER: (),
}


def write_ocel(log: EventLog, out: BinaryIO) -> None:
    """The whole log. Of partners nothing is in a log for readers outside, and so no object of that type."""
    out.write(orjson.dumps(ocel(log), option=orjson.OPT_INDENT_2))


def ocel(log: EventLog) -> dict[str, Any]:
    """As the standard's JSON: objectTypes, eventTypes, objects, events."""
    types = sorted({event.type for case in log.cases for event in case.events})
    kinds = [kind for kind in Kind if kind is not Kind.PARTNER or log.partners]
    return {
        "objectTypes": [{"name": kind.value, "attributes": _typed(_OBJECT_ATTRIBUTES[kind])} for kind in kinds],
        "eventTypes": [{"name": name, "attributes": _typed(("activity", "step"))} for name in types],
        "objects": [*(found for case in log.cases for found in _objects(case)), *_partners(log)],
        "events": [found for case in log.cases for found in _events(case)],
    }


def _typed(names: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"name": name, "type": "string"} for name in names]


def _objects(case: LogCase) -> Iterator[dict[str, Any]]:
    began = moment(case.events[0].at) if case.events else "1970-01-01T00:00:00.000+00:00"
    yield _object(
        _id(Kind.CASE, case.id),
        Kind.CASE,
        {"protocols": " ".join(case.protocols), "told": case.level},
        began,
        [(_id(thing.kind, thing.id), thing.kind.value) for thing in case.things],
    )
    for thing in case.things:
        attribute = _OBJECT_ATTRIBUTES[thing.kind][0]
        related: list[tuple[str, str]] = []
        if thing.partner:
            qualifier = "receiver" if thing.kind is Kind.REFERRAL else "responsible"
            related.append((_id(Kind.PARTNER, thing.partner), qualifier))
        yield _object(_id(thing.kind, thing.id), thing.kind, {attribute: thing.name}, began, related)


def _partners(log: EventLog) -> Iterator[dict[str, Any]]:
    for partner in log.partners:
        yield _object(_id(Kind.PARTNER, partner), Kind.PARTNER, {}, "", [])


def _object(
    id_: str, kind: Kind, attributes: dict[str, str], time: str, related: list[tuple[str, str]]
) -> dict[str, Any]:
    return {
        "id": id_,
        "type": kind.value,
        "attributes": [{"name": name, "time": time, "value": value} for name, value in attributes.items()],
        "relationships": [{"objectId": other, "qualifier": qualifier} for other, qualifier in related],
    }


def _events(case: LogCase) -> Iterator[dict[str, Any]]:
    kinds = {thing.id: thing.kind for thing in case.things}
    for number, event in enumerate(case.events, 1):
        attributes = [("activity", event.activity), *([("step", event.step)] if event.step else [])]
        yield {
            "id": f"{case.id}#{number}",
            "type": event.type,
            "time": moment(event.at),
            "attributes": [{"name": name, "value": value} for name, value in attributes],
            "relationships": [
                {"objectId": other, "qualifier": qualifier} for other, qualifier in _related(case, event, kinds)
            ],
        }


def _related(case: LogCase, event: LogEvent, kinds: dict[str, Kind]) -> Iterator[tuple[str, str]]:
    """Each object once for each qualifier: whose case, what about, told by, meant for. A service is no partner."""
    yield _id(Kind.CASE, case.id), "of case"
    if event.about in kinds:
        yield _id(kinds[event.about], event.about), f"about {kinds[event.about].value}"
    for partner, qualifier in ((event.by, "by"), (event.to, "to")):
        if partner and is_partner(partner):
            yield _id(Kind.PARTNER, partner), qualifier


def _id(kind: Kind, id_: str) -> str:
    """An object's id is its own among those of every type."""
    return f"{kind.value}:{id_}"
