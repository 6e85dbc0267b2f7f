"""When a partner is at work: by the clock on the wall, over its changes, weekends and holidays; and who is asked for what, where."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.chains.hours import AtWork, at_work, directory, hours_of
from backbone.chains.terms import read_hours
from schakel.calendar import Calendar
from schakel.events.vocab import Role
from tests.protocols.test_chain_terms import chain
from tests.support.loops import FIRST, MEMBERS, SECOND

NL = Calendar.current("nl", "Europe/Amsterdam")
HERE = ZoneInfo("Europe/Amsterdam")
OFFICE = ("ma-vr 09:00-17:00",)
HALVES = ("ma-vr 09:00-12:00", "ma-vr 13:00-17:00")
SUNDAYS = (*OFFICE, "zo 12:00-14:00")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("hours", "at", "until"),
    [
        (OFFICE, "2026-03-06 09:00", "2026-03-06 17:00"),
        (OFFICE, "2026-03-06 16:59", "2026-03-06 17:00"),
        (HALVES, "2026-03-06 11:00", "2026-03-06 12:00"),
        (SUNDAYS, "2026-05-05 12:30", "2026-05-05 14:00"),  # a holiday is a Sunday
        (("vr 22:00-06:00",), "2026-03-07 03:00", "2026-03-07 06:00"),
        (("za 22:00-06:00",), "2026-03-29 01:30", "2026-03-29 06:00"),  # the clock goes forward in this night
        (("za 22:00-06:00",), "2026-10-25 01:30", "2026-10-25 06:00"),  # and back in this one
        (("vr-ma 10:00-24:00",), "2026-03-08 23:00", "2026-03-09 00:00"),
    ],
)
def test_open_until(hours: tuple[str, ...], at: str, until: str) -> None:
    assert at_work(hours, NL, local(at)) == AtWork(True, until=local(until).astimezone(UTC))


@pytest.mark.parametrize(
    ("hours", "at", "again"),
    [
        (OFFICE, "2026-03-06 17:00", "2026-03-09 09:00"),  # Friday evening
        (OFFICE, "2026-03-06 08:59", "2026-03-06 09:00"),
        (HALVES, "2026-03-06 12:30", "2026-03-06 13:00"),
        (OFFICE, "2026-03-27 18:00", "2026-03-30 09:00"),  # the clock goes forward in this weekend
        (OFFICE, "2026-10-23 18:00", "2026-10-26 09:00"),  # and back in this one
        (OFFICE, "2026-04-02 17:30", "2026-04-07 09:00"),  # Good Friday, Easter, Easter Monday
        (OFFICE, "2026-05-05 10:00", "2026-05-06 09:00"),
        (("ma 09:00-17:00",), "2028-12-19 12:00", "2029-01-08 09:00"),  # Christmas and New Year are Mondays
    ],
)
def test_shut_and_open_again(hours: tuple[str, ...], at: str, again: str) -> None:
    assert at_work(hours, NL, local(at)) == AtWork(False, again=local(again).astimezone(UTC))


def test_round_the_clock_closes_never_also_on_a_holiday() -> None:
    assert at_work(("ma-zo 00:00-24:00",), NL, local("2026-12-25 03:00")) == AtWork(True)


def test_where_nothing_was_said_nothing_is_guessed() -> None:
    assert at_work((), NL, local("2026-03-06 12:00")) is None


def test_by_the_clock_and_the_calendar_of_the_chain() -> None:
    """Noon in Amsterdam is early morning on Curaçao; a calendar without holidays works on Christmas Day."""
    noon = local("2026-03-06 12:00")
    there = Calendar.current("weekdays", "America/Curacao")
    assert at_work(OFFICE, there, noon) == AtWork(False, again=datetime(2026, 3, 6, 13, tzinfo=UTC))
    assert at_work(OFFICE, there, datetime(2026, 12, 25, 15, tzinfo=UTC)) == AtWork(
        True, until=datetime(2026, 12, 25, 21, tzinfo=UTC)
    )


MOMENTS = st.integers(0, 12 * 366 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
WEEKS = st.lists(
    st.sampled_from([*OFFICE, *HALVES, "zo 12:00-14:00", "vr 22:00-06:00", "za-di 18:00-24:00"]), min_size=1, max_size=4
).map(tuple)


@given(WEEKS, MOMENTS)
def test_what_it_says_comes_true(hours: tuple[str, ...], at: datetime) -> None:
    """Open until it shuts, shut until it opens, and the same in between."""
    said = at_work(hours, NL, at)
    assert said is not None
    turn = said.until if said.now else said.again
    assert turn is not None
    assert turn > at
    then, before = at_work(hours, NL, turn), at_work(hours, NL, turn - timedelta(microseconds=1))
    assert then is not None
    assert then.now is not said.now
    assert before == said


@pytest.mark.parametrize("hours", ["ma-vr 09:00-24:30", "ma-vr 24:00-24:00", "ma-vr 09:00-17:00\n"])
def test_a_time_that_is_on_no_clock_is_refused(hours: str) -> None:
    with pytest.raises(ValueError, match="are no hours"):
        read_hours(hours)


LINE = "slachtofferhulp, roles: [victim_support], districts: all"
SAID = f'{LINE}, hours: ["ma-vr 09:00-17:00"], capacity: full'


def test_a_directory_says_who_is_asked_for_a_role_and_whether_it_is_at_work(tmp_path: Path) -> None:
    """Who is full is asked last; who said no hours is shown without. NOT left out."""
    known = chain(tmp_path, members=MEMBERS.replace(LINE, SAID))
    (place,) = [one for one in directory(known, local("2026-03-06 18:00"), "oost") if one.role is Role.VICTIM_SUPPORT]
    assert not place.instead
    first, *_, last = place.holders
    assert (first.partner, first.hours, first.at_work, first.full) == (SECOND, (), None, False)
    assert (last.partner, last.hours, last.full) == (FIRST, ("ma-vr 09:00-17:00",), True)
    assert last.at_work == AtWork(False, again=local("2026-03-09 09:00").astimezone(UTC))


def test_an_empty_place_is_shown_with_who_acts_instead(tmp_path: Path) -> None:
    members = "".join(f"{line}\n" for line in MEMBERS.splitlines() if "victim_support" not in line)
    extra = 'instead:\n  - {role: victim_support, by: [anti_discrimination], source: "keuze: tijdelijk"}\n'
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    vacant = chain(tmp_path / "a", members=members, extra=extra)
    (place,) = [one for one in directory(vacant, local("2026-03-06 12:00"), "oost") if one.role is Role.VICTIM_SUPPORT]
    assert place.instead
    assert [holder.partner for holder in place.holders] == [
        partner.id for partner in vacant.partners_for(Role.ANTI_DISCRIMINATION, "oost")
    ]
    only = MEMBERS.replace(
        "coordinator, municipality], districts: all", "coordinator, municipality], districts: [oost]"
    )
    empty = directory(chain(tmp_path / "b", members=only), local("2026-03-06 12:00"), "centrum")
    assert next(one for one in empty if one.role is Role.COORDINATOR).holders == ()


def test_hours_of_a_role_hold_for_that_role_and_that_day(tmp_path: Path) -> None:
    until = f'{LINE}, hours: ["ma-vr 09:00-17:00"], until: 2026-03-10'
    known = chain(tmp_path, members=MEMBERS.replace(LINE, until))
    day = local("2026-03-10 12:00").date()
    assert hours_of(known, FIRST, Role.VICTIM_SUPPORT, day) == OFFICE
    assert hours_of(known, FIRST, Role.VICTIM_SUPPORT, day + timedelta(days=1)) == ()
    assert hours_of(known, FIRST, Role.POLICE) == ()
