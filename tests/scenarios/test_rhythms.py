"""ECD, RTD, NRD, HRK-6, HGL, VST-4, ACT-4, X-4: overviews, rhythms, registers and networks. Named after their lines."""

import re
from dataclasses import asdict
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backbone.chains.schemes import gaps, kept, network
from backbone.meetings import case_list
from backbone.overviews.page import as_html
from backbone.overviews.paper import paper
from backbone.overviews.sheets import said as in_words
from backbone.overviews.yearly import measures
from backbone.protocols import Status
from backbone.protocols.measures import Progress, yearly_report
from backbone.protocols.overviews import Of
from schakel.case_loop import owner_of
from schakel.events.report import ReportReceived
from schakel.events.vocab import Role
from schakel.messages import Information
from services.cases.together import made_of
from services.intake.elsewhere import routes
from tests.scenarios.region import given_in
from tests.support.casebook import repository
from tests.support.conclusions import delivered, held, informed, needed, proposed, released
from tests.support.meetings import (
    CITY,
    COC,
    POLICE,
    Stream,
    case,
    case_id,
    due,
    issue_of,
    keeping,
    missed,
    numbers_of,
    scheme,
)
from tests.support.newest import newest, newest_of
from tests.support.telling import Tell, accepted, granted, label_refused, moment, report, requested

ECAD, RTD, NRD = "ecad-p-zaaksoverzicht", "rotterdam-natuurlijk-samen", "noord-nederland-alliantie"
RADAR, ROTTERDAM_POLICE = "radar-rotterdam", "politie-rotterdam"


def test_ecd_1_every_fourteen_days_26_in_a_year(tmp_path: Path):
    """From Monday 5 January 2026 at nine: 26 in 2026, also when empty. NOT moved by a clock change, NOT skipped on a day off.

    What is made on a day off goes out the next working day (our choice): 13 April and 25 May 2026 are a plain Monday and Whit Monday.
    """
    stream = Stream.of(keeping(tmp_path, ECAD)[0])
    said = due(stream.passes("2026-12-31 23:59"))
    local = [event.due_at.astimezone(ZoneInfo("Europe/Amsterdam")) for event in said]
    assert len(said) == 26
    assert [event.nth for event in said] == list(range(1, 27))
    assert {(at.hour, at.minute, at.weekday()) for at in local} == {(9, 0, 0)}
    assert (local[0].date(), local[-1].date()) == (date(2026, 1, 5), date(2026, 12, 21))
    moved = {
        at.date(): event.deliver_on for at, event in zip(local, said, strict=True) if at.date() != event.deliver_on
    }
    assert moved == {
        date(2026, 4, 27): date(2026, 4, 28),
        date(2026, 5, 25): date(2026, 5, 26),
    }  # King's Day, Whit Monday
    assert {event.tell for event in said} == {(POLICE,)}
    assert missed(stream.passes("2027-01-01 12:00")) == []  # we make it: nobody is accused


def test_ecd_4_case_facts_only_and_the_refused_label_nowhere(tmp_path: Path):
    """Refused label, no consent for the police, one-way: facts of all three. NOT a contact detail or a story, NOT to others."""
    files = keeping(tmp_path, ECAD)
    ground = {"ground": "sexual_orientation", "basis": "said_by_victim"}
    cases = [
        case(files, 1, report(grounds=(ground,), label="said_by_victim"), label_refused()),
        case(files, 2, report(at="2026-03-03 12:00", grounds=(ground,))),
        case(files, 3, report(by="rita", at="2026-03-04 12:00", identity="one_way")),
    ]
    here = scheme(files, "ecad-p-zaaksoverzicht")
    one = here.overview("zaaksoverzicht")
    lines, _ = case_list(files[0].get("proef"), here, one, cases, moment("2026-03-10 12:00"))
    assert [line.cases for line in lines] == [(case_id(1),), (case_id(2),), (case_id(3),)]
    assert [line.grounds for line in lines] == [(), ("sexual_orientation",), ()]
    assert "refused" not in repr(lines)
    assert "sealed" not in repr(lines)
    assert one.readers == (Role.ECAD_P,)


