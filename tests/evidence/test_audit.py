"""Audit over lists: what it signs, what it never signs, and what it finds when the ledger is not the one that it signed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backbone.engine.errors import Stop
from backbone.evidence import replacing
from backbone.evidence.signing import LogKeyUnusable, SigningKeys
from backbone.kafka.names import CHECKPOINTS, LEDGER
from backbone.store.rows import Checkpoint, Outgoing
from backbone.store.store import Store
from schakel.evidence import tree
from schakel.evidence.leaf import leaf_hash
from schakel.evidence.note import Head, NotANote, kid_of, origin_of
from schakel.evidence.published import LOG_KEY
from schakel.record import Raw
from services.audit import trees
from services.audit.processor import SIGN_AFTER_RECORDS, SIGN_AFTER_S, AuditProcessor

ROOT = Path(__file__).resolve().parents[2]


def records(count: int, first: int = 0, partition: int = 0, word: str = "said") -> list[Raw]:
    """Records as they might stand in the ledger, of nobody."""
    return [
        Raw(
            LEDGER,
            partition,
            number,
            1_000 + number,
            b"case",
            f"{word} {number}".encode(),
            (("ce_id", b"%d" % number),),
        )
        for number in range(first, first + count)
    ]


class Audit:
    """The processor over a database of its own, and its two topics as lists."""

    def __init__(self, home: Path, keys: SigningKeys, url: str | None = None) -> None:
        self.published: list[Raw] = []
        self.end = 0
        self.now = 0.0
        self.keys = keys
        self.begin_anew(home, url)

    def begin_anew(self, home: Path, url: str | None = None) -> None:
        """With an empty database."""
        home.mkdir(parents=True, exist_ok=True)
        self.store = Store(
            url or f"sqlite:///{home / 'audit.db'}", "audit", [ROOT / "services" / "audit" / "migrations"]
        )
        self.store.migrate()
        self.store.take_up([Checkpoint(0, CHECKPOINTS, 0, 0, "x"), Checkpoint(0, LEDGER, 0, 0, "x")])
        self.processor = AuditProcessor(self.keys, lambda topic, partition: self.end, lambda: self.now)

    def read(self, batch: Sequence[Raw]) -> None:
        with self.store.transaction(batch[0].topic, batch[0].partition) as tx:
            self.processor.process(tx, batch)
            self._publish(tx.outgoing())
            tx.touch()
        if batch[0].topic == LEDGER:
            self.end = max(self.end, batch[-1].offset + 1)

    def tick(self) -> None:
        self.now += SIGN_AFTER_S
        with self.store.transaction(LEDGER, 0) as tx:
            self.processor.tick(tx, LEDGER, 0)
            self._publish(tx.outgoing())

    def _publish(self, rows: Sequence[Outgoing]) -> None:
        for row in rows:
            assert (row.topic, row.partition) == (CHECKPOINTS, 0)
            self.published.append(Raw(CHECKPOINTS, 0, len(self.published), 0, row.key, row.value, row.headers))

    @property
    def heads(self) -> list[Head]:
        return [Head.parse(raw.value or b"") for raw in self.published]


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    made = SigningKeys(tmp_path / "keys" / "log.json")
    replacing.make(made)
    return made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def audit(request: pytest.FixtureRequest, tmp_path: Path, keys: SigningKeys) -> Iterator[Audit]:
    url = request.getfixturevalue("postgres").database() if request.param == "postgresql" else None
    made = Audit(tmp_path / "db", keys, url)
    yield made
    made.store.close()


def root_of(leaves: Sequence[Raw]) -> bytes:
    """By the recursive definition."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return tree.hash_nodes(root_of(leaves[:split]), root_of(leaves[split:]))


