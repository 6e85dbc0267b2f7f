"""RDO, UTR-3, UTR-6: what stands on an agenda or a list, who may see it, how often partners meet. Named after their lines."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from backbone.chains import Chains
from backbone.chains.rhythms import announced
from backbone.meeting_rights import Seat, Why, seat, uninvited
from backbone.meetings import Effort, LeadTime, case_list, criminal_side, line
from backbone.overviews.paper import OTHERS
from backbone.protocols import Protocols, expired
from backbone.protocols.consultations import Shows
from backbone.protocols.cooperation import EMPTY
from schakel.case_loop import owner_of
from schakel.case_state import State
from schakel.chain_state import ChainState
from schakel.events.chain import AgreementSigned
from schakel.events.vocab import Role
from tests.scenarios.region import given_in
from tests.scenarios.stories import given
from tests.support.desks import agreed, done
from tests.support.meetings import (
    ADV,
    CITY,
    COC,
    COVENANT,
    OM,
    POLICE,
    Stream,
    agenda_of,
    case,
    case_id,
    due,
    joined,
    keeping,
    missed,
    numbers_of,
    scheme,
)
from tests.support.newest import newest_of
from tests.support.telling import (
    GRONINGEN,
    HELP,
    accepted,
    assessed,
    close_requested,
    contact_made,
    corrected,
    granted,
    label_refused,
    level_set,
    moment,
    passed,
    reopen_requested,
    report,
    report_in_groningen,
    requested,
    terms,
    thread_closed,
    withdrawn,
)

RDO = "samenwerkingsafspraken"
Files = tuple[Chains, Protocols]


@pytest.fixture
def rdo(tmp_path: Path) -> Files:
    return keeping(tmp_path, RDO, more=COVENANT)


def test_rdo_1_one_line_an_incident_with_its_records(rdo: Files):
    """A log entry and a complaint about one incident, a report, an official report: three lines, the first with two records.

    Enrichment is optional and keeps its author. NOT four lines, NOT a line missing for lack of enrichment.
    """
    cases = [
        joined(case(rdo, 1, report(at="2026-03-02 12:00", police_record="log_entry")), 2),
        joined(case(rdo, 2, report(at="2026-03-03 12:00", police_record="complaint")), 1),
        case(rdo, 3, report(at="2026-03-04 12:00", police_record="report")),
        case(
            rdo,
            4,
            report(at="2026-03-05 12:00", police_record="official_report", consents=(terms(ADV),)),
            requested(OM, role="prosecutor", purpose="complaint"),
            granted(OM, purpose="complaint"),
            assessed(OM, "punishable", "yes"),
            level_set(ADV, "serious"),
        ),
    ]
    here = scheme(rdo, "samenwerkingsafspraken")
    lines, _ = case_list(rdo[0].get("proef"), here, here.overview("politielijst"), cases, moment("2026-03-10 12:00"))
    assert [line.records for line in lines] == [("log_entry", "complaint"), ("report",), ("official_report",)]
    assert [line.cases for line in lines] == [(case_id(1), case_id(2)), (case_id(3),), (case_id(4),)]
    assert [[(one.by, one.what, one.says) for one in line.enrichment] for line in lines] == [
        [],
        [],
        [(OM, "punishable", "yes"), (ADV, "level", "serious")],
    ]


def test_rdo_2_only_parties_to_the_covenant_see_cases(rdo: Files):
    """OM, police and ADV do, for cases with a criminal side. NOT the municipality, NOT an interest group, NOT a case without that side."""
    chain = rdo[0].get("proef")
    one = scheme(rdo, "samenwerkingsafspraken").consultation("rdo-casusoverleg")
    state, day = ChainState(name="proef"), date(2026, 3, 10)
    for partner in (OM, POLICE, ADV):
        assert seat(chain, one, state, partner, day) == Seat(True, True)
    for partner in (CITY, COC, HELP):
        assert seat(chain, one, state, partner, day) == Seat(False, False, Why.NOT_PARTY)
    criminal, other = case(rdo, 1, report(police_record="complaint")), case(rdo, 2, report())
    assert (criminal_side(criminal), criminal_side(other)) == (True, False)
    assert [line.cases for line in agenda_of(rdo, "rdo-casusoverleg", "2026-03-10 12:00", criminal, other).lines] == [
        (case_id(1),)
    ]


def test_rdo_2_a_covenant_that_ended_lets_nobody_see_a_case(rdo: Files):
    """On its last day it holds; the day after it does not. What the operator records in the ledger goes before the chain's file."""
    chain = rdo[0].get("proef")
    one = scheme(rdo, "samenwerkingsafspraken").consultation("rdo-casusoverleg")
    stream = Stream.of(rdo[0])
    assert seat(chain, one, stream.state, OM, date(2026, 5, 31)).cases
    assert seat(chain, one, stream.state, OM, date(2026, 6, 1)) == Seat(False, True, Why.ENDED)
    signed = AgreementSigned(
        agreement="convenant-gegevensuitwisseling",
        parties=(POLICE, OM),
        purposes=("consultation",),
        valid_from=date(2026, 6, 1),
    )
    stream.tell(signed, None, moment("2026-05-20 10:00"))
    assert seat(chain, one, stream.state, OM, date(2026, 6, 1)).cases
    assert seat(chain, one, stream.state, ADV, date(2026, 6, 1)).why is Why.NOT_PARTY
    assert seat(chain, one, stream.state, OM, date(2026, 5, 31)).why is Why.NOT_YET