def test_rtd_1_the_second_evaluation_is_missing(tmp_path: Path):
    """One meeting in 2026, with two minutes: NOT counted twice."""
    stream = Stream.of(keeping(tmp_path, RTD)[0])
    stream.minutes("evaluatie", "2026-05-12", by=CITY).minutes("evaluatie", "2026-05-12", by=COC)
    said = [event for event in missed(stream.passes("2027-01-01 00:00")) if event.rhythm == "twee-evaluaties"]
    assert [(event.held, event.wanted) for event in said] == [(1, 2)]


def test_rtd_2_the_third_place_is_named_as_missing(tmp_path: Path):
    """The safety analysis was on the SDO and the driehoek. NOT satisfied by two."""
    stream = Stream.of(keeping(tmp_path, RTD)[0])
    for place in ("sdo", "driehoek"):
        stream.minutes(place, "2026-06-10", items=("veiligheidsanalyse",))
    stream.minutes("kennisatelier", "2026-07-01", by=CITY)  # held, and it was not discussed
    found = [event for event in missed(stream.passes("2027-01-01 00:00")) if event.rhythm.startswith("veilig")]
    assert [event.missing for event in found] == [("kennisatelier",)]


def test_rtd_4_after_three_years_the_final_evaluation_is_due(tmp_path: Path):
    """September 2017 and three years: in September 2020. NOT renewed in silence."""
    stream = Stream.of(keeping(tmp_path, RTD, since="2017-09-21")[0])
    assert "eindevaluatie-na-drie-jaar" not in {event.rhythm for event in missed(stream.passes("2020-09-20 12:00"))}
    said = stream.passes("2020-09-21 00:00")
    assert [event.last_day for event in missed(said) if event.rhythm.startswith("eind")] == [date(2020, 9, 20)]
    agreement = scheme((stream.chains, repository()[1]), "rotterdam-natuurlijk-samen").agreement("startdocument")
    assert agreement.until == date(2020, 9, 20)
    assert agreement.review_every is None


@pytest.mark.parametrize("place", ["work", "school", "online", "unknown"])
def test_rtd_5_work_is_outside_the_alliance_and_goes_to_the_desk(place: str):
    """RADAR is told, and so is the desk that took the report. NOT refused, NOT without owner, NOT under the alliance."""
    story = given_in("rotterdam", rotterdam(place))
    assert story.case.protocols == []
    assert story.case.coordinator == "gemeente-rotterdam"
    story.then_among(
        informed("anti_discrimination", to=RADAR, inform="elders-dan-de-alliantie"),
        informed("anti_discrimination", to=ROTTERDAM_POLICE, inform="elders-dan-de-alliantie"),
    )
    (told,) = story.sent(Information, RADAR)
    assert (told.facts.place.place_type, told.facts.residence.municipality) == (place, None)
    assert owner_of(story.case) == "gemeente-rotterdam"


@pytest.mark.parametrize("place", ["work", "home"])
def test_rtd_5_the_receipt_names_radar_and_with_her_yes_it_goes_there_by_name(place: str):
    """Who told it reads on the receipt who takes it up, and may refer her there: she is asked, and RADAR can take it up.

    NOT by name before her yes; NOT another route for what is the alliance's own.
    """
    story = given_in("rotterdam", rotterdam(place))
    told = next(entry for entry in story.world.ledger if isinstance(entry.event, ReportReceived))
    on_it = [(one.route, one.role, one.to) for one in routes(told, story.case.id, story.world.chains)]
    assert on_it == ([("elders-dan-de-alliantie", "anti_discrimination", RADAR)] if place == "work" else [])
    if place == "work":
        ask = requested(RADAR, by=ROTTERDAM_POLICE, role="anti_discrimination")
        story.when(ask).then(proposed(RADAR), needed(RADAR), held(RADAR, reason="not_asked"))
        story.when(granted(RADAR, by=ROTTERDAM_POLICE)).then_among(released(RADAR, mode="by_name"), delivered(RADAR))
        story.when(accepted(RADAR))
        assert story.referral(RADAR).state == "accepted"


