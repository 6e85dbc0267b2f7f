"""What the desks tell of their own work: every refusal once, who is meant, who sees what, and what is taken back."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backbone.chains import Chain
from backbone.desk.items import open_items, seen_by
from backbone.desk.who import chain_for, gets_advice, takes_grievance
from schakel.case_needs import noted, wishes
from schakel.envelope import Envelope
from schakel.ids import partner_source
from schakel.messages import Attention, ColleagueAsks, ColleagueSays, Refusal
from services.intake import colleagues, desk
from services.intake.doubts import CODES
from services.intake.rules import Submission, refusal
from tests.support.casebook import Story, given
from tests.support.desks import (
    ADVISERS,
    LANDLORD,
    SOURCE,
    advice,
    advice_wanted,
    agreed,
    answer,
    appointed,
    chosen,
    desk_files,
    done,
    inquiry,
    linked,
    needs,
    settled,
    taken,
    talk,
    treated,
)
from tests.support.telling import (
    ADV,
    CITY,
    COC,
    HELP,
    POLICE,
    Tell,
    explained,
    forget,
    granted,
    moment,
    passed,
    report,
    requested,
    retracted,
    withdrawn,
)

NOW = moment("2026-03-03 12:00")
RENTED = {"place_type": "home", "tenure": "rented"}
LADDER = {"advice": {"rungs": ["discrimination_contact", "prosecutor"], "source": SOURCE}}
ASK_POLICE = granted(POLICE, "case_facts", by=CITY, purpose="inquiry")


@pytest.fixture
def begun(tmp_path: Path) -> Callable[..., Story]:
    def begin(*told: Tell, by: str = CITY, **facts: Any) -> Story:
        chains, protocols = desk_files(tmp_path, desk=LADDER)
        return given(report(by=by, **facts), *told, chains=chains, protocols=protocols)

    return begin


def chain(story: Story) -> Chain:
    found = chain_for(story.case, story.world.chains)
    assert found is not None
    return found


def judged(story: Story, told: Tell) -> Refusal | None:
    """Intake's answer to this now."""
    partner, case = story.world.chains.partner(told.by), story.case
    assert partner is not None
    event = told.event(case) if callable(told.event) else told.event
    envelope = Envelope(
        "01890000-0000-7000-8000-000000000001", partner_source(partner.oin), event.TYPE, case.time or NOW, case.id
    )
    return refusal(Submission(envelope, event, partner, case), story.world.chains, NOW)


def kinds(story: Story) -> list[str]:
    return [item.kind for item in open_items(story.case, chain(story), story.world.protocols)]


HONOUR = {"checks": ({"check": "honour_related", "answer": "yes"},)}
REFUSED: dict[str, tuple[Tell, str, dict[str, Any], tuple[Tell, ...]]] = {
    "needs.empty": (needs(CITY), "needs", {}, ()),
    "needs.contradict": (needs(CITY, "nothing", "legal"), "needs", {}, ()),
    "motive.missing": (chosen(POLICE, "civil", departs=True), "motive", {"by": POLICE}, ()),
    "wish.unknown": (chosen(POLICE, "civil", wish="not-there"), "wish", {"by": POLICE}, ()),
    "hearing.not_agreed": (agreed(CITY, "hearing_both_sides", wanted=False), "wanted_by_person", {}, ()),
    "treatment.about_whom": (treated(CITY, "rita"), "about", {}, ()),
    "inquiry.to_whom": (inquiry(CITY, "rita"), "to", {}, ()),
    "inquiry.who_asks": (
        inquiry(COC, LANDLORD),
        "to",
        {"by": COC, "place": RENTED},
        (granted(LANDLORD, "case_facts", by=COC, purpose="inquiry"),),
    ),
    "inquiry.not_rented": (inquiry(CITY, LANDLORD), "to", {}, ()),
    "inquiry.locked_down": (inquiry(CITY, LANDLORD), "to", {"place": RENTED, **HONOUR}, ()),
    "inquiry.not_agreed": (inquiry(CITY, POLICE), "to", {}, ()),
    "inquiry.no_referral": (
        requested(LANDLORD, by=CITY, role="housing", purpose="inquiry"),
        "purpose",
        {"place": RENTED},
        (granted(LANDLORD, by=CITY, purpose="inquiry"),),
    ),
    "inquiry.not_yours": (answer(COC), "inquiry", {}, (ASK_POLICE, inquiry(CITY, POLICE))),
    "advice.nobody": (advice_wanted(CITY, "mayor"), "to", {}, ()),
    "advice.rung_skipped": (advice_wanted(CITY, "prosecutor"), "skips_reason", {}, ()),
    "advice.not_asked": (advice(COC, asked=True), "request", {}, (advice_wanted(CITY, "ecad_p"),)),
    "advice.no_team": (advice(ADVISERS), "request", {}, ()),
    "neighbours.not_agreed": (agreed(CITY, "neighbourhood_talk"), "action", {}, ()),
}


