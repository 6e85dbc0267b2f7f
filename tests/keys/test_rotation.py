"""Rotating key-encryption keys: everything goes on opening, nothing is lost by a kill at any moment, and what was destroyed is final."""

import itertools
import os
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from backbone.keys import (
    KeyFiles,
    KeysAway,
    KeysUnusable,
    NoKey,
    Place,
    ResealRequest,
    Rotation,
    SqlKeyService,
    SqlOpener,
    databases,
    open_keys,
    open_reader,
    open_sealer,
    rotation,
)
from backbone.keys import files as files_module
from backbone.keys.files import KeyFile
from backbone.keys.tables import FAMILY_DATA, FAMILY_DOOR, person_key
from schakel.events.base import Sealed
from schakel.timesource import SystemTime
from tests.keys.conftest import PARTS, Open, report

Told = list[tuple[ResealRequest, tuple[Sealed, ...]]]
FAMILIES = (FAMILY_DOOR, FAMILY_DATA)


def rotating(keys: SqlKeyService, batch: int = 3) -> Rotation:
    return Rotation(keys._engine, keys.files, SystemTime(), batch=batch)


def rotate_all(keys: SqlKeyService) -> None:
    for family in FAMILIES:
        rotating(keys).rotate(family)


def retire_all(keys: SqlKeyService) -> list[str]:
    return [name for family in FAMILIES for name in rotating(keys).retire(family)]


def told(keys: SqlKeyService, count: int = 5) -> Told:
    """Sealed as intake does, each in a batch of its own."""
    door = keys.door_keys()[0]
    requests = [report(door) for _ in range(count)]
    return [(request, answer) for request in requests for answer in keys.reseal([request]) if isinstance(answer, tuple)]


def opened(keys: SqlKeyService, ledger: Told) -> list[object]:
    return [
        keys.open(r.case_id, part.subject, r.event_id, r.event_type, r.schema_id, part.fields[0], part.body)
        for r, answer in ledger
        for part in answer
    ]


def all_of(ledger: Told) -> list[object]:
    return [value for _ in ledger for value in PARTS.values()]


def wrapped(keys: SqlKeyService) -> dict[str, bytes]:
    with keys._engine.connect() as connection:
        return {row.case_id: bytes(row.wrapped) for row in connection.execute(sa.select(person_key))}


def files_with(home: Path, needle: bytes) -> list[str]:
    return [path.name for path in home.rglob("*") if path.is_file() and needle in path.read_bytes()]


# --- what it is for ------------------------------------------------------------------------------------------------------


def test_everything_goes_on_opening(keys: SqlKeyService, open_again: Open) -> None:
    ledger, waiting = told(keys, 7), report(keys.door_keys()[0])
    before = [KeyFile(path).read().current for path in (keys.files.door, keys.files.data)]

    rotate_all(keys)
    assert opened(keys, ledger) == all_of(ledger)
    assert sorted(retire_all(keys)) == sorted(before)

    for service in (keys, open_again()):
        assert opened(service, ledger) == all_of(ledger)
        assert isinstance(service.reseal([waiting])[0], tuple), "what was sealed to the door before is still taken in"
        assert opened(service, told(service, 1)) == all_of(ledger[:1])
    assert all(one.current or one.destroyed for one in rotating(keys).status())


def test_the_ledger_is_not_touched_and_every_wrapping_is(keys: SqlKeyService) -> None:
    told(keys, 4)
    before = wrapped(keys)
    rotating(keys).rotate(FAMILY_DATA)
    after = wrapped(keys)
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())


def test_a_rotation_that_has_nothing_left_to_do_begins_no_other(keys: SqlKeyService) -> None:
    told(keys, 1)
    first = rotating(keys).rotate(FAMILY_DATA)
    assert rotating(keys).rotate(FAMILY_DATA) == first, "the older key has not been retired yet"
    rotating(keys).retire(FAMILY_DATA)
    assert rotating(keys).retire(FAMILY_DATA) == []
    assert rotating(keys).rotate(FAMILY_DATA) != first


def test_what_still_wraps_is_not_destroyed(keys: SqlKeyService) -> None:
    ledger = told(keys, 2)
    rotating(keys)._begun(FAMILY_DATA)
    with pytest.raises(KeysUnusable, match="rotate"):
        rotating(keys).retire(FAMILY_DATA)
    assert opened(keys, ledger) == all_of(ledger)


