"""Heads that a witness cosigned: with its key from outside they say, from within the bundle, what the log was."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.__main__ import main
from auditor.audit import audit
from auditor.formats import Record
from auditor.report import Report
from schakel import codec
from schakel.messages import Receipt
from tests.auditor.material import READ, codes, ledger, wrong
from tests.auditor.test_command import zipped
from tests.auditor.test_logs import CHANGES, Change, numbered
from tests.auditor.writer import ANOTHER, WITNESS, Ledger, in_memory, leaf, note, root, signed_again, witness_line

TRUE = ledger()
LOG = TRUE.logs[0]
DMG = "schakel-witness/dmg"
LINE = witness_line(DMG, WITNESS)


def cosigned(size: int, log: Sequence[Record] = LOG, **by: object) -> str:
    return note(0, size, root([leaf(record) for record in log[:size]]), witness=DMG, **by)  # type: ignore[arg-type]


def on_topic(what: Ledger, *notes: str) -> Ledger:
    """With these heads on `schakel.checkpoints`, as an export has them."""
    topic = "schakel.checkpoints"
    stands = [Record(topic, 0, number, None, text.encode(), ()) for number, text in enumerate(notes)]
    return replace(what, topics={**what.topics, topic: stands})


def looked_at(files: Mapping[str, bytes], *witnesses: str, heads: Sequence[str] = ()) -> Report:
    return audit(in_memory(files), heads, witnesses=witnesses)


BUNDLES = {
    "ledger": on_topic(TRUE, cosigned(30)).export(),
    "case": replace(TRUE, others=[(cosigned(30), True)]).case(READ),
    "period": replace(TRUE, others=[(cosigned(30), True)]).period(12, 33),
    "period, by its own head": signed_again({**TRUE.period(12, 33), "checkpoints/0.txt": cosigned(len(LOG)).encode()}),
}


@pytest.mark.parametrize("files", BUNDLES.values(), ids=BUNDLES)
def test_whom_it_is_cosigned_by_and_whether_that_says_anything(files: Mapping[str, bytes]) -> None:
    report = looked_at(files, LINE)
    assert (wrong(report), report.answer("same")) == ([], "sound")
    (says,) = {one.says for one in report.findings if one.code == "cosigned"}
    assert (
        "cosigned by schakel-witness/dmg, by its own clock 2026-05-28 20:26 UTC, with the key given from outside"
        in says
    )
    alone = looked_at(files)
    assert (wrong(alone), alone.answer("same")) == ([], "cannot tell")
    (says,) = {one.says for one in alone.findings if one.code == "cosigned"}
    assert "with the key in the bundle itself, which proves little" in says
    assert report.as_json()["digest"] != alone.as_json()["digest"]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("kind", ["ledger", "case", "period"])
def test_a_fork_by_the_holder_of_the_key_contradicts_it(change: Change, kind: str) -> None:
    """The log's own key signed both; with every other trace of the first history gone, the witness's word is still there."""
    forged = TRUE.with_log(numbered(change(LOG)))
    if kind == "ledger":
        files = on_topic(forged, cosigned(30), forged.head()).export()
    else:
        others = replace(forged, others=[(cosigned(30), True)])  # a proof from the forged log
        files = others.case(READ) if kind == "case" else others.period(12, 33)
    assert codes(looked_at(files, LINE), question="same") == {"forked"}


def test_a_ledger_that_was_set_back_contradicts_it() -> None:
    for length in (1, 20, 29):
        cut = TRUE.with_log(LOG[:length])
        report = looked_at(on_topic(cut, cosigned(30), cut.head()).export(), LINE)
        assert codes(report, question="same") == {"not_reached"}
    assert codes(looked_at(on_topic(TRUE.with_log(LOG[:30]), cosigned(30)).export(), LINE), question="same") == set()


def test_a_ledger_that_was_set_back_and_grew_again_contradicts_it() -> None:
    grown = TRUE.with_log(numbered([*LOG[:20], *LOG[21:], *LOG[5:9]]))
    assert codes(looked_at(on_topic(grown, cosigned(30)).export(), LINE), question="same") == {"forked"}
    assert codes(looked_at(grown.export(), heads=[cosigned(30)]), question="same") == {
        "forked"
    }  # from the witness itself


def test_whoever_takes_the_cosigned_heads_out_makes_nothing_sound() -> None:
    forged = TRUE.with_log(numbered(CHANGES["a record dropped"](LOG)))
    report = looked_at(on_topic(forged, forged.head()).export(), LINE)
    assert codes(report, "cannot tell", "same") == {"no_outside_head"}


def test_nobody_cosigns_in_a_witness_s_name() -> None:
    """A key of the forger's own under that name, and a good cosignature moved to another head."""
    forged = TRUE.with_log(numbered(CHANGES["a record dropped"](LOG)))
    own = cosigned(30, forged.logs[0], witness_key=ANOTHER)
    stolen = forged.head() + cosigned(30).splitlines(keepends=True)[-1]
    for made_up in (own, stolen):
        report = looked_at(on_topic(forged, made_up).export(), LINE)
        assert codes(report, "cannot tell", "same") == {"no_outside_head"}
        assert codes(report, "noted", "same") == set()
    report = looked_at(TRUE.export(), witness_line(DMG, ANOTHER))
    assert codes(report, question="same") == {"witness_key"}  # the bundle gives another one


def test_a_receipt_may_bear_a_cosigned_head_that_is_newer_than_the_copy_of_the_log() -> None:
    """An export reads receipts after the log: that is no rollback."""
    topic = next(name for name in TRUE.topics if name.startswith("schakel.out."))
    for size in (len(LOG) - 3, len(LOG)):
        *before, last = TRUE.topics[topic]
        receipt = codec.decode(last.value or b"")
        assert isinstance(receipt, Receipt)
        told = replace(last, value=codec.encode(receipt.model_copy(update={"head": cosigned(len(LOG))})))
        shorter = replace(TRUE.with_log(LOG[:size]), topics={**TRUE.topics, topic: [*before, told]})
        report = looked_at(shorter.export(), LINE, heads=[shorter.head()])
        assert codes(report, question="same") == set()
        assert ("not_reached" in codes(report, "cannot tell", "whole")) is (size < len(LOG))


def test_a_moment_that_no_calendar_has_is_said_as_a_number() -> None:
    report = looked_at(on_topic(TRUE, cosigned(30, at=2**64 - 1)).export(), LINE)
    (says,) = {one.says for one in report.findings if one.code == "cosigned"}
    assert f"{2**64 - 1} s after 1970" in says


def test_a_line_that_is_no_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = zipped(tmp_path / "ledger.zip", BUNDLES["ledger"])
    for line in ("", "schakel-witness/dmg", LINE.replace("dmg", "vizier"), LINE[:-4], LINE + "AAAA", f"+{LINE}"):
        assert main(["verify", str(bundle), "--witness", line]) == 3
        assert "which is no witness's key; expected the line" in capsys.readouterr().err
    assert main(["verify", str(bundle), "--witness", LINE]) == 0
