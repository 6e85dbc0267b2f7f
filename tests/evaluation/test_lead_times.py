"""How long it took: what is open counts for as long as it is known, and an extreme is nobody's to read outside."""

from dataclasses import replace
from math import isclose

from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.evaluation.conformance import Chosen
from backbone.evaluation.leadtimes import (
    Distribution,
    Span,
    bin_of,
    distribution,
    kaplan_meier,
    lead_times,
    quantile,
    spans,
)
from backbone.evaluation.period import Period
from backbone.evaluation.small_cells import Reader, small
from backbone.evaluation.trail import Trail, trails
from tests.support.casebook import given as given_case
from tests.support.casebook import repository
from tests.support.telling import (
    CITY,
    HELP,
    POLICE,
    Tell,
    accepted,
    close_requested,
    completed,
    contact_attempted,
    contact_made,
    declined,
    granted,
    moment,
    reopen_requested,
    report,
    terms,
)

HOUR = 3600.0
STEP = "amsterdam-handelingskader@2023.4: slachtofferhulp"
CONTACT = "amsterdam-handelingskader@2023.4: eerste-contact"


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


# --- of a case as it was told


def at(told: Tell, when: str) -> Tell:
    return replace(told, logged=moment(when))


def case(*told: Tell) -> Trail:
    (trail,) = trails(given_case(*told).world.ledger).cases.values()
    return trail


def lasted(trail: Trail, until: str) -> dict[str, tuple[float, bool, str | None]]:
    """Of each step: hours, open, whose."""
    return {one.step: (one.seconds / HOUR, one.open, one.partner) for one in spans(trail, moment(until))}


def helped() -> Trail:
    """Reported Monday 12:00 and written down at 12:05; each next thing at its own hour."""
    return case(
        report(),
        contact_attempted(CITY, "2026-03-02 14:00"),
        contact_made(CITY, "2026-03-02 15:00"),
        at(granted(HELP), "2026-03-03 12:05"),
        at(accepted(HELP), "2026-03-03 15:05"),
        at(completed(HELP), "2026-03-04 15:05"),
        at(close_requested(), "2026-03-06 12:00"),
    )


def test_each_station_lasts_from_the_one_before() -> None:
    found = lasted(helped(), "2026-04-01 12:00")
    assert found[CONTACT] == (3, False, CITY)
    assert found[f"{STEP}, proposed to released"] == (24, False, POLICE)
    assert found[f"{STEP}, delivered to answered"] == (3, False, HELP)
    assert found[f"{STEP}, accepted to completed"] == (24, False, HELP)
    assert found["case: report to first attempt"] == (2, False, CITY)
    assert found["case: report to first contact"] == (3, False, CITY)
    assert found["case: report to closing"] == (96, False, CITY)


def test_what_is_open_lasts_until_the_records_end_or_the_case_does() -> None:
    told = (report(consents=(terms(HELP),)), contact_attempted(CITY, "2026-03-02 14:00"))
    running = lasted(case(*told), "2026-03-04 12:05")
    ended = lasted(case(*told, at(close_requested(), "2026-03-03 12:05")), "2026-03-04 12:05")
    for found, hours in ((running, 48), (ended, 24)):
        assert found[f"{STEP}, delivered to answered"] == (hours, True, HELP)
        assert found[CONTACT] == (hours + 5 / 60, True, CITY)
        assert found["case: report to first contact"] == (hours + 5 / 60, True, CITY)
        assert f"{STEP}, accepted to completed" not in found
    assert running["case: report to closing"] == (48 + 5 / 60, True, CITY)
    assert ended["case: report to closing"] == (24 + 5 / 60, False, CITY)


def test_a_no_is_an_answer_and_a_clock_set_wrong_makes_nothing_negative() -> None:
    no = case(report(consents=(terms(HELP),)), at(declined(HELP), "2026-03-02 18:05"))
    assert lasted(no, "2026-04-01 12:00")[f"{STEP}, delivered to answered"] == (6, False, HELP)
    early = case(report(), contact_made(CITY, "2026-03-02 11:00", logged="2026-03-02 13:00"))
    assert lasted(early, "2026-04-01 12:00")["case: report to first contact"] == (0, False, CITY)


def test_a_clock_of_an_end_that_was_none_is_in_no_figure() -> None:
    closed = (report(), at(close_requested(), "2026-03-06 12:00"))
    aftercare = "amsterdam-handelingskader@2023.4: nabellen"
    assert lasted(case(*closed), "2026-03-08 12:00")[aftercare] == (48, True, CITY)
    reopened = case(*closed, at(reopen_requested(), "2026-03-07 12:00"))
    assert aftercare not in lasted(reopened, "2026-03-08 12:00")


def test_lead_times_of_a_chain_are_those_of_its_cases() -> None:
    chain = repository()[0].get("amsterdam")
    assert chain is not None
    told = report(), contact_made(CITY, "2026-03-02 17:00")
    waiting = report()
    chosen = Chosen(chain, Period.parse("all"), moment("2026-03-03 12:00"), [helped(), case(*told), case(waiting)])
    found = lead_times(chosen, Reader.INSIDE)
    steps: dict[str, Distribution] = {one.step: one for one in found.steps}
    contact = steps["case: report to first contact"]
    assert (contact.done, contact.open, contact.mean_s) == (2, 1, 4 * HOUR)
    assert contact.quantiles == {"p25": 3 * HOUR, "p50": 5 * HOUR, "p75": None, "p90": None}
    assert contact.bins == {"4h": 1, "24h": 1}
    assert list(steps) == sorted(steps)
    assert found.left_out == 0
    outside = lead_times(chosen, Reader.OUTSIDE)
    assert (outside.steps, outside.left_out) == ((), len(steps))
