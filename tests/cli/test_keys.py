"""`backbone keys` on keys without a broker: what it shows, destroys, refuses; and which door keys a day's rotation destroys."""

import json
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli.keys import _replaced_before
from backbone.cli.main import app
from backbone.kafka.ports import pick_free
from backbone.keys import KeyFiles, Rotation, open_keys
from backbone.keys.files import KeyFile
from schakel.kafka_errors import BrokerAway
from schakel.sealing import PublicKey
from schakel.timesource import FixedTime


@pytest.fixture
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def run(*words: str, code: int = 0, text: str = "") -> Result:
    result = CliRunner().invoke(app, ["keys", *words], input=text)
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize("words", [("status",), ("rotate",), ("retire", "--yes")])
def test_where_there_are_no_keys_none_are_made(var_dir: Path, words: tuple[str, ...]) -> None:
    assert "backbone up" in run(*words, code=2).output
    assert list(var_dir.iterdir()) == []


def test_a_rotation_from_begin_to_end(var_dir: Path) -> None:
    keys = open_keys(None, var_dir)
    files = KeyFiles.under(var_dir / "keys")
    secret = json.loads(files.data.read_text())["keys"].popitem()[1]
    said = run("status").output
    assert "data" in said
    assert secret not in said
    assert "nothing is to be destroyed" in run("retire").output

    run("rotate", "--family", "data")
    assert "'backbone keys retire' destroys it" in run("status", code=1).output
    assert "left as it was" in run("retire", text="n\n").output
    assert len(KeyFile(files.data).read().keys) == 2
    assert "is destroyed" in run("retire", text="y\n").output
    assert len(KeyFile(files.data).read().keys) == 1
    shown = json.loads(run("status", "--json").output)
    assert [one["state"] for one in shown["key_encryption_keys"]] == ["current", "current", "destroyed"]
    assert [one["kid"] for one in shown["door_keys"]] == [key.kid for key in keys.door_keys()]
    keys.close()


def test_a_rotation_that_was_stopped_is_shown(var_dir: Path) -> None:
    keys = open_keys(None, var_dir)
    Rotation(keys._engine, keys.files, keys._destroyer._time)._begun("door")
    assert "run 'backbone keys rotate'" in run("status", code=1).output
    assert "rotate' first" in run("retire", "--yes", code=2).output
    run("rotate", "--family", "door")
    run("retire", "--yes")
    run("status")
    keys.close()


def test_an_erasure_past_its_term_is_told_with_what_to_run(var_dir: Path) -> None:
    """Erased a year ago, and no key was ever replaced; then both kinds are."""
    long_ago = FixedTime(datetime(2026, 1, 5, tzinfo=UTC) - timedelta(days=365))
    keys = open_keys(None, var_dir, time=long_ago)
    case = "5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e"
    assert "0 final, 0 waiting" in run("status").output
    long_ago.at += timedelta(days=1)
    keys.destroy(case, "victim")
    said = " ".join(run("status", code=1).output.split())
    assert "0 final, 1 waiting to be final, of those 1 too late" in said
    assert "'backbone keys rotate', then 'backbone keys retire'" in said
    assert "'backbone keys rotate-door'" in said
    assert case not in said
    told = json.loads(run("status", "--json", code=1).output)["erasures"]
    assert (told["final"], told["waiting"], told["late"]) == (0, 1, 1)
    assert told["next_by"].startswith("2025-02-1")

    run("rotate")
    run("retire", "--yes")
    said = run("status", code=1).output
    assert "rotate-door" in said
    assert "then 'backbone keys retire'" not in said
    old, long_ago.at = keys.door_keys()[0].kid, datetime.now(UTC)
    keys.rotate_door()
    keys.retire_door(old)
    assert "1 final, 0 waiting" in run("status").output
    keys.close()


def test_an_erasure_within_its_term_waits(var_dir: Path) -> None:
    keys = open_keys(None, var_dir)
    keys.destroy("5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e", "victim")
    said = run("status").output
    assert "1 waiting to be final, of those 0 too late" in said
    assert "the first that waits has to be final by" in said
    keys.close()


