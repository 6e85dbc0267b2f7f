"""What leaves the chain has no small cell, and none that could be reckoned back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.evaluation.shares import shares
from backbone.evaluation.small_cells import REST, SMALLEST, Reader, about, pooled, pooled_rows, small
from backbone.evaluation.verdicts import CONFORMING, OTHERWISE, Finding, Judged, Part, Verdict

ROWS = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(*[st.integers(0, 12)] * 3), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_every_cell_is_none_or_five(rows: dict[str, tuple[int, int, int]]) -> None:
    shown = pooled_rows(rows)
    assert not any(small(cell) for cells in shown.values() for cell in cells)
    if shown:  # and nothing is lost: whoever adds up gets the whole
        assert [sum(column) for column in zip(*shown.values(), strict=True)] == [
            sum(column) for column in zip(*rows.values(), strict=True)
        ]


def test_a_small_row_takes_its_smallest_neighbour_along() -> None:
    assert pooled({"often": 40, "seldom": 6, "once": 1}) == {"often": 40, REST: 7}
    assert pooled({"once": 1, "twice": 2}) == {}
    assert pooled({"often": 40, "never": 0}) == {"often": 40}
    assert about(3) == "fewer than 5"
    assert about(0) == 0


JUDGED = st.lists(
    st.builds(
        Judged,
        st.just("case"),
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
    rows = (found.total, *found.by_step, *found.by_partner)
    cells = [cell for row in rows for cell in (row.as_agreed, row.otherwise, row.undecided)]
    assert not any(small(cell) for cell in (*cells, *found.findings.values()))
    assert found.by_step_and_partner == ()
    assert all(row.verdicts == {} for row in rows)


def test_a_share_is_of_what_can_be_decided() -> None:
    def one(verdict: Verdict) -> Judged:
        return Judged("case", "p@1", Part.STEP, "help", "here", verdict)

    judged = [one(Verdict.DONE), one(Verdict.OWN_WISH), one(Verdict.LATE), one(Verdict.NOT_YET_DUE)]
    found = shares(judged, Reader.INSIDE)
    assert found.total.share == 2 / 3
    assert found.by_step[0].verdicts == {"done": 1, "own_wish": 1, "late": 1, "not_yet_due": 1}
    assert shares([one(Verdict.NOT_POSSIBLE)], Reader.INSIDE).total.share is None


def test_every_verdict_is_for_against_or_neither() -> None:
    assert not set(CONFORMING) & set(OTHERWISE)
    assert SMALLEST == 5
