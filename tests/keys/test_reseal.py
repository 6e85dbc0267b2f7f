"""Intake's side: opened in memory, sealed again for each person, bound to its place, gone with its key."""

import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from backbone.keys import NoKey, ResealRequest, SqlKeyService
from backbone.keys.files import KeyFile
from backbone.keys.parts import KEY_BYTES
from backbone.keys.tables import person_key
from schakel.errors import Unreadable
from schakel.events.base import Sealed, SealedField
from schakel.sealing import PrivateKey
from tests.keys.conftest import NAME, PARTS, PHONE, STORY, Open, report, with_parts


def resealed(keys: SqlKeyService, request: ResealRequest) -> tuple[Sealed, ...]:
    (answer,) = keys.reseal([request])
    assert not isinstance(answer, Unreadable), answer
    return answer


def read(keys: SqlKeyService, request: ResealRequest, part: Sealed) -> object:
    return keys.open(
        request.case_id,
        part.subject,
        request.event_id,
        request.event_type,
        request.schema_id,
        part.fields[0],
        part.body,
    )


def test_each_field_becomes_a_part_of_its_own_and_opens_again(keys: SqlKeyService) -> None:
    request = report(keys.door_keys()[0])

    parts = resealed(keys, request)

    assert [(part.subject, part.fields) for part in parts] == [("victim", (name,)) for name in PARTS]
    assert [read(keys, request, part) for part in parts] == list(PARTS.values())


def test_the_answers_come_in_the_order_of_the_batch(keys: SqlKeyService) -> None:
    door = keys.door_keys()[0]
    good, foreign, also_good = report(door), report(PrivateKey.generate().public), report(door)
    nothing = replace(report(door), sealed=())

    answers = keys.reseal([good, foreign, nothing, also_good])

    assert isinstance(answers[1], Unreadable)
    assert answers[1].code == "sealed.unknown_key"
    assert answers[2] == ()
    assert [read(keys, good, part) for part in answers[0]] == list(PARTS.values())  # type: ignore[union-attr]
    assert [read(keys, also_good, part) for part in answers[3]] == list(PARTS.values())  # type: ignore[union-attr]
    assert keys.reseal([]) == []


def test_a_part_of_another_event_is_refused(keys: SqlKeyService) -> None:
    request = replace(report(keys.door_keys()[0]), event_id=str(uuid.uuid4()))

    (answer,) = keys.reseal([request])

    assert isinstance(answer, Unreadable)
    assert answer.code == "sealed.wrong_event"


def test_a_field_of_a_person_may_stand_in_an_event_once(keys: SqlKeyService) -> None:
    door = keys.door_keys()[0]
    request = report(door)

    (answer,) = keys.reseal([with_parts(request, door, "victim", "victim")])
    assert isinstance(answer, Unreadable)
    assert answer.code == "sealed.twice"
    assert len(resealed(keys, with_parts(request, door, "victim", "bystander"))) == 2 * len(PARTS)


@pytest.mark.parametrize(
    "moved",
    [
        {"event_id": "0199a1b2-0000-7000-8000-000000000009"},
        {"event_type": "report.corrected"},
        {"schema_id": 65},
        {"subject": "bystander"},
        {"field": SealedField.FREE_TEXT},
        {"case_id": "00000000-0000-4000-8000-000000000009"},
    ],
    ids=lambda moved: next(iter(moved)),
)
def test_a_part_that_was_moved_does_not_open(keys: SqlKeyService, moved: dict[str, object]) -> None:
    """Everything that it is bound to, one at a time. The other case and person have keys of their own."""
    door = keys.door_keys()[0]
    request = with_parts(report(door), door, "victim", "bystander")
    resealed(keys, replace(with_parts(request, door, "victim"), case_id="00000000-0000-4000-8000-000000000009"))
    part = resealed(keys, request)[1]
    place = {
        "case_id": request.case_id,
        "subject": "victim",
        "event_id": request.event_id,
        "event_type": request.event_type,
        "schema_id": request.schema_id,
        "field": part.fields[0],
    }

    assert keys.open(**place, body=part.body) == STORY  # type: ignore[arg-type]
    with pytest.raises(Unreadable) as caught:
        keys.open(**(place | moved), body=part.body)  # type: ignore[arg-type]
    assert caught.value.code == "part.cannot_open"


