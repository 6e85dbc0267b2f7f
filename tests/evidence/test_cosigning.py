"""From the heads that a partner kept to a cosigned head on `schakel.checkpoints`: what is taken in, and what is refused and why."""

import json
import stat
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from backbone.evidence.cosigning import TakenIn, judge, parsed
from schakel.cli.main import app
from schakel.cli.output import FOUND, UNDOABLE
from schakel.client import witness_key
from schakel.client.heads import beside, load, save
from schakel.client.witness_key import OwnKey
from schakel.evidence import tree
from schakel.evidence.note import Head, NotANote
from schakel.evidence.vkey import NotAWitnessKey, WitnessKey
from schakel.evidence.witness import notes_in
from tests.auditor.writer import witness_line
from tests.evidence.test_witness import KEY, LEDGER, ORIGIN, OTHER, good, head

COC, DMG = "schakel-witness/coc-amsterdam", "schakel-witness/dmg"
COC_KEY, DMG_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (11, 12))
WITNESSES = {COC: COC_KEY.public_key(), DMG: DMG_KEY.public_key()}
LOG_KEYS = [KEY.public_key()]
AT_S = 1_800_000_000


def plain(size: int = 90) -> Head:
    return Head.parse(head(size))


def by_coc(size: int = 90) -> Head:
    return plain(size).witnessed(COC_KEY, COC, AT_S)


def taken(*heads: Head, on_topic: Sequence[Head] = ()) -> TakenIn:
    """on_topic: what stands there; by default the heads over 70 and 90 records, as the log signed them."""
    there: dict[tuple[str, int], list[Head]] = {}
    for one in on_topic or (plain(70), plain(90)):
        there.setdefault((one.origin, one.size), []).append(one)
    done = TakenIn()
    judge(parsed([one.note() for one in heads], done), there, LOG_KEYS, WITNESSES, done)
    return done


# -- the operator's side ---------------------------------------------------------------------------------------------------


def test_a_good_cosignature_is_published_beside_the_log_s_own() -> None:
    done = taken(by_coc())
    assert done.refused == []
    assert done.accepted == [f"{ORIGIN}, a head over 90 records: cosigned by {COC}"]
    (published,) = done.heads.values()
    assert good(published)
    assert published.witnessed_by(COC_KEY.public_key(), COC) == AT_S
    assert published.text == plain().text


def test_two_witnesses_of_one_head_end_on_one_note_and_a_second_time_changes_nothing() -> None:
    done = taken(by_coc(), plain().witnessed(DMG_KEY, DMG, AT_S + 5))
    (both,) = done.heads.values()
    assert [one.name for one in both.signatures] == [ORIGIN, COC, DMG]
    again = taken(by_coc(), plain().witnessed(COC_KEY, COC, AT_S + 9), on_topic=[both])
    assert (again.heads, again.refused) == ({}, [])
    assert [says.endswith("already") for says in again.accepted] == [True, True]


FORKED = Head(ORIGIN, 90, bytes(32)).signed(KEY)
REFUSED = {
    "an unknown witness": (plain().witnessed(COC_KEY, "schakel-witness/vizier", AT_S), "no witness that is registered"),
    "another key": (plain().witnessed(DMG_KEY, COC, AT_S), "by another key than the registered one"),
    "moved from another head": (replace(plain(90), signatures=by_coc(70).signatures), "does not hold"),
    "no cosignature": (plain(), "bears no cosignature"),
    "a size that was never signed": (by_coc(80), "no head of that size stands on"),
    "another log": (replace(by_coc(), origin="schakel/schakel.ledger/4"), "no head of that size stands on"),
    "another root": (Head(ORIGIN, 90, bytes(32)).witnessed(COC_KEY, COC, AT_S), "no key of the log signed this one"),
    "another root, by the log's key": (FORKED.witnessed(COC_KEY, COC, AT_S), "The ledger was set back or changed"),
    "too many signatures": (
        replace(by_coc(), signatures=tuple(by_coc().signatures[1] for _ in range(101))),
        "not written in the one way",
    ),
}


