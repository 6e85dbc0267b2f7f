"""ZWB: Regionaal Aanspreekpunt Discriminatiezaken [0 Fase 4]. Each test is named after its line of the scenarios (README.md here)."""

from schakel import codec
from schakel.case_scheme import scheme_of
from schakel.case_state import State
from schakel.chain_state import ChainState
from schakel.events.consent import ConsentNeeded
from schakel.events.referral import ReferralProposed
from tests.protocols.samples import ROOT
from tests.scenarios.desk_stories import items, kinds
from tests.scenarios.region import given_in, region
from tests.scenarios.stories import ever_sent, file_of, given, why_not
from tests.support.casebook import Story
from tests.support.conclusions import clock_started, delivered, held, informed, needed, of_type, proposed, released
from tests.support.desks import advice_wanted, needs, talk
from tests.support.meetings import Stream, agenda_of, case_id
from tests.support.telling import (
    Tell,
    accepted,
    assessed,
    close_requested,
    contact_made,
    corrected,
    granted,
    report,
    requested,
)
from tests.support.telling_schemes import agreed, complaint_settled, complaint_taken, matched, screened

CONTACT, TRAINED, OTHER = "aanspreekpunt-zwb", "team-markdal", "team-leijdal"
HELP, ADV, MEDIATORS, INTEREST = "slachtofferhulp", "radar-zwb", "buurtbemiddeling-breda", "belangengroep-breda"
SCHEME = "zwb-aanspreekpunt"
PLACE = {"municipality": "breda", "district": "markdal", "place_type": "street"}


def record(**more: object) -> Tell:
    """A police record, found before anybody has looked at it."""
    return report(
        by=CONTACT, channel="list_import", police_record="log_entry", place=PLACE, **{"record_kind": "lead", **more}
    )


def test_zwb_1_a_match_is_a_candidate_and_a_phone_call_nothing_more():
    """The query found it: the Aanspreekpunt is told to phone. Before screening NOT a label, a referral, an item of the RDO, a contact
    by, or a word to, anybody else.
    """
    story = given_in("zwb", record())
    story.never(informed("discrimination_contact")).when(matched(CONTACT))
    story.then(
        informed("discrimination_contact", to=CONTACT, inform="bel-de-aangever"),
        clock_started("telefoon-aangever", responsible=CONTACT, due_at=None),
    )
    story.never(of_type(ReferralProposed), of_type(ConsentNeeded))
    assert story.case.labels == []
    assert scheme_of(story.case).found.version == "2026.1"
    assert on_the_rdo("2026-03-10 12:00", story.case) == []
    assert {to for to, _ in ever_sent(story)} == {CONTACT}
    for other in (OTHER, TRAINED, ADV, HELP):
        assert why_not(story, contact_made(other, "2026-03-02 14:00")) == "case.not_yours"


def on_the_rdo(at: str, *cases: State, meetings: ChainState | None = None) -> list[str]:
    """The cases on the agenda of the RDO at a moment."""
    lines = agenda_of(region("zwb"), "rdo-casusoverleg", at, *cases, meetings=meetings, of="zwb").lines
    return [case for line in lines for case in line.cases]


def test_zwb_1_screened_out_stays_a_lead():
    """A person made nothing of it: no referral, and the query and its version stay known."""
    story = given_in("zwb", record(), matched(CONTACT)).when(screened(CONTACT, "no"))
    story.never(of_type(ReferralProposed))
    assert scheme_of(story.case).found.relevant == "no"
    assert on_the_rdo("2026-03-10 12:00", story.case) == []


def found(*told: Tell, number: int = 1, **more: object) -> Story:
    """Screened in; it is a report now. Then these."""
    chains, protocols = region("zwb")
    report_now = corrected(CONTACT, record_kind="report", place=PLACE)
    first = (record(**more), matched(CONTACT), screened(CONTACT), report_now)
    return given(*first, *told, chains=chains, protocols=protocols, case_id=case_id(number))


NO_MARK = (
    "qualif",
    "trained",
    "training",
    "sensitiv",
    "gevoelig",
    "opgeleid",
    "score",
    "rating",
    "rank",
    "suitab",
    "geschikt ",
)
"""What would be a mark on a person. The step is called after a suitable colleague: that is the file's, and of nobody."""


