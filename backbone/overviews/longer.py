"""A quarter or a year from the issues of its months and quarters: sums, as far as they may be shown. Pure."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from backbone.overviews import sums
from backbone.overviews.apart import SPEECH, hidden
from backbone.overviews.incident import UNKNOWN
from backbone.overviews.periods import Period
from backbone.overviews.shown import ALL, Shown
from backbone.overviews.sums import YEAR, Leaf
from backbone.overviews.tables import INCIDENTS, By, K, Table

if TYPE_CHECKING:
    from backbone.overviews.issues import Issue

ONE = "all"


def of_incidents(
    period: Period, have: Mapping[str, "Issue"], rows: Sequence[str]
) -> tuple[dict[str, int], dict[str, int | None], dict[str, int]]:
    """Incidents by row: exact; what may be shown (of `all` too); and of the others at least how many."""
    leaves = []
    for month in _issued(period, By.MONTH, have):
        exact = {row: words.get(ONE, 0) for row, words in month.counts[INCIDENTS.id].items()}
        shown = {row: words[ONE] for row, words in month.shown[INCIDENTS.id].items()}
        whole = sum(exact.values())
        leaves.append(Leaf(month.period, _part_of(month), exact, shown, whole, shown[ALL] is not None, zeros=True))
    before = {
        issue.period: {row: words[ONE] for row, words in issue.shown[INCIDENTS.id].items()}
        for issue in _issued(period, By.QUARTER, have)
    }
    network = sums.year(leaves, rows, before)
    name = _name(period)
    found, least = sums.shown(network, leaves, name, rows, K)
    return {row: network[name, row].value for row in rows}, found, least


def of_table(
    one: Table, period: Period, have: Mapping[str, "Issue"], apart: Sequence[str]
) -> tuple[Shown, dict[str, dict[str, int]]]:
    """A table of a quarter or year: the words of the whole; and of each row what was shown in every part, added."""
    words = (*one.words, *(() if UNKNOWN in one.words else (UNKNOWN,)))
    issued = _issued(period, one.by, have)
    leaves = [_leaf(one, issue) for issue in issued]
    before: dict[str, Mapping[str, int | None]] = {}
    if one.by is By.MONTH:
        before = {issue.period: issue.shown[one.id][ALL] for issue in _issued(period, By.QUARTER, have)}
    name = _name(period)
    whole, sure = sums.shown(sums.year(leaves, words, before), leaves, name, words, K)
    incidents = sum(leaf.most for leaf in leaves if name in (leaf.part_of, YEAR))
    for word in hidden(one, whole.get(SPEECH) or 0, incidents):
        whole[word] = None
    shown: Shown = {ALL: {word: whole[word] for word in one.words}}
    least = {ALL: {word: sure[word] for word in one.words if word in sure}}
    mine = [issue for issue, leaf in zip(issued, leaves, strict=True) if name in (leaf.part_of, YEAR)]
    for row in apart:
        cells = {word: [issue.shown[one.id].get(row, {}).get(word) for issue in mine] for word in one.words}
        shown[row] = {word: sum(map(int, of)) if None not in of else None for word, of in cells.items()}  # type: ignore[arg-type]
        known = {word: sum(filter(None, of)) for word, of in cells.items() if None in of}
        least[row] = {word: count for word, count in known.items() if count}
    return shown, least


def _leaf(one: Table, issue: "Issue") -> Leaf:
    """One period of a table. What is hidden may not exceed the incidents there are; all words together are taken for known."""
    exact: dict[str, int] = {}
    for words in issue.counts[one.id].values():
        for word, count in words.items():
            exact[word] = exact.get(word, 0) + count
    most = sum(words.get(ONE, 0) for words in issue.counts[INCIDENTS.id].values())
    part_of = _part_of(issue) if one.by is By.MONTH else YEAR
    return Leaf(issue.period, part_of, exact, issue.shown[one.id][ALL], sum(exact.values()), True, most)


def _issued(period: Period, by: By, have: Mapping[str, "Issue"]) -> list["Issue"]:
    """The months or quarters of its year that were issued, in order."""
    whole = Period.parse(f"{period.year:04}")
    names = [one.name for one in (whole.in_months() if by is By.MONTH else whole.parts)]
    return [have[name] for name in names if name in have]


def _part_of(month: "Issue") -> str:
    period = Period.parse(month.period)
    return f"{period.year:04}-Q{(period.first_month + 2) // 3}"


def _name(period: Period) -> str:
    return YEAR if period.months == 12 else period.name
