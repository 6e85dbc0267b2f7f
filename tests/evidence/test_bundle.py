"""Bundles and exports over a ledger that is a list: what stands in them is what docs/evidence.md says, checked by hand."""

import json
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backbone.evidence import answered, bundle, surroundings
from backbone.evidence.archive import ArchiveProblem, Opened
from backbone.evidence.bundle import NothingThere, case_bundle, period_bundle
from backbone.evidence.lines import event_line, record_of
from backbone.kafka.names import CHECKPOINTS, DEFINITIONS, LEDGER
from backbone.settings import Settings
from schakel.evidence import tree
from schakel.evidence.leaf import leaf_hash
from schakel.evidence.note import Head, origin_of
from schakel.evidence.published import LOG_KEY, public_entry
from schakel.history import partition_of
from schakel.record import Raw
from tests.evidence.test_audit import root_of

ROOT = Path(__file__).resolve().parents[2]
KEY = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
CASE, OTHER = "5d1c7a52-7a0f-4b9e-8f60-1f1f3b1c2d3e", "6f1c2b60-7d0e-4b8a-9a55-0c3f5d1e7a42"
PARTITIONS = 2
AT = partition_of(CASE, PARTITIONS)
Make = Callable[[dict[int, int]], None]


class Ledger:
    """Topics as lists, read as `schakel.reading` reads them."""

    def __init__(self) -> None:
        self.topics: dict[tuple[str, int], list[Raw]] = {(LEDGER, number): [] for number in range(PARTITIONS)}
        for number in range(40):
            day = f"2026-03-{number // 2 + 1:02d}T09:00:00Z"
            headers = (("ce_id", b"e%d" % number), ("ce_time", b"2020-01-01T00:00:00Z"), ("ce_logtime", day.encode()))
            for partition in range(PARTITIONS):
                key = (CASE if number % 4 == 1 and partition == AT else OTHER).encode()
                self.put(LEDGER, partition, key, b"\x00value %d" % number, headers)
        self.put(DEFINITIONS, 0, f"{LOG_KEY}x".encode(), orjson.dumps(public_entry(KEY.public_key())))

    def put(self, topic: str, partition: int, key: bytes, value: bytes, headers: Any = ()) -> None:
        place = self.topics.setdefault((topic, partition), [])
        place.append(Raw(topic, partition, len(place), 5_000 + len(place), key, value, headers))

    def sign(self, partition: int, size: int, key: Ed25519PrivateKey = KEY) -> Head:
        head = Head(origin_of(LEDGER, partition), size, root_of(self.topics[LEDGER, partition][:size])).signed(key)
        self.put(CHECKPOINTS, 0, head.origin.encode(), head.note().encode())
        return head

    def read(self, connection: object, topic: str, partitions: Sequence[int] = (0,)) -> Iterator[Raw]:
        return iter([raw for partition in partitions for raw in self.topics.get((topic, partition), [])])


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    made = Ledger()
    for module in (bundle, surroundings, answered):
        monkeypatch.setattr(module, "read_to_end", made.read)
    monkeypatch.setattr(answered, "span", lambda connection, topic, partition: (0, len(made.topics[topic, partition])))
    monkeypatch.setattr(bundle, "partition_count", lambda connection, topic: PARTITIONS)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path, protocols_dir=ROOT / "protocols", chains_dir=ROOT / "chains")


