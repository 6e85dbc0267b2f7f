"""What a person is told once something has happened: how a file says it, how it reads, and when it shows as not explained."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from backbone.authoring import sentences
from backbone.authoring.explaining import items
from backbone.authoring.layout import as_markdown, as_text
from backbone.authoring.moments import arrows
from backbone.authoring.own_words import own_words
from backbone.authoring.route import route
from backbone.desk.items import open_items
from backbone.evaluation.verdicts import Finding, Part, Verdict
from backbone.protocols import Protocols
from schakel.events.report import FIRST_QUESTION
from tests.evaluation.stories import judged
from tests.scenarios.region import given_in
from tests.support.casebook import Story, given
from tests.support.desks import SOURCE, desk_files
from tests.support.telling import CITY, HELP, POLICE, Tell, accepted, explained, granted, report
from tests.support.telling_schemes import complaint_settled, complaint_taken

AFTER = {"id": "afloop", "topic": "what_happens_next", "after": "complaint_settled", "source": SOURCE}
STEP = {
    "id": "hulp",
    "refer": {"to": "victim_support", "purpose": "referral", "needs": ["contact_details"]},
    "source": SOURCE,
}


# --- how a file says it


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("before: hulp, after: complaint_settled", "has both `before` and `after`"),
        ("by: police", "has neither `before` nor `after`"),
    ],
)
def test_it_is_one_of_the_two(checked, line: str, said: str):
    _, (problem,) = checked(("before: hulp", line))
    assert said in str(problem)
    assert "`after:` for what is explained once it has happened" in str(problem)


def test_it_comes_after_something_that_can_happen(checked):
    _, (problem,) = checked(("before: hulp", "after: consent"))
    assert "comes after `consent`, which is no step of this file" in str(problem)
    assert "complaint_settled, hulp" in str(problem)


# --- how it reads


def newest(protocols: Protocols):
    return protocols.get("actieplan-veiligheid", "2020.5")


def test_it_is_read_as_afterwards(protocols: Protocols):
    text = " ".join(as_text(newest(protocols)).split())
    assert (
        "Waarom een zaak is geseponeerd (afloop-uitleggen) De persoon hoort dit nadat de aangifte is afgehandeld."
        in text
    )
    lanes = {
        lane.heading: [card.lines[0] for card in lane.cards if card.lines] for lane in route(newest(protocols)).lanes
    }
    assert lanes["Wat daarna wordt uitgelegd"] == ["Nadat de aangifte is afgehandeld."]
    assert lanes["Er wordt uitgelegd"] == ["Voordat er aangifte wordt gedaan."]


def test_a_step_that_it_comes_after_leads_to_it(checked):
    protocol, _ = checked(("before: hulp", "after: hulp"))
    assert ("step:hulp", "explain:uitleg") in list(arrows(protocol))
    assert ("step:hulp", "explain:uitleg") in route(protocol).arrows
    (item,) = [one for one in items(protocol) if one.section == "explain"]
    assert item.lines == ("De persoon hoort dit na de stap 'hulp'.",)


def test_parts_stand_in_the_order_in_which_they_come(protocols: Protocols):
    """Danger is asked first; nothing stands above what it comes after."""
    for protocol in protocols:
        order = [(item.section, item.id) for item in items(protocol)]
        dangers = [order.index(("checks", one.id)) for one in protocol.checks if one.check in FIRST_QUESTION]
        others = [order.index(("checks", one.id)) for one in protocol.checks if one.check not in FIRST_QUESTION]
        assert not dangers or not others or max(dangers) < min(others), protocol.ref
        for step in protocol.steps:
            assert not step.after or order.index(("steps", step.after)) < order.index(("steps", step.id)), protocol.ref
        turns = [protocol_part.after is not None for protocol_part in _explains(protocol, order)]
        assert turns == sorted(turns), protocol.ref


def _explains(protocol, order: Sequence[tuple[str, str]]):
    return sorted(protocol.explain, key=lambda one: order.index(("explain", one.id)))


@pytest.mark.parametrize("shape", [as_text, as_markdown], ids=["text", "markdown"])
def test_what_is_said_once_above_a_section_is_said_of_each_of_its_parts(protocols: Protocols, shape):
    """A condition stands at its part, or above all of its section."""
    for protocol in protocols:
        sections: dict[str, list] = {}
        for item in items(protocol):
            sections.setdefault(item.section, []).append(item)
        text = " ".join(shape(protocol).split())
        for found in sections.values():
            for item in found:
                for line in (*sentences.condition(item.when), *sentences.exceptions(item.when), *item.lines):
                    shared = sum(line in sentences.condition(one.when) or line in one.lines for one in found)
                    (said,) = own_words(protocol)([line])
                    assert text.count(said) >= (1 if shared == len(found) or line in CONSENT else shared), (
                        protocol.ref,
                        line,
                    )


CONSENT = sentences.consent_asked()


def test_a_step_that_rests_on_something_else_still_says_so(protocols: Protocols):
    text = as_text(protocols.get("amsterdam-handelingskader", "2023.2"))
    assert text.count(CONSENT[0]) == 1
    assert text.count("De persoon wordt gevraagd of de naam mee mag.") == 2


@pytest.mark.parametrize("ref", ["zwb-aanspreekpunt@2017.4", "utrecht-alert@2017.3"])
def test_who_is_to_call_is_not_told_that_this_is_no_reason_to(protocols: Protocols, ref: str):
    """The contact point phones the complainant; the triangle has nobody to call."""
    assert ("geen reden om de persoon te bellen" in as_text(protocols.get(*ref.split("@")))) == ("utrecht" in ref)


@pytest.mark.parametrize(("told", "says"), [("mayor", True), ("coordinator", False)])
def test_nor_is_whose_clock_stops_by_a_contact(checked, told: str, says: bool):
    protocol, _ = checked(("inform: [mayor]", f"inform: [{told}]"))
    assert ("geen reden om de persoon te bellen" in as_text(protocol)) == says


def test_nor_is_who_has_a_talk_with_her(checked):
    talk = 'desk:\n  talks:\n    - {id: gesprek, by: [mayor], asks: [how_are_you], source: "[0]"}\nclocks:\n'
    protocol, _ = checked(("clocks:\n", talk))
    assert "geen reden om de persoon te bellen" not in as_text(protocol)


def test_two_words_to_one_role_have_titles_of_their_own(protocols: Protocols):
    for protocol in protocols:
        titles = [item.title for item in items(protocol) if item.section == "informs"]
        assert len(titles) == len({*titles}), protocol.ref


# --- when it shows


def desk(tmp_path: Path, *told: Tell, **parts) -> list[tuple[str, ...]]:
    chains, protocols = desk_files(tmp_path, **parts)
    story = given(report(by=CITY), *told, chains=chains, protocols=protocols)
    chain = chains.get("proef")
    return [item.what for item in open_items(story.case, chain, protocols) if item.kind == "not_explained"]


TAKEN, DISMISSED = complaint_taken(POLICE), complaint_settled(POLICE, "dismissed")


@pytest.mark.parametrize(
    ("told", "shows"),
    [
        ((), False),
        ((TAKEN,), False),
        ((TAKEN, DISMISSED), True),
        ((TAKEN, complaint_settled(POLICE, "prosecuted")), False),
        ((TAKEN, DISMISSED, explained("what_happens_next")), False),
    ],
)
def test_it_shows_once_it_has_happened_and_where_its_condition_holds(tmp_path, told, shows: bool):
    part = {**AFTER, "when": {"complaint": ["dismissed"]}}
    assert desk(tmp_path, *told, explain=[part]) == ([("what_happens_next",)] if shows else [])


@pytest.mark.parametrize(("told", "shows"), [((), False), ((granted(HELP, "contact_details", by=CITY),), True)])
def test_after_a_step_is_after_it_went_out(tmp_path, told, shows: bool):
    found = desk(tmp_path, *told, explain=[{**AFTER, "after": "hulp"}], steps=[STEP])
    assert found == ([("what_happens_next",)] if shows else [])


def test_why_a_complaint_ended_is_asked_after_once():
    """It is counted for each end already: the file's part does not show beside that."""
    story = given_in("landelijk", report(), TAKEN, DISMISSED)
    chains, protocols = story.world.chains, story.world.protocols
    kinds = [one.kind for one in open_items(story.case, chains.get(story.case.chain), protocols)]
    assert kinds.count("end_not_explained") == 1
    assert "not_explained" not in {one.kind for one in _of(story, "dismissal")}