def test_zwb_3_no_event_has_a_field_for_a_mark_on_a_person():
    """Whatever the story: closed lists of fields and words, in all that stands in the ledger and goes to partners."""
    listed = (ROOT / "tests" / "language" / "readable.txt").read_text(encoding="utf-8").lower()
    assert [word for word in NO_MARK if word in listed] == []


def test_zwb_3_who_is_trained_or_not_leaves_nothing_else_in_the_ledger():
    """The same day by day, once with the training over: who is proposed differs, and nothing beside it."""
    (one,), (other,) = (
        [entry.event for entry in story.world.ledger if isinstance(entry.event, ReferralProposed)]
        for story in (found(), found(at="2027-07-01 12:00"))
    )
    assert (one.to, other.to) == (TRAINED, OTHER)
    same = {"premises", "to"}
    assert one.model_dump(exclude=same) == other.model_dump(exclude=same)


def test_zwb_3_whoever_is_trained_comes_first_and_another_only_with_a_reason():
    """The trained team is proposed although the file names the other first, with advice on how to handle it.

    NOT a score or remark on a person in the ledger: who is trained stands in the chain's file alone.
    """
    story = found().then_among(proposed(TRAINED, role="police", step="geschikte-collega")).never(proposed(OTHER))
    step = file_of(story, SCHEME).step("geschikte-collega")
    assert step is not None
    assert step.refer.advice
    by_hand = {"by": CONTACT, "role": "police"}
    assert why_not(story, requested(TRAINED, **by_hand)) is None
    assert why_not(story, requested(OTHER, **by_hand)) == "motive.missing"
    assert why_not(story, requested(OTHER, motive="knows_the_street", **by_hand)) is None
    ledger = b" ".join(codec.encode(entry.event) for entry in story.world.ledger)
    assert [word for word in NO_MARK if word.encode() in ledger.lower()] == []
    said = " ".join(entry.event.model_dump_json() for entry in story.world.ledger).lower()
    assert [word for word in NO_MARK if word in said] == [], "nor as the name of a field"


def test_zwb_3_training_ends_on_its_day():
    """A day later nobody is trained: the file's order, and by hand a reason is asked for everybody."""
    story = found(at="2027-07-01 12:00")
    story.then_among(proposed(OTHER, role="police"))
    assert why_not(story, requested(TRAINED, by=CONTACT, role="police")) == "motive.missing"


# --- ZWB-2


def phoned(*told: Tell) -> Story:
    """A candidate, whom the Aanspreekpunt calls."""
    return given_in("zwb", record(), matched(CONTACT), *told)


def test_zwb_2_the_schemes_own_file_asks_the_four_questions_of_the_call():
    """NOT "done" with an empty form, NOT asked where no query found anything."""
    assert "answers_missing" not in kinds(given_in("zwb", record(), talk(CONTACT, "2026-03-02 13:00")))
    story = phoned(talk(CONTACT, "2026-03-02 13:00"))
    assert len(kinds(story)["answers_missing"]) == 4
    story.when(talk(CONTACT, "2026-03-02 14:00", "how_are_you", "how_was_the_complaint", "what_do_you_expect"))
    assert kinds(story)["answers_missing"] == ("extra_information",)
    story.when(talk(CONTACT, "2026-03-03 14:00", "extra_information"))
    assert "answers_missing" not in kinds(story)


def test_zwb_2_a_talk_with_somebody_else_answers_nothing_of_it():
    story = phoned(talk(CONTACT, "2026-03-02 13:00", "how_are_you"))
    story.when(talk(CONTACT, "2026-03-02 15:00", "extra_information", whom="witness"))
    assert len(kinds(story)["answers_missing"]) == 3


def test_zwb_2_after_do_not_call_me_nothing_more_is_asked():
    """NOT a second call: what was not asked shows as not asked, and is nobody's to do. Who calls all the same is heard, and marked."""
    story = phoned(talk(CONTACT, "2026-03-02 13:00", "how_are_you", call="no"))
    (item,) = [one for one in items(story) if one.kind.startswith("not_asked")]
    assert (item.who, len(item.what)) == (None, 3)
    assert "answers_missing" not in kinds(story)
    story.when(talk(CONTACT, "2026-03-04 13:00", "extra_information")).expect_nothing()
    assert story.case.desk is not None
    assert [made.kind for made in story.case.desk.marks] == ["called_after_no"]


# --- ZWB-4

