"""An export over a ledger that is a list, and what the check before a restore finds of everything that was done to it."""

import zipfile
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kafka import TopicPartition

from backbone.evidence import answered, restore
from backbone.evidence import export as exporting
from backbone.evidence.archive import Archive, ArchiveProblem, Opened
from backbone.evidence.export import LedgerBroken, export
from backbone.evidence.lines import record_of
from backbone.evidence.restore import NotTheSame, check
from backbone.kafka.names import CHECKPOINTS, LEDGER
from backbone.settings import Settings
from schakel.evidence.note import Head, origin_of
from tests.evidence.test_audit import root_of
from tests.evidence.test_bundle import KEY, PARTITIONS, Ledger, ledger, lines, settings

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
    for module in (exporting, answered):
        monkeypatch.setattr(module, "KafkaConsumer", type("Consumer", (Consumer,), {"made": ledger}))
    done = export({}, settings, tmp_path / "ledger.zip", lambda sentence: None)
    assert done.findings == []
    assert done.records == {LEDGER: 80, CHECKPOINTS: 3, OUT: 2, "schakel.definitions": 1}
    return done.path


def changed(path: Path, name: str, change: Change, **manifest: Any) -> Opened:
    """The export with one file changed, and a manifest that fits it."""
    before = Opened(path)
    other = path.with_name(f"changed-{path.name}")
    with Archive(other) as archive:
        for one in before.names():
            content = [*before.lines(one)]
            archive.write(one, change(content) if one == name else content)
        said = {key: value for key, value in before.manifest.items() if key not in ("files", "version")}
        archive.finish({**said, **manifest})
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


def test_a_head_that_is_signed_while_the_ledger_is_read_is_not_in_the_file(
    file: Path, ledger: Ledger, settings: Settings, tmp_path: Path
) -> None:
    """Audit goes on meanwhile. Such a head is over records that were not read, and without them the file could not be put back."""

    def meanwhile(sentence: str) -> None:
        ledger.put(LEDGER, 1, b"case", b"\0told while the export runs")
        ledger.sign(1, 41)

    done = export({}, settings, tmp_path / "meanwhile.zip", meanwhile)
    assert done.findings == []
    assert {partition: size for partition, (size, _) in check(Opened(done.path)).items()} == {0: 40, 1: 40}
    assert done.records[CHECKPOINTS] == 3


def test_records_that_were_changed_under_a_head_that_nobody_signed(file: Path) -> None:
    """Whoever cannot sign can still hash: the root fits the changed records, in the manifest and on the topic."""
    forged = changed(
        file, "events/0.jsonl", lambda said: [*said[:5], said[5].replace(b'"value":"AH', b'"value":"AX'), *said[6:]]
    )
    records = [record_of(line, LEDGER, 0) for line in forged.lines("events/0.jsonl")]
    roots = {size: root_of(records[:size]) for size in (13, 40)}
    logs = [log | {"root": roots[40].hex()} if log["partition"] == 0 else log for log in forged.manifest["logs"]]

    def with_new_roots(said: list[bytes]) -> list[bytes]:
        heads = [Head.parse(record_of(line, CHECKPOINTS, 0).value or b"") for line in said]
        assert [head.size for head in heads] == [13, 40, 37]
        notes = [replace(head, root=roots.get(head.size, head.root)).note() for head in heads]
        return [
            orjson.dumps({**orjson.loads(line), "value": b64encode(note.encode()).decode()}) + b"\n"
            for line, note in zip(said, notes, strict=True)
        ]

    with pytest.raises(NotTheSame, match="no key that is known signed the head over 40 records"):
        check(changed(forged_path(forged, file), f"topics/{CHECKPOINTS}/0.jsonl", with_new_roots, logs=logs))


def forged_path(forged: Opened, file: Path) -> Path:
    forged.close()
    return file.with_name(f"changed-{file.name}")


def test_a_head_of_a_stranger_does_not_make_an_export_useless(
    file: Path, ledger: Ledger, settings: Settings, tmp_path: Path
) -> None:
    for head in (Head(origin_of(LEDGER, 1), 20, bytes(32)), Head(origin_of(LEDGER, 1), 90, bytes(32))):
        ledger.put(CHECKPOINTS, 0, head.origin.encode(), head.signed(Ed25519PrivateKey.generate()).note().encode())
    done = export({}, settings, tmp_path / "again.zip", lambda sentence: None)
    assert done.findings == []
    assert check(Opened(done.path)) == check(Opened(file))
    by_hand = Head(origin_of(LEDGER, 1), 90, bytes(32)).signed(KEY)
    ledger.put(CHECKPOINTS, 0, by_hand.origin.encode(), by_hand.note().encode())
    export({}, settings, tmp_path / "cut.zip", lambda sentence: None)
    with pytest.raises(NotTheSame, match="its end is missing"):
        check(Opened(tmp_path / "cut.zip"))


def test_the_key_that_was_brought_back_counts_where_the_export_has_none(file: Path) -> None:
    bare = changed(file, "definitions.jsonl", lambda said: [])
    with pytest.raises(NotTheSame, match="no key that is known"):
        check(bare)
    assert check(bare, [KEY.public_key()]) == check(Opened(file))


def test_a_head_of_a_stranger_is_no_head(ledger: Ledger, file: Path, settings: Settings, tmp_path: Path) -> None:
    ledger.sign(1, 39, Ed25519PrivateKey.generate())
    export({}, settings, tmp_path / "again.zip", lambda sentence: None)
    assert Opened(tmp_path / "again.zip").manifest["logs"][1]["size"] == 37
