"""Whoever holds every issue of a year beside each other learns of no number from 1 to 4, nor that there is one.

From the numbers, and from "silent" where it stands: the attacker takes the periods and the months of those twelve weeks for 0. Not from
where it does not stand. That is told on purpose: a dash of a quarter that is not silent is not 0
(`test_what_is_told_by_not_saying_silent`).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
import pytest

from backbone.overviews import issues, longer, shown, sums
from backbone.overviews.apart import two_figures
from backbone.overviews.incident import Incident
from backbone.overviews.issues import Issue, press
from backbone.overviews.paper import paper
from backbone.overviews.periods import Period
from backbone.overviews.shown import ALL, REST
from backbone.overviews.tables import APART, CORRECTED, INCIDENTS, LATE, TABLES, By, K
from backbone.overviews.tally import added
from tests.overviews.attacker import CRIME, EVERY, NATURE, SPEECH, Attacker
from tests.overviews.made import AFTER, amsterdam, incidents

Numbers = Mapping[str, Mapping[str, int]]
"""By row and word, exact."""


def issued(told: list[Incident], *periods: str, kept: Mapping[str, Issue] | None = None) -> dict[str, Issue]:
    have = dict(kept or {})
    for period in periods:
        have |= {issue.period: issue for issue in press(amsterdam(), Period.parse(period), told, have, AFTER)}
    return have


def learned(pressed: Mapping[str, Issue], tables: tuple[str, ...] = EVERY) -> list[str]:
    """What the attacker learns and may not: a small number that cannot be 0, or cannot be 5 or more."""
    attacker = Attacker(pressed, tables)
    attacker.subtract()
    found = []
    for issue in pressed.values():
        for table in attacker.tables:
            for row, words in judged(issue, table, pressed).items():
                for word, count in words.items():
                    name = (table, row, word, issue.period)
                    if 0 < count < K and (attacker.least[name] > 0 or attacker.most[name] < K):
                        found.append(f"{name}: {count}, found {attacker.least[name]} to {attacker.most[name]}")
    return found


def judged(issue: Issue, table: str, pressed: Mapping[str, Issue]) -> Numbers:
    """Every number of a table that there is: of each district, of those that are together, of the whole."""
    exact = counted(issue, table, pressed)
    if table in (CORRECTED.id, APART.id):
        return exact
    whole = added([{table: {ALL: words}} for words in exact.values()]).get(table, {})
    if table == LATE:
        return whole
    others = [{table: {REST: words}} for row, words in exact.items() if row not in issue.apart]
    return {**exact, **added(others).get(table, {}), **whole}


def counted(issue: Issue, table: str, pressed: Mapping[str, Issue]) -> Numbers:
    """The truth. A longer period is the sum of what was counted for its months or quarters, whether or not it says so itself."""
    if table == APART.id:
        whole, nature = (judged(issue, of, pressed)[ALL] for of in (INCIDENTS.id, NATURE))
        return {ALL: {CRIME: whole["all"] - nature.get(SPEECH, 0), SPEECH: nature.get(SPEECH, 0)}}
    of_months = table in (INCIDENTS.id, LATE, CORRECTED.id) or TABLES[table].by is By.MONTH
    period = Period.parse(issue.period)
    if table in (LATE, CORRECTED.id) or period.months == (1 if of_months else 3):
        return issue.counts.get(table, {})
    parts = period.in_months() if of_months else period.parts
    return added([{table: pressed[one.name].counts[table]} for one in parts if period.months > 1]).get(table, {})


SEEDS = ((1, 90), (4, 1200))
silent = issues._silent


@cache
def a_year(seed: int, many: int) -> Mapping[str, Issue]:
    return issued(incidents(seed, many), "2026")


@cache
def found_in(seed: int, many: int) -> tuple[str, ...]:
    return tuple(learned(a_year(seed, many)))


@pytest.mark.parametrize("table", EVERY)
@pytest.mark.parametrize(("seed", "many"), SEEDS)
def test_subtracting_issues_districts_and_totals(seed: int, many: int, table: str) -> None:
    """All tables are laid beside each other; by the table of which something is learned."""
    assert len(a_year(seed, many)) == 17
    assert [line for line in found_in(seed, many) if line.startswith(f"('{table}'")] == []


def test_no_table_leaves_that_is_not_attacked_and_each_has_what_could_be_found() -> None:
    year = a_year(4, 1200)
    leaving = {sheet.id for issue in year.values() for sheet in paper(amsterdam(), issue).sheets}
    assert leaving == set(EVERY)
    assert {table for issue in year.values() for table in issue.shown} == set(EVERY) - {APART.id}
    for table in set(EVERY) - {LATE, CORRECTED.id, APART.id}:  # those have tests of their own, below and beside
        small = [
            count
            for issue in year.values()
            for words in judged(issue, table, year).values()
            for count in words.values()
            if 0 < count < K
        ]
        assert len(small) > 10, table


def test_what_comes_in_late_cannot_be_had_by_subtracting() -> None:
    """March is issued before forty reports of it come in; April counts them, the quarter is the sum of what was issued."""
    told = incidents(5, 900)
    late = [one for one in told if one.reported_on.month == 3][:40]
    early = [one for one in told if one not in late and one.reported_on.month <= 3]
    made = issued(early, "2026-01", "2026-02", "2026-03")
    frozen = {name: issue.digest for name, issue in made.items()}
    made = issued(told, "2026-04", "2026-Q1", "2026-Q2", "2026", kept=made)
    assert {name: made[name].digest for name in frozen} == frozen
    assert made["2026-04"].shown["late"]["all"]["2026-03"] == 40
    assert learned(made) == []


# -- the attack is not for show ------------------------------------------------------------------------------------------


def only_the_small_ones(work: Any) -> bool:
    """Suppression as one would do it at first: what is small is hidden, and nothing to cover it."""
    work.hidden = {(row, word) for word in work.single for row in work.counts if work.counts[row][word] < K}
    return True


def whatever_is_large(network: Any, leaves: Any, period: str, names: Any, k: int) -> tuple[dict[str, int | None], Any]:
    found = {name: network[period, name].value for name in (ALL, *names)}
    return {name: count if count >= k else None for name, count in found.items()}, {}


@pytest.fixture(scope="module")
def uncovered() -> list[str]:
    """What is learned of a year in which small numbers are hidden and nothing else is."""
    with pytest.MonkeyPatch.context() as weakened:
        weakened.setattr(shown, "_cover", lambda *of: None)
        weakened.setattr(shown, "_cover_words", lambda *of: None)
        weakened.setattr(shown, "_cover_inside", only_the_small_ones)
        weakened.setattr(sums, "shown", whatever_is_large)
        return learned(issued(incidents(4, 1200), "2026"))


@pytest.mark.parametrize("table", sorted(set(EVERY) - {LATE, CORRECTED.id, APART.id}))
def test_with_less_suppression_something_is_found_in_every_table(table: str, uncovered: list[str]) -> None:
    assert [line for line in uncovered if line.startswith(f"('{table}'")] != []


def test_hate_crime_and_hate_speech_cannot_be_had_by_subtracting(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but three incidents of February are hate speech and nothing else. The three count under two words each, so that six are left of
    the nature, which would do for that table by itself; the incidents less the hate speech would be three."""
    words = {True: SPEECH, False: "threat intimidation"}
    told = [
        msgspec.structs.replace(one, words=one.words | {NATURE: words[at % 100 < 98]})
        for at, one in enumerate(incidents(6, 300, days=90))
    ]
    quarter = issued(told, "2026-Q1")
    assert judged(quarter["2026-02"], APART.id, quarter)[ALL][CRIME] == 3
    assert learned(quarter) == []
    assert set(two_figures(quarter["2026-02"]).values()) == {None}
    monkeypatch.setattr(issues, "apart_hidden", lambda *of: ())
    monkeypatch.setattr(longer, "hidden", lambda *of: ())
    assert any(line.startswith(f"('{APART.id}'") for line in learned(issued(told, "2026-Q1")))


