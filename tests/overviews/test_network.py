"""What can be worked out of a hidden number: held against every table there could be, one by one."""

from collections.abc import Iterator
from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from backbone.overviews.network import Arc, Network
from backbone.overviews.shown import table, totals
from backbone.overviews.sums import Leaf, shown, year
from tests.properties.effort import effort

K = 3
SMALL = st.integers(0, 6)
CELLS = [(row, column) for row in "abc" for column in "xyz"]


def tables_like(
    values: dict[tuple[str, str], int], fixed: set[tuple[str, str]]
) -> Iterator[dict[tuple[str, str], int]]:
    """Every table with the same totals of rows and columns, and the same in the fixed cells."""
    rows = {row: sum(values[row, column] for column in "xyz") for row in "abc"}
    columns = {column: sum(values[row, column] for row in "abc") for column in "xyz"}
    free = [cell for cell in CELLS if cell not in fixed]

    def fill(at: int, so_far: dict[tuple[str, str], int]) -> Iterator[dict[tuple[str, str], int]]:
        if at == len(free):
            made = {**{cell: values[cell] for cell in fixed}, **so_far}
            if all(sum(made[row, c] for c in "xyz") == rows[row] for row in "abc") and all(
                sum(made[r, column] for r in "abc") == columns[column] for column in "xyz"
            ):
                yield made
            return
        row, column = free[at]
        for count in range(min(rows[row], columns[column]) + 1):
            yield from fill(at + 1, {**so_far, free[at]: count})

    yield from fill(0, {})


@effort(12)
@given(
    st.lists(st.integers(0, 4), min_size=9, max_size=9),
    st.sets(st.sampled_from(CELLS), min_size=5, max_size=8),
    st.sets(st.sampled_from(CELLS)),
)
def test_what_is_exposed_is_exposed_in_every_table_there_could_be(
    counts: list[int], fixed: set[tuple[str, str]], guarded: set[tuple[str, str]]
) -> None:
    """Held to each k that the counts reach: so the least and the most that is found are those of all tables, whatever they are."""
    values = dict(zip(CELLS, counts, strict=True))
    arcs = [
        Arc(cell, ("row", cell[0]), ("column", cell[1]), values[cell], cell in fixed, guarded=cell in guarded)
        for cell in CELLS
    ]
    arcs += [Arc(row, "round", ("row", row), sum(values[row, c] for c in "xyz"), known=True) for row in "abc"]
    arcs += [
        Arc(column, ("column", column), "round", sum(values[r, column] for r in "abc"), known=True) for column in "xyz"
    ]
    there = list(tables_like(values, fixed))
    for k in range(1, 14):
        exposed = {arc.name for arc in Network(arcs).exposed(k)}
        for cell in CELLS:
            found = [one[cell] for one in there]
            known_to_be_there = values[cell] > 0 and min(found) > 0
            if 0 < values[cell] < k:
                assert (cell in exposed) == (known_to_be_there or max(found) < k), (cell, k)
            else:
                assert (cell in exposed) == (known_to_be_there and cell in guarded and cell not in fixed), (cell, k)


LITTLE = st.lists(st.integers(0, 2), min_size=6, max_size=6)
"""Two rows of three words, each 0, 1 or 2: small enough to look at every table that there could be."""


@effort(20)
@given(LITTLE, st.booleans())
def test_no_small_cell_of_a_table_is_found_among_all_tables_like_it(counts: list[int], second_closed: bool) -> None:
    """Held to 2. With the total of every row known, a cell of 1 may be 0, and may be 2; of a closed row every shown word may be 0."""
    by_row = {"a": dict(zip("xyz", counts[:3], strict=True)), "b": dict(zip("xyz", counts[3:], strict=True))}
    most = {row: sum(words.values()) for row, words in by_row.items()}
    if 1 in most.values():
        return  # such a row is never shown by itself
    made = table(by_row, most, ("x", "y", "z"), 2, by_row=True, closed=("b",) if second_closed else ())
    worlds = [one for one in _worlds(most) if _agrees(one, made)]
    assert by_row in worlds
    for row, words in by_row.items():
        for word, count in words.items():
            found = {one[row][word] for one in worlds}
            if count == 1:
                assert min(found) == 0, (row, word, made)
                assert max(found) >= 2, (row, word, made)
            if second_closed and row == "b" and made["all"][word] is not None:
                assert made["b"][word] is None
                assert min(found) == 0, (row, word, made)


def _worlds(most: dict[str, int]) -> Iterator[dict[str, dict[str, int]]]:
    """Every table with these totals of its rows; what is in no word is unknown."""
    ways = {
        row: [{"x": x, "y": y, "z": z} for x, y, z in product(range(total + 1), repeat=3) if x + y + z <= total]
        for row, total in most.items()
    }
    for made in product(*ways.values()):
        yield dict(zip(ways, made, strict=True))


def _agrees(one: dict[str, dict[str, int]], made: dict[str, dict[str, int | None]]) -> bool:
    whole = {column: sum(words[column] for words in one.values()) for column in "xyz"}
    return all(
        count is None or (whole if row == "all" else one[row])[column] == count
        for row, words in made.items()
        for column, count in words.items()
    )


@effort(12)
@example([1, 3, 4, 5])
@example([5, 4, 3, 1])
@given(st.lists(st.integers(0, 5), min_size=4, max_size=4))
def test_the_choice_of_what_is_hidden_gives_no_number_away(counts: list[int]) -> None:
    """Who knows the rule plays every town through it: a hidden small number is never the only one that fits what was shown."""
    order = ("a", "b", "c", "d")
    mine = totals(dict(zip(order, counts, strict=True)), order, K)
    whole = sum(counts)
    fits = [
        other
        for other in product(range(whole + 1), repeat=4)
        if sum(other) == whole and totals(dict(zip(order, other, strict=True)), order, K) == mine
    ]
    if mine["all"] is None:
        return
    for at, row in enumerate(order):
        if 0 < counts[at] < K:
            assert mine[row] is None
            assert len({other[at] for other in fits}) > 1, (counts, mine)


@effort(25)
@given(st.lists(st.integers(0, 7), min_size=9, max_size=9))
def test_a_quarter_gives_no_month_away(counts: list[int]) -> None:
    """Three districts, three months: the months as they were issued, then the quarter. All quarters like it are looked at."""
    values = dict(zip(CELLS, counts, strict=True))
    leaves = []
    for month in "xyz":
        exact = {row: values[row, month] for row in "abc"}
        out = totals(exact, tuple("abc"), K)
        leaves.append(Leaf(month, "Q", exact, out, sum(exact.values()), out["all"] is not None, zeros=True))
    out, _ = shown(year(leaves, tuple("abc"), {}), leaves, "Q", tuple("abc"), K)
    network = year(leaves, tuple("abc"), {"Q": out})
    assert list(network.exposed(K)) == []
    if out["all"] is not None:
        assert out["all"] == sum(counts)
