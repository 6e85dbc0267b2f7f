"""Corrections of what was issued: shown in the next issue, each once, and nobody who subtracts issues finds the few that are not shown."""

from collections.abc import Mapping
from datetime import date
from itertools import product
from zlib import crc32

import msgspec
import pytest

from backbone.overviews.corrected import as_counted, may_be_shown
from backbone.overviews.digests import sealed
from backbone.overviews.incident import Incident
from backbone.overviews.issues import Issue
from backbone.overviews.page import as_html
from backbone.overviews.paper import Cell, paper
from backbone.overviews.tables import CORRECTED, INCIDENTS, TABLES, By, K
from tests.overviews.made import amsterdam, incidents
from tests.overviews.test_attack import issued, learned
from tests.overviews.test_late import shown


@pytest.mark.parametrize("held_to", [2, 3])
def test_every_hidden_number_may_be_nothing_and_may_be_large(held_to: int) -> None:
    """Every history of two words that were shown and of the rest, and of how many of each changed, by what is told of it.

    Looked at are how many changed, and how many of each word: a number from 1 to k - 1 may be none as well, and k or more.
    """
    sizes = range(held_to, 2 * held_to + 2)
    for first, second, rest in product(sizes, sizes, range(3 * held_to)):
        whole, alike = first + second + rest, dict[int | None, list[tuple[int, ...]]]()
        for moved in product(range(first + 1), range(second + 1), range(rest + 1)):
            count = sum(moved)
            told = count if may_be_shown(count, whole, max(first, second), held_to) else None
            alike.setdefault(told, []).append((count, moved[0], moved[1]))
        for told, worlds in alike.items():
            assert told is None or told >= held_to
            for found in map(set, zip(*worlds, strict=True)):
                if found & set(range(1, held_to)):
                    assert min(found) == 0, (first, second, rest, told)
                    assert max(found) >= held_to, (first, second, rest, told)


@pytest.mark.parametrize("held_to", [2, 3])
def test_where_no_word_was_shown_a_dash_may_be_all_of_them(held_to: int) -> None:
    for whole in range(held_to, 5 * held_to):
        hidden = [count for count in range(whole + 1) if not may_be_shown(count, whole, 0, held_to)]
        assert min(hidden) == 0
        assert max(hidden) >= held_to


def corrected(told: list[Incident], month: int, many: int, table: str, skip: int = 0) -> list[Incident]:
    """So many incidents of a month turn out to be of another word, or of the table of incidents another district."""
    there = [one for one in told if one.reported_on.month == month and table in (*one.words, INCIDENTS.id)]
    mine = there[skip : skip + many]
    assert len(mine) == many
    new: dict[str, Incident] = {}
    for one in mine:
        if table == INCIDENTS.id:
            row = "noord" if one.district != "noord" else "oost"
            new[one.id] = msgspec.structs.replace(one, district=row)
        else:
            said = one.words.get(table, "").split()
            other = next(word for word in TABLES[table].words if word not in said)
            new[one.id] = msgspec.structs.replace(one, words=one.words | {table: other})
    return [new.get(one.id, one) for one in told]


TOLD = incidents(5, 900)
FIRST_HALF = ("2026-01", "2026-02", "2026-03", "2026-Q1")


def then(told: list[Incident], *periods: str) -> dict[str, Issue]:
    """The first quarter as it was; then what turns out to be otherwise."""
    return issued(told, *periods, kept=issued(TOLD, *FIRST_HALF))


def said(issue: Issue) -> Mapping[str, int | None]:
    return issue.shown[CORRECTED.id]["all"]


@pytest.mark.parametrize("table", [INCIDENTS.id, "nature", "place_type"])
def test_a_correction_stands_in_the_next_issue_and_in_no_other(table: str) -> None:
    issues = then(corrected(TOLD, 2, 9, table), "2026-04", "2026-05", "2026-Q2", "2026")
    assert said(issues["2026-04"])[table] == 9
    assert said(issues["2026-05"])[table] is None
    assert [count for name, count in said(issues["2026-04"]).items() if name != table] == [None] * 3
    assert issues["2026-Q2"].least[CORRECTED.id]["all"] == issues["2026"].least[CORRECTED.id]["all"] == {table: 9}
    assert issues["2026-02"] == issued(TOLD, *FIRST_HALF)["2026-02"], "what was issued stays as it was"
    assert learned(issues) == []


@pytest.mark.parametrize("table", ["ground", "weekday", "stopped"])
def test_what_is_counted_by_the_quarter_is_corrected_by_the_quarter(table: str) -> None:
    issues = then(corrected(TOLD, 2, 9, table), "2026-Q2", "2026-Q3", "2026")
    assert table not in said(issues["2026-04"])
    assert (said(issues["2026-Q2"])[table], said(issues["2026-Q3"])[table]) == (9, None)
    assert learned(issues) == []


@pytest.mark.parametrize("few", [1, 4])
@pytest.mark.parametrize("table", [INCIDENTS.id, "nature", "ground"])
def test_with_a_few_corrections_every_later_issue_looks_as_without(table: str, few: int) -> None:
    """Also when a few more follow in the next month, and when many do: what was not shown is in no later number."""
    later = ("2026-04", "2026-Q2", "2026")
    once = corrected(TOLD, 2, few, table)
    assert shown(then(once, *later)) == shown(then(TOLD, *later))
    months = ("2026-05", "2026-Q2", "2026-Q3", "2026")
    twice, many = (corrected(once, 2, more, table, skip=few) for more in (4, 9))
    april = then(once, "2026-04")
    assert (
        shown(issued(many, *months, kept=april))
        == shown(issued(corrected(TOLD, 2, 9, table, skip=few), *months, kept=then(TOLD, "2026-04")))
        or table == "ground"
    ), "by the quarter both come in one issue"
    assert shown(issued(twice, *months[:1], kept=april)) == shown(then(TOLD, "2026-04", "2026-05"))
    assert learned(issued(many, *months, kept=april)) == []


