"""The archive of the broker's classes: Java takes it, it belongs to its jars, and nothing depends on it."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from backbone.kafka import class_archive, jvm
from backbone.kafka.class_archive import NotMade, ensure_archive
from backbone.kafka.embedded import EmbeddedKafka
from backbone.kafka.jars import ensure_jars
from tests.support.broker import CACHE


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    """Something like the broker's jars."""
    made = tmp_path / "kafka" / "4.9.9-abc"
    made.mkdir(parents=True)
    (made / "kafka.jar").write_bytes(b"classes")
    return made


def test_a_broker_is_given_the_archive_once_it_is_made(jars: Path) -> None:
    archive = jvm.archive_of(jars)
    option = f"-XX:SharedArchiveFile={archive}"
    assert option not in jvm.java(jars, "kafka.Kafka", heap_mb=64)
    archive.touch()
    assert option in jvm.java(jars, "kafka.Kafka", heap_mb=64)


@pytest.mark.parametrize("change", ["time", "size", "another", "moved"])
def test_an_archive_belongs_to_its_jars(jars: Path, change: str) -> None:
    """Java compares place, size and time of each, and would leave an archive of others aside, with a complaint at each start."""
    archive = jvm.archive_of(jars)
    assert jvm.archive_of(jars) == archive
    if change == "time":
        os.utime(jars / "kafka.jar", (1, 1))
    elif change == "size":
        found = (jars / "kafka.jar").stat()
        (jars / "kafka.jar").write_bytes(b"more classes")
        os.utime(jars / "kafka.jar", ns=(found.st_atime_ns, found.st_mtime_ns))
    elif change == "another":
        (jars / "scala.jar").touch()
    else:
        jars = jars.rename(jars.with_name("4.9.9-abd"))
    assert jvm.archive_of(jars).name != archive.name


@pytest.mark.kafka
def test_java_takes_the_archive_and_starts_without_it_as_well(tmp_path: Path) -> None:
    """Jars of the test's own, with an older archive beside them: that one is removed."""
    given = ensure_jars(CACHE)
    jars = tmp_path / "cäche x" / "kafka" / given.name
    shutil.copytree(given, jars)
    old = jars.with_name("classes-0.jsa")
    old.touch()
    said: list[str] = []
    archive = ensure_archive(tmp_path / "cäche x", said.append)
    assert [path.name for path in jars.parent.iterdir() if path != jars] == [archive.name]
    assert ensure_archive(tmp_path / "cäche x", said.append) == archive
    assert len(said) == 1

    insisting = EmbeddedKafka(
        tmp_path / "var", cache_dir=tmp_path / "cäche x", heap_mb=256, java_options=["-Xshare:on"]
    )
    with insisting:  # Java ends at once if it cannot use it
        assert b"-Xshare:on" in Path(f"/proc/{insisting.pid}/cmdline").read_bytes()
    archive.write_bytes(archive.read_bytes()[:10_000])
    with EmbeddedKafka(tmp_path / "var", cache_dir=tmp_path / "cäche x", heap_mb=256) as kafka:
        assert kafka.answers()


@pytest.mark.parametrize(
    ("java", "why"),
    [
        ("echo 'Unrecognized option: -Xshare:dump' >&2; exit 1", "Unrecognized option"),
        ("echo 'no room'; exit 0", "no room"),
        ("exit 1", "it said nothing"),
    ],
)
def test_why_there_is_no_archive(
    jars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, java: str, why: str
) -> None:
    monkeypatch.setattr(class_archive, "ensure_jars", lambda *_: jars)
    monkeypatch.setattr(class_archive, "_note_classes", lambda *_: None)
    monkeypatch.setattr(jvm, "java", lambda *_, **__: ["sh", "-c", java])
    with pytest.raises(NotMade, match=why):
        ensure_archive(tmp_path)
    assert [path.name for path in jars.parent.iterdir()] == [jars.name], "nothing half-made is left"
    monkeypatch.setattr(sys, "argv", ["class_archive", "--cache", str(tmp_path)])
    with pytest.raises(SystemExit, match=f"brokers will start slower: .*{why}"):
        class_archive.main()
