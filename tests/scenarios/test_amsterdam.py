"""AMS: the Amsterdam Handelingskader of 2023 [1]. Each test is named after its line of the scenarios (README.md here)."""

from dataclasses import replace

import pytest

from backbone.definitions import protocol_entry
from backbone.overviews.incident import incidents
from backbone.overviews.issues import Issue, press
from backbone.overviews.periods import Period
from schakel import codec
from schakel.case import apply
from schakel.case_loop import owner_of
from schakel.case_state import State
from schakel.definitions import PROTOCOL, Definitions
from schakel.events import Derived
from schakel.events.case import ThreadClosed
from schakel.events.clock import ClockBreached, ClockStarted
from schakel.events.consent import ConsentNeeded
from schakel.events.referral import PartyInformed, ReferralProposed
from schakel.messages import ConsentQuestion, Information, Message, ReferralOffered
from tests.scenarios.desk_stories import items, kinds
from tests.scenarios.stories import ever_sent, file_of, given
from tests.support.casebook import Story
from tests.support.conclusions import (
    aftercare_due,
    any_breach,
    clock_started,
    clock_stopped,
    closed,
    delivered,
    held,
    informed,
    needed,
    of_type,
    proposed,
    released,
    scheduled,
)
from tests.support.desks import taken
from tests.support.meetings import agenda_of, case, case_id, issue_of
from tests.support.newest import shipped
from tests.support.telling import (
    ADV,
    CITY,
    HELP,
    POLICE,
    RITA,
    Tell,
    accepted,
    close_requested,
    completed,
    contact_made,
    corrected,
    declined,
    explained,
    granted,
    label_given,
    label_refused,
    level_set,
    moment,
    passed,
    refused,
    report,
    requested,
    terms,
    thread_closed,
    withdrawn,
)


def test_ams_1_three_referrals_each_with_its_own_question():
    """Police, by name, assault, resident of Oost, nothing asked yet: three referrals proposed, each held with its own question.

    She grants Slachtofferhulp only: only that one goes. NOT one consent used for another. Nothing was explained: that shows.
    """
    story = given(report(natures=("assault",)))
    receivers = (HELP, CITY, ADV)
    story.then_among(
        proposed(HELP, role="victim_support"),
        proposed(CITY, role="coordinator"),
        proposed(ADV, role="anti_discrimination"),
        *(held(to, reason="not_asked") for to in receivers),
        *(needed(to, ask=POLICE) for to in receivers),
    )
    assert [one.to for one in story.case.referrals.values()] == [HELP, CITY, ADV]
    assert len(story.sent(ConsentQuestion, POLICE)) == 3
    story.when(granted(HELP)).then(released(HELP), delivered(HELP))
    story.never(released(CITY), released(ADV), delivered(CITY), delivered(ADV))
    assert story.sent(ReferralOffered, CITY) == story.sent(ReferralOffered, ADV) == []
    assert not_explained(story) == ["desk_information", "label_benefit_and_risk", "report_vs_complaint"]
    story.when(explained("label_benefit_and_risk"))
    assert not_explained(story) == ["desk_information", "report_vs_complaint"]


def not_explained(story: Story) -> list[str]:
    """What `schakel case show` says of it, from what stands on `schakel.definitions`."""
    protocols = story.world.protocols
    made = {f"{PROTOCOL}{protocol.ref}": protocol_entry(protocol) for protocol in protocols}
    return Definitions(made).not_explained(story.case)


def test_ams_1_what_was_not_explained_first_shows_as_not_explained():
    """Label benefit before the label, report versus complaint before the complaint. NOT a duty for what has not come up.

    It counts as explained when it was said in the course of the question, too.
    """
    story = given(report(by=POLICE))
    assert missing(story) == set()
    story.when(label_given(), taken())
    assert missing(story) == {"label_benefit_and_risk", "report_vs_complaint", "desk_information"}
    story.when(explained("report_vs_complaint"), explained("desk_information"))
    assert missing(story) == {"label_benefit_and_risk"}
    story.when(label_refused())
    assert missing(story) == set(), "it was explained with the question about the label"


def missing(story: Story) -> set[str]:
    return {item.what[0] for item in items(story) if item.kind == "not_explained"}