def test_heads_are_over_all_records_and_signed(audit: Audit, keys: SigningKeys) -> None:
    all_records = records(700)
    for start in range(0, 700, 90):
        audit.read(all_records[start : start + 90])
        audit.tick()
    assert [head.size for head in audit.heads] == [90, 180, 270, 360, 450, 540, 630, 700]
    (key,) = keys.all()
    for head in audit.heads:
        assert head.origin == origin_of(LEDGER, 0)
        assert head.signed_by(key.public_key())
        assert head.root == root_of(all_records[: head.size])
    with audit.store.reading() as connection:
        nodes = trees.nodes(connection, 0)
        for head in audit.heads[:-1]:
            proof = tree.consistency(head.size, 700, nodes)
            assert tree.goes_on(head.size, head.root, 700, audit.heads[-1].root, proof)
        path = tree.inclusion(255, 700, nodes)
        assert tree.includes(leaf_hash(all_records[255]), 255, 700, path, audit.heads[-1].root)
        assert trees.newest_notes(connection) == [audit.heads[-1].note()]


def test_many_records_are_signed_without_waiting_and_nothing_new_is_not(audit: Audit) -> None:
    audit.read(records(SIGN_AFTER_RECORDS - 1))
    assert audit.heads == []
    audit.read(records(1, SIGN_AFTER_RECORDS - 1))
    assert [head.size for head in audit.heads] == [SIGN_AFTER_RECORDS]
    audit.tick()
    audit.tick()
    assert len(audit.heads) == 1


def test_a_rebuild_comes_to_the_same_trees_and_signs_nothing_twice(audit: Audit, tmp_path: Path) -> None:
    all_records = records(600)
    for start in range(0, 600, 200):
        audit.read(all_records[start : start + 200])
        audit.tick()
    before = list(audit.published)
    audit.store.close()
    audit.begin_anew(tmp_path / "second")
    audit.read(before)  # `first`: the heads come before the ledger
    audit.tick()
    audit.read(all_records[:450])
    audit.end = 600
    audit.tick()
    audit.read(all_records[450:])
    audit.tick()
    assert audit.published == before
    audit.read(records(5, 600))
    audit.tick()
    assert audit.heads[-1].size == 605


def test_a_ledger_that_was_changed_behind_a_lost_database_is_never_signed(audit: Audit, tmp_path: Path) -> None:
    audit.read(records(300))
    audit.tick()
    before = list(audit.published)
    audit.store.close()
    audit.begin_anew(tmp_path / "second")
    audit.read(before)
    changed = records(300)
    changed[17] = records(1, 17, word="never said")[0]
    with pytest.raises(Stop, match=r"first 300 records of .* this is not the ledger that was signed") as found:
        audit.read([*changed, *records(50, 300)])
    assert found.value.reason == "forked"
    assert audit.published == before


def test_a_ledger_that_lost_its_end_is_never_signed(audit: Audit, tmp_path: Path) -> None:
    audit.read(records(300))
    audit.tick()
    before = list(audit.published)
    audit.store.close()
    audit.begin_anew(tmp_path / "second")
    audit.read(before)
    audit.end = 0
    audit.read(records(299))
    with pytest.raises(Stop, match="ends at 299, and a head over 300 records of it was signed") as found:
        audit.tick()
    assert found.value.reason == "rolled_back"
    assert audit.published == before


def test_a_head_of_ours_that_says_something_else_stops_it(audit: Audit, keys: SigningKeys) -> None:
    """Two with the same key, over two ledgers: whoever comes second says so."""
    audit.read(records(40))
    audit.tick()
    for size in (40, 30):  # of a size that was signed, and of one that was not
        other = keys.sign(Head(origin_of(LEDGER, 0), size, bytes(32)))
        with pytest.raises(Stop, match=f"first {size} records"):
            audit.read([Raw(CHECKPOINTS, 0, 1, 0, other.origin.encode(), other.note().encode(), ())])
    good = keys.sign(Head(origin_of(LEDGER, 0), 30, root_of(records(30))))
    audit.read([Raw(CHECKPOINTS, 0, 1, 0, good.origin.encode(), good.note().encode(), ())])
    audit.read([Raw(CHECKPOINTS, 0, 2, 0, None, b"not a head", ())])  # said in the log, and stops nobody


