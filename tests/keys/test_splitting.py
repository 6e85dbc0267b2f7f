"""A directory of the first version, with one file for everything, becomes one of today: nothing is lost, and its old key is destroyed."""

import json
import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backbone.keys import KeysUnusable, NoKey, SqlKeyService, databases, open_keys, splitting
from backbone.keys.files import KeyFile
from backbone.keys.parts import Place
from backbone.keys.tables import door, metadata
from schakel.events.base import SealedField
from schakel.sealing import PrivateKey
from tests.keys.conftest import report

DOOR = PrivateKey.generate(made_at_s=100)
CASES = [f"c0ffee00-0000-4000-8000-{number:012}" for number in range(5)]
ERASED = CASES[-1]
DATA_KEY = b"d" * 32


def wrapped(kek: bytes, secret: bytes, row: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(kek).encrypt(nonce, secret, row.encode())


def sealed(place: Place) -> bytes:
    """As the first version wrote a part."""
    nonce = os.urandom(12)
    text = json.dumps(f"story of {place.event_id}").encode()
    return b"\x01" + nonce + AESGCM(DATA_KEY).encrypt(nonce, text, place.bytes(1))


@pytest.fixture
def old(home: Path, url: str | None) -> bytes:
    """The directory and its database as the first version left them; its key-encryption key."""
    kek = secrets.token_bytes(32)
    (home / "keys").mkdir(mode=0o700, parents=True)
    engine = databases.open_engine(url, home / "keys")
    path = home / "keys" / "kek.json"
    path.write_text(json.dumps({"current": "0ld", "keys": {"0ld": b64encode(kek).decode()}}))
    path.chmod(0o600)
    metadata.tables["door_key"].create(engine)
    splitting._then.create_all(engine)
    public = DOOR.public
    with databases.writing(engine) as connection:
        connection.execute(sa.insert(splitting._kek).values(id="0ld"))
        secret = wrapped(kek, DOOR.secret().encode(), f"door {public.kid}")
        row = {"kid": public.kid, "x": public.x, "y": public.y, "kek": "0ld", "wrapped": secret, "made_s": 100}
        connection.execute(sa.insert(door).values(row))
        for case in CASES:
            hers = {"case_id": case, "subject": "victim", "made_s": 100}
            living = {"kek": "0ld", "wrapped": wrapped(kek, DATA_KEY, f"data {case} victim"), "destroyed_s": None}
            gone = {"kek": None, "wrapped": None, "destroyed_s": 200}
            connection.execute(sa.insert(splitting._data).values(**hers, **(gone if case == ERASED else living)))
    engine.dispose()
    return kek


def all_is_there(keys: SqlKeyService, home: Path) -> None:
    assert [key.kid for key in keys.door_keys()] == [DOOR.public.kid]
    for case in CASES:
        place = Place("e-1", "report.received", "victim", SealedField.STORY, 64)
        asked = (case, "victim", [((place,), sealed(place))])
        if case == ERASED:
            with pytest.raises(NoKey, match="erased"):
                keys.open_all(*asked)
        else:
            assert keys.open_all(*asked) == ["story of e-1"]
    first, erased = report(DOOR.public, case_id=CASES[0]), report(DOOR.public, case_id=ERASED)
    answers = keys.reseal([first, erased])
    assert isinstance(answers[0], tuple)
    assert getattr(answers[1], "code", None) == "sealed.subject_erased"
    assert not (home / "keys" / "kek.json").exists()
    assert not sa.inspect(keys._engine).has_table("data_key")


def test_everything_is_there_and_the_old_key_is_not(old: bytes, home: Path, url: str | None) -> None:
    keys = open_keys(url, home)
    all_is_there(keys, home)
    keys.close()
    held = [KeyFile(path).read() for path in (keys.files.door, keys.files.data)]
    assert all(len(one.keys) == 1 and old not in one.keys.values() for one in held)
    assert not [p for p in (home / "keys").iterdir() if old in p.read_bytes() or b64encode(old) in p.read_bytes()]


def test_killed_on_its_way_it_goes_on(old: bytes, home: Path, url: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "BATCH", 1)
    real = databases.writing
    for at in range(1, 30):
        left = [at]

        def writing(engine: sa.Engine, left: list[int] = left) -> object:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return real(engine)

        with monkeypatch.context() as patch:
            patch.setattr(splitting, "writing", writing)
            patch.setattr("backbone.keys.rotation.writing", writing)
            try:
                open_keys(url, home).close()
                break
            except KeyboardInterrupt:
                continue
    assert at > 4, "each run gets further than the one before"
    keys = open_keys(url, home)
    all_is_there(keys, home)
    keys.close()


def test_without_its_key_it_says_so(old: bytes, home: Path, url: str | None) -> None:
    (home / "keys" / "kek.json").unlink()
    with pytest.raises(KeysUnusable, match=r"kek\.json is missing"):
        open_keys(url, home)


def test_a_file_of_another_database_is_left_alone(home: Path) -> None:
    """Somebody may still bring back the database that it belongs to."""
    path = home / "keys" / "kek.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"current": "0ld", "keys": {"0ld": b64encode(bytes(32)).decode()}}))
    path.chmod(0o600)
    open_keys(None, home).close()
    assert b64decode(json.loads(path.read_text())["keys"]["0ld"]) == bytes(32)