def test_ams_2_a_victim_from_elsewhere_goes_to_the_home_town():
    """Residence elsewhere: Slachtofferhulp of the home town, asked for, whose duty and clock it is to contact her.

    NOT the district's project leader: nothing of it goes there.
    """
    story = given(report(place={"district": "centrum"}, residence={"elsewhere": "yes", "municipality": "haarlem"}))
    story.then_among(proposed(HELP, step="slachtofferhulp-eigen-woonplaats"), needed(HELP)).never(proposed(CITY))
    story.when(granted(HELP)).then(
        released(HELP),
        delivered(HELP),
        clock_started("contact-eigen-woonplaats", responsible=HELP, started_at=story.case.time),
    )
    story.never(clock_started("eerste-contact"))
    assert [one.to for one in story.case.referrals.values()] == [HELP]
    assert [to for to, _ in ever_sent(story) if to == CITY] == []
    step = file_of(story, "amsterdam-handelingskader").step("slachtofferhulp-eigen-woonplaats")
    assert step is not None
    assert "contact" in (step.refer.duty or "")
    assert owner_of(story.case) == POLICE, "who is in touch with her looks, as long as nobody has taken it up"
    assert owner_of(story.when(accepted(HELP)).case) == HELP, "NOT a case for the district project leader as owner"


@pytest.mark.parametrize(
    "told",
    [
        (granted(HELP), accepted(HELP), contact_made(HELP, "2026-03-04 10:00"), thread_closed(HELP), completed(HELP)),
        (granted(HELP), declined(HELP)),
        (granted(HELP), passed("2026-04-02 12:00")),
        (granted(HELP), accepted(HELP), withdrawn()),
        (refused(HELP),),
        (),
    ],
    ids=["taken up", "declined", "not answered", "taken back", "refused", "not asked"],
)
def test_ams_2_whatever_becomes_of_it_the_project_leader_has_no_part_in_it(told: tuple[Tell, ...]):
    """Somebody looks after the case at every moment: who took the report in, then who took it up at home.

    NOT the project leader of the district as owner, from the moment that it is proposed to the home town; NOT a word to the project
    leader, NOT a clock that waits for one.
    """
    place, home = {"district": "centrum"}, {"elsewhere": "yes", "municipality": "haarlem"}
    story = given(report(place=place, residence=home)).when(*told)
    owners = owners_from(story, ReferralProposed)
    assert None not in owners
    assert owners <= {POLICE, HELP}
    assert [to for to, _ in ever_sent(story) if to == CITY] == []
    assert [clock.name for clock in story.case.clocks.values() if clock.responsible == CITY] == []
    story.never(proposed(CITY), informed("coordinator"))


def owners_from(story: Story, begins: type[Derived]) -> set[str | None]:
    """Who looked after the case, at every position of the ledger since the first of these."""
    case, owners, begun = State(id=story.case.id), set(), False
    for entry in story.world.ledger:
        if entry.event.IN_CASE:
            apply(case, entry)
        begun = begun or isinstance(entry.event, begins)
        if begun:
            owners.add(owner_of(case))
    return owners


@pytest.mark.parametrize(
    "home", [{"abroad": True}, {}, {"municipality": "nergenshuizen"}], ids=["abroad", "not said", "not known"]
)
def test_ams_2_a_home_that_is_not_known_is_not_guessed(home: dict[str, object]):
    """For a person to sort out, on the coordinator's list; no partner is picked by guess."""
    story = given(report(residence={"elsewhere": "yes", **home})).never(of_type(ReferralProposed))
    (item,) = [one for one in items(story) if one.kind == "home_without_receiver"]
    assert (item.who, item.what) == (None, ("victim_support",))
    assert (owner_of(story.case), ever_sent(story)) == (CITY, []), "on the list of the place, until her home is known"
    story.when(corrected(POLICE, residence={"elsewhere": "yes", "municipality": "haarlem"}))
    assert "home_without_receiver" not in kinds(story)


def test_ams_2_whether_she_lives_elsewhere_is_asked_until_it_is_known():
    story = given(report(residence={"elsewhere": "unknown"}))
    assert "home_not_known" in kinds(story)
    story.when(corrected(POLICE, residence={"elsewhere": "no"}))
    assert "home_not_known" not in kinds(story)


