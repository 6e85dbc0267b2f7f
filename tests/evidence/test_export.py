"""An export over a ledger that is a list, and what the check before a restore finds of everything that was done to it."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kafka import TopicPartition

from backbone.evidence import export as exporting
from backbone.evidence import restore
from backbone.evidence.archive import Archive, ArchiveProblem, Opened
from backbone.evidence.export import LedgerBroken, export
from backbone.evidence.restore import NotTheSame, check
from backbone.kafka.names import CHECKPOINTS, LEDGER
from backbone.settings import Settings
from tests.evidence.test_bundle import PARTITIONS, Ledger, ledger, lines, settings

__all__ = ["ledger", "settings"]
OUT = "schakel.out.coc-amsterdam"
Change = Callable[[list[bytes]], list[bytes]]


class Consumer:
    """Where the lists begin and end."""

    made: Ledger

    def __init__(self, **options: Any) -> None:
        pass

    def topics(self) -> set[str]:
        return {topic for topic, _ in self.made.topics} | {"another"}

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {partition for name, partition in self.made.topics if name == topic}

    def beginning_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {place: next(iter(self.made.topics[place]), None).offset for place in places}  # type: ignore[union-attr]

    def end_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {place: self.made.topics[place][-1].offset + 1 for place in places}

    def close(self) -> None:
        pass


@pytest.fixture
def file(ledger: Ledger, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export: two partitions under heads, and an `out` topic whose first record has gone by its term."""
    ledger.sign(0, 13)
    ledger.sign(0, 40)
    ledger.sign(1, 37)
    for number in range(3):
        ledger.put(OUT, 0, b"case", b"message %d" % number)
    del ledger.topics[OUT, 0][0]
    monkeypatch.setattr(exporting, "read_to_end", ledger.read)
    monkeypatch.setattr(exporting, "KafkaConsumer", type("Consumer", (Consumer,), {"made": ledger}))
    done = export({}, settings, tmp_path / "ledger.zip", lambda sentence: None)
    assert done.findings == []
    assert done.records == {LEDGER: 80, CHECKPOINTS: 3, OUT: 2, "schakel.definitions": 1}
    return done.path


def changed(path: Path, name: str, change: Change) -> Opened:
    """The export with one file changed, and a manifest that fits it."""
    before = Opened(path)
    other = path.with_name("changed.zip")
    with Archive(other) as archive:
        for one in before.names():
            content = [*before.lines(one)]
            archive.write(one, change(content) if one == name else content)
        archive.finish({key: value for key, value in before.manifest.items() if key not in ("files", "version")})
    return Opened(other)


def test_an_export_is_whole_and_says_what_it_holds(file: Path, ledger: Ledger) -> None:
    opened = Opened(file)
    assert {partition: size for partition, (size, _) in check(opened).items()} == {0: 40, 1: 40}
    assert [(log["size"], log["end"]) for log in opened.manifest["logs"]] == [(40, 40), (37, 40)]
    assert opened.manifest["topics"] == [
        {"topic": CHECKPOINTS, "partition": 0, "start": 0, "end": 3, "events": 3},
        {"topic": OUT, "partition": 0, "start": 1, "end": 3, "events": 2},
        {"topic": "schakel.definitions", "partition": 0, "start": 0, "end": 1, "events": 1},
    ]
    assert len(lines(file, "events/1.jsonl")) == 40
    assert (opened.manifest["kind"], opened.manifest["partitions"]) == ("ledger", PARTITIONS)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("a byte", lambda said: [said[0].replace(b"ZTA=", b"ZTE="), *said[1:]]),
        ("a value", lambda said: [*said[:5], said[5].replace(b'"value":"AH', b'"value":"AX'), *said[6:]]),
        ("left out", lambda said: [*said[:5], *said[6:]]),
        ("put in", lambda said: [*said[:5], said[5], *said[5:]]),
        ("another order", lambda said: [*said[:5], said[6], said[5], *said[7:]]),
        ("cut off", lambda said: said[:30]),
        ("no record", lambda said: [*said[:5], b"{}\n", *said[6:]]),
    ],
)
def test_what_was_done_to_an_export_is_found_before_anything_is_written(file: Path, what: str, change: Change) -> None:
    with pytest.raises((NotTheSame, ValueError)):
        check(changed(file, "events/0.jsonl", change))


def test_behind_the_last_head_nothing_is_proven_but_the_manifest_still_holds(file: Path) -> None:
    check(changed(file, "events/1.jsonl", lambda said: [*said[:38], said[38].replace(b"AH", b"AX"), *said[39:]]))
    with pytest.raises(NotTheSame, match="38 records in the export, and 40 by its manifest"):
        check(changed(file, "events/1.jsonl", lambda said: said[:38]))


def test_a_file_that_was_changed_by_itself_does_not_fit_the_manifest(file: Path) -> None:
    other = file.with_name("other.zip")
    name = f"topics/{OUT}/0.jsonl"
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(other, "w") as after:
        for one in before.namelist():
            after.writestr(one, before.read(one) + (b"\n" if one == name else b""))
    with pytest.raises(ArchiveProblem, match="is not what the manifest says"):
        check(Opened(other))


def test_a_bundle_is_not_put_back(file: Path) -> None:
    opened = Opened(file)
    opened.manifest["kind"] = "case"
    with pytest.raises(ArchiveProblem, match="expected an export of the whole ledger"):
        restore.restore({}, None, None, opened, print)  # type: ignore[arg-type]


def test_a_ledger_with_a_hole_is_not_carried_off(
    file: Path, ledger: Ledger, settings: Settings, tmp_path: Path
) -> None:
    del ledger.topics[LEDGER, 1][7]
    with pytest.raises(LedgerBroken, match="no record at offset 7 but one at 8"):
        export({}, settings, tmp_path / "hole.zip", lambda sentence: None)
    assert not (tmp_path / "hole.zip").exists()


def test_a_head_of_a_stranger_is_no_head(ledger: Ledger, file: Path, settings: Settings, tmp_path: Path) -> None:
    ledger.sign(1, 39, Ed25519PrivateKey.generate())
    export({}, settings, tmp_path / "again.zip", lambda sentence: None)
    assert Opened(tmp_path / "again.zip").manifest["logs"][1]["size"] == 37