def test_late_ones_that_are_named_too_freely_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """April has forty late ones of March and three of its own: named are neither, since one would be the rest of the other."""
    told = incidents(5, 900)
    late = [one for one in told if one.reported_on.month == 3][:40]
    own = [one for one in told if one.reported_on.month == 4][:3]
    early = [one for one in told if one not in late and one.reported_on.month <= 3]

    def april() -> Mapping[str, Issue]:
        before = issued(early, "2026-01", "2026-02", "2026-03")
        return issued([*early, *late, *own], "2026-04", kept=before)

    assert april()["2026-04"].shown[LATE] == {ALL: {}}
    assert learned(april()) == []
    monkeypatch.setattr(
        issues, "late", lambda counts, newest, whole, k: {month: n for month, n in counts.items() if n >= k}
    )
    assert any(line.startswith(f"('{LATE}'") for line in learned(april()))


FEW = ((1, 90), (9, 60))
"""Seeds of a year in which many districts fall silent."""


@pytest.mark.parametrize(("seed", "many"), FEW)
def test_silence_says_nothing_of_what_was_before_it(seed: int, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silent is a word without a day: with one, a month that shows a dash would be known not to be 0. Nor is the day told only where the
    month of it was shown: then whoever misses it knows that the last report came in a month that was not."""
    year = issued(incidents(seed, many), "2026")
    said = [row for issue in year.values() for row in issue.silent]
    assert len(said) > 20
    assert learned(year) == []
    monkeypatch.setattr(issues, "_silent", with_the_day)
    with_days = issued(incidents(seed, many), "2026")
    assert [row for issue in with_days.values() for row in issue.silent] == said
    assert len(learned(with_days)) > 20


def with_the_day(period: Period, told: issues.Told, by_row: Mapping[str, int], have: Mapping[str, Issue]) -> Any:
    """Silence as one would tell it at first: since when."""
    days: dict[str, Any] = {}
    for month in sorted(told.last):
        days |= told.last[month] if month <= str(period.last_day)[:7] else {}
    return {row: days.get(row) for row in silent(period, told, by_row, have)}


def who_is_not_silent(year: Mapping[str, Issue]) -> tuple[int, int]:
    """Of how many numbers from 1 to 4 it is learned that they are not 0, and that they are below k, by reckoning with that as well."""
    attacker = Attacker(year, who_is_not_silent=True)
    attacker.subtract()
    least = most = 0
    for issue in year.values():
        for table in attacker.tables:
            for row, words in judged(issue, table, year).items():
                for word, count in words.items():
                    name = (table, row, word, issue.period)
                    assert attacker.least[name] <= count <= attacker.most[name]
                    if 0 < count < K:
                        least += attacker.least[name] > 0
                        most += attacker.most[name] < K
    return least, most


def test_what_is_told_by_not_saying_silent() -> None:
    """The limit that ADR 0031 names, so that nobody takes it for closed: a quarter that shows a dash and not "silent" had a report. In a
    city that is all; in a chain with a few reports a month it goes further. Once this fails, the limit is gone: then say so there."""
    assert who_is_not_silent(a_year(4, 1200)) == (1, 0)
    least, most = who_is_not_silent(a_year(1, 90))
    assert least > 0
    assert most > 0


def test_the_attacker_would_notice() -> None:
    """One number more than may be shown, and it is found: the attack is not for show."""
    made = issued(incidents(2, 260), "2026-Q1")
    march = made["2026-03"]
    district = next(row for row in march.rows if row not in march.apart and march.counts["incidents"][row].get("all"))
    others = [row for row in march.rows if row not in march.apart and row != district]
    for row in others:
        march.shown["incidents"][row] = {"all": march.counts["incidents"][row].get("all", 0)}
    assert any(f"'{district}'" in line for line in learned(made))


def test_something_is_shown() -> None:
    """Hiding everything would be safe too. Of a city's year the whole is there, and most of the common words of each large district."""
    made = issued(incidents(4, 1500), "2026")
    assert made["2026"].shown["incidents"]["all"]["all"] == 1500
    assert len(made["2026-Q2"].apart) >= 4
    for table in TABLES:
        if table != "late":
            assert any(made["2026-Q2"].shown[table]["all"].values()), table
    ground = made["2026-Q2"].shown["ground"]
    assert sum(any(ground[row].values()) for row in made["2026-Q2"].apart) >= 3