def test_ams_3_a_label_she_refuses_reaches_nobody_from_there_on():
    """Labelled because of the place, then refused by the victim: from there no message carries it, and help goes on unchanged.

    NOT the earlier records altered, NOT asked again, NOT a word to anybody that it was refused.
    """
    place = {"district": "centrum", "place_type": "nightlife"}
    story = given(report(place=place, consents=(terms(HELP),)), accepted(HELP), label_given(basis="place"))
    before, sent = [codec.encode(entry.event) for entry in story.world.ledger], len(messages(story))
    referrals, clocks = story.case.referrals, story.case.clocks

    story.when(label_refused()).expect_nothing()
    assert (story.case.referrals, story.case.clocks) == (referrals, clocks)
    story.when(label_given(HELP)).expect_nothing()
    story.when(granted(ADV), requested(CITY, role="coordinator", purpose="aftercare", wants=("label",)))
    story.when(granted(CITY, "contact_details", "label", purpose="aftercare")).then_among(
        released(CITY, purpose="aftercare", scopes=("case_facts", "contact_details"))
    )

    assert len(messages(story)) > sent
    assert not [message for message in messages(story)[sent:] if "label" in message.model_dump_json()]
    assert [codec.encode(entry.event) for entry in story.world.ledger[: len(before)]] == before
    asked = [entry.event.recipient for entry in story.concluded(since=0) if isinstance(entry.event, ConsentNeeded)]
    assert sorted(asked) == sorted([CITY, ADV, CITY])  # one a step, none about the label


MEETING = "2026-04-07 12:00"
MARCH = "2026-03"
LHBTI = {"ground": "sexual_orientation", "basis": "shouted"}


def labelled(number: int) -> Story:
    place = {"district": "centrum", "place_type": "nightlife"}
    return given(report(place=place, grounds=(LHBTI,)), label_given(basis="place"), case_id=case_id(number))


def test_ams_3_an_overview_that_was_made_stays_and_no_later_one_or_list_has_it():
    """The quarter was issued with her label in it: that stays as it was. What is made from there on, overview or list, has it not.

    NOT an issue altered, NOT a list that shows "refused" next to a case.
    """
    cases = [labelled(number) for number in range(1, 6)]
    (listed,) = agenda_of(shipped(), "casusoverleg", MEETING, cases[0].case, of="amsterdam").lines
    assert listed.grounds == ("sexual_orientation",)
    issued = quarter(cases, {})
    assert with_the_label(issued) == 5

    cases[0].when(label_refused())
    assert quarter(cases, issued) == {}, "what was issued is not made again"
    assert with_the_label(quarter(cases, {})) is None, "four, had it been made now"
    (now,) = agenda_of(shipped(), "casusoverleg", MEETING, cases[0].case, of="amsterdam").lines
    assert now == replace(listed, grounds=())
    assert "refused" not in repr(now)


def quarter(cases: list[Story], kept: dict[str, Issue]) -> dict[str, Issue]:
    """The issues of the first quarter that are still to be made."""
    chain = shipped()[0].by_name["amsterdam"]
    counted = list(incidents(chain, [story.case for story in cases], frozenset()))
    return {one.period: one for one in press(chain, Period.parse("2026-Q1"), counted, kept, moment("2026-04-07 12:00"))}


def with_the_label(issued: dict[str, Issue]) -> int | None:
    return issued["2026-Q1"].shown["ground"]["all"]["sexual_orientation"]


def messages(story: Story) -> list[Message]:
    """Everything the gate has sent, in order."""
    return [message for _, message in story.world.seats["consent"].sent]


@pytest.mark.parametrize("level", ["serious", "less_serious"])
def test_ams_4_help_is_the_same_and_only_serious_informs_the_board(level: str):
    """Two reports alike, one marked serious by injury: the same steps, questions and clocks; the board is told of one only.

    Without personal data: what happened and where, not where she lives.
    """
    told = report(residence={"municipality": "amsterdam", "elsewhere": "no"})
    plain, marked = given(told), given(told).when(level_set(POLICE, level))
    assert without_informing(marked) == without_informing(plain)
    informed_of = [entry.event for entry in marked.concluded() if isinstance(entry.event, PartyInformed)]
    assert sorted(event.role for event in informed_of) == (["district_chair", "mayor"] if level == "serious" else [])
    assert len(marked.sent(Information)) == len(informed_of)
    for message in marked.sent(Information):
        assert message.facts.residence.municipality is None


def without_informing(story: Story) -> list[Derived]:
    drawn = (entry.event for entry in story.concluded(since=0))
    return [event for event in drawn if isinstance(event, Derived) and not isinstance(event, PartyInformed)]