def test_rdo_3_the_municipality_joins_when_all_agree_and_sees_numbers(rdo: Files):
    """Two of three agreeing: refused. Three of three: allowed, and it sees totals of five and more. NOT the list of cases."""
    chain = rdo[0].get("proef")
    one = scheme(rdo, "samenwerkingsafspraken").consultation("sdo")
    state, day = ChainState(name="proef"), date(2026, 3, 10)
    two, three = frozenset({POLICE, OM}), frozenset({POLICE, OM, ADV})
    assert seat(chain, one, state, CITY, day, two) == Seat(False, False, Why.NOT_AGREED)
    assert uninvited(chain, one, (POLICE, OM, ADV, CITY), two) == [CITY]
    assert seat(chain, one, state, CITY, day, three) == Seat(False, True, Why.NOT_A_MEMBER)
    assert uninvited(chain, one, (POLICE, OM, ADV, CITY), three) == []
    cases = [case(rdo, number, report()) for number in range(1, 7)]
    cases.append(case(rdo, 7, report(natures=("scolding",))))
    cases += [case(rdo, number, report(natures=("graffiti",))) for number in range(8, 15)]
    figures = scheme(rdo, "samenwerkingsafspraken").overview("strategische-cijfers")
    assert figures is not None
    assert Role.MUNICIPALITY in figures.readers
    seen = numbers_of(chain, figures, cases, "2026-03")
    assert seen["nature", "all", "threat"] == 6
    shown = {word: count for (table, row, word), count in seen.items() if (table, row) == ("nature", "all")}
    assert shown == {"threat": 6, OTHERS: None}  # the one scolding is hidden, and the seven graffiti with it


def test_rdo_4_four_times_a_year_at_least(rdo: Files):
    """Three RDO, two LDO, two LODO: one miss, the RDO's, when 31 December has passed. A member may ask for a LODO meeting more.

    NOT a miss after each quarter.
    """
    stream = Stream.of(rdo[0])
    for day in ("2026-02-03", "2026-06-02", "2026-10-06"):
        stream.minutes("rdo-casusoverleg", day)
    for day in ("2026-03-10", "2026-09-08"):
        stream.minutes("ldo", day).minutes("lodo", day).minutes("sdo", day, items=("eenheidsrapport",))
    here = scheme(rdo, "samenwerkingsafspraken")
    meetings = {rhythm.id for rhythm in here.rhythms if rhythm.of in ("rdo-casusoverleg", "ldo", "lodo")}
    assert len(meetings) == 3
    assert missed(stream.passes("2026-04-01 12:00")) == []
    assert missed(stream.passes("2026-10-01 12:00")) == []
    said = [event for event in missed(stream.passes("2027-01-01 00:00")) if event.rhythm in meetings]
    assert [(event.rhythm, event.held, event.wanted) for event in said] == [("rdo-vier-keer", 3, 4)]
    assert here.consultation("lodo").on_request
    for day in ("2027-01-20", "2027-06-01"):  # one that a member asked for counts as any other
        stream.minutes("lodo", day)
    said = [event for event in missed(stream.passes("2028-01-01 00:00")) if event.rhythm in meetings]
    assert {event.rhythm: event.held for event in said} == {"rdo-vier-keer": 0, "ldo-twee-keer": 0}


def test_rdo_5_lead_times_from_the_first_report(rdo: Files):
    """Since the report and since the last step. NOT measured from the import."""
    told = report(at="2026-03-02 12:00", police_record="complaint")
    opened = case(rdo, 1, told, granted(HELP), contact_made(POLICE, "2026-03-04 10:00"))
    seen = agenda_of(rdo, "rdo-casusoverleg", "2026-03-12 12:00", opened).lines[0].lead_time
    assert (seen.since_report, seen.since_last_step, seen.suspended) == (10, 8, 0)
    old = case(
        rdo, 3, report(at="2024-03-12 12:00", logged="2026-03-11 12:00", history=True, police_record="complaint")
    )
    assert agenda_of(rdo, "rdo-casusoverleg", "2026-03-12 12:00", old).lines[0].lead_time.since_report == 730