@pytest.mark.parametrize("at", [0, 1, 12, 13, 40, -1])
def test_a_changed_byte_does_not_open(keys: SqlKeyService, at: int) -> None:
    request = report(keys.door_keys()[0])
    part = resealed(keys, request)[0]
    body = bytearray(part.body)
    body[at] ^= 1

    with pytest.raises(Unreadable, match=r"part\."):
        read(keys, request, part.model_copy(update={"body": bytes(body)}))


@pytest.mark.parametrize("body", [b"", b"\x01", b"\x01" + bytes(27)])
def test_a_body_cut_short_is_said_to_be_unreadable(keys: SqlKeyService, body: bytes) -> None:
    request = report(keys.door_keys()[0])
    part = resealed(keys, request)[0]

    with pytest.raises(Unreadable, match=r"part\.unknown_version"):
        read(keys, request, part.model_copy(update={"body": body}))


def test_two_seals_of_the_same_content_differ(keys: SqlKeyService) -> None:
    request = report(keys.door_keys()[0])

    assert len({part.body for _ in range(5) for part in resealed(keys, request)}) == 5 * len(PARTS)


# --- destroyed keys ------------------------------------------------------------------------------------------------


def test_what_a_destroyed_key_sealed_is_gone_and_only_that(keys: SqlKeyService, open_again: Open) -> None:
    door = keys.door_keys()[0]
    request = with_parts(report(door), door, "victim", "bystander")
    parts = resealed(keys, request)

    assert keys.destroy(request.case_id, "victim")
    for service in (keys, open_again()):
        for part in parts:
            if part.subject == "bystander":
                assert read(service, request, part) == PARTS[part.fields[0]]
            else:
                with pytest.raises(NoKey) as caught:
                    read(service, request, part)
                assert caught.value.destroyed


def test_nothing_is_sealed_any_more_for_a_person_who_was_erased(keys: SqlKeyService) -> None:
    door = keys.door_keys()[0]
    request = report(door)
    resealed(keys, request)
    keys.destroy(request.case_id, "victim")
    keys.destroy(request.case_id, "bystander")  # before there was anything to destroy

    for who in ("victim", "bystander"):
        (answer,) = keys.reseal([with_parts(request, door, who)])
        assert isinstance(answer, Unreadable)
        assert answer.code == "sealed.subject_erased"
    assert not keys.destroy(request.case_id, "victim")
    assert len(resealed(keys, with_parts(request, door, "witness"))) == len(PARTS)


def test_a_key_that_never_was_is_not_called_destroyed(keys: SqlKeyService) -> None:
    request = report(keys.door_keys()[0])
    part = resealed(keys, request)[0]

    with pytest.raises(NoKey) as caught:
        read(keys, replace(request, case_id=str(uuid.uuid4())), part)
    assert not caught.value.destroyed


@pytest.mark.parametrize("url", [None], ids=["sqlite"])
def test_a_destroyed_key_is_in_no_file_any_more(keys: SqlKeyService, home: Path) -> None:
    """SQLite's own: PostgreSQL keeps dead rows and its log until they are reused, so that erasure is final only later."""
    request = report(keys.door_keys()[0])
    resealed(keys, request)
    wrapped = _wrapped(keys, request)

    assert all(_files_with(home, key) for key in wrapped)  # the search finds them while they are there
    keys.destroy(request.case_id, "victim")
    assert not any(_files_with(home, key) for key in wrapped)


# --- crashes and others at the same time -----------------------------------------------------------------------------

_DIES = """
import os, sys, pickle
from backbone.keys import open_keys
request = pickle.load(sys.stdin.buffer)
(parts,) = open_keys(sys.argv[2] or None, sys.argv[1]).reseal([request])
sys.stdout.buffer.write(pickle.dumps(parts)); sys.stdout.buffer.flush()
os.kill(os.getpid(), 9)
"""


