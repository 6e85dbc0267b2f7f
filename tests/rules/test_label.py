"""A label that she refused reaches nobody from there on, in no message and no overview, and help goes on unchanged."""

import pytest

from schakel.messages import Information, ReferralOffered
from services.cases.api import without_refused_label
from services.cases.processor import row_of
from tests.support.casebook import Story, given
from tests.support.conclusions import delivered, proposed, revoked
from tests.support.telling import HELP, granted, label_given, label_refused, report

HIT = {
    "grounds": ({"ground": "sexual_orientation", "sub_ground": "gay"}, {"ground": "origin"}),
    "severity": ({"scale": "injury", "severity": "serious"},),
}


def before() -> Story:
    return given(report(label="said_by_victim", **HIT))


def test_what_goes_out_afterwards_does_not_say_it_in_other_words():
    story = given(report(label="said_by_victim", **HIT), label_refused()).when(granted(HELP))
    (offer,) = story.sent(ReferralOffered, HELP)
    assert [motive.ground for motive in offer.facts.grounds] == ["origin"]


def test_until_then_it_goes_along():
    (offer,) = before().when(granted(HELP)).sent(ReferralOffered, HELP)
    assert [motive.ground for motive in offer.facts.grounds] == ["sexual_orientation", "origin"]


def test_the_board_is_told_that_it_happened_and_not_this():
    told = given(label_refused(), report(label="said_by_victim", **HIT)).sent(Information)
    assert told
    assert all([motive.ground for motive in message.facts.grounds] == ["origin"] for message in told)


def test_no_overview_counts_it_and_none_says_that_she_refused():
    case = given(report(label="said_by_victim", **HIT), label_refused()).case
    assert row_of(case)["grounds"] == " origin "
    shown = without_refused_label(case)
    assert ([motive["ground"] for motive in shown.facts["grounds"]], shown.labels, shown.label_refused) == (
        ["origin"],
        [],
        False,
    )


@pytest.mark.parametrize("word", [label_given(), label_refused()])
def test_help_goes_on_unchanged(word):
    story = given(report(label="said_by_victim", **HIT), granted(HELP)).then_among(delivered(HELP))
    story.when(label_refused(), word).never(revoked(HELP), proposed(HELP, purpose="aftercare")).then_quiet()