WANTS = needs(CONTACT, "emotional", wishes=("victim_support", "anti_discrimination"), not_=("restorative_mediation",))
LITTLE = assessed(CONTACT, "punishable", "no")
"""The police can do little for her."""


def test_zwb_4_two_referrals_by_hand_each_with_its_own_question():
    """Where she named nobody the desk can still ask for it, one for each. NOT released on the other's yes."""
    story = found(LITTLE, needs(CONTACT, "emotional"))
    for to, role in ((HELP, "victim_support"), (ADV, "anti_discrimination")):
        assert why_not(story, requested(to, by=CONTACT, role=role)) is None
        story.when(requested(to, by=CONTACT, role=role)).then_among(
            proposed(to, role=role), needed(to), held(to, reason="not_asked")
        )
    story.when(granted(HELP, by=CONTACT)).then_among(released(HELP), delivered(HELP)).never(released(ADV))
    story.never(proposed(MEDIATORS), proposed(INTEREST))


def test_zwb_4_two_referrals_she_wants_and_none_on_silence():
    """She wants Slachtofferhulp and ADV, not mediation, and is silent on an interest group: two referrals, when that is recorded.

    Also when the police can do little for her. NOT mediation, NOT the interest group on silence; NOT a second time.
    """
    story = found()
    story.when(LITTLE).expect_nothing()
    story.when(WANTS).then_among(proposed(HELP), proposed(ADV), needed(HELP), needed(ADV))
    story.never(proposed(INTEREST), proposed(MEDIATORS), of_type(ReferralProposed, purpose="mediation"))
    assert sorted(one.to for one in story.case.referrals.values() if one.role != "police") == sorted([HELP, ADV])
    story.when(needs(CONTACT, "legal", wishes=("victim_support",))).expect_nothing()


def test_zwb_4_nothing_follows_from_a_need_alone():
    """What she needs is recorded; who is brought in is her word, or somebody's by hand."""
    story = found(needs(CONTACT, "emotional", "mediation"))
    assert [one.role for one in story.case.referrals.values()] == ["police"]


# --- ZWB-5


def test_zwb_5_screened_in_it_stands_there_once_until_minutes_settle_it():
    """Matched and found relevant: on the next agenda, once, and it stays.

    NOT dropped because the complaint was dismissed, or the case closed; NOT before screening.
    """
    candidate = given_in("zwb", record(), matched(CONTACT), case_id=case_id(9)).case
    again = found(matched(CONTACT), number=2).case
    with_team = (granted(TRAINED, by=CONTACT), accepted(TRAINED), complaint_taken(TRAINED))
    dismissed = found(*with_team, complaint_settled(TRAINED, "dismissed", reason="no_evidence"), number=3).case
    ended = found(close_requested(CONTACT), number=4).case
    assert (dismissed.desk is not None and dismissed.desk.complaint.outcome, ended.closed is not None) == (
        "dismissed",
        True,
    )
    cases, all_of_them = (candidate, again, dismissed, ended), [case_id(2), case_id(3), case_id(4)]
    assert on_the_rdo("2026-03-10 12:00", *cases) == all_of_them
    stream = Stream.of(region("zwb")[0], "zwb")
    stream.minutes("rdo-casusoverleg", "2026-03-11", by=TRAINED, cases=(case_id(2), case_id(3)))
    assert on_the_rdo("2026-03-12 12:00", *cases, meetings=stream.state) == all_of_them, "discussed is not settled"
    stream.minutes("rdo-casusoverleg", "2026-06-09", by=TRAINED, settled=(case_id(3),))
    assert on_the_rdo("2026-06-10 12:00", *cases, meetings=stream.state) == [case_id(2), case_id(4)]


def test_a78_the_local_officer_is_asked_before_the_national_centre():
    """Who skips a rung says why; after the first was asked, nothing is skipped. NOT a ladder for other advice."""
    story = found()
    assert why_not(story, advice_wanted(CONTACT, "lecd")) == "advice.rung_skipped"
    assert why_not(story, advice_wanted(CONTACT, "lecd", skips="officer_asked_for_it")) is None
    assert why_not(story, advice_wanted(CONTACT, "anti_discrimination")) is None
    story.when(advice_wanted(CONTACT, "prosecutor"))
    assert why_not(story, advice_wanted(CONTACT, "lecd")) is None


def test_a_card_is_no_instrument_here():
    assert why_not(found(), agreed(CONTACT, "yellow_card")) == "card.not_here"
