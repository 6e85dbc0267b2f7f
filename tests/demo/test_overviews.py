"""Each figure of the demo's month once more, by other code: straight over the records of the ledger, without the fold."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from backbone.demo.play import Player
from backbone.overviews.incident import contact_clocks, incidents
from backbone.overviews.issues import Issue, press
from backbone.overviews.periods import Period
from backbone.overviews.tables import K
from schakel.events.clock import ClockBreached, ClockCorrected
from tests.demo.rehearsal import Rehearsal
from tests.overviews import recount

AFTER = datetime(2026, 4, 20, 12, tzinfo=UTC)
FEW = {"contact", "aftercare", "stopped", "recovered"}
"""Tables of which a month of one city has nothing to show: all that is compared is what stays inside."""


@pytest.fixture(scope="module")
def issues(month: tuple[Player, Rehearsal]) -> Mapping[str, Issue]:
    """March and the quarter of Amsterdam, as the button gives them."""
    stage = month[1]
    chain = stage.chains.get("amsterdam")
    assert chain is not None
    told = list(incidents(chain, stage.cases.values(), contact_clocks(stage.protocols)))
    made = press(chain, Period.parse("2026-Q1"), told, {}, AFTER)
    return {issue.period: issue for issue in made}


@pytest.fixture(scope="module")
def again(month: tuple[Player, Rehearsal]) -> dict[str, dict[str, Counter[str]]]:
    """By table and row, what March's reports count as."""
    stage = month[1]
    chain = stage.chains.get("amsterdam")
    assert chain is not None
    clocks = {
        (str(one.ref), clock.id)
        for one in stage.protocols
        for clock in one.clocks
        if clock.of_the_person and clock.has_limit
    }
    found: dict[str, dict[str, Counter[str]]] = {}
    for group in recount.incidents(recount.retold(stage.ledger), "amsterdam"):
        if recount.month_of(group) == "2026-03":
            row = recount.row_of(group, chain.districts)
            for table, words in recount.words_of(group, clocks).items():
                found.setdefault(table, {}).setdefault(row, Counter()).update(words)
    return found


@pytest.mark.parametrize("table", [*recount.BY_MONTH, *recount.BY_QUARTER])
def test_every_figure_is_that_of_the_ledger(
    issues: Mapping[str, Issue], again: dict[str, dict[str, Counter[str]]], table: str
) -> None:
    issue, mine = issues["2026-03" if table in recount.BY_MONTH else "2026-Q1"], again[table]
    assert {row: words for row, words in issue.counts[table].items() if words} == mine
    looked_at = 0
    for row, words in issue.shown[table].items():
        rows = {"all": list(mine), "rest": [one for one in mine if one not in issue.apart]}.get(row, [row])
        for word, count in words.items():
            if count is not None:
                assert count == sum(mine[one][word] for one in rows if one in mine)
                assert count >= K or count == 0
                looked_at += 1
    assert looked_at or table in FEW
    assert sum(mine.values(), Counter()).total() > 50


def test_a_drill_runs_the_chain_and_stands_in_no_figure(
    issues: Mapping[str, Issue], month: tuple[Player, Rehearsal]
) -> None:
    stage = month[1]
    drills = {case.id for case in stage.cases.values() if case.drill}
    assert drills, "the month has one"
    assert any(case.referrals or case.clocks or case.contacts for case in stage.cases.values() if case.drill)
    counted_ids = {case for ids in issues["2026-03"].counted.values() for case in ids}
    assert counted_ids
    assert not drills & counted_ids


def test_in_time_is_what_no_clock_says_otherwise(issues: Mapping[str, Issue], month: tuple[Player, Rehearsal]) -> None:
    """Amsterdam's text promises no term: nobody is late, and nobody is called in time either."""
    late = {
        entry.envelope.case for entry in month[1].ledger if isinstance(entry.event, ClockBreached | ClockCorrected)
    } & {case for ids in issues["2026-03"].counted.values() for case in ids}
    words = Counter[str]()
    for row in issues["2026-Q1"].counts["contact"].values():
        words.update(row)
    assert late == set()
    assert set(words) <= {"no_limit", "unknown"}
    assert words["no_limit"] > 50