@pytest.mark.parametrize("place", ["home", "nightlife", "street", "public_transport"])
def test_rtd_5_its_own_four_places_are_the_alliances(place: str):
    """NOT sent on to RADAR by the alliance's file."""
    story = given_in("rotterdam", rotterdam(place))
    assert story.case.protocols == [newest("rotterdam-natuurlijk-samen")]
    story.never(informed("anti_discrimination"))


def rotterdam(place: str) -> Tell:
    """Reported at the police; that intake lets it in is asserted of every scenario."""
    at = {"municipality": "rotterdam", "district": "noord", "place_type": place}
    return report(by=ROTTERDAM_POLICE, place=at, consents=())


def test_nrd_1_the_network_map_shows_its_empty_places(tmp_path: Path):
    """A municipality without COC, neighbourhood team or housing corporation: listed. NOT a map of what exists only."""
    files = keeping(tmp_path, NRD)
    chain = files[0].get("proef")
    wants = scheme(files, "noord-nederland-alliantie").network.wants
    assert network(chain, wants)["oost"][Role.COC] == ("coc-amsterdam",)
    assert gaps(chain, wants) == [
        ("oost", Role.SOCIAL_WORK),
        ("oost", Role.HOUSING),
        ("zuidoost", Role.COC),
        ("zuidoost", Role.SOCIAL_WORK),
        ("zuidoost", Role.HOUSING),
    ]


def test_nrd_2_the_analysis_was_on_no_agenda_of_the_sdo(tmp_path: Path):
    """Overdue when the year ends, with who answers for it. NOT satisfied by an SDO without the subject, nor by another consultation."""
    stream = Stream.of(keeping(tmp_path, NRD, "samenwerkingsafspraken")[0])
    stream.minutes("sdo", "2026-05-12", cases=(case_id(1),))
    stream.minutes("rdo-casusoverleg", "2026-06-12", cases=(case_id(1),))
    found = [
        event for event in missed(stream.passes("2027-01-01 00:00")) if event.rhythm == "veiligheidsanalyse-jaarlijks"
    ]
    assert [(event.missing, event.tell) for event in found] == [(("sdo",), (CITY,))]


def test_hrk_6_a_skipped_evaluation_shows_and_blocks_nothing(tmp_path: Path):
    """The chain's owner is told at the end of the term; NOT the case reopened, NOT its close blocked. Per case: see the clocks."""
    files = keeping(tmp_path, "utrecht-driehoek")
    closed = case(files, 1, report())
    stream = Stream.of(files[0])
    said = missed(stream.passes("2026-07-01 00:00"))
    assert [event.rhythm for event in said] == ["evaluatie-elk-half-jaar"]
    assert said[0].IN_CASE is False
    assert closed.reopen_requested is None


def test_hgl_files_whose_text_nobody_holds_say_so_and_act_in_nothing():
    """Haaglanden and the men's meeting places: title, sources and readings."""
    for name in ("haaglanden-aanpak", "mannenontmoetingsplaatsen"):
        stub = newest_of(name)
        assert stub.status is Status.MENTIONED
        assert (stub.steps, stub.clocks, stub.cooperation.rhythms) == ((), (), ())
        assert stub.readings


def test_act_4_two_figures_and_no_sum(tmp_path: Path):
    """From 1 January 2021 hate crime and hate speech apart; earlier ones are not categorised. NOT one sum."""
    files = keeping(tmp_path)
    natures = (
        [("hate_speech",)] * 3 + [("hate_speech", "online")] * 3 + [("hate_speech", "assault")] * 2 + [("threat",)] * 5
    )
    cases = [case(files, number, report(at="2026-03-02 12:00", natures=of)) for number, of in enumerate(natures)]
    cases += [
        case(files, number, report(at="2020-12-30 12:00", logged="2026-03-01 12:00", history=True))
        for number in range(20, 27)
    ]
    chain = files[0].get("proef")
    overview = scheme(repository(), "actieplan-veiligheid-maatregelen").overview("hate-crime-en-hate-speech")
    assert overview is not None
    now, before = (numbers_of(chain, overview, cases, period) for period in ("2026-03", "2020-12"))
    assert [(key[2], count) for key, count in now.items() if key[0] == "apart"] == [
        ("hate_crime", 7),
        ("hate_speech", 6),
    ]
    assert [(key[2], count) for key, count in before.items() if key[0] == "apart"] == [("not_categorised", 7)]
    assert 13 not in now.values()