def test_ams_4_a_call_by_the_chair_has_its_own_consent():
    """Informing the board is not the board calling her: that is a step of its own. NOT a call on her yes to help."""
    story = given(report(consents=(terms(CITY),)), level_set(POLICE, "serious"))
    story.when(requested(CITY, role="district_chair", purpose="board_contact")).then(
        proposed(CITY, purpose="board_contact"),
        needed(CITY, purpose="board_contact"),
        held(CITY, purpose="board_contact", reason="not_asked"),
    )
    story.when(granted(CITY, purpose="board_contact")).then_among(released(CITY, purpose="board_contact"))


def test_ams_5_each_partner_ends_its_own_follow_up_and_the_project_leader_the_case():
    """Two threads closed, the project leader's open: the case is open. She closes: the case is closed, recovered is unknown.

    One to two months after the closing (our choice) aftercare is due. NOT recovered, NOT shown as late.
    """
    story = given(report(consents=(terms(HELP), terms(ADV))), accepted(HELP), accepted(ADV))
    story.when(thread_closed(HELP, "enough_help"), thread_closed(ADV, "means_exhausted_referred_on"))
    story.then(clock_stopped("duur-nazorg", by=HELP))
    assert story.case.closed is None
    story.when(close_requested(CITY)).then(
        closed(reason="enough_help"), scheduled("victim"), clock_started("nabellen", due_at=None, responsible=CITY)
    )
    assert all(entry.event.recovered == "unknown" for entry in story.world.ledger if hasattr(entry.event, "recovered"))
    story.when(passed("2026-04-02 23:59")).expect_nothing()
    story.when(passed("2026-04-03 00:00")).then(
        aftercare_due(kind="nabellen", due_on="2026-05-04", responsible=CITY)
    ).then_quiet()
    story.when(contact_made(CITY, "2026-04-10 11:00")).then_among(clock_stopped("nabellen", by=CITY)).then_quiet()
    story.when(passed("2026-09-01 00:00")).never(any_breach())
    assert story.case.closed


@pytest.mark.parametrize("said", ["at the closing", "to one partner"])
def test_ams_5_not_a_call_that_she_does_not_want(said: str):
    """NOT a call if she said she wants none."""
    story = given(report(consents=(terms(HELP),)), accepted(HELP))
    if said == "to one partner":
        story.when(Tell(HELP, ThreadClosed(reason="enough_help", wants_call="no")))
    story.when(close_requested(CITY, wants_call="no" if said == "at the closing" else "unknown"))
    story.when(passed("2026-05-20 00:00")).never(aftercare_due(), clock_started("nabellen"))


def test_ams_6_a_one_way_report_of_the_platform_is_registered_and_left_alone():
    """RITA forwards a one-way report three days later: Discriminatie.nl has it, and marks it light.

    NOT a clock, a question, a breach.
    """
    story = given(one_way())
    story.then_among(
        proposed(ADV, step="meldplatform-naar-discriminatie-nl"), released(ADV, mode="stripped"), delivered(ADV)
    )
    story.when(level_set(ADV, "light"), passed("2026-06-02 12:00")).expect_nothing()
    assert story.case.levels == {ADV: "light"}
    story.never(of_type(ClockStarted), of_type(ClockBreached), of_type(ConsentNeeded))


def one_way() -> Tell:
    return report(by=RITA, identity="one_way", at="2026-03-02 12:00", logged="2026-03-05 12:00")


def test_ams_6_it_is_counted_in_the_districts_month_and_no_line_when_they_are_few():
    """Five in Oost: the month of Oost has five. NOT a line of Oost with four of them."""
    chain = shipped()[0].by_name["amsterdam"]
    cases = [case(shipped(), number, one_way(), level_set(ADV, "light")) for number in range(1, 6)]
    assert issue_of(chain, cases, MARCH).shown["incidents"]["oost"] == {"all": 5}
    few = issue_of(chain, cases[:4], MARCH).shown["incidents"]
    assert {count for row in few.values() for count in row.values() if count} == set()


def test_amsterdam_promised_no_term_so_nothing_is_late():
    """Practice is a day to a week [1 §2.2]; a limit that nobody promised is not shown as breached."""
    story = given(report(), passed("2027-03-02 12:00")).never(any_breach(), informed("mayor"))
    story.when(contact_made(CITY, "2027-03-02 13:00")).never(any_breach())