def test_a_family_that_is_none(var_dir: Path) -> None:
    open_keys(None, var_dir).close()
    assert "expected one of door, data" in run("rotate", "--family", "doors", code=2).output


def test_a_door_key_is_kept_from_when_it_was_replaced() -> None:
    """The newest never goes, however old it is."""
    keys = [PublicKey(kid, "x", "y", made_at_s=made) for kid, made in (("c", 300), ("b", 200), ("a", 100))]
    at = lambda second: datetime.fromtimestamp(second, UTC)  # noqa: E731
    assert [key.kid for key in _replaced_before(keys, at(199))] == []
    assert [key.kid for key in _replaced_before(keys, at(200))] == ["a"]
    assert [key.kid for key in _replaced_before(keys, at(9_999))] == ["b", "a"]


def kids(var_dir: Path) -> list[str]:
    """Every door key there is, the newest first."""
    keys = open_keys(None, var_dir)
    try:
        return [key.kid for key in keys.door_keys()]
    finally:
        keys.close()


def test_while_the_broker_is_away_no_door_key_is_made_and_none_destroyed(
    var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kids(var_dir)
    for name, value in (("BOOTSTRAP", f"127.0.0.1:{pick_free()}"), ("SASL_USERNAME", "admin"), ("SASL_PASSWORD", "x")):
        monkeypatch.setenv(f"SCHAKEL_{name}", value)
    for words in ((), ("--keep", "0"), ("--if-older-than", "23")):
        assert "no Kafka broker answers" in " ".join(run("rotate-door", *words, code=2).output.split())
    assert kids(var_dir) == before


class There:
    """A broker that lets us sign on; whether it takes what is published then is another thing."""

    def connected(self) -> AbstractContextManager[dict[str, object]]:
        return nullcontext({})


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, var_dir: Path) -> list[list[str] | None]:
    """What each publishing shows partners, after what is in here already: None is a broker that went away."""
    told: list[list[str] | None] = []

    def publish(*_: object) -> None:
        told.append(kids(var_dir))
        if len(told) > 1 and told[0] is None:
            told.pop(0)
            raise BrokerAway("no broker answers", broker="broker:9093")

    monkeypatch.setattr("backbone.cli.keys.find_broker", lambda settings: There())
    monkeypatch.setattr("backbone.cli.keys.publish", publish)
    return told


def test_a_broker_that_goes_away_before_partners_heard_leaves_a_key_and_the_next_run_tells_them(
    var_dir: Path, published: list[list[str] | None]
) -> None:
    (old,) = kids(var_dir)
    published.insert(0, None)
    said = " ".join(run("rotate-door", "--keep", "0", code=2).output.split())
    new, still = kids(var_dir)
    assert still == old, "nothing is destroyed before partners have heard of another"
    assert f"{new} is the newest key and partners may not have heard of it" in said
    assert "'backbone keys rotate-door --if-older-than 1'" in said

    published.clear()
    assert "it stays" in run("rotate-door", "--if-older-than", "1").output
    assert published == [[new, old]]


def test_a_broker_that_goes_away_after_a_key_was_destroyed_shows_it_until_the_next_run(
    var_dir: Path, published: list[list[str] | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = kids(var_dir)
    monkeypatch.setattr(
        "backbone.cli.keys._replaced_before", lambda keys, moment: published.insert(0, None) or keys[1:]
    )
    said = " ".join(run("rotate-door", code=2).output.split())
    (new,) = kids(var_dir)
    assert new != old
    assert f"{old} is destroyed" in said
    assert "may still be among the keys that partners are shown" in said


def test_the_rights_of_a_service_as_sql(var_dir: Path) -> None:
    assert "GRANT SELECT ON person_key TO gw;" in run("grants", "gateway", "gw").output
    assert "expected one of consent, gateway, intake" in run("grants", "routing", "gw", code=2).output