def _of(story: Story, topic: str):
    chains, protocols = story.world.chains, story.world.protocols
    return [one for one in open_items(story.case, chains.get(story.case.chain), protocols) if topic in one.what]


# --- how it is looked back on


@pytest.mark.parametrize(
    ("told", "verdict", "findings"),
    [
        ((TAKEN, DISMISSED), Verdict.SKIPPED, {Finding.NOT_EXPLAINED}),
        ((TAKEN, DISMISSED, explained("dismissal")), Verdict.DONE, set()),
        ((TAKEN, explained("dismissal"), DISMISSED), Verdict.OUT_OF_ORDER, {Finding.BEFORE_ITS_TURN}),
    ],
)
def test_looked_back_on_it_came_in_its_turn_or_did_not(told, verdict: Verdict, findings: set[Finding]):
    (found,) = _judged(given_in("landelijk", report(), *told))
    assert (found.verdict, set(found.findings), found.partner) == (verdict, findings, POLICE)


def test_nothing_is_asked_of_a_complaint_that_went_to_trial_or_goes_on():
    assert _judged(given_in("landelijk", report(), TAKEN)) == []
    assert _judged(given_in("landelijk", report(), TAKEN, complaint_settled(POLICE, "prosecuted"))) == []


def _judged(story: Story):
    return [one for one in judged(story) if (one.part, one.name) == (Part.EXPLAIN, "afloop-uitleggen")]


def test_after_a_step_looked_back_on(tmp_path):
    chains, protocols = desk_files(tmp_path, explain=[{**AFTER, "after": "hulp"}], steps=[STEP])
    yes = granted(HELP, "contact_details", by=CITY)
    for told, verdict in (
        ((), Verdict.SKIPPED),
        ((explained("what_happens_next", by=CITY),), Verdict.DONE),
    ):
        story = given(report(by=CITY), yes, accepted(HELP), *told, chains=chains, protocols=protocols)
        (found,) = [one for one in judged(story) if one.part is Part.EXPLAIN]
        assert found.verdict is verdict
