"""What the two chains of this repository do as they are: who hears back, what a door promises, the month's overview, plans that exist.

Beside the lines of scenarios.md: A01, A06, A36, A69, A74, A90 of the close reading, and the monthly district overview of the clocks' list.
"""

import shutil
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backbone.chains import check_chains
from backbone.desk.items import open_items
from backbone.protocols import Status
from backbone.protocols.overviews import Of
from schakel.events.vocab import Role
from tests.scenarios.stories import given
from tests.support.casebook import ROOT, repository
from tests.support.conclusions import any_breach, breached, clock_started, clock_stopped, exhausted, informed, reported
from tests.support.desks import taken
from tests.support.meetings import ADV, CITY, POLICE, Stream, due, keeping, missed, numbers_of
from tests.support.meetings import case as told_case
from tests.support.newest import newest, newest_of
from tests.support.telling import (
    DMG,
    GRONINGEN,
    HELP,
    POLICE_NORTH,
    accepted,
    close_requested,
    contact_made,
    declined,
    explained,
    granted,
    moment,
    passed,
    report,
    report_in_groningen,
)

OVERVIEW = "amsterdam-overleggen"
HERE = ZoneInfo("Europe/Amsterdam")
FROM_THE_DESK = {"place": {"municipality": "groningen", "district": "centrum"}, "channel": "telephone"}


# --- A69: who referred hears what became of it


def test_a69_the_desk_of_amsterdam_hears_that_its_referral_was_taken_up():
    """Per case, and within her yes. NOT the police, who want none («geen behoefte aan terugkoppeling»)."""
    story = given(report(by=ADV), granted(CITY, by=ADV), granted(ADV, "case_facts", purpose="information", by=CITY))
    story.when(accepted(CITY)).then_among(reported(ADV))
    told = given(report(by=POLICE), granted(HELP), granted(POLICE, "case_facts", purpose="information", by=HELP))
    told.when(accepted(HELP)).never(reported(POLICE))


def test_a69_the_desk_of_groningen_too_and_the_city_once_a_week():
    """Within her yes the city hears it at the midnight that ends the week, also of a case closed before; NOT at once, NOT the police.

    That nobody takes a step up comes back at once, needs no yes, and is not said a second time at the end of the week.
    """
    yes = granted(GRONINGEN, "case_facts", purpose="information", by=DMG)
    for ending in ((), (close_requested(DMG, "anonymous"),)):
        story = given(report_in_groningen(checks=SUSPECTED), granted(DMG, by=GRONINGEN), yes)
        story.when(accepted(DMG), *ending).never(reported(GRONINGEN))
        story.when(passed("2026-03-08 23:30")).never(reported(GRONINGEN))
        story.when(passed("2026-03-09 00:30")).then_among(reported(GRONINGEN))
    back = given(report_in_groningen(checks=SUSPECTED), granted(DMG, by=GRONINGEN), yes)
    back.when(declined(DMG, "no_capacity")).then_among(exhausted(DMG, tell=GRONINGEN))
    back.when(passed("2026-03-09 00:30")).never(reported(GRONINGEN))
    police = given(report_in_groningen(by=POLICE_NORTH, checks=SUSPECTED), granted(DMG, by=POLICE_NORTH))
    police.when(accepted(DMG), passed("2026-03-16 00:30")).never(reported(POLICE_NORTH))


SUSPECTED = ({"check": "discrimination_or_violence", "answer": "yes"},)


def test_a69_every_line_says_what_it_rests_on():
    for chain in repository()[0]:
        assert chain.file.feedback, chain.name
        assert all(rule.source for rule in chain.file.feedback), chain.name


# --- A90: what a door promises is a clock


def test_a90_the_first_talk_that_the_desks_door_promises_is_timed():
    """Friday at noon, two working days: through Tuesday. Its own talk with whoever reported stops it; NOT the city's."""
    story = given(report_in_groningen(by=DMG, at="2026-03-06 12:00", **FROM_THE_DESK))
    story.then_among(clock_started("eerste-gesprek", responsible=DMG, due_at=moment("2026-03-11 00:00")))
    story.when(contact_made(GRONINGEN, "2026-03-06 15:00")).never(clock_stopped("eerste-gesprek"))
    story.when(contact_made(DMG, "2026-03-09 10:00")).then_among(clock_stopped("eerste-gesprek"))