def test_a_crash_between_the_key_and_the_ledger_is_harmless(keys: SqlKeyService, home: Path, url: str | None) -> None:
    """Killed after the key was made: the key is there, and the event sealed again opens, as does what was sealed before."""
    import pickle

    request = report(keys.door_keys()[0])
    died = subprocess.run(
        [sys.executable, "-c", _DIES, str(home), url or ""],
        input=pickle.dumps(request),
        capture_output=True,
        check=False,
    )
    assert died.returncode == -9, died.stderr
    before = pickle.loads(died.stdout)

    after = resealed(keys, request)

    for part in (*before, *after):
        assert read(keys, request, part) == PARTS[part.fields[0]]


def test_writers_at_the_same_time_agree_on_the_key(keys: SqlKeyService, open_again: Open) -> None:
    """Two partners speak of the same people in the same moment, through two workers each."""
    door = keys.door_keys()[0]
    services = [keys, open_again(), open_again(), open_again()]
    cases = [str(uuid.uuid4()) for _ in range(20)]
    requests = [[report(door, case_id=case_id) for case_id in cases] for _ in services]

    with ThreadPoolExecutor(len(services)) as pool:
        answers = list(pool.map(lambda service, batch: service.reseal(batch), services, requests))

    reader = open_again()
    for batch, batch_answers in zip(requests, answers, strict=True):
        for request, parts in zip(batch, batch_answers, strict=True):
            assert not isinstance(parts, Unreadable)
            assert [read(reader, request, part) for part in parts] == list(PARTS.values())


# --- the door ----------------------------------------------------------------------------------------------------------


def test_there_is_a_door_key_from_the_first_start_and_it_stays(keys: SqlKeyService, open_again: Open) -> None:
    assert len(keys.door_keys()) == 1
    assert open_again().door_keys() == keys.door_keys()


def test_after_a_rotation_the_older_key_still_opens_until_it_is_retired(keys: SqlKeyService, open_again: Open) -> None:
    other = open_again()
    old = report(keys.door_keys()[0])

    new_key = other.rotate_door()

    assert keys.door_keys()[0] == new_key
    assert len(keys.door_keys()) == 2
    assert len(resealed(keys, report(new_key))) == len(PARTS)  # made by another process
    assert len(resealed(keys, old)) == len(PARTS)
    gone = next(key.kid for key in keys.door_keys() if key != new_key)
    keys.retire_door(gone)
    assert keys.door_keys() == [new_key]
    (answer,) = keys.reseal([old])
    assert isinstance(answer, Unreadable)
    assert answer.code == "sealed.unknown_key"


# --- nothing readable anywhere ---------------------------------------------------------------------------------------


def test_no_file_holds_what_was_sealed(
    keys: SqlKeyService, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    made: list[bytes] = []
    real = os.urandom

    def remember(size: int) -> bytes:
        made.append(real(size))
        return made[-1]

    request = report(keys.door_keys()[0])
    monkeypatch.setattr("backbone.keys.sealing.secrets.token_bytes", remember)
    parts = resealed(keys, request)

    secret = [one for one in made if len(one) == KEY_BYTES]
    assert len(secret) == 2  # the data key, and what wraps it
    for needle in (NAME, PHONE, STORY):
        assert not _files_with(home, needle.encode())
        assert all(needle.encode() not in part.body for part in parts)
    assert not any(_files_with(home, key) for key in secret)
    assert _files_with(home, KeyFile(keys.files.data).read().current.encode())  # the search does find what is there
    assert capfd.readouterr() == ("", "")


def test_an_error_of_the_database_quotes_no_row(keys: SqlKeyService, home: Path) -> None:
    request = report(keys.door_keys()[0])
    with keys._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE person")

    with pytest.raises(Exception, match=r"no such table|does not exist") as caught:
        keys.reseal([request])
    assert request.case_id not in str(caught.value)


def _wrapped(keys: SqlKeyService, request: ResealRequest) -> list[bytes]:
    with keys._engine.connect() as connection:
        query = select(person_key.c.wrapped).where(person_key.c.case_id == request.case_id)
        return [bytes(wrapped) for wrapped in connection.execute(query).scalars()]


def _files_with(home: Path, needle: bytes) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and needle in path.read_bytes()]