@pytest.mark.parametrize(("wrong", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_good_is_refused_with_its_reason_and_hinders_no_other(wrong: Head, why: str) -> None:
    done = taken(wrong, by_coc(70))
    (sentence,) = done.refused
    assert why in sentence
    assert [one.size for one in done.heads.values()] == [70]
    (published,) = done.heads.values()
    assert [one.name for one in published.signatures] == [ORIGIN, COC]


def test_of_one_note_the_good_cosignature_is_taken_and_the_other_refused() -> None:
    done = taken(by_coc().witnessed(DMG_KEY, "schakel-witness/vizier", AT_S))
    assert [one.name for one in next(iter(done.heads.values())).signatures] == [ORIGIN, COC]
    assert len(done.refused) == 1


def test_a_head_that_no_more_signatures_fit_on_is_refused() -> None:
    full = plain()
    for number in range(99):
        full = full.witnessed(Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big")), f"w{number}", AT_S)
    done = taken(by_coc(), on_topic=[full])
    assert done.heads == {}
    assert "a head with 101 signatures" in done.refused[0]


_CUTS = st.tuples(st.integers(0, 400), st.integers(0, 400), st.text("Az+/=\n— 09schakel.", max_size=6))


@given(_CUTS)
def test_no_change_of_a_note_gets_anything_else_published(cut: tuple[int, int, str]) -> None:
    """Whatever is put in the place of a piece of it: what goes out is a head of the log with the witness's good cosignature, or nothing."""
    start, length, put = cut
    note = by_coc().note()
    changed = note[:start] + put + note[start + length :]
    done = TakenIn()
    judge(parsed([changed], done), {(ORIGIN, 90): [plain()]}, LOG_KEYS, WITNESSES, done)
    assert done.accepted or done.refused  # an answer, always
    assert all(one == by_coc() for one in done.heads.values())


# -- the partner's side ------------------------------------------------------------------------------------------------------


Run = Callable[..., Result]
PARTNER = ("--as", "coc-amsterdam")


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCHAKEL_VAR_DIR", str(tmp_path))
    monkeypatch.delenv("SCHAKEL_PROFILE", raising=False)
    path = tmp_path / "partners" / "coc-amsterdam.json"
    path.parent.mkdir()
    path.write_text('{"bootstrap": "nowhere:1", "partner": "coc-amsterdam"}', encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["heads", *(str(argument) for argument in arguments)])
    assert "Traceback" not in result.output
    return result


def see(profile: Path, *notes: str) -> None:
    kept = load(beside(profile))
    for number, note in enumerate(notes):
        kept.see(note, number, good)
    save(beside(profile), kept)


def test_from_the_partner_s_file_to_the_operator_s_topic(profile: Path, tmp_path: Path) -> None:
    see(profile, head(70), head(90))
    made = run("key", *PARTNER)
    assert made.exit_code == 0, made.output
    key = WitnessKey.parse(made.output.splitlines()[-1])
    assert key.kid in made.output
    own = witness_key.read(witness_key.beside(profile))
    assert key == own.public
    done = run("cosign", tmp_path / "notes", *PARTNER)
    assert (done.exit_code, f"{ORIGIN}: cosigned over 90 records" in done.output) == (0, True)
    judged = TakenIn()
    notes = notes_in((tmp_path / "notes").read_text(encoding="utf-8"))
    judge(parsed(notes, judged), {(ORIGIN, 90): [plain()]}, LOG_KEYS, {key.name: key.public}, judged)
    assert (len(judged.heads), judged.refused) == (1, [])


def test_the_private_key_is_for_its_owner_is_made_once_and_never_shown(profile: Path) -> None:
    shown = [run("key", *PARTNER).output, run("key", *PARTNER).output]
    path = witness_key.beside(profile)
    seed = json.loads(path.read_text(encoding="ascii"))["seed"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert shown[0].endswith(shown[1])
    own = witness_key.read(path)
    for text in (*shown, repr(own), str(own)):
        assert seed not in text
    with pytest.raises(FileExistsError):
        witness_key.make(path, COC)
    assert witness_key.read(path).public == own.public
    assert sorted(one.name for one in path.parent.iterdir()) == ["coc-amsterdam.json", "coc-amsterdam.witness"]
    refused = run("key", *PARTNER, "--label", "2027")
    assert (refused.exit_code, "never overwritten" in refused.output) == (UNDOABLE, True)
    path.rename(path.with_suffix(".old"))
    assert WitnessKey.parse(run("key", *PARTNER, "--label", "2027").output.splitlines()[-1]).name == f"{COC}/2027"
    assert run("key", *PARTNER, "--label", "no label").exit_code == UNDOABLE


@pytest.mark.parametrize("broken", ["", "{}", "[]", '{"name": "x", "seed": "AA=="}', '{"name": 1, "seed": 2}', "\xff"])
def test_a_key_file_that_cannot_be_used(profile: Path, tmp_path: Path, broken: str) -> None:
    see(profile, head(90))
    path = witness_key.beside(profile)
    missing = run("cosign", tmp_path / "notes", *PARTNER)
    assert (missing.exit_code, "'schakel heads key' makes one" in missing.output) == (UNDOABLE, True)
    run("key", *PARTNER)
    path.chmod(0o640)
    assert "chmod 600" in run("cosign", tmp_path / "notes", *PARTNER).output
    path.chmod(0o600)
    path.write_text(broken, encoding="latin-1")
    for command in (("cosign", tmp_path / "notes"), ("key",)):
        result = run(*command, *PARTNER)
        assert (result.exit_code, str(path) in result.output) == (UNDOABLE, True)
    assert not (tmp_path / "notes").exists()


def test_nothing_to_cosign_and_nothing_to_overwrite(profile: Path, tmp_path: Path) -> None:
    run("key", *PARTNER)
    assert "holds no head yet" in run("cosign", tmp_path / "notes", *PARTNER).output
    see(profile, head(90))
    before = beside(profile).read_bytes()
    over = run("cosign", beside(profile), *PARTNER)
    assert (over.exit_code, "is there already" in over.output) == (UNDOABLE, True)
    assert beside(profile).read_bytes() == before
    assert run("cosign", tmp_path / "no" / "folder", *PARTNER).exit_code == UNDOABLE
    misplaced = run(*PARTNER, "cosign", tmp_path / "notes")
    assert (misplaced.exit_code, "give options behind it" in misplaced.output) == (UNDOABLE, True)


@pytest.mark.parametrize("second", [head(90, root=bytes(32)), head(70)], ids=["forked", "unproven"])
def test_of_a_log_that_contradicts_itself_nothing_is_cosigned(profile: Path, tmp_path: Path, second: str) -> None:
    other = Head("schakel/schakel.ledger/4", 5, tree.root(5, LEDGER.nodes)).signed(KEY).note()
    see(profile, head(90), second, other)
    run("key", *PARTNER)
    done = run("cosign", tmp_path / "notes", *PARTNER)
    assert (done.exit_code, f"not cosigned: {ORIGIN}" in done.output) == (FOUND, True)
    (note,) = notes_in((tmp_path / "notes").read_text(encoding="utf-8"))
    assert Head.parse(note).origin == "schakel/schakel.ledger/4"


def test_a_head_by_a_stranger_does_not_hinder_what_the_log_signed(profile: Path, tmp_path: Path) -> None:
    see(profile, head(90), head(95, OTHER))
    run("key", *PARTNER)
    assert run("cosign", tmp_path / "notes", *PARTNER).exit_code == 0


def test_a_cosigned_head_that_comes_back_with_a_receipt_is_the_one_that_was_kept(profile: Path) -> None:
    see(profile, head(90), by_coc().note())
    kept = load(beside(profile))
    assert (len(kept.kept[ORIGIN]), kept.all_doubts()) == (1, [])
    own = OwnKey(COC, COC_KEY)
    assert own.cosign(by_coc(), AT_S + 1) == by_coc()  # one cosignature is enough


# -- the line that is handed over ------------------------------------------------------------------------------------------


def test_the_line_is_what_the_paper_says() -> None:
    """By another hand: the auditor's tests build it from docs/evidence.md."""
    line = WitnessKey(COC, COC_KEY.public_key()).line()
    assert line == witness_line(COC, COC_KEY)
    assert WitnessKey.parse(f"  {line}\n").partner == "coc-amsterdam"


@given(st.binary(min_size=32, max_size=32), st.from_regex(r"[a-z0-9][a-z0-9-]{1,40}(/[a-z0-9]{1,10})?", fullmatch=True))
def test_every_line_is_read_as_it_was_written(seed: bytes, partner: str) -> None:
    key = WitnessKey(f"schakel-witness/{partner}", Ed25519PrivateKey.from_private_bytes(seed).public_key())
    assert WitnessKey.parse(key.line()) == key
    assert key.partner == partner.split("/")[0]


@given(st.integers(0, 90), st.characters(codec="utf-8"))
def test_a_line_with_one_character_changed_is_no_key(at: int, put: str) -> None:
    line = WitnessKey(COC, COC_KEY.public_key()).line()
    changed = line[:at] + put + line[at + 1 :]
    if changed.strip() != line:
        with pytest.raises(NotAWitnessKey):
            WitnessKey.parse(changed)


def test_a_line_of_another_kind_of_key() -> None:
    for line in ("", "x" * 600, f"{COC}+00000000+{b64encode(bytes(33)).decode()}", "a+b+c", f"{COC}+AAAA"):
        with pytest.raises(NotAWitnessKey, match="schakel heads key"):
            WitnessKey.parse(line)
    for name in ("coc-amsterdam", "schakel-witness/", "schakel-witness/A", f"{COC}/", f"{COC}/a/b", f"{COC} x"):
        with pytest.raises(NotAWitnessKey, match="cannot be a witness's name"):
            WitnessKey.parse(witness_line(name, COC_KEY))


def test_notes_that_are_joined_keep_every_signature_once_and_stay_notes() -> None:
    both = by_coc().joined(plain().witnessed(DMG_KEY, DMG, AT_S)).joined(by_coc())
    assert [one.name for one in both.signatures] == [ORIGIN, COC, DMG]
    assert Head.parse(both.note()) == both
    many = plain()
    for number in range(99):
        many = many.witnessed(COC_KEY, f"w{number}", AT_S)
    with pytest.raises(NotANote, match="101 signatures"):
        many.joined(plain().witnessed(DMG_KEY, DMG, AT_S)).joined(by_coc())