@pytest.mark.parametrize("wanted", REFUSED)
def test_each_refusal_names_its_field_and_a_way_out(wanted: str, begun: Any):
    told, field, facts, before = REFUSED[wanted]
    story = begun(*before, **facts)
    if wanted == "inquiry.not_yours":
        question = next(iter(noted(story.case).inquiries))
        told = Tell(COC, colleagues.InquiryAnswered(inquiry=question, answer="yes"))
    found = judged(story, told)
    assert found is not None
    assert (found.code, found.field) == (wanted, field)
    assert found.expected
    assert found.remedy


def test_every_code_of_these_rules_is_refused_here_once():
    source = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (desk, colleagues))
    assert set(re.findall(r'code="([a-z_.]+)"', source)) == set(REFUSED)


def test_what_may_only_mean_that_our_fold_is_behind_is_not_said_at_once():
    assert {"inquiry.not_agreed", "inquiry.not_yours", "neighbours.not_agreed", "advice.not_asked"} <= CODES


@pytest.mark.parametrize("both", [("housing",), ("housing", "coc")])
def test_a_wish_and_its_opposite_in_one_breath_are_asked_again(both: tuple[str, ...], begun: Any):
    found = judged(begun(), needs(CITY, wishes=both, not_=("housing",)))
    assert found is not None
    assert (found.code, found.field, found.found) == ("needs.contradict", "wishes", "housing")


@pytest.mark.parametrize(
    "told", [needs(CITY, "nothing"), needs(CITY, cannot=("new_home",)), needs(CITY, not_=("coc",))]
)
def test_nothing_a_hope_and_a_no_are_each_worth_recording(told: Tell, begun: Any):
    assert judged(begun(), told) is None


# --- questions


def test_a_question_has_one_answer(begun: Any):
    story = begun(ASK_POLICE, inquiry(CITY, POLICE), answer(POLICE))
    found = judged(story, answer(POLICE, "yes"))
    assert found is not None
    assert found.code == "inquiry.not_yours"


def test_no_and_not_allowed_are_one_answer(begun: Any):
    """Who asks learns nothing from how the other one says no; there is no third word."""
    story = begun(ASK_POLICE, inquiry(CITY, POLICE), answer(POLICE, "nothing_to_share"))
    (said,) = story.sent(ColleagueSays, CITY)
    assert set(said.model_dump(exclude_none=True)) == {"said", "case", "from_partner", "asked", "answer", "advises"}


def test_another_basis_lets_ask_too_and_erasure_stops_every_question(begun: Any):
    story = begun(ASK_POLICE)
    assert judged(story, inquiry(CITY, POLICE)) is None
    story.when(forget(by=CITY))
    found = judged(story, inquiry(CITY, POLICE))
    assert found is not None
    assert found.code == "inquiry.not_agreed"


def test_a_question_that_she_overtook_reaches_nobody(begun: Any):
    """Both stand in the ledger when the messages are made: her no is heard, whichever was sent first."""
    story = begun(ASK_POLICE)
    story.mark = len(story.world.ledger)
    story.world.tell(inquiry(CITY, POLICE))
    story.world.tell(withdrawn(POLICE, by=CITY))
    story.world.settle()
    assert story.sent(ColleagueAsks) == []
    assert "inquiry_unanswered" in kinds(story)


def test_imported_history_brings_nobody_a_message(tmp_path: Path):
    chains, protocols = desk_files(tmp_path)
    story = given(report(by=CITY, history=True), ASK_POLICE, inquiry(CITY, POLICE), chains=chains, protocols=protocols)
    assert story.sent(ColleagueAsks) == []
    assert kinds(story) == []


# --- advice


def test_unasked_advice_from_outside_the_police_goes_to_the_coordinator(begun: Any):
    story = begun(by=POLICE)
    assert gets_advice(story.case, chain(story), COC, None) == CITY
    assert gets_advice(story.case, chain(story), ADVISERS, None) == POLICE


# --- a complaint about a partner


@pytest.mark.parametrize(("against", "takes"), [(POLICE, CITY), (CITY, ADV), (ADV, CITY)])
def test_a_complaint_about_a_partner_never_goes_to_that_partner(against: str, takes: str, begun: Any):
    story = begun(treated(CITY, against))
    assert takes_grievance(story.case, chain(story), against) == takes
    assert [message.reason for message in story.sent(Attention, takes)] == ["treatment"]
    assert story.sent(Attention, against) == []
    assert judged(story, treated(CITY, against)) is None


