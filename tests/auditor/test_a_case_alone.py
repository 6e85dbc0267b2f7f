"""A bundle of one case is judged as the whole ledger is: what is missing or invented is found, what its maker left out is not sound."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from auditor.audit import audit
from auditor.formats import Record
from auditor.report import QUESTIONS, Report
from schakel import codec
from schakel.messages import Position, Receipt
from tests.auditor.material import (
    BREACHED,
    READ,
    altered,
    codes,
    find,
    invented,
    late,
    ledger,
    played,
    records,
    suspended,
    type_of,
    without,
)
from tests.auditor.writer import Ledger, about, in_memory, signed_again
from tests.support import telling
from tests.support.telling import GRONINGEN, POLICE

BOTH = ledger()
LATE = records(late())
MARKS = [record.offset for record in LATE if type_of(record) == "watermark.passed"]


def alone(
    what: Ledger | Sequence[Record], case_id: str = BREACHED, *, structure: bool = True, leaving: Collection[int] = ()
) -> Report:
    """The audit of a case's bundle. leaving: offsets that its maker leaves out of it."""
    what = what if isinstance(what, Ledger) else ledger(what)
    return audit(in_memory(what.case(case_id, structure=structure, without=leaving)), [what.head()])


def silent(*told: telling.Tell | telling.Watermark) -> list[Record]:
    """A case in which nobody wrote the breaches."""
    return without(
        records(played(BREACHED, telling.report_in_groningen(), *told)), lambda name: name == "clock.breached"
    )


@pytest.mark.parametrize("case_id", [BREACHED, READ])
def test_every_question_about_a_case_is_answered(case_id: str) -> None:
    report = alone(BOTH, case_id)
    assert {question: report.answer(question) for question in QUESTIONS} == dict.fromkeys(QUESTIONS, "sound")
    assert report.counts["receipts"] == sum(about(one) == case_id for sent in BOTH.topics.values() for one in sent)


# --- clocks


def test_a_breach_that_is_missing() -> None:
    assert codes(alone(without(LATE, lambda name: name == "clock.breached"))) == {"missing"}
    assert codes(alone(silent(telling.passed("2026-03-07 12:00")))) == {"missing"}


def test_a_breach_that_was_invented() -> None:
    true, log = invented()
    assert alone(true).answer() == "sound"
    assert codes(alone(log)) == {"invented"}


def test_a_breach_at_a_watermark_that_nobody_logged() -> None:
    """That it is in no bundle proves it, since the structure of the log shows that no watermark was left out."""
    later = altered(LATE, find(LATE, "clock.breached"), watermark=telling.moment("2026-03-04 12:01"))
    assert "invented" in codes(alone(later))


@pytest.mark.parametrize("leaving", [MARKS[:1], MARKS], ids=["the one that it names", "all"])
def test_the_watermark_of_a_breach_was_left_out(leaving: list[int]) -> None:
    report = alone(LATE, leaving=leaving)
    assert codes(report) == set()
    assert codes(report, "cannot tell", "clocks") == {"watermark"}


@pytest.mark.parametrize(
    "marks", [("2026-03-07 12:00",), ("2026-03-03 12:00", "2026-03-07 12:00")], ids=["the only one", "the last of two"]
)
def test_a_missing_breach_is_hidden_by_leaving_out_the_watermark_behind_it(marks: tuple[str, ...]) -> None:
    log = silent(*(telling.passed(mark) for mark in marks))
    assert codes(alone(log)) == {"missing"}
    last = max(record.offset for record in log if type_of(record) == "watermark.passed")
    report = alone(log, leaving=[last])
    assert codes(report) == set()
    assert codes(report, "cannot tell", "clocks") == {"watermark"}


def test_without_the_structure_nothing_proves_that_no_watermark_was_left_out() -> None:
    """What the bundle does show is judged."""
    report = alone(silent(telling.passed("2026-03-03 12:00")), structure=False)
    assert (codes(report), codes(report, "cannot tell", "clocks")) == (set(), {"watermark"})
    assert codes(alone(invented()[1], structure=False)) == {"invented"}


# --- who was suspended


def test_a_word_on_who_is_suspended_counts_for_a_case_alone() -> None:
    log = suspended(BOTH.logs[0], at := find(BOTH.logs[0], "disclosure.requested").offset)
    assert "disclosure_permitted" in codes(alone(log, READ), question="consent")
    report = alone(log, READ, leaving=[at])
    assert codes(report) == set()
    assert codes(report, "cannot tell", "consent") == {"standing"}


# --- receipts


def with_sent(partner: str, sent: Sequence[Record], start: int = 0) -> Ledger:
    topic = f"schakel.out.{partner}"
    return replace(BOTH, topics={**BOTH.topics, topic: list(sent)}, starts={topic: start})


def test_a_receipt_that_is_missing() -> None:
    sent = BOTH.topics[f"schakel.out.{POLICE}"]
    mine = [one for one in sent if about(one) == READ]
    assert codes(alone(with_sent(POLICE, [one for one in sent if one is not mine[0]]), READ)) == {"no_receipt"}
    first = codec.decode_message(mine[0].value)
    assert isinstance(first, Receipt)
    elsewhere = first.model_copy(update={"position": Position(partition=0, offset=3)})
    moved = [replace(one, value=codec.encode(elsewhere)) if one is mine[0] else one for one in sent]
    assert codes(alone(with_sent(POLICE, moved), READ)) == {"no_event"}


def test_an_event_that_was_dropped_from_the_ledger() -> None:
    """Its receipt names its case, and a place at which something else stands."""
    told = find(BOTH.logs[0], "contact.made")
    log = [replace(one, offset=n) for n, one in enumerate(r for r in BOTH.logs[0] if r is not told)]
    assert "no_event" in codes(alone(BOTH.with_log(log)), question="receipts")


def test_receipts_that_are_gone_or_were_left_out_accuse_nobody() -> None:
    gone = alone(with_sent(GRONINGEN, [], start=9))
    assert (codes(gone), codes(gone, "cannot tell")) == (set(), {"too_old"})
    files = BOTH.case(BREACHED)
    manifest = json.loads(files["manifest.json"])
    manifest["topics"] = [one for one in manifest["topics"] if GRONINGEN not in one["topic"]]
    rest = {name: raw for name, raw in files.items() if GRONINGEN not in name}
    left = audit(in_memory(signed_again({**rest, "manifest.json": json.dumps(manifest).encode()})), [BOTH.head()])
    assert (codes(left), codes(left, "cannot tell")) == (set(), {"no_topics"})
