"""X: what no single file shows. Each test is named after its line of the scenarios (README.md here)."""

from pathlib import Path

import pytest

from schakel.events.clock import ClockStarted
from schakel.events.referral import ReferralProposed
from tests.scenarios.stories import given
from tests.scenarios.test_clocks import TREITER
from tests.support import casebook
from tests.support.conclusions import attached, clock_started, clock_stopped, of_type, proposed, released
from tests.support.telling import (
    ADV,
    CITY,
    HELP,
    POLICE,
    accepted,
    assessed,
    contact_made,
    label_given,
    report,
    requested,
    terms,
)
from tests.support.variants import HELP_STEP, written

CHAIN = """\
  - {use: treiter@1.0, districts: all}
  - {use: amsterdam-handelingskader@2023.1, districts: all, when: {label: ["given"]}}
"""


@pytest.mark.parametrize("nature", ["threat", "assault", "intimidation", "stalking", "robbery"])
def test_x_1_mediation_is_not_proposed_with_violence_or_threat(nature: str):
    """A file with such a step is refused with its line (tests/protocols); asked for by hand, it is not proposed either."""
    mediation = requested(CITY, role="coordinator", purpose="mediation")
    story = casebook.given(report(natures=(nature,)), assessed(POLICE, "discrimination", "no"))
    story.when(
        mediation
    ).expect_nothing().then_quiet()  # intake refuses it with the passage: tests/rules/test_intake.py


def test_x_2_a_label_brings_the_handelingskader_beside_the_treiteraanpak(tmp_path: Path):
    """A case that runs already gets the label: the second scheme runs beside the first, each clock keeps its own limit.

    The victim is referred to Slachtofferhulp once and called once. NOT one clock started again.
    """
    chains, protocols = written(tmp_path, {"treiter": HELP_STEP + TREITER}, CHAIN, "amsterdam-handelingskader")
    story = given(
        report(at="2026-04-02 10:00", consents=(terms(HELP),)), accepted(HELP), chains=chains, protocols=protocols
    )
    assert story.case.protocols == ["treiter@1.0"]
    before = dict(story.case.clocks)

    story.when(label_given()).then_among(
        attached(), proposed(ADV, step="discriminatie-nl"), clock_started("eerste-contact", due_at=None)
    )
    assert story.case.protocols == ["treiter@1.0", "amsterdam-handelingskader@2023.1"]
    assert [referral.protocol for referral in story.case.referrals.values() if referral.to == HELP] == ["treiter@1.0"]
    assert {clock_id: story.case.clocks[clock_id] for clock_id in before} == before

    story.when(contact_made(HELP, "2026-04-03 11:00")).then(
        clock_stopped("bericht"), clock_stopped("contact"), clock_stopped("eerste-contact")
    )
    started = [entry.event.clock for entry in story.concluded(since=0) if isinstance(entry.event, ClockStarted)]
    assert sorted(started) == ["bericht", "contact", "eerste-contact"]
    story.never(of_type(ReferralProposed, to=HELP, step="slachtofferhulp"))
    assert len([entry for entry in story.concluded(since=0) if released(HELP).fits(entry, story.case)]) == 1