def test_a90_a_talk_that_was_not_had_in_time_is_told_to_whoever_coordinates():
    story = given(report_in_groningen(by=DMG, at="2026-03-06 12:00", **FROM_THE_DESK))
    story.when(passed("2026-03-10 23:59")).never(breached("eerste-gesprek"))
    story.when(passed("2026-03-11 00:01")).then_among(breached("eerste-gesprek", tell=(GRONINGEN,)))


@pytest.mark.parametrize(
    "told",
    [
        report_in_groningen(by=DMG, identity="anonymous_heard", **FROM_THE_DESK),
        report_in_groningen(by=GRONINGEN),
        report_in_groningen(by=POLICE_NORTH),
    ],
    ids=["nobody to call", "at the city", "at the police"],
)
def test_a90_who_cannot_be_called_or_came_in_elsewhere_was_promised_nothing_by_that_door(told):
    given(told).never(clock_started("eerste-gesprek"))


def test_a90_a_promise_on_a_door_that_no_clock_has_is_a_warning(tmp_path: Path):
    """The door's file says another term than the clock."""
    shutil.copytree(ROOT / "chains", tmp_path / "chains")
    door = tmp_path / "chains" / "doors" / "groningen-dmg.yaml"
    text = door.read_text(encoding="utf-8")
    assert "follow_up_within: 2 werkdagen" in text
    door.write_text(text.replace("follow_up_within: 2 werkdagen", "follow_up_within: 3 werkdagen"), encoding="utf-8")
    problems = check_chains(tmp_path / "chains", repository()[1])[1]
    found = [problem for problem in problems if "promises follow-up" in problem.fault.what]
    assert [problem.is_error for problem in found] == [False]
    assert "`groningen-dmg@2026.2` promises follow-up within 3 werkdagen" in found[0].fault.what


# --- the monthly overview of the districts


def test_every_month_whoever_coordinates_hears_that_the_overview_can_be_made(tmp_path: Path):
    """On the first at nine, over both changes of the clock. NOT skipped on a day off: then it goes out the next working day."""
    stream = Stream.of(keeping(tmp_path, OVERVIEW)[0])
    said = [event for event in due(stream.passes("2026-12-31 23:59")) if event.rhythm == "maandoverzicht-klaar"]
    local = [event.due_at.astimezone(HERE) for event in said]
    assert [(at.month, at.day, at.hour) for at in local] == [(month, 1, 9) for month in range(1, 13)]
    assert {event.tell for event in said} == {(CITY,)}
    moved = [event.deliver_on for at, event in zip(local, said, strict=True) if at.date() != event.deliver_on]
    assert moved == [date(2026, month, day) for month, day in ((1, 2), (2, 2), (3, 2), (8, 3), (11, 2))]


def test_a_month_in_which_it_was_on_no_table_is_told_to_whom_the_file_names(tmp_path: Path):
    """January: on the table of the case consultation. February: nowhere. March: at the team meeting. NOT satisfied without it."""
    stream = Stream.of(keeping(tmp_path, OVERVIEW)[0])
    stream.minutes("casusoverleg", "2026-01-12", items=("maandoverzicht-besproken",))
    assert missed(stream.passes("2026-02-01 00:00")) == []
    stream.minutes("casusoverleg", "2026-02-09")
    assert missed(stream.passes("2026-02-28 23:59")) == []
    (february,) = missed(stream.passes("2026-03-01 00:00"))
    assert (february.rhythm, february.first_day, february.last_day) == (
        "maandoverzicht-op-tafel",
        date(2026, 2, 1),
        date(2026, 2, 28),
    )
    assert (february.wanted, february.held, february.missing, february.tell) == (1, 0, ("casusoverleg",), (CITY,))
    stream.minutes("basisteamoverleg", "2026-03-09", items=("maandoverzicht-besproken",))
    (march,) = missed(stream.passes("2026-04-01 00:00"))  # the clock went forward in that month
    assert (march.missing, march.last_day) == (("casusoverleg",), date(2026, 3, 31))
    assert missed(stream.passes("2026-04-30 23:59")) == []


