"""What a chain owes its own promises: found at the watermark, once, told to whom the file names; and what is not held against anybody."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from backbone.chains.rhythms import announced, next_moment
from backbone.protocols.rhythm_moments import terms, turns
from backbone.protocols.rhythms import Rhythm
from schakel.calendar import Calendar
from schakel.case_state import Effect
from schakel.chain import apply, conclude
from services.followup.rhythms import decide, written_late
from tests.support.meetings import ADV, OM, POLICE, Stream, due, keeping, missed
from tests.support.telling import moment

RDO = "samenwerkingsafspraken@2017.1"
NL = Calendar.current("nl", "Europe/Amsterdam")


@pytest.fixture
def stream(tmp_path: Path) -> Stream:
    return Stream.of(keeping(tmp_path, RDO)[0])


def test_nothing_is_said_before_a_watermark(stream: Stream) -> None:
    assert list(decide(stream.chain, stream.state, None)) == []


def test_a_term_is_not_over_before_its_last_day_is(stream: Stream) -> None:
    assert missed(stream.passes("2026-12-31 23:59")) == []
    assert {event.rhythm for event in missed(stream.passes("2027-01-01 00:00"))} == {
        "rdo-vier-keer",
        "ldo-twee-keer",
        "lodo-twee-keer",
        "eenheidsrapport-jaarlijks",
    }


def test_it_is_said_once_and_to_whom_the_file_names(stream: Stream) -> None:
    said = next(event for event in missed(stream.passes("2027-01-01 00:00")) if event.rhythm == "rdo-vier-keer")
    assert (said.wanted, said.held) == (4, 0)
    assert said.tell == (ADV, OM, POLICE)
    assert missed(stream.passes("2027-06-01 00:00")) == []
    again = conclude(stream.state, said)
    assert apply(stream.state, again) is Effect.DUPLICATE


def test_what_lies_before_the_chain_kept_the_scheme_is_not_counted(tmp_path: Path) -> None:
    stream = Stream.of(keeping(tmp_path, RDO, since="2026-03-01")[0])
    assert missed(stream.passes("2027-01-01 00:00")) == []  # the year began before
    assert len(missed(stream.passes("2028-01-01 00:00"))) == 4


def test_minutes_that_come_after_the_word_are_late_paperwork(stream: Stream) -> None:
    said = next(event for event in missed(stream.passes("2027-01-01 00:00")) if event.rhythm == "rdo-vier-keer")
    stream.minutes("rdo-casusoverleg", "2026-11-02", logged="2027-01-05 10:00")
    assert [minutes.held_on for minutes in written_late(stream.state, said, "rdo-casusoverleg")] == [date(2026, 11, 2)]
    assert missed(stream.passes("2027-02-01 00:00")) == []


def test_a_conclusion_of_somebody_else_has_no_effect(stream: Stream) -> None:
    said = conclude(stream.state, missed(list(decide(stream.chain, stream.state, moment("2027-01-01 00:00"))))[0])
    foreign = replace(said, envelope=replace(said.envelope, source="urn:schakel:cases"))
    assert apply(stream.state, foreign) is Effect.NOT_UNDERSTOOD
    assert stream.state.missed == {}


def test_what_is_measured_accuses_nobody(tmp_path: Path) -> None:
    stream = Stream.of(keeping(tmp_path, "amsterdam-overleggen@2025.1")[0])
    assert stream.passes("2027-01-01 00:00") == []


def test_the_next_moment_is_the_next_at_which_something_is_said(tmp_path: Path) -> None:
    """Walking from moment to moment says everything that one look at the end says."""
    chains, _ = keeping(tmp_path, RDO, "ecad-p-zaaksoverzicht@2025.1", "utrecht-werkoverleg@2017.1")
    walking, at_once = Stream.of(chains), Stream.of(chains)
    at, said = moment("2025-12-31 00:00"), []
    while (at := next_moment(walking.chain, at)) and at <= moment("2027-01-01 00:00"):  # type: ignore[assignment]
        found = walking.passes(at)
        assert found
        said += found
    whole = at_once.passes("2027-01-01 00:00")
    assert {(event.TYPE, event.rhythm, getattr(event, "nth", 0)) for event in said} == {
        (event.TYPE, event.rhythm, getattr(event, "nth", 0)) for event in whole
    }
    assert len(due(whole)) == 26


def rhythm(**shape: object) -> Rhythm:
    return Rhythm(id="proef", of="overleg", promise="our_choice", tell=("police",), source="keuze: proef", **shape)


@pytest.mark.parametrize(
    ("each", "ends"),
    [
        ("month", ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),  # a leap year, and a change of the clock
        ("quarter", ["2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"]),
        ("half_year", ["2024-06-30", "2024-12-31", "2025-06-30", "2025-12-31"]),
        ("year", ["2024-12-31", "2025-12-31", "2026-12-31", "2027-12-31"]),
    ],
)
def test_periods_end_with_the_day_that_ends_them_and_leave_no_day_out(each: str, ends: list[str]) -> None:
    found = list(terms(rhythm(at_least=1, each=each), NL, moment("2024-01-01 00:00"), moment("2028-01-01 00:00")))
    assert [term.last.isoformat() for term in found][:4] == ends
    assert (found[0].first, found[-1].last) == (date(2024, 1, 1), date(2027, 12, 31))
    for before, after in pairwise(found):
        assert after.first == before.last + timedelta(days=1)
        assert after.nth == before.nth + 1
    assert all(term.ends_at == NL.end_of_day(term.last) for term in found)


@pytest.mark.parametrize(
    ("every", "starting", "days"),
    [
        ("14 dagen", "2026-01-05", ["2026-01-05", "2026-01-19", "2026-02-02"]),
        ("1 maand", "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("3 maanden", "2026-01-31", ["2026-01-31", "2026-04-30", "2026-07-31", "2026-10-31"]),
    ],
)
def test_fortnightly_monthly_quarterly_by_the_clock_on_the_wall(every: str, starting: str, days: list[str]) -> None:
    """At nine there, before and after the clock changed; in a short month on its last day. NOT drifting: counted from the first."""
    made = rhythm(every=every, starting=starting, at="09:00")
    found = list(turns(made, NL, moment("2025-12-31 00:00"), moment(f"{days[-1]} 23:59")))
    there = [turn.at.astimezone(ZoneInfo("Europe/Amsterdam")) for turn in found]
    assert [f"{at:%Y-%m-%d %H:%M}" for at in there] == [f"{day} 09:00" for day in days]


def test_a_chain_without_schemes_waits_for_nothing(tmp_path: Path) -> None:
    chains, _ = keeping(tmp_path)
    stream = Stream.of(chains)
    assert next_moment(stream.chain, moment("2026-01-01 00:00")) is None
    assert list(announced(stream.chain, moment("2030-01-01 00:00"))) == []