def test_two_at_once_are_one_too_many(keys: SqlKeyService) -> None:
    with rotating(keys)._alone(), pytest.raises(KeysUnusable, match="somebody else"):
        rotating(keys).rotate(FAMILY_DATA)


# --- final ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [None], ids=["sqlite"])
def test_a_destroyed_key_is_final_when_the_old_key_is_gone(keys: SqlKeyService, home: Path, tmp_path: Path) -> None:
    """Somebody has a copy of everything from before, but for the key that was destroyed, and everything from after."""
    ledger = told(keys, 3)
    victim = ledger[0][0]
    backup = tmp_path / "backup"
    shutil.copytree(home, backup)
    with_old_key = tmp_path / "with-the-old-key"
    shutil.copytree(home, with_old_key)

    keys.destroy(victim.case_id, "victim")
    rotate_all(keys)
    retire_all(keys)
    for path in (keys.files.door, keys.files.data, keys.files.public):
        shutil.copy(path, backup / "keys" / path.name)

    assert opened(open_keys(None, with_old_key), ledger[:1]) == all_of(ledger[:1]), "with the old key it does open"
    with pytest.raises(NoKey, match="erased"):
        opened(keys, ledger[:1])
    with pytest.raises(KeysUnusable, match="does not belong"):
        open_reader(None, backup)
    assert opens_anywhere(backup, ledger[:1]) == []
    assert opens_anywhere(with_old_key, ledger[:1]) == all_of(ledger[:1])
    assert opened(keys, ledger[1:]) == all_of(ledger[1:])


def opens_anywhere(home: Path, ledger: Told) -> list[object]:
    """What the keys and the database of this directory open, whatever they say of belonging together."""
    files = KeyFiles.under(home / "keys")
    service = SqlKeyService.__new__(SqlKeyService)
    engine = sa.create_engine(f"sqlite:///{home / 'keys' / 'keys.db'}")
    service._opener = SqlOpener(engine, KeyFile(files.data))
    try:
        return opened(service, ledger)
    except (KeysAway, NoKey):
        return []


@pytest.mark.parametrize("url", [None], ids=["sqlite"])
def test_nothing_of_the_old_key_is_left_in_any_file(keys: SqlKeyService, home: Path) -> None:
    told(keys, 3)
    needles = [*wrapped(keys).values()]
    for path in (keys.files.door, keys.files.data):
        held = KeyFile(path).read()
        needles += [held.keys[held.current], held.text().split('"')[-2].encode()]
    for needle in needles[:3] + needles[4::2]:
        assert files_with(home, needle), "the search finds it while it is there"

    rotate_all(keys)
    retire_all(keys)

    assert [name for needle in needles for name in files_with(home, needle)] == []


