"""The check of the heads that partners hold: it fails on a ledger that is not the one that was signed."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from backbone.casework import LEDGER
from backbone.demo.heads import heads_are_the_ledgers
from backbone.evidence.growing import Growing
from schakel.evidence.leaf import leaf_hash
from schakel.evidence.note import Head, origin_of
from schakel.record import Raw

KEY = Ed25519PrivateKey.generate()
RECORDS = [Raw(LEDGER, 3, offset, 0, b"case", b"event %d" % offset, (("ce_id", b"1"),)) for offset in range(21)]


def notes(records: list[Raw], *sizes: int) -> list[str]:
    """Signed heads over so many first records, from the code that grows trees."""
    signed = []
    for size in sizes:
        tree = Growing()
        tree.extend(leaf_hash(record) for record in records[:size])
        signed.append(Head(origin_of(LEDGER, 3), size, tree.root()).signed(KEY).note())
    return signed


def test_heads_over_the_ledger_hold_and_each_counts_once() -> None:
    found = heads_are_the_ledgers([*notes(RECORDS, 1, 2, 7, 21), *notes(RECORDS, 7)], RECORDS)
    assert found.holds
    assert found.looked_at == 4


def test_no_head_is_no_success() -> None:
    assert not heads_are_the_ledgers([], RECORDS).holds


def test_a_record_that_was_changed_after_it_was_signed() -> None:
    changed = [*RECORDS[:4], replace(RECORDS[4], value=b"another"), *RECORDS[5:]]
    (wrong,) = heads_are_the_ledgers(notes(RECORDS, 4, 5), changed).wrong
    assert "the first 5 records hash to something else" in wrong


def test_a_ledger_that_was_cut_off() -> None:
    (wrong,) = heads_are_the_ledgers(notes(RECORDS, 9, 21), RECORDS[:20]).wrong
    assert "speaks of 21 records and there are 20" in wrong


def test_what_is_no_head() -> None:
    assert not heads_are_the_ledgers(["words"], RECORDS).holds
