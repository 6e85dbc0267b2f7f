"""Contact between her and the accused: only when both have said yes, and neither learns of the other's no."""

import pytest

from schakel.case_state import Side
from schakel.messages import ConsentQuestion, ReferralWithdrawn
from tests.support.casebook import Story, given
from tests.support.conclusions import delivered, held, needed, released, revoked
from tests.support.telling import (
    CITY,
    COC,
    POLICE,
    asked,
    assessed,
    granted,
    invoked,
    refused,
    report,
    requested,
    withdrawn,
)

TALK = {"purpose": "mediation"}
HIS = {**TALK, "given_by": "offender"}


def quarrel(*words) -> Story:  # type: ignore[no-untyped-def]
    """A quarrel between neighbours without suspicion of discrimination; a talk at COC is asked for by hand."""
    first = report(natures=("neighbour_quarrel",), checks=({"check": "discrimination", "answer": "no"},))
    return given(first, requested(COC, role="coc", needs=("case_facts",), wants=("story",), **TALK), *words)


# --- the right events


def test_it_goes_out_when_both_have_said_yes():
    quarrel(granted(COC, **TALK)).when(granted(COC, "case_facts", **HIS)).then(
        released(COC, purpose="mediation", basis="consent", scopes=("case_facts", "story")), delivered(COC)
    ).then_quiet()


def test_she_is_asked_first_and_he_not_before_she_has_agreed():
    story = quarrel().then_among(needed(COC, of="victim", purpose="mediation")).never(needed(COC, of="offender"))
    story.when(granted(COC, **TALK))
    story.then(needed(COC, of="offender", scopes=("case_facts",)), held(COC, reason="other_side")).then_quiet()
    assert [message.of for message in story.sent(ConsentQuestion, POLICE)] == ["offender"]


def test_his_yes_may_come_first():
    quarrel(granted(COC, "case_facts", **HIS)).when(granted(COC, **TALK)).then_among(released(COC)).never(
        needed(COC, of="offender")
    )


@pytest.mark.parametrize("who", ["victim", "offender"])
def test_either_of_them_stops_it_and_the_mediator_hears_the_same(who: str):
    story = quarrel(granted(COC, **TALK), granted(COC, "case_facts", **HIS)).then_among(delivered(COC))
    story.when(withdrawn(COC, purpose="mediation", person=who))
    story.then(revoked(COC, reason="withdrawn" if who == "victim" else "other_side")).then_quiet()
    assert [message.reason for message in story.sent(ReferralWithdrawn, COC)] == ["withdrawn"]


# --- says no, with the reason


def test_her_yes_alone_holds_it():
    quarrel().when(granted(COC, **TALK)).then_among(held(COC, reason="other_side")).never(released(COC))


def test_his_yes_alone_opens_nothing():
    quarrel().when(granted(COC, "case_facts", **HIS)).expect_nothing().never(released(COC))


@pytest.mark.parametrize(
    "word",
    [
        None,
        asked(COC, **HIS),
        refused(COC, purpose="mediation", person="offender"),
        withdrawn(COC, purpose="mediation", person="offender"),
    ],
    ids=["not asked", "no answer", "refused", "withdrawn"],
)
def test_why_the_other_side_does_not_agree_is_not_said(word):
    words = [word] if word else []
    story = quarrel(*words).when(granted(COC, **TALK)).then_among(held(COC, reason="other_side"))
    story.never(held(COC, reason="refused"), held(COC, reason="withdrawn"), held(COC, reason="no_answer"))


def test_his_no_does_not_stop_her_help():
    consents = granted("slachtofferhulp")
    story = given(report(), consents).then_among(delivered("slachtofferhulp"))
    story.when(withdrawn(person="offender"), refused("slachtofferhulp", person="offender")).expect_nothing()
    story.then_quiet()
    assert [no.side for no in story.case.noes] == [Side.OTHER, Side.OTHER]


def test_his_yes_does_not_lift_her_no():
    story = quarrel(refused(COC, purpose="mediation"))
    story.when(granted(COC, supersedes=True, **HIS)).expect_nothing().never(released(COC)).then_quiet()


def test_no_other_basis_brings_them_together():
    story = quarrel(granted(COC, "case_facts", **HIS))
    story.when(invoked(COC, "case_facts", "story", purpose="mediation")).expect_nothing().never(released(COC))


# --- stays quiet


def test_he_is_not_asked_twice():
    story = quarrel(granted(COC, **TALK), asked(COC, **HIS), refused(COC, purpose="mediation", person="offender"))
    questions = [entry for entry in story.concluded(since=0) if entry.envelope.type == "consent.needed"]
    assert len([entry for entry in questions if entry.event.of == "offender"]) == 1  # type: ignore[union-attr]


def test_nothing_more_when_both_say_it_again():
    story = quarrel(granted(COC, **TALK), granted(COC, "case_facts", **HIS))
    story.when(granted(COC, **TALK), granted(COC, "case_facts", **HIS), assessed(CITY, "minor", "no"))
    story.expect_nothing().then_quiet()
