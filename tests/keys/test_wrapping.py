"""The key-encryption key: its own file, private, never made anew beside a database that needs the old one."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backbone.keys import KeyEncryptionKeys, KeysUnusable, SqlKeyService
from backbone.keys import sql as module
from tests.keys.conftest import Open, report


def kek(home: Path) -> Path:
    return home / "keys" / "kek.json"


def test_files_are_private(keys: SqlKeyService, home: Path) -> None:
    keys.reseal([report(keys.door_keys()[0])])

    for path in (home / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    assert (home / "keys").stat().st_mode & 0o077 == 0
    assert kek(home).exists()


def test_whoever_comes_second_gets_the_first_ones_key(tmp_path: Path) -> None:
    first = KeyEncryptionKeys.load_or_make(tmp_path / "kek.json")
    second = KeyEncryptionKeys.load_or_make(tmp_path / "kek.json")

    assert second.unwrap(first.wrap(b"k" * 32, "row"), first.current, "row") == b"k" * 32
    assert [path.name for path in tmp_path.iterdir()] == ["kek.json"]


def test_a_wrapped_key_opens_only_in_its_own_row(tmp_path: Path) -> None:
    keks = KeyEncryptionKeys.load_or_make(tmp_path / "kek.json")
    wrapped = keks.wrap(b"k" * 32, "data case-1 victim")

    with pytest.raises(KeysUnusable, match="changed or moved"):
        keks.unwrap(wrapped, keks.current, "data case-2 victim")
    with pytest.raises(KeysUnusable, match="does not hold"):
        keks.unwrap(wrapped, "other", "data case-1 victim")


def test_exchanged_rows_are_noticed(keys: SqlKeyService) -> None:
    door = keys.door_keys()[0]
    first, second = report(door), report(door)
    keys.reseal([first, second])
    with keys._engine.begin() as connection:
        connection.execute(
            module._data.update()
            .where(module._data.c.case_id == first.case_id)
            .values(
                wrapped=module.sa.select(module._data.c.wrapped)
                .where(module._data.c.case_id == second.case_id)
                .scalar_subquery()
            )
        )

    with pytest.raises(KeysUnusable, match="changed or moved"):
        keys.reseal([first])


def test_a_lost_key_is_not_replaced_by_a_new_one(keys: SqlKeyService, home: Path, open_again: Open) -> None:
    kek(home).rename(home / "elsewhere.json")

    with pytest.raises(KeysUnusable, match="missing"):
        open_again()
    assert not kek(home).exists()


def test_a_key_of_another_database_is_refused(keys: SqlKeyService, home: Path, open_again: Open) -> None:
    kek(home).unlink()
    KeyEncryptionKeys.load_or_make(kek(home))

    with pytest.raises(KeysUnusable, match="does not belong"):
        open_again()


def test_a_key_that_others_may_read_is_refused(keys: SqlKeyService, home: Path, open_again: Open) -> None:
    kek(home).chmod(0o640)

    with pytest.raises(KeysUnusable, match="chmod 600"):
        open_again()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"current": "a", "keys": {"a": "c2hvcnQ="}}', '{"current": "a", "keys": {}}']
)
def test_a_damaged_file_is_named_and_not_quoted(keys: SqlKeyService, home: Path, open_again: Open, text: str) -> None:
    kek(home).write_text(text, encoding="ascii")

    with pytest.raises(KeysUnusable, match="no usable") as caught:
        open_again()
    assert "c2hv" not in str(caught.value)
    assert caught.value.__context__ is None


def test_an_older_key_still_unwraps(keys: SqlKeyService, home: Path, open_again: Open) -> None:
    request = report(keys.door_keys()[0])
    (parts,) = keys.reseal([request])
    held = json.loads(kek(home).read_text(encoding="ascii"))
    fresh = json.loads(_other_key(home))
    kek(home).write_text(
        json.dumps({"current": fresh["current"], "keys": held["keys"] | fresh["keys"]}), encoding="ascii"
    )

    later = open_again()

    assert isinstance(parts, tuple)
    place = (request.case_id, "victim", request.event_id, request.event_type, request.schema_id, parts[0].fields[0])
    assert later.open(*place, parts[0].body)
    later.reseal([report(later.door_keys()[0])])
    assert open_again().door_keys() == keys.door_keys()


def test_keys_do_not_show_themselves(keys: SqlKeyService, home: Path) -> None:
    held = json.loads(kek(home).read_text(encoding="ascii"))

    for thing in (keys, keys._keks, keys.door_keys()):
        assert not any(key in repr(thing) for key in held["keys"].values())


def test_first_starts_at_once_agree(open_again: Open) -> None:
    with ThreadPoolExecutor(6) as pool:
        services = list(pool.map(lambda _: open_again(), range(6)))

    door = services[0].door_keys()[-1]
    for service in services:
        (parts,) = service.reseal([report(door)])
        assert isinstance(parts, tuple)


def _other_key(home: Path) -> str:
    path = home / "other" / "kek.json"
    KeyEncryptionKeys.load_or_make(path)
    return path.read_text(encoding="ascii")