def test_vst_4_a_report_on_measures_for_each_year_and_no_case_in_it():
    """2026 to 2029: carried out, goes on next year, added. NOT for 2030, NOT with case data."""
    register = scheme(repository(), "versterkte-aanpak-maatregelen").registers[0]
    first, second, *rest = register.measures
    told = register.model_copy(
        update={
            "measures": (
                first.model_copy(update={"years": {2026: Progress.DONE}}),
                second.model_copy(update={"years": {2026: Progress.STARTED, 2027: Progress.CONTINUED}}),
                rest[0].model_copy(update={"years": {2027: Progress.STARTED}, "additional": True}),
            )
        }
    )
    report_2026 = yearly_report(told, 2026)
    assert (report_2026.carried_out, report_2026.next_year) == ((first.id,), (second.id, rest[0].id))
    assert yearly_report(told, 2027).additional == (rest[0].id,)
    assert [yearly_report(told, year) is not None for year in (2025, 2026, 2029, 2030)] == [False, True, True, False]
    assert yearly_report(told, 2029).next_year == ()
    ids = {one.id for one in register.measures}
    for year in (2026, 2027, 2028, 2029):
        made = yearly_report(told, year)
        assert made is not None
        said = asdict(made)
        assert said.pop("year") == year
        assert {one for measures in said.values() for one in measures} <= ids, "ids of measures, and nothing of a case"


def test_vst_4_wherever_it_is_read_it_is_the_same_with_cases_and_without(tmp_path: Path):
    """On the yearly page, in two languages, and as the service answers it. NOT with case data: not even how many there were."""
    files = keeping(tmp_path, "versterkte-aanpak-maatregelen")
    chain = files[0].get("proef")
    assert chain is not None
    (here,) = (cooperation for ref, cooperation in kept(chain) if "versterkte" in ref)
    (overview,) = (one for one in here.overviews if one.of is Of.MEASURES)
    cases = [case(files, number, report(natures=("assault",), at="2026-03-02 12:00")) for number in range(1, 8)]
    titles = {one.title for register in here.registers for one in register.measures}
    for language in ("nl", "en"):
        page, empty = (measures(chain, issue_of(chain, some, "2026"), language) for some in (cases, []))
        assert page == empty
        lines = [line for _, of_register in page for line in of_register]
        assert lines
        assert {line.rpartition(": ")[0] for line in lines} <= titles
    now = moment("2026-12-31 12:00")
    answer = made_of(chain, here, overview, cases, now)
    assert answer == made_of(chain, here, overview, [], now)
    assert set(answer) == {"overview", "reports"}


def test_x_4_a_district_that_is_not_heard_of_is_silent(tmp_path: Path):
    """Twelve weeks without a report (our choice): silent. NOT "0, fine". The day of the last would say that a month that shows a dash had
    a report, so nobody is told of it (ADR 0031)."""
    files = keeping(tmp_path)
    cases = [
        case(files, 1, report(at="2026-03-02 12:00", place={"district": "zuidoost"})),
        case(files, 2, report(at="2026-05-20 12:00")),
    ]
    chain = files[0].get("proef")
    assert issue_of(chain, cases, "2026-04").silent == {"oost": None}  # never heard of
    assert issue_of(chain, cases, "2026-05").silent == {"zuidoost": None}
    assert issue_of(chain, cases[:1], "2026-05").silent == {"oost": None, "zuidoost": None}
    assert issue_of(chain, cases, "2026-03").silent == {"oost": None}
    for language, silent in (("nl", "stil, langer dan twaalf weken"), ("en", "silent, for more than twelve weeks")):
        made = paper(chain, issue_of(chain, cases, "2026-05"), language)
        assert {line.row: in_words(line.cell, made) for line in made.sheets[0].lines}["zuidoost"] == silent
        page = as_html(made)
        assert silent in page
        assert not re.search(r"\b2 (maart|March)", page)