def test_it_is_not_shown_to_that_partner_before_it_was_handed_in(begun: Any):
    story = begun(treated(CITY, POLICE), granted(POLICE, by=CITY))
    items = open_items(story.case, chain(story), story.world.protocols)
    shown = {who: [item.kind for item in seen_by(story.case, chain(story), who, items)] for who in (POLICE, CITY, HELP)}
    assert shown == {POLICE: [], CITY: ["treatment"], HELP: []}
    story.when(treated(CITY, POLICE, handed_in=True))
    assert [message.reason for message in story.sent(Attention, POLICE)] == ["treatment_handed_in"]
    assert len(noted(story.case).grievances) == 1
    items = open_items(story.case, chain(story), story.world.protocols)
    assert [item.kind for item in seen_by(story.case, chain(story), POLICE, items)] == ["treatment"]


# --- what is taken back, and what is forgotten


def test_its_author_takes_back_what_it_told_of_the_desks_work(begun: Any):
    said = "00000000-0000-7000-8000-00000000aaaa"
    told = needs(CITY, "legal", wishes=("coc",))
    story = begun(Tell(CITY, told.event, id=said))
    assert wishes(story.case)[0] == {"coc"}
    found = judged(story, retracted(said, by=POLICE))
    assert found is not None
    story.when(retracted(said, by=CITY))
    assert wishes(story.case)[0] == frozenset()


def test_with_a_contact_goes_the_talk_and_its_mark(begun: Any):
    told = talk(CITY, "2026-03-02 14:00", "how_are_you")
    first = talk(CITY, "2026-03-02 13:00", call="no")
    said = "00000000-0000-7000-8000-00000000aaaa"
    story = begun(first, Tell(CITY, told.event, told.logged, said))
    assert [made.kind for made in noted(story.case).marks] == ["called_after_no"]
    story.when(retracted(said, by=CITY))
    assert noted(story.case).marks == []
    assert len(noted(story.case).talks) == 1


def test_who_says_later_that_she_may_be_called_lifts_it(begun: Any):
    story = begun(talk(CITY, "2026-03-02 13:00", call="no"), talk(CITY, "2026-03-02 14:00", call="yes", channel="desk"))
    story.when(talk(CITY, "2026-03-02 15:00"))
    assert noted(story.case).marks == []


def test_a_complaint_that_was_taken_back_was_not_taken(begun: Any):
    said = "00000000-0000-7000-8000-00000000aaaa"
    story = begun(needs(POLICE, "criminal_process"), Tell(POLICE, taken().event, id=said), by=POLICE)
    assert "complaint_not_appointed" not in kinds(story)
    story.when(retracted(said, by=POLICE))
    assert "complaint_not_appointed" in kinds(story)


def test_what_was_done_without_an_agreement_is_marked(begun: Any):
    story = begun(done(CITY, "nothing-was-agreed"))
    assert [made.kind for made in noted(story.case).marks] == ["done_without_agreement"]


def test_two_ends_need_two_explanations(begun: Any):
    story = begun(taken(), settled(), explained("dismissal"), settled(outcome="no_suspect"), by=POLICE)
    assert "end_not_explained" in kinds(story)
    story.when(explained("dismissal"))
    assert "end_not_explained" not in kinds(story)


def test_a_hope_that_cannot_be_met_is_explained_after_it_was_said(begun: Any):
    """What was explained before somebody knew of it is no answer to it (domain-detail A37)."""
    story = begun(explained("cannot_do", by=CITY), needs(CITY, cannot=("new_home",)))
    assert "hope_not_explained" in kinds(story)
    story.when(explained("cannot_do", by=CITY))
    assert "hope_not_explained" not in kinds(story)


def test_appointed_is_enough_to_be_on_its_way(begun: Any):
    story = begun(needs(POLICE, wishes=("police",)), by=POLICE)
    assert "complaint_not_appointed" in kinds(story)
    story.when(appointed())
    assert "complaint_not_appointed" not in kinds(story)


def test_linked_as_the_same_person_only_the_number_shows(begun: Any):
    other = "c0ffee00-0000-4000-8000-00000000beef"
    story = begun(linked(CITY, other, "same_person"))
    (item,) = open_items(story.case, chain(story), story.world.protocols)
    assert (item.kind, item.who, item.what) == ("earlier_reports", CITY, ("1",))
    assert other not in repr(item)


def test_once_she_was_erased_nothing_of_it_is_kept(begun: Any):
    """What she needed and wished for is about her, so that it goes with her; the list is empty, and nothing is proposed of it."""
    story = begun(needs(CITY, "legal", wishes=("coc",)), treated(CITY, POLICE))
    story.when(forget(by=CITY), forget(by=CITY, proof="called_back"))
    assert story.case.desk is not None
    story.when(passed("2026-04-01 12:00"))
    assert story.case.erased
    assert story.case.desk is None
    assert kinds(story) == []
