"""Key-encryption keys: files of their own, private, one for each need, never made anew beside a database that needs the old ones."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from backbone.keys import KeyFiles, KeysAway, KeysUnusable, SqlKeyService, open_reader, open_sealer, tables
from backbone.keys.files import NOT_GIVEN, Held, KeyFile, make, replace
from backbone.keys.wrapping import DataLock, DataUnlock, DoorWrap, data_row, public_half
from tests.keys.conftest import PARTS, Open, report

KEY = b"k" * 32


def files(home: Path) -> KeyFiles:
    return KeyFiles.under(home / "keys")


def made(path: Path) -> KeyFile:
    make(path, Held.fresh())
    return KeyFile(path)


def test_files_are_private(keys: SqlKeyService, home: Path) -> None:
    keys.reseal([report(keys.door_keys()[0])])

    for path in (home / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    assert (home / "keys").stat().st_mode & 0o077 == 0
    assert all(path.exists() for path in (files(home).door, files(home).data, files(home).public))


def test_whoever_comes_second_gets_the_first_ones_key(tmp_path: Path) -> None:
    first, second = made(tmp_path / "door.json"), made(tmp_path / "door.json")
    kek, wrapped = DoorWrap(first).wrap(KEY, "row")

    assert DoorWrap(second).unwrap(wrapped, kek, "row") == KEY
    assert [path.name for path in tmp_path.iterdir()] == ["door.json"]


def test_a_wrapped_door_key_opens_only_in_its_own_row(tmp_path: Path) -> None:
    wrap = DoorWrap(made(tmp_path / "door.json"))
    kek, wrapped = wrap.wrap(KEY, "door 1")

    with pytest.raises(KeysUnusable, match="changed or moved"):
        wrap.unwrap(wrapped, kek, "door 2")
    with pytest.raises(KeysAway, match="does not hold"):
        wrap.unwrap(wrapped, "other", "door 1")


def test_a_wrapped_data_key_opens_only_in_its_own_row_and_under_its_own_lock(tmp_path: Path) -> None:
    file = made(tmp_path / "data.json")
    held = file.read()
    lock, other = (DataLock(held.current, public_half(held.keys[held.current])) for _ in range(2))
    wrapped = lock.wrap(KEY, data_row("case-1", "victim", "01"))

    def unwrap(
        case_id: str = "case-1", locked: bytes = lock.locked, kek: str = lock.kek, body: bytes = wrapped
    ) -> bytes:
        return DataUnlock(file).unwrap(locked, body, kek, data_row(case_id, "victim", "01"))

    assert unwrap() == KEY
    for change in ({"case_id": "case-2"}, {"locked": other.locked}, {"locked": b"x"}, {"body": b"x"}):
        with pytest.raises(KeysUnusable, match="changed or moved"):
            unwrap(**change)  # type: ignore[arg-type]
    with pytest.raises(KeysAway, match="does not hold"):
        unwrap(kek="other")


def test_exchanged_rows_are_noticed(keys: SqlKeyService) -> None:
    door, table = keys.door_keys()[0], tables.person_key
    first, second = report(door), report(door)
    (parts, _) = keys.reseal([first, second])
    with keys._engine.begin() as connection:
        rows = {row.case_id: row for row in connection.execute(table.select())}
        connection.execute(
            table.update().where(table.c.case_id == first.case_id).values(wrapped=rows[second.case_id].wrapped)
        )

    assert isinstance(parts, tuple)
    with pytest.raises(KeysUnusable, match="changed or moved"):
        keys.open(first.case_id, "victim", first.event_id, first.event_type, 64, parts[0].fields[0], parts[0].body)


# --- the files and the database belong together --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["door", "data"])
def test_a_lost_key_is_not_replaced_by_a_new_one(keys: SqlKeyService, home: Path, open_again: Open, name: str) -> None:
    path: Path = getattr(files(home), name)
    path.rename(home / "elsewhere.json")

    with pytest.raises(KeysUnusable, match="missing"):
        open_again()
    assert not path.exists()


@pytest.mark.parametrize("name", ["door", "data"])
def test_a_key_of_another_database_is_refused(keys: SqlKeyService, home: Path, open_again: Open, name: str) -> None:
    path: Path = getattr(files(home), name)
    path.unlink()
    make(path, Held.fresh())

    with pytest.raises(KeysUnusable, match="does not belong"):
        open_again()


def test_the_services_refuse_a_key_of_another_database(keys: SqlKeyService, home: Path, url: str | None) -> None:
    for path, opens in ((files(home).public, open_sealer), (files(home).data, open_reader)):
        path.unlink()
        make(path, Held.fresh())
        with pytest.raises(KeysUnusable, match=r"data.*\.json does not belong"):
            opens(url, home)


def test_the_services_do_not_make_a_database(home: Path) -> None:
    for path in (files(home).door, files(home).data, files(home).public):
        make(path, Held.fresh())
    for opens in (open_sealer, open_reader):
        with pytest.raises(KeysUnusable, match="backbone up"):
            opens(None, home)


def test_the_public_halves_are_written_again_when_they_are_lost(
    keys: SqlKeyService, home: Path, open_again: Open
) -> None:
    before = KeyFile(files(home).public).read()
    files(home).public.unlink()

    open_again()

    assert KeyFile(files(home).public).read() == before


def test_a_process_that_was_given_no_key_is_told_so() -> None:
    with pytest.raises(KeysUnusable, match="given no such key"):
        KeyFile(NOT_GIVEN).read()


@pytest.mark.parametrize(("name", "mode"), [("door", 0o640), ("data", 0o604)])
def test_a_key_that_others_may_read_is_refused(
    keys: SqlKeyService, home: Path, open_again: Open, name: str, mode: int
) -> None:
    getattr(files(home), name).chmod(mode)

    with pytest.raises(KeysUnusable, match="chmod 600"):
        open_again()


def test_public_halves_may_be_read_by_all_and_changed_by_one(keys: SqlKeyService, home: Path, url: str | None) -> None:
    files(home).public.chmod(0o644)
    open_sealer(url, home).close()
    files(home).public.chmod(0o664)
    with pytest.raises(KeysUnusable, match="others may change it"):
        open_sealer(url, home)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"current": "a", "keys": {"a": "c2hvcnQ="}}',
        '{"current": "a", "keys": {"a": 1}}',
        '{"current": "a", "keys": {}}',
        "é",
    ],
)
def test_a_damaged_file_is_named_and_not_quoted(keys: SqlKeyService, home: Path, open_again: Open, text: str) -> None:
    files(home).data.write_bytes(text.encode("latin-1"))

    with pytest.raises(KeysUnusable, match=r"no usable|cannot be read") as caught:
        open_again()
    assert "c2hv" not in str(caught.value)
    assert caught.value.__cause__ is None


# --- while processes run -------------------------------------------------------------------------------------------------


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = made(tmp_path / "door.json")
    before = file.now()
    fresh = Held.fresh()
    replace(file.path, Held(fresh.current, {**before.keys, **fresh.keys}))

    assert file.now().current == fresh.current
    assert file.now() is file.now()


def test_a_file_that_is_away_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    file = made(tmp_path / "door.json")
    before = file.now()
    file.path.rename(tmp_path / "elsewhere.json")
    with pytest.raises(KeysAway, match="missing"):
        file.now()
    (tmp_path / "elsewhere.json").rename(file.path)
    assert file.now() == before


def test_what_a_file_held_before_is_overwritten(tmp_path: Path) -> None:
    file = made(tmp_path / "door.json")
    with file.path.open("rb") as former:  # as a snapshot of the directory would still have it
        replace(file.path, Held.fresh())
        assert set(former.read()) == {0}
    assert [path.name for path in tmp_path.iterdir()] == ["door.json"]
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_keys_do_not_show_themselves(keys: SqlKeyService, home: Path) -> None:
    for path in (files(home).door, files(home).data):
        held = KeyFile(path).read()
        text = json.loads(path.read_text(encoding="ascii"))
        for thing in (keys, keys.files, held, KeyFile(path), keys._doors, keys._opener, keys.door_keys()):
            assert not any(key in repr(thing) for key in text["keys"].values())
            assert not any(repr(key) in repr(thing) for key in held.keys.values())


def test_first_starts_at_once_agree(open_again: Open) -> None:
    def start(_: int) -> SqlKeyService:
        for _ in range(100):
            with suppress(KeysAway):  # while another makes the database; a service that starts asks again then
                return open_again()
        raise AssertionError("the database of keys stayed away")

    with ThreadPoolExecutor(6) as pool:
        services = list(pool.map(start, range(6)))

    door = services[0].door_keys()[-1]
    for service in services:
        request = report(door)
        (parts,) = service.reseal([request])
        assert isinstance(parts, tuple)
        place = (request.case_id, "victim", request.event_id, request.event_type, request.schema_id)
        assert [services[0].open(*place, part.fields[0], part.body) for part in parts] == list(PARTS.values())