def lines(path: Path, name: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as file:
        return [json.loads(line) for line in file.read(name).splitlines()]


def test_a_case_with_all_that_proves_it(ledger: Ledger, settings: Settings, tmp_path: Path) -> None:
    older, head = ledger.sign(AT, 20), ledger.sign(AT, 36)
    outside = Head(origin_of(LEDGER, AT), 30, bytes(32)).signed(KEY)
    path = tmp_path / "case.zip"
    made = case_bundle({}, settings, CASE, path, outside=[outside])
    assert (made.events, made.findings) == (9, ())
    with zipfile.ZipFile(path) as file:
        manifest = json.loads(file.read("manifest.json"))
        assert sha256(file.read("manifest.json")).hexdigest() == made.digest
        assert {
            name: {"bytes": len(file.read(name)), "sha256": sha256(file.read(name)).hexdigest()}
            for name in file.namelist()
            if name != "manifest.json"
        } == manifest["files"]
        assert file.read(f"checkpoints/{AT}.txt").decode() == head.note()
        assert file.read("chains/partners.yaml") == (ROOT / "chains" / "partners.yaml").read_bytes()
        assert file.read("schemas/lock.json") == (ROOT / "schemas" / "avro" / "lock.json").read_bytes()
        assert not [name for name in file.namelist() if "scenarios" in name]
    assert manifest["logs"] == [
        {
            "origin": origin_of(LEDGER, AT),
            "partition": AT,
            "size": 36,
            "root": head.root.hex(),
            "end": 40,
            "first": 1,
            "events": 9,
            "structure": True,
        }
    ]
    assert (manifest["kind"], manifest["cases"], manifest["topic"], manifest["partitions"]) == (
        "case",
        [CASE],
        LEDGER,
        PARTITIONS,
    )
    events, proofs = lines(path, f"events/{AT}.jsonl"), lines(path, f"proofs/{AT}.jsonl")
    assert [line["offset"] for line in events] == [line["offset"] for line in proofs] == list(range(1, 36, 4))
    for event, proof in zip(events, proofs, strict=True):
        leaf = by_hand(AT, event)
        assert leaf.hex() == proof["leaf"]
        steps = [bytes.fromhex(step) for step in proof["path"]]
        assert tree.includes(leaf, event["offset"], 36, steps, head.root)
    # Nothing was left out: the structure hashes to the head, and no other line of it has this key.
    structure = lines(path, f"structure/{AT}.jsonl")
    leaves = [by_hand(AT, {"offset": number, **line}) for number, line in enumerate(structure)]
    assert [leaf_hash(raw) for raw in ledger.topics[LEDGER, AT][:36]] == leaves
    of_case = [number for number, line in enumerate(structure) if b64decode(line["key"]).decode() == CASE]
    assert of_case == [event["offset"] for event in events]
    heads = {(one["from"], Head.parse(one["note"]).size): one for one in lines(path, "heads.jsonl")}
    assert set(heads) == {("topic", 20), ("outside", 30)}
    proof = [bytes.fromhex(step) for step in heads["topic", 20]["consistency"]]
    assert tree.goes_on(20, older.root, 36, head.root, proof)
    proof = [bytes.fromhex(step) for step in heads["outside", 30]["consistency"]]
    assert not tree.goes_on(30, outside.root, 36, head.root, proof)  # that head was of another ledger
    again = tmp_path / "again.zip"
    case_bundle({}, settings, CASE, again, outside=[outside])
    assert again.read_bytes() == path.read_bytes()


def by_hand(partition: int, line: dict[str, Any]) -> bytes:
    """The leaf's hash, from docs/evidence.md alone."""

    def u64(number: int) -> bytes:
        return number.to_bytes(8, "big")

    def maybe(text: str | None) -> bytes:
        return b"\0" if text is None else b"\1" + u64(len(b64decode(text))) + b64decode(text)

    if "body" in line:
        body = bytes.fromhex(line["body"])
    else:
        packed = maybe(line["value"]) + u64(len(line["headers"]))
        for name, value in line["headers"]:
            packed += u64(len(name.encode())) + name.encode() + u64(len(b64decode(value))) + b64decode(value)
        body = sha256(packed).digest()
    place = u64(len(LEDGER)) + LEDGER.encode() + u64(partition) + u64(line["offset"])
    return sha256(b"\0schakel-leaf-v1\n" + place + maybe(line["key"]) + body).digest()


def test_of_many_heads_only_the_newest_are_verified(
    ledger: Ledger, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in range(1, 41):
        ledger.sign(AT, size)
    looked_at: list[int] = []
    monkeypatch.setattr(surroundings, "signed_by_any", lambda head, keys: looked_at.append(head.size) or True)
    monkeypatch.setattr(bundle, "_HEADS", 5)
    made = case_bundle({}, settings, CASE, tmp_path / "case.zip")
    assert made.findings == ()
    assert [Head.parse(one["note"]).size for one in lines(made.path, "heads.jsonl")] == [36, 37, 38, 39]
    assert looked_at == [40, 39, 38, 37, 36, 35]


def test_a_period_is_one_unbroken_run_of_each_log(ledger: Ledger, settings: Settings, tmp_path: Path) -> None:
    ledger.sign(0, 40)
    ledger.sign(1, 12)
    path = tmp_path / "period.zip"
    begin, until = datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)
    made = period_bundle({}, settings, begin, until, path)
    assert [line["offset"] for line in lines(path, "events/0.jsonl")] == list(range(4, 18))
    assert [line["offset"] for line in lines(path, "events/1.jsonl")] == list(range(4, 12))  # no further than its head
    assert made.events == 22
    with pytest.raises(NothingThere, match="no record of this"):
        period_bundle({}, settings, datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC), path)


def test_what_is_wrong_with_the_ledger_is_said(ledger: Ledger, settings: Settings, tmp_path: Path) -> None:
    ledger.sign(AT, 36)
    larger = Head(origin_of(LEDGER, AT), 99, bytes(32)).signed(KEY)
    ledger.put(CHECKPOINTS, 0, b"", larger.note().encode())
    stranger = Ed25519PrivateKey.generate()
    ledger.sign(AT, 38, stranger)  # nobody's head
    changed = ledger.topics[LEDGER, AT]
    changed[3] = record_of(event_line(changed[3]).replace(b"ce_id", b"ce_ix"), LEDGER, AT)
    made = case_bundle({}, settings, CASE, tmp_path / "case.zip")
    assert [finding.partition(": ")[2] for finding in made.findings] == [
        "a head over 99 records was signed, and only 40 are there",
        "the first 36 records do not hash to the head that was signed over them",
    ]
    manifest = Opened(tmp_path / "case.zip").manifest
    assert manifest["logs"][0]["size"] == 36


def test_a_case_that_is_not_there_and_a_file_that_is_none(ledger: Ledger, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(NothingThere):
        case_bundle({}, settings, CASE, tmp_path / "unsigned.zip")  # no head yet
    assert list(tmp_path.glob("*.zip*")) == list(tmp_path.glob(".*.part")) == []
    (tmp_path / "none.zip").write_bytes(b"none")
    with pytest.raises(ArchiveProblem, match="is no bundle or export"):
        Opened(tmp_path / "none.zip")


def test_a_record_survives_its_line() -> None:
    for raw in (
        Raw("t", 3, 7, 9, None, None, ()),
        Raw("t", 3, 7, 9, b"", b"", (("a", b""), ("a", b"\xff\x00"), ("ü", b"x"))),
    ):
        assert record_of(event_line(raw), "t", 3) == raw
    with pytest.raises(ValueError, match="is no record"):
        record_of(b"{}", "t", 3)
