"""What a scheme's own parts lack and get: suggestions, words to whoever has to know, and what is taken back."""

from itertools import permutations

import pytest

from schakel.case import fold
from schakel.case_scheme import categories, scheme_of
from schakel.case_state import dump, fingerprint, load
from tests.scenarios.region import region
from tests.support.casebook import Story, given
from tests.support.conclusions import escalated, informed, suggested
from tests.support.telling import Tell, report, retracted
from tests.support.telling_schemes import (
    agreed,
    answered,
    category_set,
    complaint_settled,
    deliberated,
    done,
    escalation,
    linked,
    matched,
    screened,
    stated,
    wants,
    watched,
)

CITY, WEERT = "gemeente-weert", "weert-sociaal-calamiteitenplan"
HERE = {"municipality": "weert", "district": "centrum"}


def here(*told: Tell, **more: object) -> Story:
    chains, protocols = region("weert")
    return given(report(by=CITY, place=HERE, **more), *told, chains=chains, protocols=protocols)


def told(tell: Tell, id: str) -> Tell:
    return Tell(tell.by, tell.event, id=id)


A = "00000000-0000-7000-8000-00000000000a"


@pytest.mark.parametrize(
    "word",
    [
        category_set(CITY, WEERT, "isolated-incident"),
        answered(CITY, WEERT, "ketenpartners", "politie"),
        deliberated(CITY, "picture"),
        stated(CITY, "coordinator", target_group="buurt", purpose="rust"),
        agreed(CITY, "victim_moves"),
        complaint_settled(CITY, "prosecuted", applied=True),
    ],
    ids=lambda word: type(word.event).__name__ if not callable(word.event) else "StatementPublished",
)
def test_its_author_takes_a_word_back_and_nobody_else(word: Tell):
    """What is left is what there was; a partner that did not say it changes nothing."""
    before = scheme_of(here().case)
    other = here(told(word, A), retracted(A, by="politie-limburg"))
    assert scheme_of(other.case) != before
    after = scheme_of(here(told(word, A), retracted(A, by=CITY)).case)
    kept = ("categories", "lines", "steps", "statements", "actions", "aggravating", "watched", "lead")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


def test_a_suggestion_is_made_once_whatever_is_linked_behind_it():
    story = here(relation="neighbour").when(linked(CITY, 1), linked(CITY, 2)).then(suggested("series-several-groups"))
    story.when(linked(CITY, 3), linked(CITY, 4)).expect_nothing().then_quiet()


def test_what_is_set_already_is_not_suggested():
    story = here(category_set(CITY, WEERT, "series-several-groups"), relation="neighbour")
    story.when(linked(CITY, 1), linked(CITY, 2)).expect_nothing()


def test_a_case_goes_up_once_to_each_role_also_when_nobody_holds_it():
    """Weert has no top team: it stands as escalated, and whoever led goes on."""
    story = here().when(escalation(CITY)).then(escalated("top_team", owner=None))
    story.when(escalation(CITY)).expect_nothing().then_quiet()
    story.when(escalation(CITY, "mayor")).then(escalated("mayor", owner="burgemeester-weert"))
    assert scheme_of(story.case).lead.role == "mayor"


def test_the_order_in_which_things_are_told_changes_what_is_out_of_order_and_nothing_else():
    """Two measures at once before their stage: the coordinator is told once."""
    chains, protocols = region("woonomgeving")
    place = {"municipality": "rotterdam", "district": "noord", "place_type": "home", "tenure": "owned"}
    by = "gemeente-rotterdam"
    for actions in permutations(("area_ban", "camera")):
        story = given(report(by=by, place=place, natures=("scolding",)), chains=chains, protocols=protocols)
        story.world.tell(agreed(by, actions[0]))
        story.world.tell(agreed(by, actions[1]))
        story.world.settle()
        story.then_among(informed("coordinator", inform="out-of-order-repress"))
        assert len([key for key in story.case.informed if "out-of-order" in key]) == 1


def test_a_case_survives_its_snapshot_with_all_of_it():
    story = here(
        category_set(CITY, WEERT, "isolated-incident", lead="coordinator"),
        answered(CITY, WEERT, "ketenpartners", "politie"),
        deliberated(CITY, "picture"),
        agreed(CITY, "camera"),
        done(CITY, "no"),
        wants(CITY, "new_home"),
        escalation(CITY, "mayor"),
        matched(CITY),
        screened(CITY),
        watched(CITY),
        complaint_settled(CITY, "dismissed", applied=False),
        stated(CITY, "coordinator", target_group="buurt", purpose="rust"),
    )
    assert fingerprint(load(dump(story.case))) == fingerprint(story.case)
    assert fingerprint(fold(story.case.id, story.world.ledger)) == fingerprint(story.case)
    assert categories(story.case)[WEERT].category == "isolated-incident"


def test_nothing_is_screened_that_was_not_found():
    assert scheme_of(here(screened(CITY)).case).found is None
