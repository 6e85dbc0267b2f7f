"""What a partner keeps of the heads that it sees, and what it says when one does not fit."""

import errno
import json
import logging
import os
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from schakel.cli.main import app
from schakel.cli.output import FOUND, UNDOABLE
from schakel.client.heads import HeadsFile, HeadsUnreadable, load
from schakel.definitions import Definitions
from schakel.evidence import tree
from schakel.evidence.note import Head
from schakel.evidence.published import LOG_KEY, public_entry
from schakel.evidence.witness import FORKED, MOST_KEPT, NOT_SIGNED, UNPROVEN, Witnessed, notes_in
from tests.evidence.test_tree import Kept, some

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
ORIGIN = "schakel/schakel.ledger/3"
LEDGER = Kept(some(200))


def head(size: int, key: Ed25519PrivateKey = KEY, root: bytes | None = None) -> str:
    return Head(ORIGIN, size, root or tree.root(size, LEDGER.nodes)).signed(key).note()


def good(one: Head) -> bool:
    return one.signed_by(KEY.public_key())


def test_growing_heads_fit_and_the_first_and_last_stay() -> None:
    kept = Witnessed()
    assert [kept.see(head(size), size, good) for size in range(1, 101)] == [None] * 100
    sizes = [one.size for one in kept.kept[ORIGIN]]
    assert (sizes[0], sizes[-1], len(sizes)) == (1, 100, MOST_KEPT)
    assert kept.see(head(100), 101, good) is None
    assert kept.all_doubts() == []


def test_a_fork_by_the_keys_own_holder_is_found() -> None:
    kept = Witnessed()
    kept.see(head(50), 1, good)
    doubt = kept.see(head(50, root=bytes(32)), 2, good)
    assert doubt is not None
    assert (doubt.code, doubt.against) == (FORKED, head(50))
    assert "The ledger was changed" in doubt.sentence()
    assert kept.see(head(50, root=bytes(32)), 2, good) is None  # said once
    assert kept.all_doubts() == [doubt]


def test_a_head_that_goes_back_is_in_doubt_until_it_is_proven() -> None:
    kept = Witnessed()
    kept.see(head(90), 1, good)
    doubt = kept.see(head(70), 2, good)
    assert doubt is not None
    assert doubt.code == UNPROVEN
    assert [one.size for one in kept.kept[ORIGIN]] == [90]
    assert not kept.prove(head(70), [bytes(32)])
    assert kept.all_doubts() == [doubt]
    assert kept.prove(head(70), tree.consistency(70, 90, LEDGER.nodes))
    assert kept.all_doubts() == []
    false = kept.see(head(60, root=bytes(32)), 3, good)
    assert false is not None
    assert not kept.prove(head(60, root=bytes(32)), tree.consistency(60, 90, LEDGER.nodes))


def test_a_proof_that_was_overtaken_by_newer_heads_still_counts() -> None:
    """It comes by hand, and heads come every few seconds: what it leads to is no longer the largest, or no longer kept."""
    kept = Witnessed()
    kept.see(head(90), 1, good)
    for size in (60, 70):
        assert kept.see(head(size), 2, good) is not None
    kept.see(head(95), 3, good)
    assert kept.prove(head(70), tree.consistency(70, 90, LEDGER.nodes))
    for size in range(96, 96 + MOST_KEPT):
        kept.see(head(size), size, good)
    kept.kept[ORIGIN] = [one for one in kept.kept[ORIGIN] if one.size > 90]
    assert kept.prove(head(60), tree.consistency(60, 90, LEDGER.nodes))
    assert kept.all_doubts() == []


def test_a_proof_from_the_operator_takes_a_doubt_away(tmp_path: Path) -> None:
    """`schakel heads --prove`, with what audit answers to `/proofs/3/consistency?from=70&to=90`."""
    path, proof = tmp_path / "coc-amsterdam.heads", tmp_path / "proof.json"
    file = HeadsFile(path)
    file.see(head(90), 1, PUBLISHED)
    file.see(head(70), 2, PUBLISHED)

    def prove(**said: object) -> Result:
        steps = [step.hex() for step in tree.consistency(70, 90, LEDGER.nodes)]
        proof.write_text(json.dumps({"partition": 3, "from": 70, "to": 90, "path": steps, **said}), encoding="utf-8")
        return CliRunner().invoke(app, ["heads", "--file", str(path), "--prove", str(proof)])

    for wrong in ({"partition": 2}, {"from": 71}, {"path": "none"}, {"path": None}):
        refused = prove(**wrong)
        assert refused.exit_code == UNDOABLE
        assert "proof.json" in refused.output
    unproven = prove(path=["00" * 32])
    assert unproven.exit_code == FOUND
    assert "does not hold" in unproven.output
    assert load(path).all_doubts() == file.witnessed.all_doubts()
    assert prove().exit_code == 0
    assert load(path).all_doubts() == []
    assert CliRunner().invoke(app, ["heads", "--file", str(path)]).exit_code == 0


