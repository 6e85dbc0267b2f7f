"""The glossary says what is in the code: every name where the table says, every word of the closed lists."""

import re
import sys
from enum import StrEnum

import pytest

from schakel.events import CATALOGUE, vocab
from tests.house.papers import ROOT, defined, spans, table_rows

TEXT = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = table_rows(TEXT)
TERMS = [row for row in ROWS if len(row) == 4]
LISTS = {spans(row[0])[0]: row[2] for row in ROWS if len(row) == 3}
SAID_ONCE = {"unknown", "other", "none"}
"""Their Dutch stands above the table, once for all lists."""


def stands_in(name: str, where: str) -> bool:
    """Whether the file holds the name: a catalogue name, a name in Python, or words of another file."""
    path = ROOT / where
    if name in CATALOGUE:
        source = sys.modules[CATALOGUE[name].__module__].__file__
        return source == str(path)
    text = path.read_text(encoding="utf-8")
    return name in defined(path) if path.suffix == ".py" else name in text


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row[0])
def test_every_name_stands_where_the_table_says(row: list[str]) -> None:
    _, english, names, where = row
    assert english
    assert spans(names), "no name in code"
    missing = [name for name in spans(names) for place in spans(where) if not stands_in(name, place)]
    assert missing == []


def test_every_closed_list_is_there() -> None:
    assert sorted(LISTS) == sorted(vocab.__all__)


@pytest.mark.parametrize("name", sorted(vocab.__all__))
def test_every_word_has_its_dutch(name: str) -> None:
    words: type[StrEnum] = getattr(vocab, name)
    entries = [entry.strip() for entry in LISTS[name].split("·")]
    assert [spans(entry)[0] for entry in entries] == [word.value for word in words]
    without = [entry for entry in entries if not re.search(r"` \S", entry) and spans(entry)[0] not in SAID_ONCE]
    assert without == []


def test_a_name_that_is_not_there_is_noticed() -> None:
    report = "schakel/events/report.py"
    assert stands_in("report.received", report)
    assert stands_in("ReportFacts.reporter", report)
    assert not stands_in("consent.granted", report)
    assert not stands_in("ReportFacts.name_of_the_victim", report)
    assert not stands_in("no_such_words", "protocols/groningen-protocolkaart/2017.1.yaml")