def test_a_head_that_comes_again_cosigned_is_no_fork(audit: Audit, tmp_path: Path) -> None:
    """Also where it stands behind larger ones, and where the database is lost and the topic is all there is."""
    witness = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
    for first in (0, 40):
        audit.read(records(40, first))
        audit.tick()
    small = audit.heads[0].witnessed(witness, "schakel-witness/coc-amsterdam", 1_800_000_000)
    again = Raw(CHECKPOINTS, 0, 2, 0, small.origin.encode(), small.note().encode(), ())
    audit.read([again])
    before = [*audit.published, again]
    audit.store.close()
    audit.begin_anew(tmp_path / "second")
    audit.read([again, *before])
    audit.read(records(80))
    audit.tick()
    assert [head.size for head in audit.heads] == [40, 80]  # signed once each
    forged = replace(small, root=bytes(32))
    with pytest.raises(Stop, match="first 40 records"):
        audit.read([Raw(CHECKPOINTS, 0, 3, 0, forged.origin.encode(), forged.note().encode(), ())])


def test_a_ledger_with_a_hole_or_without_its_beginning_has_no_tree(audit: Audit) -> None:
    with pytest.raises(Stop, match="goes on at offset 5 and its tree has 0 leaves"):
        audit.read(records(5, 5))


def test_while_a_key_is_replaced_both_sign(audit: Audit, keys: SigningKeys) -> None:
    (old,) = keys.all()
    told: dict[str, object] = {}
    kid = replacing.add(keys, told.update)
    assert list(told) == [f"{LOG_KEY}{kid}"]
    with pytest.raises(LogKeyUnusable, match="not done"):
        replacing.add(keys, told.update)
    assert list(told) == [f"{LOG_KEY}{kid}"], "what is refused is not published"
    audit.read(records(10))
    audit.tick()
    assert all(audit.heads[0].signed_by(key.public_key()) for key in keys.all())
    assert len(audit.heads[0].signatures) == 2
    replacing.retire(keys)
    audit.read(records(10, 10))
    audit.tick()
    (new,) = keys.all()
    assert kid == kid_of(new.public_key())
    assert audit.heads[1].signed_by(new.public_key())
    assert not audit.heads[1].signed_by(old.public_key())


def test_keys_that_cannot_be_used_stop_it_with_a_sentence(audit: Audit, keys: SigningKeys) -> None:
    keys.path.chmod(0o644)
    with pytest.raises(Stop, match="chmod 600"):
        AuditProcessor(SigningKeys(keys.path), lambda topic, partition: 0).begin()
    keys.path.unlink()
    with pytest.raises(Stop, match="bring it back from its backup"):
        AuditProcessor(SigningKeys(keys.path), lambda topic, partition: 0).begin()


def test_a_note_is_written_in_one_way_only(keys: SigningKeys) -> None:
    (private,) = keys.all()
    head = Head(origin_of(LEDGER, 3), 7, bytes(range(32))).signed(private)
    seen = head.witnessed(private, "schakel-witness/coc-amsterdam", 1_800_000_000)
    assert Head.parse(seen.note()) == seen == Head.parse(seen.note().encode())
    assert seen.signed_by(private.public_key())
    assert seen.witnessed_by(private.public_key(), "schakel-witness/coc-amsterdam") == 1_800_000_000
    assert seen.witnessed_by(private.public_key(), "schakel-witness/vizier") is None
    assert head.witnessed_by(private.public_key(), "schakel-witness/coc-amsterdam") is None
    other = Head.parse(head.note().replace("\n7\n", "\n8\n"))
    assert not other.signed_by(private.public_key())
    for wrong in (
        "",
        head.text,
        head.note().replace("\n7\n", "\n07\n"),
        head.note().replace("\n7\n", "\n-7\n"),
        head.note().rstrip("\n"),
        head.note() + "\n",
        head.note().replace("— ", "- "),
        head.note().replace("=\n\n", "\n\n"),
        head.note().encode() + b"\xff",
    ):
        with pytest.raises(NotANote):
            Head.parse(wrong)
