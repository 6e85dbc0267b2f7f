"""Bundles carry what witnesses cosigned, and the auditor finds there whether this is the ledger that they were shown."""

from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditor.audit import audit
from auditor.formats import Files
from backbone.evidence import bundle
from backbone.evidence.bundle import case_bundle
from backbone.kafka.names import CHECKPOINTS, DEFINITIONS, LEDGER
from backbone.settings import Settings
from schakel.evidence.note import Head
from schakel.evidence.published import witness_entry
from schakel.evidence.vkey import WitnessKey
from tests.evidence.test_bundle import AT, CASE, KEY, Ledger, lines
from tests.evidence.test_bundle import ledger as ledger
from tests.evidence.test_bundle import settings as settings

COC, DMG = "schakel-witness/coc-amsterdam", "schakel-witness/dmg"
COC_KEY, DMG_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (11, 12))
LINE = WitnessKey(COC, COC_KEY.public_key()).line()


@pytest.fixture
def witnessed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Heads over 4, 8 … 36 records of the case's log, of which two go along as the newest."""
    monkeypatch.setattr(bundle, "_HEADS", 2)
    for name, key in ((COC, COC_KEY), (DMG, DMG_KEY)):
        for entry, value in witness_entry(WitnessKey(name, key.public_key())).items():
            ledger.put(DEFINITIONS, 0, entry.encode(), orjson.dumps(value))
    heads = {size: ledger.sign(AT, size) for size in range(4, 37, 4)}
    again(ledger, heads[8].witnessed(COC_KEY, COC, 100))
    again(ledger, heads[36].witnessed(COC_KEY, COC, 300))  # taken in by two operators at once: neither saw the other's
    again(ledger, heads[36].witnessed(DMG_KEY, DMG, 400))
    again(ledger, heads[12].witnessed(DMG_KEY, COC, 200))  # by no key of that name
    return ledger


def again(ledger: Ledger, head: Head) -> None:
    ledger.put(CHECKPOINTS, 0, head.origin.encode(), head.note().encode())


def test_a_bundle_carries_what_was_cosigned_however_old_and_the_keys(
    witnessed: Ledger, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "case.zip"
    assert case_bundle({}, settings, CASE, path).findings == ()
    newest = Head.parse(Files(path).read(f"checkpoints/{AT}.txt"))
    assert (newest.size, [one.name for one in newest.signatures[1:]]) == (36, [COC, DMG])
    heads = {Head.parse(one["note"]).size: one for one in lines(path, "heads.jsonl")}
    assert sorted(heads) == [8, 32]
    assert heads[8]["consistency"] is not None
    (keys,) = lines(path, "keys.json")
    assert [one["name"] for one in keys["witness"]] == [COC, DMG]
    report = audit(Files(path), witnesses=[LINE])
    assert report.answer("same") == report.answer("whole") == "sound"
    assert {one.place for one in report.findings if one.code == "cosigned"} == {f"{AT}/8", f"{AT}/36"}
    assert audit(Files(path)).answer("same") == "cannot tell"


def test_a_history_signed_anew_is_found_by_a_cosigned_head(
    witnessed: Ledger, settings: Settings, tmp_path: Path
) -> None:
    """By the log's own key, up to a larger size, with the database of audit emptied: the topic cannot be written anew."""
    log = witnessed.topics[LEDGER, AT]
    log[5] = log[9]
    log[:] = [type(raw)(raw.topic, AT, number, 0, raw.key, raw.value, raw.headers) for number, raw in enumerate(log)]
    witnessed.sign(AT, 40, KEY)
    made = case_bundle({}, settings, CASE, tmp_path / "case.zip")
    assert [one.partition(": ")[2] for one in made.findings] == [
        "the first 8 records do not hash to the head that a witness cosigned over them"
    ]
    report = audit(Files(made.path), witnesses=[LINE])
    assert {one.code for one in report.findings if one.answer == "wrong" and one.question == "same"} == {"forked"}


def test_a_ledger_that_was_set_back_is_found_by_a_cosigned_head(
    witnessed: Ledger, settings: Settings, tmp_path: Path
) -> None:
    del witnessed.topics[LEDGER, AT][30:]
    made = case_bundle({}, settings, CASE, tmp_path / "case.zip")
    assert "a head over 32 records was signed, and only 30 are there" in made.findings[0]
    report = audit(Files(made.path), witnesses=[LINE])
    assert {one.code for one in report.findings if one.answer == "wrong" and one.question == "same"} == {"not_reached"}
