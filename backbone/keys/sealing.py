"""Intake's part: opens what partners sealed to the door and seals it anew, each person's under a key of their own.

A batch of events costs one transaction at most, and that one is durable before the answer is given: a key is always older than the
ledger record that needs it. A crash in between leaves a key that seals nothing. Every batch makes its data keys anew and locks them
to a public key, so what was sealed before cannot be opened from here. Data keys live in memory for the length of one call.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import orjson
import sqlalchemy as sa

from backbone.keys import parts
from backbone.keys.databases import open_engine, reading, translated, writing
from backbone.keys.door import DoorKeys
from backbone.keys.files import KeyFile, KeyFiles, KeysUnusable
from backbone.keys.parts import DataKey, Place
from backbone.keys.service import ResealRequest
from backbone.keys.tables import are_there, erased, kek, offer, person, person_key, still_open
from backbone.keys.wrapping import DataLock, DoorWrap, data_row
from schakel.errors import Unreadable
from schakel.events.base import Sealed
from schakel.sealing import PrivateKey, open_jwe
from schakel.timesource import SystemTime, TimeSource

Person = tuple[str, str]
"""Case id and the person's handle in it."""
_NEW_KEY = sa.insert(person_key)


def open_sealer(
    url: str | None, var_dir: Path | str, *, files: KeyFiles | None = None, time: TimeSource | None = None
) -> "SqlSealer":
    """A sealer on the database of keys that `backbone.keys.open_keys` made. files: default `var_dir`/keys; `data` is not looked at.

    Raises KeysUnusable when a file is missing or of another database, KeysAway.
    """
    home = Path(var_dir) / "keys"
    files = files or KeyFiles.under(home)
    engine = open_engine(url, home)
    wrap, public = DoorWrap(KeyFile(files.door)), KeyFile(files.public, secret=False)
    wrap.file.read()
    made_for(engine, public.read().current, files.public)
    time = time or SystemTime()
    return SqlSealer(engine, DoorKeys(engine, wrap, time), public, time)


def made_for(engine: sa.Engine, current: str, path: Path) -> None:
    """Raises KeysUnusable when the database has no tables yet, or knows nothing of the file's current key."""
    with translated(engine):
        there = are_there(engine)
    if not there:
        raise KeysUnusable("the database of keys is empty; 'backbone up' or 'backbone topics create' makes it ready")
    with reading(engine) as connection:
        known = connection.execute(sa.select(kek.c.id).order_by(kek.c.made_s.desc())).scalars().all()
    if current not in known:
        raise KeysUnusable(
            f"{path} does not belong to this database of keys: it holds {current}, the database knows {', '.join(known) or 'none'}; "
            "bring back the two that belong together"
        )


class SqlSealer:
    """See `backbone.keys.service.Sealer`. Safe to use from several threads."""

    def __init__(self, engine: sa.Engine, doors: DoorKeys, public: KeyFile, time: TimeSource) -> None:
        """public: the file of what locks new data keys."""
        self._engine, self._doors, self._public, self._time = engine, doors, public, time

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    def reseal(self, batch: Sequence[ResealRequest]) -> list[tuple[Sealed, ...] | Unreadable]:
        private = self._doors.opening()
        opened = [_open_parts(request, private) for request in batch]
        people = {
            (request.case_id, place.subject)
            for request, found in zip(batch, opened, strict=True)
            if not isinstance(found, Unreadable)
            for place, _ in found
        }
        keys = self._new_keys(people)
        return [
            found if isinstance(found, Unreadable) else sealed_under(request.case_id, found, keys)
            for request, found in zip(batch, opened, strict=True)
        ]

    def _new_keys(self, people: Collection[Person]) -> dict[Person, DataKey]:
        """A new key for each person who was not erased, durable."""
        if not people:
            return {}
        held = self._public.now()
        lock = DataLock(held.current, held.keys[held.current])
        now_s = int(self._time.now().timestamp())
        wanted = sorted(people)  # in one order everywhere, so that two writers cannot wait for each other
        with writing(self._engine) as connection:
            still_open(connection, lock.kek)
            offered = [{"case_id": case_id, "subject": subject, "made_s": now_s} for case_id, subject in wanted]
            offer(connection, person, offered)
            gone = erased(connection, wanted)
            made, rows = {}, []
            for case_id, subject in wanted:
                if (case_id, subject) in gone:
                    continue
                key_id, key = secrets.token_bytes(parts.KEY_ID_BYTES), secrets.token_bytes(parts.KEY_BYTES)
                made[case_id, subject] = DataKey.of(key_id, key)
                rows.append(
                    {
                        "case_id": case_id,
                        "subject": subject,
                        "key_id": key_id.hex(),
                        "kek": lock.kek,
                        "locked": lock.locked,
                        "wrapped": lock.wrap(key, data_row(case_id, subject, key_id.hex())),
                        "made_s": now_s,
                    }
                )
            if rows:
                connection.execute(_NEW_KEY, rows)
        return made


def _open_parts(
    request: ResealRequest, private: Callable[[str], PrivateKey | None]
) -> list[tuple[Place, bytes]] | Unreadable:
    """What the event says of people, opened. private: the private key of a kid."""
    found: dict[Place, bytes] = {}
    for part in request.sealed:
        try:
            values = open_jwe(part.body, private, about=request.event_id, fields=part.fields)
        except Unreadable as problem:
            return problem
        for name, value in values.items():
            place = Place(request.event_id, request.event_type, part.subject, name, request.schema_id)
            if place in found:
                return Unreadable(
                    "sealed.twice",
                    field="sealed",
                    found=f"{name.value} of {part.subject} in two parts",
                    expected="each field of a person once in an event",
                    remedy="put it in one part, or tell the second in another event",
                )
            found[place] = orjson.dumps(value)
    return list(found.items())


def sealed_under(
    case_id: str, found: Sequence[tuple[Place, bytes]], keys: dict[Person, DataKey]
) -> tuple[Sealed, ...] | Unreadable:
    """The parts as they go on the ledger. A person without a key was erased."""
    sealed = []
    for place, plaintext in found:
        key = keys.get((case_id, place.subject))
        if key is None:
            return Unreadable(
                "sealed.subject_erased",
                field="sealed",
                found=f"a sealed part about {place.subject}, who was erased from this case",
                expected="no personal data of a person who was erased",
                remedy="send the event without this part; for another person, use another handle",
            )
        body = parts.encrypt(key, place, plaintext)
        sealed.append(Sealed(subject=place.subject, fields=(place.field,), body=body))
    return tuple(sealed)
