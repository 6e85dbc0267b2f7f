"""What the national query found in a quarter, and what people made of it (domain-detail A02). No number that is small, none to subtract."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.overviews.lines import written
from backbone.overviews.periods import Period
from backbone.overviews.screening import WORDS, Found, NotOver, Records, Screening, found, screening
from backbone.overviews.shelf import Damaged, Shelf
from schakel.events.vocab import Answer
from tests.overviews.made import amsterdam
from tests.scenarios.region import region
from tests.scenarios.test_zwb import CONTACT, record
from tests.support.casebook import Story, World
from tests.support.meetings import case_id
from tests.support.telling_schemes import matched, screened

AFTER = datetime(2026, 5, 1, 12, tzinfo=UTC)
Q1 = Period.parse("2026-Q1")


def records(*counted: tuple[str, str, int], day: date = date(2026, 2, 3)) -> Records:
    return Records(AFTER, [Found(day, query, word) for query, word, many in counted for _ in range(many)])


def made(*counted: tuple[str, str, int]) -> Screening:
    return screening(amsterdam(), Q1, records(*counted))


def test_a02_each_outcome_is_a_number_and_a_changed_query_is_a_break() -> None:
    """NOT added up over two versions of the query: that would be more incidents where there is another query."""
    one = made(("q@1", "relevant", 6), ("q@1", "not_relevant", 30), ("q@1", "unsure", 5), ("q@2", "relevant", 9))
    first, second = one.queries
    assert (first.query, first.found) == ("q@1", 41)
    assert first.words == {"relevant": 6, "not_relevant": 30, "unsure": 5, "not_screened": 0}
    assert (second.query, second.found, second.words and second.words["relevant"]) == ("q@2", 9, 9)


@given(st.lists(st.integers(min_value=0, max_value=12), min_size=4, max_size=4))
def test_no_small_number_is_shown_or_can_be_worked_out(counts: list[int]) -> None:
    """From the whole and the others: whoever subtracts finds nobody."""
    told = [("q@1", word, many) for word, many in zip(WORDS, counts, strict=True)]
    for of_query in made(*told).queries:
        if of_query.words is None:
            assert of_query.found is None or of_query.found >= 5
        else:
            assert all(count == 0 or count >= 5 for count in of_query.words.values())
            assert sum(of_query.words.values()) == of_query.found == sum(counts)
        if of_query.found is None:
            assert of_query.words is None


@pytest.mark.parametrize("period", ["2026-02", "2026", "2026-Q2"])
def test_only_of_a_quarter_that_is_over(period: str) -> None:
    """A month beside its quarter, or a year beside three, would be subtracted."""
    with pytest.raises(NotOver):
        screening(amsterdam(), Period.parse(period), records(("q@1", "relevant", 9)))


def test_what_was_found_in_another_quarter_is_not_in_it() -> None:
    other = records(("q@1", "relevant", 9), day=date(2025, 12, 31))
    assert screening(amsterdam(), Q1, other).queries == []


def test_a02_a_case_counts_by_what_a_person_made_of_it() -> None:
    """Matched, screened in, screened out, not sure. NOT a report that no query found, NOT a drill."""
    chains, protocols = region("zwb")
    chain = chains.get("zwb")
    assert chain is not None
    told = [[], [screened(CONTACT)], [screened(CONTACT, "no")], [screened(CONTACT, "unknown")]]
    stories = [
        Story(World(chains, protocols, case_id(number))).when(record(), matched(CONTACT), *more)
        for number, more in enumerate(told, start=1)
    ]
    nothing = Story(World(chains, protocols, case_id(9))).when(record())
    seen = list(found(chain, [one.case for one in (*stories, nothing)]))
    assert Counter(one.word for one in seen) == Counter(WORDS)
    assert {one.query for one in seen} == {seen[0].query}
    assert {one.day for one in seen} == {date(2026, 3, 2)}
    assert Answer.UNKNOWN not in {one.word for one in seen}


def test_it_is_kept_once_beside_the_issues(tmp_path: Path) -> None:
    """Asked again after more came in, the same comes back; the issues of incidents are not disturbed."""
    shelf = Shelf(tmp_path, "amsterdam")
    with shelf.alone():
        assert shelf.screening("2026-Q1") is None
        shelf.keep_screening(made(("q@1", "relevant", 9)))
        with pytest.raises(FileExistsError):
            shelf.keep_screening(made(("q@1", "relevant", 10)))
    kept = shelf.screening("2026-Q1")
    assert kept is not None
    assert kept.queries[0].found == 9
    assert shelf.issues() == {}
    (tmp_path / "amsterdam" / "2026-Q2.query").write_text("torn", encoding="utf-8")
    with pytest.raises(Damaged, match="nothing that can be read"):
        shelf.screening("2026-Q2")
    path = tmp_path / "amsterdam" / "2026-Q1.query"
    path.write_bytes(path.read_bytes().replace(b'"found":9', b'"found":8'))
    with pytest.raises(Damaged, match="not as it was written"):
        shelf.screening("2026-Q1")


@pytest.mark.parametrize("form", ["html", "csv", "xlsx"])
def test_it_is_written_in_dutch_with_a_dash_for_what_is_not_shown(form: str) -> None:
    queries = [
        {"query": "landelijk@2026.1", "found": 41, "words": {word: 10 for word in WORDS}},
        {"query": "landelijk@2026.2", "found": 7, "words": None},
    ]
    content = written("Gevonden", "Een breuk in de reeks.", {"queries": queries}, form)
    if form != "xlsx":
        text = content.decode()
        assert "niet relevant bevonden" in text
        assert "–" in text
        assert "Een breuk in de reeks." in text