def test_rdo_5_what_stands_still_is_shown_apart():
    """A clock that waits is counted beside the days, and takes none off them; going on again, it is no longer counted."""
    story = given(report_in_groningen())
    assert times(story.case).suspended == 0
    story.when(corrected(by=GRONINGEN, identity="anonymous_heard"))
    still = times(story.case)
    assert still.suspended == len([one for one in story.case.clocks.values() if one.state == "suspended"]) > 0
    story.when(corrected(by=GRONINGEN, identity="by_name"))
    running = times(story.case)
    assert (running.suspended, running.since_report, still.since_report) == (0, 10, 10)


def test_rdo_5_how_long_it_stood_still_is_shown_apart():
    """From the fourth to the seventh nobody could call, and from the tenth again: three days on the tenth, five on the twelfth.

    NOT taken off the days since the report, NOT counted once for each clock that stood still.
    """
    story = given(report_in_groningen())
    for day, identity, days in ((4, "anonymous_heard", 8), (7, "by_name", 3), (10, "anonymous_heard", 5)):
        story.when(replace(corrected(GRONINGEN, identity=identity), logged=moment(f"2026-03-{day:02} 12:00")))
        seen = times(story.case)
        assert (seen.since_report, seen.days_suspended) == (10, days)
    assert times(story.case).suspended > 1, "several stand still at once"
    story.when(passed("2026-03-11 12:00"), close_requested(GRONINGEN, "anonymous"))
    assert times(story.case).days_suspended == 5


def test_rdo_5_a_clock_that_will_never_run_again_does_not_count_as_waiting():
    """She took back her yes to the help that was to call her. NOT a month in which nobody was held to anything."""
    story = given(report(consents=(terms(HELP),)), accepted(HELP))
    story.when(withdrawn(HELP))
    assert "referral_ended" in {one.still for one in story.case.clocks.values()}
    story.when(passed("2026-04-02 12:00"))
    assert times(story.case).days_suspended == 0


def test_rdo_5_a_reopened_case_keeps_its_first_date(rdo: Files):
    """NOT the day on which it was closed, or opened again."""
    told = report(at="2026-03-02 12:00", police_record="complaint")
    again = case(rdo, 2, told, thread_closed(POLICE), passed("2026-03-05 12:00"), close_requested(), reopen_requested())
    shown = agenda_of(rdo, "rdo-casusoverleg", "2026-03-12 12:00", again).lines[0]
    assert (shown.reported_on, shown.lead_time.since_report) == (date(2026, 3, 2), 10)


def test_rdo_5_a_hand_over_starts_nothing_again():
    """The adviser took the case over on the fifth: a step of that day. NOT the day from which it is counted."""
    story = given_in(
        "utrecht",
        report(
            by="gemeente-utrecht",
            at="2026-03-02 12:00",
            place={"municipality": "utrecht", "district": "lombok", "place_type": "home"},
        ),
        granted("adviseur-utrecht", by="gemeente-utrecht"),
    )
    assert owner_of(story.case) == "gemeente-utrecht"
    story.when(replace(accepted("adviseur-utrecht"), logged=moment("2026-03-05 12:00")))
    assert owner_of(story.case) == "adviseur-utrecht"
    seen = times(story.case)
    assert (seen.since_report, seen.since_last_step) == (10, 7)


def times(one: State) -> LeadTime:
    """Its lead times on the twelfth of March."""
    shown = line([one], EMPTY, [Shows.LEAD_TIMES], moment("2026-03-12 12:00")).lead_time
    assert shown is not None
    return shown


def test_rdo_6_reviews_an_end_and_words_outside_the_definitions(tmp_path: Path):
    """Signed 15 May 2017, in force the day after, three years, reviewed every two: due 16 May 2019, warned before 16 May 2020.

    NOT silently valid after; a word outside the shared definitions is kept as told and listed. NOT recoded.
    """
    files = keeping(tmp_path, RDO, since="2017-05-16", more=COVENANT)
    chain = files[0].get("proef")
    agreement = scheme(files, "samenwerkingsafspraken").agreement("samenwerkingsafspraken")
    assert (agreement.in_force, agreement.until) == (date(2017, 5, 16), date(2020, 5, 15))
    here = newest_of("samenwerkingsafspraken")
    assert [expired(here, day) for day in (date(2020, 5, 15), date(2020, 5, 16))] == [False, True]
    stream = Stream.of(files[0])
    said = [(event.rhythm, event.deliver_on) for event in due(stream.passes("2026-01-01 00:00"))]
    assert said == [
        ("samenwerkingsafspraken-review", date(2019, 5, 16)),
        ("samenwerkingsafspraken-end", date(2020, 2, 15)),
    ]
    assert len(list(announced(chain, moment("2030-01-01 00:00")))) == 2
    told = case(files, 1, report(natures=("neighbour_quarrel", "threat"), police_record="complaint"))
    line = agenda_of(files, "rdo-casusoverleg", "2026-03-10 12:00", told).lines[0]
    assert (line.natures, line.unmapped) == (("neighbour_quarrel", "threat"), ("neighbour_quarrel",))


