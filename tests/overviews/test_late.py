"""What came in late: nobody who holds the issues learns of a number from 1 to 4, nor whether anything came in late at all."""

from collections.abc import Mapping
from itertools import product

import msgspec
import pytest

from backbone.overviews.incident import Incident
from backbone.overviews.issues import Issue
from backbone.overviews.shown import late
from backbone.overviews.tables import K
from tests.overviews.made import incidents
from tests.overviews.test_attack import issued

NEWEST_FIRST = ("2026-03", "2026-02", "2026-01")


@pytest.mark.parametrize("held_to", [2, 3])
@pytest.mark.parametrize("months", [1, 2, 3])
def test_every_hidden_number_may_be_nothing_and_may_be_large(months: int, held_to: int) -> None:
    """Every history of this many reports beside each other, by what is named of it. The own month comes last, and is never named."""
    order = NEWEST_FIRST[:months]
    for whole in range(held_to, 4 * held_to):
        alike: dict[str, list[tuple[int, ...]]] = {}
        for counts in product(range(whole + 1), repeat=months):
            if sum(counts) <= whole:
                made = late(dict(zip(order, counts, strict=True)), order, whole, held_to)
                assert all(count >= held_to for count in made.values())
                alike.setdefault(repr(made), []).append((*counts, whole - sum(counts)))
        assert len(alike) > 1 or whole < 2 * held_to, "something is named of a larger whole"
        for worlds in alike.values():
            for at in range(months + 1):
                found = {world[at] for world in worlds}
                if found & set(range(1, held_to)):
                    assert min(found) == 0, (whole, worlds)
                    assert max(found) >= held_to, (whole, worlds)


def shown(issues: Mapping[str, Issue]) -> dict[str, object]:
    return {name: (issue.shown, issue.least, issue.silent, issue.apart) for name, issue in issues.items()}


def april(late_ones: int, told: list[Incident]) -> dict[str, Issue]:
    """March is issued; then April, for which so many of its reports turn out to be of March."""
    mine = [one for one in told if one.reported_on.month == 4]
    moved = {
        one.id: msgspec.structs.replace(one, reported_on=one.reported_on.replace(month=3)) for one in mine[:late_ones]
    }
    early = [one for one in told if one.reported_on.month < 4]
    issues = issued(early, "2026-01", "2026-02", "2026-03")
    return issued([moved.get(one.id, one) for one in told], "2026-04", "2026-Q2", "2026", kept=issues)


@pytest.mark.parametrize("few", [1, 2, 4])
def test_with_a_few_late_ones_the_year_looks_as_without(few: int) -> None:
    told = incidents(5, 900)
    assert shown(april(few, told)) == shown(april(0, told))
    assert april(few, told)["2026-04"].counts["late"] != april(0, told)["2026-04"].counts["late"]


def test_the_own_month_is_named_by_nothing() -> None:
    told = incidents(5, 900)
    for late_ones, named in ((0, {}), (2, {}), (40, {"2026-03": 40})):
        assert april(late_ones, told)["2026-04"].shown["late"] == {"all": named}
    assert late({"2026-03": 40}, ("2026-03",), 40 + K - 1, K) == {}, "the own month would be the few that are left"
    assert late({"2026-02": 40}, ("2026-03", "2026-02"), 100, K) == {}, "behind a month that is not named nothing is"
