"""What leaves the chain has no small cell, and none that could be reckoned back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.evaluation.shares import shares, step_name
from backbone.evaluation.small_cells import REST, SMALLEST, Cell, Reader, about, pooled, pooled_rows, small
from backbone.evaluation.verdicts import CONFORMING, OTHERWISE, Finding, Judged, Part, Verdict

CELLS = st.dictionaries(st.integers(0, 11).map(str), st.integers(1, 4), max_size=12).map(Cell)
ROWS = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(*[CELLS] * 3), min_size=1, max_size=8)


def of(count: int) -> Cell:
    """As many cases, each once."""
    return Cell(map(str, range(count)))


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_behind_every_cell_is_nobody_or_five_cases(rows: dict[str, tuple[Cell, Cell, Cell]]) -> None:
    shown = pooled_rows(rows)
    assert not any(small(cell) for cells in shown.values() for cell in cells)
    together = [cells for name, cells in rows.items() if name not in shown]
    behind = [set().union(*column) for column in zip(*together, strict=True)] if shown else []
    alone = [set(cell) for name in shown if name != REST for cell in rows[name]]
    assert not any(small(len(cases)) for cases in (*behind, *alone))
    if shown:  # and nothing is lost: whoever adds up gets the whole
        assert [sum(column) for column in zip(*shown.values(), strict=True)] == [
            sum(cell.total() for cell in column) for column in zip(*rows.values(), strict=True)
        ]


def test_many_lines_of_one_case_are_one_case() -> None:
    assert pooled({"line": Cell({"hers": 12})}) == {}
    assert pooled({"line": Cell({"hers": 12}), "often": of(40)}) == {REST: 52}
    assert pooled({"line": Cell({"hers": 12, **of(4)})}) == {"line": 16}


def test_a_small_row_takes_its_smallest_neighbour_along() -> None:
    assert pooled({"often": of(40), "seldom": of(6), "once": of(1)}) == {"often": 40, REST: 7}
    assert pooled({"once": of(1), "twice": of(2)}) == {}
    assert pooled({"often": of(40), "never": of(0)}) == {"often": 40}
    assert about(3) == "fewer than 5"
    assert about(0) == 0


JUDGED = st.lists(
    st.builds(
        Judged,
        st.integers(0, 11).map(str),
        st.just("p@1"),
        st.sampled_from(Part),
        st.sampled_from(["one", "two"]),
        st.sampled_from([None, "here", "there"]),
        st.sampled_from(Verdict),
        st.tuples(st.sampled_from(Finding)),
    ),
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(JUDGED)
def test_shares_for_outside_show_no_small_cell(judged: list[Judged]) -> None:
    found = shares(judged, Reader.OUTSIDE)
    rows = (*([found.total] if found.total else ()), *found.by_step, *found.by_partner)
    cells = [cell for row in rows for cell in (row.as_agreed, row.otherwise, row.undecided)]
    assert not any(small(cell) for cell in (*cells, *found.findings.values()))
    assert found.by_step_and_partner == ()
    assert all(row.verdicts == {} for row in rows)
    for row in found.by_step:
        behind = {one.case for one in judged if step_name(one) == row.name}
        assert row.name == REST or not small(len(behind))
    if found.total is None:  # nothing is shown, or it could be reckoned back from the other tables
        assert (found.by_step, found.by_partner) == ((), ())


def test_one_case_with_a_long_checklist_is_in_no_table_for_outside() -> None:
    lines = [Judged("hers", "p@1", Part.LINE, f"list/{n}", "here", Verdict.DONE) for n in range(7)]
    lines += [
        Judged("hers", "p@1", Part.LINE, f"list/{n}", "here", Verdict.SKIPPED, (Finding.NOT_ANSWERED,))
        for n in range(7, 12)
    ]
    found = shares(lines, Reader.OUTSIDE)
    assert (found.total, found.by_step, found.by_partner, found.findings) == (None, (), (), {})


def test_a_total_that_may_not_be_shown_is_no_zero() -> None:
    done = [Judged(str(n), "p@1", Part.STEP, "help", "here", Verdict.DONE) for n in range(499)]
    late = Judged("late", "p@1", Part.STEP, "help", "here", Verdict.LATE)
    assert shares([*done, late], Reader.OUTSIDE).total is None
    whole = shares(done, Reader.OUTSIDE).total
    assert whole is not None
    assert (whole.as_agreed, whole.otherwise, whole.undecided) == (499, 0, 0)


def test_a_share_is_of_what_can_be_decided() -> None:
    def one(verdict: Verdict) -> Judged:
        return Judged("case", "p@1", Part.STEP, "help", "here", verdict)

    judged = [one(Verdict.DONE), one(Verdict.OWN_WISH), one(Verdict.LATE), one(Verdict.NOT_YET_DUE)]
    found = shares(judged, Reader.INSIDE)
    assert found.total is not None
    assert found.total.share == 2 / 3
    assert found.by_step[0].verdicts == {"done": 1, "own_wish": 1, "late": 1, "not_yet_due": 1}
    undecided = shares([one(Verdict.NOT_POSSIBLE)], Reader.INSIDE).total
    assert undecided is not None
    assert undecided.share is None


def test_every_verdict_is_for_against_or_neither() -> None:
    assert not set(CONFORMING) & set(OTHERWISE)
    assert SMALLEST == 5