def test_utr_3_every_report_comes_before_the_driehoek(tmp_path: Path):
    """One light, one heavy, one settled: three items, each with report, effort, settlement; a withdrawn one shown as withdrawn.

    NOT only the heavy one, NOT a name or an address.
    """
    files = keeping(tmp_path, "utrecht-driehoek")
    cases = [
        case(files, 1, report(natures=("scolding",))),
        case(
            files,
            2,
            report(at="2026-03-03 12:00", natures=("assault",)),
            granted(HELP),
            contact_made(POLICE, "2026-03-04 10:00"),
            agreed(POLICE, "camera", id="00000000-0000-7000-8000-00000000ac70"),
            agreed(POLICE, "letter"),
            done(POLICE, "00000000-0000-7000-8000-00000000ac70"),
        ),
        case(files, 3, report(at="2026-03-04 12:00"), close_requested()),
        case(files, 4, report(at="2026-03-05 12:00"), withdrawn()),
    ]
    agenda = agenda_of(files, "driehoek", "2026-03-10 12:00", *cases)
    assert [(line.natures, line.status, line.settlement) for line in agenda.lines] == [
        (("scolding",), "open", None),
        (("assault",), "open", None),
        (("threat",), "closed", "enough_help"),
        (("threat",), "withdrawn", None),
    ]
    nothing = Effort(contacts=0, attempts=0, referrals=0, taken_up=0, actions=0, done=0)
    some = Effort(contacts=1, attempts=0, referrals=1, taken_up=0, actions=2, done=1)
    assert [line.effort for line in agenda.lines] == [nothing, some, nothing, nothing], "each with the effort"
    assert "sealed" not in repr(agenda)
    settled = Stream.of(files[0]).minutes("driehoek", "2026-03-11", cases=(case_id(3),), settled=(case_id(3),)).state
    assert len(agenda_of(files, "driehoek", "2026-03-12 12:00", *cases, meetings=settled).lines) == 3


def test_utr_6_an_evaluation_that_is_overdue(tmp_path: Path):
    """Half a year without minutes (our choice): shown to the chain's owner. NOT a breach on any person's case."""
    files = keeping(tmp_path, "utrecht-driehoek")
    stream, one = Stream.of(files[0]), case(files, 1, report())
    before = dict(one.clocks)
    said = missed(stream.passes("2026-07-01 00:00"))
    assert [(event.rhythm, event.tell) for event in said] == [("evaluatie-elk-half-jaar", (CITY,))]
    assert one.clocks == before
    stream.minutes("evaluatie", "2026-09-01")
    assert missed(stream.passes("2027-01-01 00:00")) == []


def test_a_refused_label_stands_on_no_agenda(tmp_path: Path):
    files = keeping(tmp_path, "utrecht-driehoek")
    ground = {"ground": "sexual_orientation", "basis": "said_by_victim"}
    told = report(grounds=(ground, {"ground": "origin"}), label="said_by_victim")
    other = report(at="2026-03-03 12:00", grounds=(ground,))
    refused = joined(case(files, 1, told, label_refused()), 2)
    same = joined(case(files, 2, other), 1)
    shown = agenda_of(files, "driehoek", "2026-03-10 12:00", refused, same).lines
    assert [line.grounds for line in shown] == [("origin",)]
    assert "refused" not in repr(shown)


def test_a_drill_and_an_erased_person_are_on_no_agenda(tmp_path: Path):
    files = keeping(tmp_path, "utrecht-driehoek")
    real = case(files, 1, report())
    drill = case(files, 2, replace(report(at="2026-03-03 12:00"), drill=True))
    erased = case(files, 3, report(at="2026-03-04 12:00"))
    assert len(agenda_of(files, "driehoek", "2026-03-10 12:00", real, drill, erased).lines) == 2
    erased.erased["victim"] = "the event that says so"
    assert len(agenda_of(files, "driehoek", "2026-03-10 12:00", real, drill, erased).lines) == 1
