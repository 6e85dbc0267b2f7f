"""SCP: Sociaal Calamiteitenplan Weert, with SAMOS [0 bijlage 1]; and HRK-2. Each test is named after its line (README.md here)."""

import pytest
from pydantic import ValidationError

from backbone.case_facts import facts_of
from schakel.case_loop import owner_of
from schakel.case_scheme import categories, scheme_of
from schakel.events.contact import ActionAgreed
from schakel.events.scheme import StatementPublished
from schakel.messages import Attention
from tests.scenarios.region import given_in
from tests.scenarios.stories import file_of, given, refused, why_not
from tests.support.casebook import Story
from tests.support.conclusions import informed, suggested
from tests.support.telling import GRONINGEN, SEALED, Tell, granted, report, report_in_groningen, requested
from tests.support.telling_schemes import agreed, answered, category_set, deliberated, linked, stated

CITY, MAYOR, SCHEME = "gemeente-weert", "burgemeester-weert", "weert-sociaal-calamiteitenplan"
ISOLATED, SERIES = "isolated-incident", "series-several-groups"


def here(**more: object) -> Story:
    return given_in("weert", report(by=CITY, place={"municipality": "weert", "district": "centrum"}, **more))


def test_scp_1_two_checklists_line_by_line():
    """Isolated incident: the two lists open, each line answered yes, no or n.a. by a role that may.

    NOT a line without an answer counted as done.
    """
    story = here()
    assert open_lines(story) == {}
    story.when(category_set(CITY, SCHEME, ISOLATED)).then_among(
        informed("coordinator", to=CITY, inform="ketenpartners"),
        informed("coordinator", to=CITY, inform="communicatie"),
        informed("coordinator", to=CITY, inform="zes-ws"),
    )
    lists = open_lines(story)
    assert sorted(lists) == ["communicatie", "ketenpartners", "zes-ws"]
    assert all(lists.values())
    story.when(
        answered(CITY, SCHEME, "ketenpartners", "politie"),
        answered(CITY, SCHEME, "ketenpartners", "woningcorporatie", "not_applicable"),
    )
    assert open_lines(story)["ketenpartners"] == [
        "openbaar-ministerie",
        "discriminatiemeldpunt",
        "slachtofferhulp",
        "welzijn",
    ]
    assert why_not(story, answered(CITY, SCHEME, "ketenpartners", "no-such-line")) == "checklist.unknown"
    communication = [one for one in protocol(story).scheme.checklists if one.communication]
    assert "communicatie" in {one.id for one in communication}
    assert all(line.target_group and line.purpose for one in communication for line in one.lines)


def test_scp_1_not_by_whom_the_list_does_not_name():
    """Told by a partner of the case in another role: refused with who may."""
    police = report(by="politie-limburg", place={"municipality": "weert", "district": "centrum"})
    story = given_in("weert", police)
    assert why_not(story, category_set("politie-limburg", SCHEME, ISOLATED)) == "category.not_yours"
    assert why_not(story, answered("politie-limburg", SCHEME, "ketenpartners", "politie")) == "checklist.not_yours"


def protocol(story: Story):
    return file_of(story, SCHEME)


def open_lines(story: Story) -> dict[str, list[str]]:
    """The lines without an answer, by list, as they stand now."""
    return protocol(story).scheme.open_lines(SCHEME, scheme_of(story.case).lines, facts_of(story.case, ()))


def test_scp_2_a_series_is_suggested_with_its_evidence_and_confirmed_by_a_person():
    """Three linked reports with neighbours drawn in: suggested at the third. NOT set by itself, NOT the earlier one overwritten."""
    story = here(relation="neighbour").when(category_set(CITY, SCHEME, ISOLATED)).when(linked(CITY, 1)).expect_nothing()
    story.when(linked(CITY, 2)).then(suggested(SERIES))
    (event,) = (entry.event for entry in story.concluded())
    assert set(story.case.links) < set(event.premises)
    assert [message.reason for message in story.sent(Attention, CITY)] == ["category_suggested"]
    assert categories(story.case)[SCHEME].category == ISOLATED
    story.when(category_set(CITY, SCHEME, SERIES)).expect_nothing()
    assert [mark.category for mark in scheme_of(story.case).categories] == [ISOLATED, SERIES]


def test_scp_2_not_without_others_drawn_in():
    here(relation="unknown_person").when(linked(CITY, 1), linked(CITY, 2), linked(CITY, 3)).never(suggested(SERIES))


ASKED = {
    "picture": ("signalen", "feitelijk gebeurd", "staat er te gebeuren"),
    "judgement": ("duiden", "gevolgen", "maatschappelijke rust en stabiliteit"),
    "decision": ("bestaande acties", "daarnaast", "door wie", "wanneer", "doel"),
}


