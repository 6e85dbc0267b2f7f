"""How many fields a core seals and opens in a second: `python -m bench.sealing [quick]`. No broker; the database is an SQLite file.

    fields sealed, opened   the cipher, its place and the JSON around it, with the data key at hand
    fields by intake        all that intake does once it has opened an event: new data keys, wrapped and durable, in batches
    fields by the gateway   all that a read costs here: one person's wrapped keys looked up, unwrapped, their fields opened
    door                    opening the JWE that a partner sealed (P-256): apart, since its price is that of the curve

By the processor's own time of this process, database included.
"""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import orjson

from backbone.keys import Place, ResealRequest, SqlKeyService, open_keys, parts
from backbone.keys.parts import DataKey
from backbone.keys.sealing import sealed_under
from bench import stand
from bench.reports import PERSONAL
from schakel.events.base import Sealed, SealedField
from schakel.ids import new_case_id, new_event_id
from schakel.sealing import open_jwe, seal

FIELDS = {
    SealedField.CONTACT_DETAILS: PERSONAL["victim"]["contact_details"],
    SealedField.STORY: PERSONAL["victim"]["story"],
    SealedField.EXACT_PLACE: {"street": "Voorbeeldstraat 1", "by": "the tram stop"},
    SealedField.EXACT_TIME: "2026-03-02T21:40",
    SealedField.OWN_REFERENCE: "A-2026-0001",
}
TYPE, SCHEMA = "report.received", 64
PER_BATCH = 500
"""Events in one batch, as when intake catches up."""
Found = list[tuple[Place, bytes]]
Opened = tuple[str, Found]
"""A case, and what an event says of its victim."""
T = TypeVar("T")


def events(count: int) -> list[Opened]:
    """What intake holds once it has opened as many reports."""
    made = []
    for _ in range(count):
        event_id = new_event_id()
        places = [Place(event_id, TYPE, "victim", field, SCHEMA) for field in FIELDS]
        texts = [orjson.dumps(value) for value in FIELDS.values()]
        made.append((new_case_id(), list(zip(places, texts, strict=True))))
    return made


def seal_all(keys: SqlKeyService, batches: list[list[Opened]]) -> list[tuple[Sealed, ...]]:
    """As `SqlSealer.reseal` once the JWEs are open."""
    sealed = []
    for batch in batches:
        made = keys._sealer._new_keys({(case_id, "victim") for case_id, _ in batch})
        sealed += [sealed_under(case_id, found, made) for case_id, found in batch]
    return sealed  # type: ignore[return-value]


def read_all(keys: SqlKeyService, done: list[tuple[Opened, tuple[Sealed, ...]]]) -> None:
    """As the gateway does, one read after the other."""
    for (case_id, found), sealed in done:
        fields = [((place,), part.body) for (place, _), part in zip(found, sealed, strict=True)]
        keys.open_all(case_id, "victim", fields)


def seal_fields(key: DataKey, found: Found) -> list[bytes]:
    return [parts.encrypt(key, place, text) for place, text in found]


def open_fields(key: DataKey, found: Found, bodies: list[bytes]) -> None:
    for (place, _), body in zip(found, bodies, strict=True):
        orjson.loads(parts.decrypt(key, place, body))


def open_door(keys: SqlKeyService, asked: list[ResealRequest]) -> None:
    private = keys._doors.opening()
    for one in asked:
        open_jwe(one.sealed[0].body, private, about=one.event_id, fields=one.sealed[0].fields)


def measured(keys: SqlKeyService, batches: int) -> dict[str, float]:
    """Each figure once, a second."""
    work = [events(PER_BATCH) for _ in range(batches)]
    reports = batches * PER_BATCH
    sealed, intake_s = timed(seal_all, keys, work)
    done = list(zip([one for batch in work for one in batch], sealed, strict=True))
    _, gateway_s = timed(read_all, keys, done)
    found = [field for batch in work for _, fields in batch for field in fields]
    key = DataKey.of(bytes(parts.KEY_ID_BYTES), bytes(parts.KEY_BYTES))
    bodies, sealing_s = timed(seal_fields, key, found)
    _, opening_s = timed(open_fields, key, found, bodies)
    asked = [_sealed_to_the_door(keys.door_keys()[0]) for _ in range(100 * batches)]
    _, door_s = timed(open_door, keys, asked)
    return {
        "fields sealed": len(found) / sealing_s,
        "fields opened": len(found) / opening_s,
        "fields by intake": len(found) / intake_s,
        "fields by the gateway": len(found) / gateway_s,
        "reads": reports / gateway_s,
        "door": len(asked) / door_s,
    }


def timed(act: Callable[..., T], *arguments: Any) -> tuple[T, float]:
    begun = time.process_time()
    result = act(*arguments)
    return result, time.process_time() - begun


def main() -> None:
    batches, runs = (1, 2) if stand.quick() else (8, 7)
    with TemporaryDirectory() as home:
        keys = open_keys(None, Path(home))
        found = [measured(keys, batches) for _ in range(runs)]
        keys.close()
    per_s = {name: stand.spread([one[name] for one in found]) for name in found[0]}
    stand.write("sealing", {"fields_an_event": len(FIELDS), "events_a_batch": PER_BATCH, "per_s": per_s})


def _sealed_to_the_door(key: Any) -> ResealRequest:
    event_id = new_event_id()
    fields = tuple(sorted(FIELDS, key=list(SealedField).index))
    sealed = seal("victim", {field: FIELDS[field] for field in fields}, key, about=event_id)
    return ResealRequest(new_case_id(), event_id, TYPE, SCHEMA, (sealed,))


if __name__ == "__main__":
    main()
