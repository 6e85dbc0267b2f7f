"""A log that was tampered with: by somebody without the signing key, and by its own holder."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

import pytest

from auditor.audit import audit
from auditor.formats import Record
from schakel import codec
from schakel.events.chain import EventVoided
from tests.auditor.material import READ, codes, ledger, verified, wrong
from tests.auditor.writer import ANOTHER, KEY, in_memory, note, root, signed_again
from tests.auditor.writer import leaf as leaf_of

Change = Callable[[Sequence[Record]], list[Record]]
TRUE = ledger()
LOG = TRUE.logs[0]
SEEN = TRUE.head(size=30)
"""What a partner was given with a receipt, when the log had thirty records."""


def numbered(log: Sequence[Record]) -> list[Record]:
    return [replace(record, offset=offset) for offset, record in enumerate(log)]


CHANGES: dict[str, Change] = {
    "a changed byte": lambda log: [*log[:9], replace(log[9], value=log[9].value[:-1] + b"\x07"), *log[10:]],  # type: ignore[index]
    "a changed header": lambda log: [*log[:9], replace(log[9], headers=log[9].headers[:-1]), *log[10:]],
    "a record dropped": lambda log: numbered([*log[:9], *log[10:]]),
    "a record dropped and the hole left": lambda log: [*log[:9], *log[10:]],
    "a record inserted": lambda log: numbered([*log[:9], log[3], *log[9:]]),
    "two records in another order": lambda log: numbered([*log[:9], log[10], log[9], *log[11:]]),
    "a record of another case": lambda log: [*log[:9], replace(log[9], key=log[10].key), *log[10:]],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_without_the_key(change: Change) -> None:
    """The old head stays, since nobody else can sign one: the records do not give its root."""
    forged = TRUE.with_log(change(LOG)).export()
    forged["checkpoints/0.txt"] = TRUE.head().encode()
    manifest = TRUE.export()["manifest.json"]
    for kept in (signed_again(forged), signed_again({**forged, "manifest.json": manifest})):
        assert wrong(audit(in_memory(kept)), "whole")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_by_the_holder_of_the_key(change: Change) -> None:
    """Another history, signed rightly: a head that a partner holds finds it; with none, nobody can tell."""
    forged = TRUE.with_log(change(LOG))
    assert codes(audit(in_memory(forged.export()), [SEEN])) & {"forked", "offsets"}
    alone = audit(in_memory(forged.export()))
    assert alone.answer("same") == "cannot tell"
    assert "no_outside_head" in codes(alone, "cannot tell")


def test_signed_by_somebody_else() -> None:
    forged = replace(TRUE, key=ANOTHER)
    assert codes(audit(in_memory(forged.export()), [SEEN])) == {"other_key"}
    assert audit(in_memory(forged.export())).answer() == "cannot tell"
    mixed = {**TRUE.export(), "checkpoints/0.txt": forged.head().encode()}
    assert "not_signed" in codes(audit(in_memory(signed_again(mixed))))


def test_truncated() -> None:
    cut = {**TRUE.with_log(LOG[:25]).export(), "checkpoints/0.txt": TRUE.head().encode()}
    assert wrong(audit(in_memory(signed_again(cut))), "whole")
    manifest = TRUE.export()["manifest.json"]
    assert {"count", "truncated"} <= codes(audit(in_memory(signed_again({**cut, "manifest.json": manifest}))))


def test_rolled_back_and_signed_again() -> None:
    """Cut off and signed as if it had never been longer: only somebody who saw it longer can tell."""
    cut = TRUE.with_log(LOG[:25])
    assert codes(audit(in_memory(cut.export()), [SEEN]), question="same") == {"not_reached"}
    assert codes(audit(in_memory(cut.case(READ)), [SEEN])) == {"not_reached"}
    alone = audit(in_memory(cut.export()))
    assert alone.answer("whole") == "sound"
    assert alone.answer() == "cannot tell"
    assert "behind_the_end" in codes(alone, "cannot tell")  # the forger forgot the receipts on the partners' topics


def test_rolled_back_and_grown_again() -> None:
    other = numbered([*LOG[:20], *LOG[21:], *LOG[5:9]])
    assert codes(audit(in_memory(TRUE.with_log(other).export()), [SEEN]), question="same") == {"forked"}


def test_two_heads_of_one_size() -> None:
    """A fork that shows inside the bundle: two signed heads say different things about the same records."""
    leaves = [leaf_of(record) for record in LOG]
    other = note(0, 30, root(leaves[1:31]), KEY)
    assert codes(audit(in_memory(replace(TRUE, others=[(SEEN, True), (other, False)]).export()))) == {"forked"}


def test_records_behind_the_head_are_not_proven() -> None:
    report = verified(replace(TRUE, size=40))
    assert codes(report) == set()
    assert codes(report, "cannot tell") == {"behind_the_head"}


def test_heads_from_outside_are_looked_for_in_every_log() -> None:
    """Of two logs one has a head from outside: of the other nobody can tell."""
    both = TRUE.with_log([replace(record, partition=1) for record in LOG], partition=1)
    report = audit(in_memory(both.export()), [both.head(1)])
    assert {one.place for one in report.findings if one.code == "no_outside_head"} == {"0/"}


def test_a_head_that_the_partner_could_not_place_does_not_end_the_audit() -> None:
    """Its client keeps what no key that it knew had signed, against nothing: here the key is known, and the head fits."""
    doubt = {"code": "not_signed", "note": SEEN, "against": None}
    kept = {"version": 1, "logs": {"schakel/schakel.ledger/0": {"largest_at": 1, "kept": [], "doubts": [doubt]}}}
    report = audit(in_memory(TRUE.export()), [json.dumps(kept)])
    assert wrong(report) == []
    assert report.answer("same") == "sound"


@pytest.mark.parametrize("named", [False, True])
def test_a_file_that_was_changed_does_not_make_it_another_bundle(named: bool) -> None:
    files = {**TRUE.export(), "chains/partners.yaml": b"# changed"}
    number = sha256(files["manifest.json"]).hexdigest()
    report = audit(in_memory(files), [SEEN], number if named else None)
    assert codes(report, question="files") == {"file"}
    assert [line for line in report.inputs if line.startswith("name ")] == [f"name {number}"] * named


def test_a_record_that_was_given_up_is_noted() -> None:
    """Only by an operator, and only the record whose place is named: of any other nobody can tell what it says."""
    for source, at, noted in (("operator", 9, True), ("operator", 10, False), ("intake", 9, False)):
        place = ("ce_inposition", f"schakel.ledger/0/{at}".encode())
        word = voided(len(LOG), f"urn:schakel:{source}")
        log = [*LOG[:9], replace(LOG[9], value=b"nothing of ours"), *LOG[10:]]
        given_up = replace(word, headers=(*word.headers, place))
        report = verified(TRUE.with_log([*log, given_up]))
        assert ("given_up" in codes(report, "noted", "owners")) is noted
        assert ("unread" in codes(report, "cannot tell", "owners")) is not noted


def voided(offset: int, source: str) -> Record:
    event = EventVoided(event=READ, reason="unreadable")
    headers = [
        ("ce_source", source.encode()) if name == "ce_source" else (name, value) for name, value in LOG[9].headers
    ]
    headers = [(name, b"nl.schakel.event.voided.v1") if name == "ce_type" else (name, value) for name, value in headers]
    rest = tuple((name, value) for name, value in headers if name != "ce_inposition")
    return replace(LOG[9], offset=offset, value=codec.encode(event), headers=rest)


# --- a bundle of a case, or of a period


def test_a_case_is_whole_by_the_structure_of_its_log() -> None:
    report = audit(in_memory(TRUE.case(READ)), [SEEN])
    assert wrong(report) == []
    assert report.answer("whole") == report.answer("same") == "sound"
    bare = audit(in_memory(TRUE.case(READ, structure=False)), [TRUE.head()])
    assert codes(bare, "cannot tell") >= {"left_out"}


@pytest.mark.parametrize("structure", [True, False])
def test_an_event_of_a_case_is_changed_or_left_out(structure: bool) -> None:
    files = TRUE.case(READ, structure=structure)
    lines = files["events/0.jsonl"].splitlines(keepends=True)
    proofs = files["proofs/0.jsonl"].splitlines(keepends=True)
    swapped = [*lines[:3], lines[3].replace(b'"value":"AA', b'"value":"AB'), *lines[4:]]
    changed = signed_again({**files, "events/0.jsonl": b"".join(swapped)})
    assert codes(audit(in_memory(changed))) >= {"not_included"}
    shorter = {
        **files,
        "events/0.jsonl": b"".join(lines[:3] + lines[4:]),
        "proofs/0.jsonl": b"".join(proofs[:3] + proofs[4:]),
    }
    shorter["manifest.json"] = shorter["manifest.json"].replace(
        b'"events":%d' % len(lines), b'"events":%d' % (len(lines) - 1)
    )
    found = audit(in_memory(signed_again(shorter)))
    assert "left_out" in codes(found, "wrong" if structure else "cannot tell")


def test_another_structure_does_not_give_the_root() -> None:
    files = TRUE.case(READ)
    lines = files["structure/0.jsonl"].splitlines(keepends=True)
    other = signed_again({**files, "structure/0.jsonl": b"".join([*lines[:2], lines[3], lines[2], *lines[4:]])})
    assert "root" in codes(audit(in_memory(other)))


def test_a_period_by_its_proofs() -> None:
    files = replace(TRUE, others=[(SEEN, True)]).period(12, 33)
    report = audit(in_memory(files), [SEEN])
    assert wrong(report) == []
    assert report.answer("same") == "sound"
    holed = files["events/0.jsonl"].splitlines(keepends=True)
    del holed[4]
    assert "offsets" in codes(audit(in_memory(signed_again({**files, "events/0.jsonl": b"".join(holed)}))))
    without = TRUE.period(12, 33)
    assert "no_proof" in codes(audit(in_memory(without), [SEEN]), "cannot tell")