def test_heads_that_somebody_kept_are_read_from_his_file_or_as_notes(tmp_path: Path) -> None:
    kept = Witnessed()
    kept.see(head(90), 1, good)
    kept.see(head(70), 2, good)
    kept.see(head(80, OTHER), 3, good)
    assert notes_in(json.dumps(kept.as_json())) == [head(90), head(70), head(90), head(80, OTHER)]
    assert notes_in(head(90) + "\n" + head(70)) == notes_in(head(90) + head(70)) == [head(90), head(70)]
    for nothing in ("", "{}", "[]", "no heads here", '{"logs": {"a": {"kept": 1}}}'):
        with pytest.raises(ValueError, match="no signed head"):
            notes_in(nothing)


def test_receipts_that_are_read_again_are_no_doubt() -> None:
    """After a restart the topic is read from where it was left: what stands before the largest head may bear smaller ones."""
    kept = Witnessed()
    kept.see(head(90), 500, good)
    assert kept.see(head(70), 499, good) is None
    assert [one.size for one in kept.kept[ORIGIN]] == [70, 90]
    assert kept.see(head(70, root=bytes(32)), 498, good) is not None  # a fork is one wherever it stands
    assert Witnessed.from_json(kept.as_json()) == kept
    later = kept.see(head(80), 501, good)
    assert later is not None
    assert later.code == UNPROVEN


def test_what_nobody_known_signed_is_not_kept() -> None:
    kept = Witnessed()
    doubt = kept.see(head(5, OTHER), 1, good)
    assert doubt is not None
    assert doubt.code == NOT_SIGNED
    assert "signed by no key" in doubt.sentence()
    assert kept.kept[ORIGIN] == []


def test_the_file_is_what_the_paper_says_and_is_read_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    definitions = Definitions({f"{LOG_KEY}x": public_entry(KEY.public_key()), f"{LOG_KEY}y": {"alg": "unheard-of"}})
    path = tmp_path / "coc-amsterdam.heads"
    file = HeadsFile(path)
    with caplog.at_level(logging.ERROR, "schakel.client"):
        file.see(head(10), 4, definitions)
        assert caplog.records == []
        HeadsFile(path).see(head(10, root=bytes(32)), 5, definitions)
        file.see("nonsense", 6, definitions)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        f"{ORIGIN}, a head over 10 records",
        "a receipt came with something that is no signed head",
    ]
    said = json.loads(path.read_text(encoding="utf-8"))
    assert said == {
        "version": 1,
        "logs": {
            ORIGIN: {
                "largest_at": 4,
                "kept": [head(10)],
                "doubts": [{"code": FORKED, "note": head(10, root=bytes(32)), "against": head(10)}],
            }
        },
    }
    assert load(path).as_json() == said
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(HeadsUnreadable, match="put it aside for your auditor"):
        load(path)


PUBLISHED = Definitions({f"{LOG_KEY}x": public_entry(KEY.public_key())})


@pytest.mark.parametrize("broken", ["write", "replace", "mkdir"])
def test_a_file_that_cannot_be_written_stops_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    """A full disk, or a folder that is for reading only: the head stays in memory, and is written when that goes again."""
    path = tmp_path / "kept" / "coc-amsterdam.heads"
    path.parent.mkdir()
    file = HeadsFile(path)

    def no_room(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    where = {"write": (json, "dumps"), "replace": (os, "replace"), "mkdir": (Path, "mkdir")}[broken]
    with monkeypatch.context() as broken_disk, caplog.at_level(logging.ERROR, "schakel.client"):
        broken_disk.setattr(*where, no_room)
        for size in (10, 20):
            file.see(head(size), size, PUBLISHED)
    assert len(caplog.records) == 1  # once, not with every receipt
    assert "No space left on device" in caplog.records[0].getMessage()
    assert [*path.parent.iterdir()] == []
    assert [one.size for one in file.witnessed.kept[ORIGIN]] == [10, 20]
    file.see(head(20), 21, PUBLISHED)
    assert load(path).as_json() == file.witnessed.as_json()


def test_a_head_that_is_kept_costs_no_more_than_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most receipts bear the head of the one before."""
    file = HeadsFile(tmp_path / "coc-amsterdam.heads")
    file.see(head(10), 1, PUBLISHED)
    file.path.unlink()
    monkeypatch.setattr(Head, "signed_by", lambda *arguments: pytest.fail("verified again"))
    monkeypatch.setattr(Witnessed, "as_json", lambda *arguments: pytest.fail("written again"))
    file.see(head(10), 2, PUBLISHED)
    assert not file.path.exists()


def test_the_exact_bytes_of_a_head() -> None:
    """By hand, as docs/evidence.md has it: whoever writes a checker can begin here."""
    note = Head("schakel/schakel.ledger/0", 1, bytes(range(32))).signed(KEY).note()
    text, _, line = note.partition("\n\n")
    assert text == f"schakel/schakel.ledger/0\n1\n{b64encode(bytes(range(32))).decode()}"
    assert line == (
        "— schakel/schakel.ledger/0 "
        + b64encode(Head.parse(note).signatures[0].key_hash + KEY.sign(f"{text}\n".encode())).decode()
        + "\n"
    )