def test_scp_3_picture_then_judgement_then_decision():
    """Each asks its own questions, in the file's words. NOT a decision before the judgement, NOT a judgement before the picture."""
    story = here()
    assert why_not(story, deliberated(CITY, "judgement")) == "deliberation.step_missing"
    assert why_not(story, deliberated(CITY, "decision")) == "deliberation.step_missing"
    story.when(deliberated(CITY, "picture"))
    assert why_not(story, deliberated(CITY, "decision")) == "deliberation.step_missing"
    story.when(deliberated(CITY, "judgement"), deliberated(CITY, "decision", existing_suffices="no"))
    assert [step.step for step in scheme_of(story.case).steps] == ["picture", "judgement", "decision"]
    asks = {step.step.value: step.asks for step in protocol(story).scheme.deliberation}
    for step, words in ASKED.items():
        said = " ".join(asks[step])
        assert [word for word in words if word not in said] == [], step


@pytest.mark.parametrize("missing", ["target_group", "purpose"])
def test_scp_4_a_statement_names_whom_it_is_for_and_what_for(missing: str):
    """Refused with the field named."""
    whole = {"target_group": "buurt", "purpose": "rust"}
    story = here()
    assert why_not(story, stated(CITY, "coordinator", **whole)) is None
    for wrong in (None, "iedereen"):
        no = refused(story, stated(CITY, "coordinator", **{**whole, missing: wrong}))
        assert (no.code, no.field) == ("statement.incomplete", missing)


def test_scp_4_without_personal_data_and_with_one_voice():
    """NOT two spokespersons at the same time: who takes over names the last statement."""
    whole = {"target_group": "buurt", "purpose": "rust"}
    story = here()
    sealed = StatementPublished(speaker="coordinator", sealed=(SEALED,), **whole)
    no = refused(story, Tell(CITY, sealed))
    assert (no.code, no.field) == ("statement.personal", "sealed")
    assert why_not(story, stated(CITY, "municipality", **whole)) == "statement.not_the_speaker"
    assert why_not(story, stated(CITY, "mayor", **whole)) == "statement.not_the_speaker"
    story.when(
        requested(MAYOR, by=CITY, role="mayor", purpose="consultation", needs=("case_facts",)),
        granted(MAYOR, "case_facts", by=CITY, purpose="consultation"),
        stated(CITY, "coordinator", **whole),
    )
    assert why_not(story, stated(CITY, "coordinator", **whole)) is None
    assert why_not(story, stated(MAYOR, "mayor", **whole)) == "statement.another_speaks"
    assert why_not(story, stated(MAYOR, "mayor", takes_over=True, **whole)) is None


def test_scp_5_a_category_outside_the_file_names_the_plan_to_use():
    """NOT a case without owner."""
    story = here()
    for category in ("other-category-one", "other-category-two"):
        no = refused(story, category_set(CITY, SCHEME, category))
        chosen = protocol(story).scheme.category(category)
        assert chosen is not None
        assert chosen.outside
        assert (no.code, chosen.outside in no.remedy) == ("category.outside", True)
    assert why_not(story, category_set(CITY, SCHEME, "no-such-category")) == "category.unknown"
    assert owner_of(story.case) == CITY
    assert categories(story.case) == {}


def test_hrk_2_no_decision_without_picture_and_judgement():
    """Under the Handreiking too; what is decided is then agreed: who, what, by when. NOT an action without one of the three."""
    story = given(report_in_groningen())
    for step, missing in (("decision", "picture"), ("judgement", "picture")):
        no = refused(story, deliberated(GRONINGEN, step))
        assert (no.code, missing in no.expected) == ("deliberation.step_missing", True), "naming what is missing"
    no = refused(given(report_in_groningen(), deliberated(GRONINGEN, "picture")), deliberated(GRONINGEN, "decision"))
    assert (no.code, "judgement" in no.expected) == ("deliberation.step_missing", True)
    story.when(*(deliberated(GRONINGEN, step) for step in ("picture", "judgement", "decision")))
    story.when(agreed(GRONINGEN, "camera"), agreed(GRONINGEN, "letter"))
    (decision,) = (step for step in scheme_of(story.case).steps if step.step == "decision")
    assert decision.actions == [action.id for action in scheme_of(story.case).actions]
    listed = [entry.event for entry in story.world.ledger if entry.id in decision.actions]
    assert [(one.action, one.owner, str(one.due_on)) for one in listed] == [
        ("camera", GRONINGEN, "2026-04-01"),
        ("letter", GRONINGEN, "2026-04-01"),
    ]
    for missing in ("action", "owner", "due_on"):
        whole = {"action": "camera", "owner": GRONINGEN, "due_on": "2026-04-01"}
        del whole[missing]
        with pytest.raises(ValidationError):
            ActionAgreed.model_validate(whole)