def test_what_is_destroyed_meanwhile_stays_destroyed(keys: SqlKeyService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading a batch and writing it."""
    ledger = told(keys, 6)
    real, left = rotation.writing, [ledger[0][0], ledger[5][0]]

    @contextmanager
    def destroying(engine: sa.Engine) -> Iterator[sa.Connection]:
        if closed and left:
            keys.destroy(left.pop().case_id, "victim")
        closed.append(True)
        with real(engine) as connection:
            yield connection

    closed: list[bool] = []
    monkeypatch.setattr(rotation, "writing", destroying)
    rotating(keys).rotate(FAMILY_DATA)
    assert not left
    for number in (0, 5):
        with pytest.raises(NoKey):
            opened(keys, ledger[number : number + 1])
    assert opened(keys, ledger[1:5]) == all_of(ledger[1:5])
    assert ledger[0][0].case_id not in wrapped(keys)


# --- while services run --------------------------------------------------------------------------------------------------


def test_an_old_file_seals_nothing_any_more_and_says_so(keys: SqlKeyService, home: Path, url: str | None) -> None:
    """A machine to which the new file has not been brought yet."""
    elsewhere = home / "elsewhere"
    shutil.copytree(home / "keys", elsewhere, ignore=shutil.ignore_patterns("keys.db*"))
    theirs = KeyFiles.under(elsewhere)
    sealer, reader = open_sealer(url, home, files=theirs), open_reader(url, home, files=theirs)
    ledger, door = told(keys, 1), keys.door_keys()[0]
    rotating(keys).rotate(FAMILY_DATA)
    before = wrapped(keys)
    request, (part, *_) = ledger[0][0], ledger[0][1]

    with pytest.raises(KeysAway, match="closed: a newer one"):
        sealer.reseal([report(door)])
    place = (place_of(request, part),)
    with pytest.raises(KeysAway, match="does not hold"):
        reader.open_all(request.case_id, "victim", [(place, part.body)])
    assert wrapped(keys) == before

    for name in ("data.json", "data-public.json"):
        shutil.copy(home / "keys" / name, elsewhere / name)
    assert isinstance(sealer.reseal([report(door)])[0], tuple), "it goes on by itself"
    assert reader.open_all(request.case_id, "victim", [(place, part.body)]) == [PARTS[part.fields[0]]]
    sealer.close()
    reader.close()


def place_of(request: ResealRequest, part: Sealed) -> Place:
    return Place(request.event_id, request.event_type, part.subject, part.fields[0], request.schema_id)


def test_a_seal_that_is_under_way_is_not_lost(keys: SqlKeyService, open_again: Open) -> None:
    """Sealing, reading and rotating at the same time: some have to ask again, nothing that was answered is lost."""
    door, over = keys.door_keys()[0], []

    def seals(service: SqlKeyService) -> Told:
        done: Told = []
        while not over:
            request = report(door)
            try:
                (answer,) = service.reseal([request])
                assert isinstance(answer, tuple)
                done.append((request, answer))
                assert opened(service, done[-3:]) == all_of(done[-3:])
            except KeysAway:
                continue
        return done

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(seals, open_again()) for _ in range(2)]
        try:
            for _ in range(3):
                rotate_all(keys)
                while True:
                    try:
                        retire_all(keys)
                        break
                    except KeysAway:  # somebody reads in the database while its log should be emptied
                        continue
        finally:
            over.append(True)
    ledger = [one for task in running for one in task.result()]
    assert len(ledger) > 6
    assert opened(open_again(), ledger) == all_of(ledger)


def test_a_retired_door_key_is_forgotten_by_those_who_used_it(keys: SqlKeyService, open_again: Open) -> None:
    other, old = open_again(), keys.door_keys()[0]
    assert isinstance(keys.reseal([report(old)])[0], tuple)
    other.rotate_door()
    other.retire_door(old.kid)

    (answer,) = keys.reseal([report(old)])

    assert getattr(answer, "code", None) == "sealed.unknown_key"
    assert old.kid not in keys._doors._private


# --- killed --------------------------------------------------------------------------------------------------------------


class Dying:
    """Ends this very process, as kill -9 does, at the step `at`: before or after anything that lasts."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any) -> Any:
            self.step()
            result = function(*arguments)
            self.step()
            return result

        return stepping

    @contextmanager
    def writing(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        self.step()
        with databases.writing(engine) as connection:
            yield connection
            self.step()
        self.step()


def rotated_and_retired(home: Path, url: str | None, at: int) -> int:
    """In a process of its own that dies at this step; its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            dying = Dying(at)
            for name in ("_durable", "_write", "wipe", "tidy"):
                setattr(files_module, name, dying.around(getattr(files_module, name)))
            files_module.os.link = dying.around(os.link)
            rotation.replace, rotation.tidy = files_module.replace, files_module.tidy
            rotation.writing, rotation.scrub = dying.writing, dying.around(rotation.scrub)
            engine = databases.open_engine(url, home / "keys")
            one = Rotation(engine, KeyFiles.under(home / "keys"), SystemTime(), batch=2)
            for family in FAMILIES:
                one.rotate(family)
                one.retire(family)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_killed_at_any_step(keys: SqlKeyService, home: Path, url: str | None, open_again: Open) -> None:
    """After every kill everything opens and can be sealed, the next run makes it good, and no stray file is left."""
    ledger, killed = told(keys, 3), 0
    for at in itertools.count(1, 1 if url is None else 7):
        keys.close()  # nothing open is taken along into the other process
        code = rotated_and_retired(home, url, at)
        assert opened(keys, ledger) == all_of(ledger), f"killed at step {at}"
        if code == 0:
            break
        assert code == -signal.SIGKILL
        killed += 1
        if killed % 4 == 0:  # now and then it comes to its end in between
            rotate_all(keys)
            retire_all(keys)
            ledger += told(keys, 1)
    assert killed > (40 if url is None else 5)
    rotate_all(keys)
    retire_all(keys)
    assert opened(open_again(), ledger) == all_of(ledger)
    assert not [path.name for path in (home / "keys").iterdir() if path.name.startswith(".")]
    for path in (keys.files.door, keys.files.data, keys.files.public):
        assert len(KeyFile(path, secret=False).read().keys) == 1