def test_the_chain_of_amsterdam_keeps_it_from_december_on_and_not_before():
    """As it ships: nothing of November is held against anybody."""
    stream = Stream.of(repository()[0], "amsterdam")
    known = [event for event in stream.passes("2026-11-30 23:00") if event.scheme.name != "amsterdam"]
    assert known == []
    said = stream.passes("2027-01-01 00:30")
    told = {
        (event.rhythm, event.due_at.astimezone(HERE).date()) for event in due(said) if event.scheme.name != "amsterdam"
    }
    assert told == {
        ("maandoverzicht-klaar", date(2026, 12, 1)),
    }
    assert [(event.rhythm, event.first_day, event.tell) for event in missed(said)] == [
        ("maandoverzicht-op-tafel", date(2026, 12, 1), (CITY,))
    ]


def test_a74_the_months_figures_are_by_place_nature_and_channel_for_each_district(tmp_path: Path):
    """Seven in one district: shown; what is below five stays away. NOT up to now: of a closed month."""
    files = keeping(tmp_path, OVERVIEW)
    chain = files[0].get("proef")
    (overview,) = (one for one in newest_of(OVERVIEW).cooperation.overviews if one.id == "maandoverzicht")
    assert overview.of is Of.NUMBERS
    cases = [told_case(files, number, report(natures=("threat",), at="2026-03-02 12:00")) for number in range(1, 8)]
    tables = {key[0] for key in numbers_of(chain, overview, cases, "2026-03")}
    assert {"nature", "place_type", "channel"} <= tables
    shown = numbers_of(chain, overview, cases, "2026-03")
    assert 7 in shown.values()
    assert not {1, 2, 3, 4} & set(shown.values())
    assert Role.COORDINATOR in overview.readers


# --- A01, A06: frameworks and plans that exist, and of which nobody here has the text


def test_a06_that_the_city_has_a_plan_tells_nobody_the_facts_of_a_case():
    """NOT an inform with the case's facts to whoever coordinates, NOT a step or clock of a plan whose text is not held."""
    for facts in ({}, {"high_profile": True}):
        story = given(report(**facts))
        story.never(informed("coordinator", inform="amsterdam-draaiboek-vrede"))
        assert newest("bekende-plannen") not in story.case.protocols
    plans = newest_of("bekende-plannen")
    assert (plans.status, plans.steps, plans.clocks) == (Status.MENTIONED, (), ())


def test_a01_a_report_at_a_meeting_place_says_which_two_frameworks_it_falls_under():
    story = given(report(place={"place_type": "mens_meeting_place"}))
    assert story.case.protocols == [newest("amsterdam-handelingskader"), newest("mannenontmoetingsplaatsen")]
    story.never(any_breach())


# --- A36: the desk's own facts, before a complaint


def test_a36_a_complaint_without_the_desks_own_facts_shows_as_not_explained():
    """An appointment, anonymity, a report of injuries, the hours: told in which version. NOT shown once somebody did."""
    story = given(report(by=POLICE), taken())
    assert "desk_information" in _not_explained(story)
    told = given(report(by=POLICE), explained("desk_information"), taken())
    assert "desk_information" not in _not_explained(told)
    (duty,) = [one for one in newest_of("amsterdam-handelingskader").explain if one.topic == "desk_information"]
    for words in ("afspraak", "anoniem", "letsel", "open"):
        assert words in (duty.says or "")


def _not_explained(story) -> set[str]:
    chain = story.world.chains.get(story.case.chain)
    items = open_items(story.case, chain, story.world.protocols)
    return {what for item in items if item.kind == "not_explained" for what in item.what}


# --- RTD: the protocol is only mentioned


def test_rtd_the_protocol_is_only_mentioned_and_what_was_signed_is_held():
    """Who has which role in early signalling was still to be written. NOT a step, a clock or a role of ours in its place."""
    alliance = newest_of("rotterdam-natuurlijk-samen")
    assert (alliance.status, alliance.steps, alliance.clocks, alliance.informs) == (Status.MENTIONED, (), (), ())
    assert {"the-protocol-is-not-held", "who-signals-is-not-said"} <= {one.id for one in alliance.readings}
    assert alliance.cooperation.item("rollenprotocol") is not None
    assert {rhythm.promise.value for rhythm in alliance.cooperation.rhythms} == {"promised", "measured"}
    (register,) = alliance.cooperation.registers
    assert len(register.measures) == 10
