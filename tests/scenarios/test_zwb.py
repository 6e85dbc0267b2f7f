"""ZWB: Regionaal Aanspreekpunt Discriminatiezaken [0 Fase 4]. Each test is named after its line of the scenarios (README.md here)."""

from backbone.desk.items import open_items
from schakel.case_scheme import scheme_of
from schakel.events.consent import ConsentNeeded
from schakel.events.referral import ReferralProposed
from tests.scenarios.region import given_in
from tests.scenarios.stories import why_not
from tests.support.casebook import Story
from tests.support.conclusions import clock_started, informed, of_type, proposed
from tests.support.desks import advice_wanted, talk
from tests.support.telling import Tell, corrected, report, requested
from tests.support.telling_schemes import agreed, matched, screened

CONTACT, TRAINED, OTHER = "aanspreekpunt-zwb", "team-markdal", "team-leijdal"
PLACE = {"municipality": "breda", "district": "markdal", "place_type": "street"}


def record(**more: object) -> Tell:
    """A police record, found before anybody has looked at it."""
    return report(
        by=CONTACT, channel="list_import", police_record="log_entry", place=PLACE, **{"record_kind": "lead", **more}
    )


def test_zwb_1_a_match_is_a_candidate_and_a_phone_call_nothing_more():
    """The query found it: the Aanspreekpunt is told to phone. NOT a label, a referral or anybody else before screening."""
    story = given_in("zwb", record())
    story.never(informed("discrimination_contact")).when(matched(CONTACT))
    story.then(
        informed("discrimination_contact", to=CONTACT, inform="bel-de-aangever"),
        clock_started("telefoon-aangever", responsible=CONTACT, due_at=None),
    )
    story.never(of_type(ReferralProposed), of_type(ConsentNeeded))
    assert story.case.labels == []
    assert scheme_of(story.case).found.version == "2026.1"


def test_zwb_1_screened_out_stays_a_lead():
    """A person made nothing of it: no referral, and the query and its version stay known."""
    story = given_in("zwb", record(), matched(CONTACT)).when(screened(CONTACT, "no"))
    story.never(of_type(ReferralProposed))
    assert scheme_of(story.case).found.relevant == "no"


def found() -> Story:
    """Screened in; it is a report now."""
    return given_in(
        "zwb", record(), matched(CONTACT), screened(CONTACT), corrected(CONTACT, record_kind="report", place=PLACE)
    )


def test_zwb_3_whoever_is_trained_comes_first_and_another_only_with_a_reason():
    """The trained team is proposed although the file names the other first, with advice on how to handle it.

    NOT a score or remark on a person: the ledger has no room for one.
    """
    story = found().then_among(proposed(TRAINED, role="police", step="geschikte-collega")).never(proposed(OTHER))
    step = story.world.protocols.get("zwb-aanspreekpunt", "2017.2").step("geschikte-collega")
    assert step is not None
    assert step.refer.advice
    by_hand = {"by": CONTACT, "role": "police"}
    assert why_not(story, requested(TRAINED, **by_hand)) is None
    assert why_not(story, requested(OTHER, **by_hand)) == "motive.missing"
    assert why_not(story, requested(OTHER, motive="knows_the_street", **by_hand)) is None


def test_zwb_3_training_ends_on_its_day():
    """A day later nobody is trained: the file's order, and by hand a reason is asked for everybody."""
    told = record(at="2027-07-01 12:00")
    story = given_in(
        "zwb", told, matched(CONTACT), screened(CONTACT), corrected(CONTACT, record_kind="report", place=PLACE)
    )
    story.then_among(proposed(OTHER, role="police"))
    assert why_not(story, requested(TRAINED, by=CONTACT, role="police")) == "motive.missing"


def open_in(story: Story) -> dict[str, tuple[str, ...]]:
    case = story.case
    chain = story.world.chains.get(case.chain or "")
    assert chain is not None
    return {item.kind: item.what for item in open_items(case, chain, story.world.protocols)}


def test_zwb_2_the_schemes_own_file_asks_the_four_questions_of_the_call():
    """NOT "done" with an empty form, NOT asked where no query found anything."""
    assert "answers_missing" not in open_in(given_in("zwb", record(), talk(CONTACT, "2026-03-02 13:00")))
    story = given_in("zwb", record(), matched(CONTACT)).when(talk(CONTACT, "2026-03-02 13:00"))
    assert len(open_in(story)["answers_missing"]) == 4
    story.when(talk(CONTACT, "2026-03-02 14:00", "how_are_you", "how_was_the_complaint", "what_do_you_expect"))
    assert open_in(story)["answers_missing"] == ("extra_information",)


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
