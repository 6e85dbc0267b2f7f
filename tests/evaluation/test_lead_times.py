"""How long it took: what is open counts for as long as it is known, and an extreme is nobody's to read outside."""

from math import isclose

from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.evaluation.leadtimes import Span, bin_of, distribution, kaplan_meier, quantile
from backbone.evaluation.small_cells import Reader, small

HOUR = 3600.0


def test_with_nothing_open_it_is_what_is_counted() -> None:
    assert kaplan_meier([1.0, 2.0, 2.0, 4.0], []) == [(1.0, 0.25), (2.0, 0.75), (4.0, 1.0)]


def test_freireich_leukemia_remission_times() -> None:
    """The textbook's own (6-MP arm, weeks; Freireich et al. 1963): median 23, and S(6) = 0.857, S(22) = 0.538."""
    done = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0]
    open_ = [6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0]
    curve = dict(kaplan_meier(done, open_))
    assert isclose(1 - curve[6.0], 0.857, abs_tol=5e-4)
    assert isclose(1 - curve[22.0], 0.538, abs_tol=5e-4)
    assert quantile(kaplan_meier(done, open_), 0.5) == 23.0


def test_letting_things_lie_makes_nobody_faster() -> None:
    done = [Span("step", str(n), HOUR * n, open=False) for n in range(1, 6)]
    waiting = [Span("step", str(n), HOUR * 100, open=True) for n in range(5)]
    fast, slow = distribution("step", done, Reader.INSIDE), distribution("step", [*done, *waiting], Reader.INSIDE)
    assert fast is not None
    assert slow is not None
    assert fast.quantiles["p50"] == 3 * HOUR
    assert slow.quantiles["p50"] == 5 * HOUR
    assert slow.quantiles["p75"] is None  # so many are not known to be done
    assert (slow.done, slow.open, slow.mean_s) == (5, 5, fast.mean_s)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1e6), max_size=40), st.lists(st.floats(0, 1e6), max_size=40))
def test_a_curve_rises_from_nothing_to_at_most_all(done: list[float], open_: list[float]) -> None:
    curve = kaplan_meier(sorted(done), sorted(open_))
    shares = [share for _, share in curve]
    assert shares == sorted(shares)
    assert all(-1e-9 <= share <= 1 + 1e-9 for share in shares)
    assert [at for at, _ in curve] == sorted(set(done))


def test_outside_a_quantile_has_five_on_each_side_and_whole_hours() -> None:
    many = [Span("step", str(n), 1000.0 * n, open=False) for n in range(1, 41)]
    found = distribution("step", many, Reader.OUTSIDE)
    assert found is not None
    assert found.quantiles["p90"] is None  # four of forty
    assert found.quantiles["p50"] == round(20_000 / HOUR) * HOUR
    assert found.ecdf == ()
    assert not any(small(count) for count in found.bins.values())
    assert sum(found.bins.values()) == 40
    assert distribution("step", many[:4], Reader.OUTSIDE) is None
    assert distribution("step", [*many, Span("step", "41", 1.0, open=True)], Reader.OUTSIDE) is None


def test_outside_several_clocks_of_one_case_are_one_case():
    hers = [Span("step", "hers", HOUR * n, open=False) for n in range(1, 31)]
    assert distribution("step", hers, Reader.OUTSIDE) is None
    others = [Span("step", str(n), HOUR * (100 + n), open=False) for n in range(10)]
    found = distribution("step", [*hers, *others], Reader.OUTSIDE)
    assert found is not None
    assert found.quantiles == {"p25": None, "p50": None, "p75": None, "p90": None}  # the first three are her own
    assert set(found.bins) == {"together"}
    waiting = [Span("step", "hers", HOUR, open=True) for _ in range(9)]
    assert distribution("step", [*others, *waiting], Reader.OUTSIDE) is None


def test_bins_hold_their_upper_bound() -> None:
    assert bin_of(HOUR) == "1h"
    assert bin_of(HOUR + 1) == "4h"
    assert bin_of(HOUR * 24 * 365) == "longer"
