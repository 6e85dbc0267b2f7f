"""The data directory, the jars and the passwords: what is ours goes on, what is not is named. No broker is started."""

import hashlib
import json
import subprocess
import threading
from pathlib import Path

import pytest
import requests

from backbone.kafka import jars, maven, storage
from backbone.kafka.credentials import Credentials, SecretStore
from backbone.kafka.errors import ForeignData, JarsUnavailable
from backbone.kafka.jvm import run_tool
from backbone.kafka.storage import prepare_data
from schakel.secret import Secret
from tests.support.broker import CACHE

ADMIN = Credentials("admin", Secret("a" * 43))
NOWHERE = Path("/nonexistent")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory as a first start leaves it."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "meta.properties").write_text("#\ncluster.id=k123\nnode.id=1\nversion=1\n")
    note = {"cluster_id": "k123", "kafka": jars.kafka_version(), "admin": storage._fingerprint(ADMIN)}
    (data / "schakel.json").write_text(json.dumps(note))
    return tmp_path


def change_note(home: Path, **changes: str) -> None:
    path = home / "data" / "schakel.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_our_own_data_goes_on(home: Path) -> None:
    prepare_data(home, NOWHERE, "", ADMIN)


def test_data_of_an_older_minor_version_goes_on_and_is_ours_from_now(home: Path) -> None:
    change_note(home, kafka="4.0.0")
    prepare_data(home, NOWHERE, "", ADMIN)
    assert json.loads((home / "data" / "schakel.json").read_text())["kafka"] == jars.kafka_version()


@pytest.mark.parametrize("version", ["3.9.1", "4.99.0", "5.0.0"])
def test_data_of_a_newer_or_other_major_version_is_refused(home: Path, version: str) -> None:
    change_note(home, kafka=version)
    with pytest.raises(ForeignData, match=f"was written by Kafka {version} and this is Kafka {jars.kafka_version()}"):
        prepare_data(home, NOWHERE, "", ADMIN)


def test_data_of_another_cluster_is_refused(home: Path) -> None:
    (home / "data" / "meta.properties").write_text("cluster.id=other\n")
    with pytest.raises(ForeignData, match="belongs to another cluster; move it away"):
        prepare_data(home, NOWHERE, "", ADMIN)


@pytest.mark.parametrize("lost", ["schakel.json", "meta.properties"])
def test_data_that_somebody_else_made_is_refused(home: Path, lost: str) -> None:
    (home / "data" / lost).unlink()
    with pytest.raises(ForeignData, match="was not made by this program"):
        prepare_data(home, NOWHERE, "", ADMIN)


def test_data_without_the_secrets_that_belong_to_it_is_refused(home: Path) -> None:
    for other in (Credentials("admin", Secret("b" * 43)), None):
        with pytest.raises(ForeignData, match="bring back the 'secrets' that belong to it"):
            prepare_data(home, NOWHERE, "", other)


def test_without_network_the_first_run_says_so_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(JarsUnavailable, match=r"is not downloaded yet and Maven Central .* cannot be reached"):
        jars.ensure_jars(tmp_path)
    assert list((tmp_path / "kafka").iterdir()) == []


def test_a_jar_that_was_changed_on_its_way_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Changed:
        def __init__(self, **_: object) -> None:
            self.path = tmp_path / "changed.jar"
            self.path.write_bytes(b"something else")

        def project(self, *_: str) -> "Changed":
            return self

        at_version = project

        def artifact(self) -> "Changed":
            return self

        def resolve(self) -> Path:
            return self.path

    monkeypatch.setattr(maven, "MavenContext", Changed)
    with pytest.raises(JarsUnavailable, match=r"was downloaded with SHA-256 .* but jars\.lock says"):
        jars.ensure_jars(tmp_path / "cache")
    assert list((tmp_path / "cache" / "kafka").iterdir()) == []


def test_a_download_that_breaks_off_is_tried_again_from_its_beginning(tmp_path: Path) -> None:
    class BreaksOff:
        filename = "kafka.jar"
        cached_path = tmp_path / "kafka.jar"
        tries = 0

        def resolve(self) -> Path:
            if self.cached_path.exists():  # as jgo does: what is there is taken for whole
                return self.cached_path
            self.tries += 1
            self.cached_path.write_bytes(b"all" if self.tries == 3 else b"ha")
            if self.tries < 3:
                raise requests.exceptions.ChunkedEncodingError
            return self.cached_path

    assert maven._resolve(BreaksOff()).read_bytes() == b"all"


@pytest.mark.kafka
def test_the_jars_are_the_ones_that_the_lock_names() -> None:
    made = jars.ensure_jars(CACHE)
    for jar in jars.read_lock():
        assert hashlib.sha256((made / jar.filename).read_bytes()).hexdigest() == jar.sha256, jar
    assert len(list(made.glob("*.jar"))) == len(jars.read_lock())


def test_the_lock_holds_no_address() -> None:
    assert "://" not in jars.LOCK.read_text()


def test_a_damaged_lock_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "jars.lock"
    path.write_text("# jars\norg.apache.kafka:kafka_2.13 sha256:12\n")
    with pytest.raises(JarsUnavailable, match=r"jars\.lock line 2 is 'org\.apache\.kafka:kafka_2\.13 sha256:12'"):
        jars.read_lock(path)


def test_a_password_shows_in_no_repr_and_is_still_a_password() -> None:
    secret = Secret("geheim")
    shown = f"{Credentials('coc', secret)!r} { {'sasl_plain_password': secret} } {[secret]}"
    assert "geheim" not in shown
    assert secret.encode() == b"geheim"


def test_two_who_make_the_same_password_get_the_same(tmp_path: Path) -> None:
    made: list[Credentials] = []
    threads = [
        threading.Thread(target=lambda: made.append(SecretStore(tmp_path / "s").get_or_make("coc"))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({who.password for who in made}) == 1
    assert len(made) == 16
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["coc"]
    assert (tmp_path / "s" / "coc").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../admin", "a/b", "", ".hidden", "A"])
def test_a_user_name_cannot_leave_the_directory(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a user of the broker"):
        SecretStore(tmp_path).get_or_make(name)


def test_a_tools_arguments_are_on_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        words = tmp_path / "tool.arguments"
        assert words.stat().st_mode & 0o777 == 0o600
        seen.extend([*command, words.read_text()])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("backbone.kafka.jvm.subprocess.run", run)
    run_tool(NOWHERE, tmp_path, "Tool", "-S", "name=admin,password=geheim")
    assert [("geheim" in word) for word in seen] == [False] * (len(seen) - 1) + [True]
    assert list(tmp_path.iterdir()) == []