def test_the_attacker_would_notice() -> None:
    issues = then(corrected(TOLD, 2, 3, "nature"), "2026-04", "2026-05", "2026-06", "2026-Q2")
    for month in ("2026-05", "2026-06"):
        issues[month].shown[CORRECTED.id]["all"]["nature"] = 0
    issues["2026-Q2"].shown[CORRECTED.id]["all"]["nature"] = 3
    assert any("'corrected'" in line for line in learned(issues))


def test_words_in_another_order_are_no_correction() -> None:
    turned = [
        msgspec.structs.replace(one, words={table: " ".join(said.split()[::-1]) for table, said in one.words.items()})
        for one in TOLD
    ]
    assert sum(one != other for one, other in zip(TOLD, turned, strict=True)) > 100
    for by in By:
        pairs, others = [(one.id, one) for one in TOLD], [(one.id, one) for one in turned]
        assert as_counted(pairs, by) == as_counted(others, by)


def test_check_numbers_are_those_of_the_issues_there_are() -> None:
    """Made another way, every incident that was issued before would count as corrected."""
    one = Incident("a", ("a",), date(2026, 3, 5), "oost", {"nature": "threat assault", "ground": "religion"})
    by_month = {"nature": crc32(b"a nature assault threat"), INCIDENTS.id: crc32(b"a oost 2026-03")}
    assert as_counted([("a", one)], By.MONTH) == {"a": by_month}
    assert as_counted([("a", one)], By.QUARTER) == {"a": {"ground": crc32(b"a ground religion")}}


def test_an_erased_person_is_no_correction() -> None:
    gone = [
        msgspec.structs.replace(
            one, words={"nature": one.words.get("nature", ""), "ground": one.words.get("ground", "")}
        )
        if one.reported_on.month == 2
        else one
        for one in TOLD
    ]
    issues = then(gone, "2026-04", "2026-Q2")
    assert set(issues["2026-04"].counts[CORRECTED.id]["all"].values()) == {0}
    assert set(issues["2026-Q2"].counts[CORRECTED.id]["all"].values()) == {0}


def test_no_report_any_more_and_one_incident_with_another_are_corrections() -> None:
    feb = [one for one in TOLD if one.reported_on.month == 2]
    dropped = {one.id for one in feb[:7]}
    issues = then([one for one in TOLD if one.id not in dropped], "2026-04")
    assert said(issues["2026-04"])[INCIDENTS.id] == 7
    merged = {one.id: other for one, other in zip(feb[7:13], feb[13:19], strict=True)}
    both = [
        msgspec.structs.replace(one, cases=(one.id, merged[one.id].id)) if one.id in merged else one
        for one in TOLD
        if one.id not in {other.id for other in merged.values()}
    ]
    assert said(then(both, "2026-04")["2026-04"])[INCIDENTS.id] == 6


def test_a_correction_ends_no_silence() -> None:
    """One overview that says silent and one that does not would say whose report was put elsewhere: the only one of before."""
    old = msgspec.structs.replace(TOLD[0], id="c0ffee01-0000-4000-8000-000000000001", district="zuidoost")
    old = msgspec.structs.replace(old, cases=(old.id,), reported_on=date(2025, 11, 2))
    others = [one for one in TOLD if one.district != "zuidoost"]
    issues = issued([*others, old], *FIRST_HALF)
    elsewhere = msgspec.structs.replace(old, district="oost")
    moved = next(one for one in others if one.reported_on >= date(2026, 3, 25) and one.reported_on.month == 3)
    here = msgspec.structs.replace(moved, district="zuidoost")
    lines = set()
    for turned in ([*others, elsewhere], [*(one for one in others if one != moved), old, here]):
        again = issued(turned, "2026-04", "2026-Q2", kept=issues)
        days = [issue.silent["zuidoost"] for issue in again.values()]
        assert len(days) == 8
        assert set(days) == {None}
        made = [paper(amsterdam(), issue, "nl", "zuidoost").sheets[0] for issue in again.values()]
        lines |= {line.cell for sheet in made for line in sheet.lines if line.row == "zuidoost"}
    assert lines == {Cell(silent=True)}


def test_an_issue_from_before_this_was_remembered_keeps_its_digest() -> None:
    old = {
        name: sealed(msgspec.structs.replace(issue, said=msgspec.UNSET))
        for name, issue in issued(TOLD, "2026-01").items()
    }
    assert b'"said"' not in msgspec.json.encode(old["2026-01"])
    issues = issued(corrected(TOLD, 1, 9, "nature"), "2026-02", kept=old)
    assert said(issues["2026-02"]) == {}, "nothing is known of how the older one counted"


def test_a_reader_sees_what_changed_and_nothing_of_whom() -> None:
    april = then(corrected(TOLD, 2, 9, "nature"), "2026-04")["2026-04"]
    page = as_html(paper(amsterdam(), april))
    section = page.partition('<section id="corrected">')[2].partition("</section>")[0]
    assert '<th scope="row">Aard</th><td class="n">9</td>' in section
    assert "c0ffee" not in page
    assert K == 5
