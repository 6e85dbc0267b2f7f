"""A running case stays on its version: what may be told in it is asked of that one, also when its chain has gone over to a newer."""

from pathlib import Path

import pytest

from backbone.chains import load_chains
from backbone.protocols import load_protocols
from services.intake.schemes import protocols_of
from tests.rules.test_answers import own
from tests.scenarios.stories import why_not
from tests.support.casebook import Story, given
from tests.support.desks import advice_wanted
from tests.support.telling import CITY, POLICE, Tell, close_requested, report
from tests.support.variants import HEAD, written

USE = "  - {use: een@1.0, districts: all}\n"
ASKS = """\
checks:
  - id: pilot
    check: other
    question: Valt het onder de pilot?
    asked_by: [police]
    consequences: {{"yes": Ja., "no": Nee., "unknown": Vraag door.}}
    {source}
closing:
  by: coordinator
  aftercare: {{of: [victim], when: {{record_kind: [report]}}, {source}}}
desk:
  advice: {{rungs: [victim_support, anti_discrimination], {source}}}
"""


@pytest.fixture
def moved_on(tmp_path: Path) -> Story:
    """A case under 1.0, in a chain that binds 1.1 by now, in which nothing of that is asked."""
    chains, protocols = written(tmp_path, {"een": ASKS}, USE)
    story = given(report(), chains=chains, protocols=protocols)
    newer = HEAD.format(name="een").replace('"1.0"', '"1.1"')
    (tmp_path / "protocols" / "een" / "1.1.yaml").write_text(newer, encoding="utf-8")
    file = tmp_path / "chains" / "proef.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("een@1.0", "een@1.1"), encoding="utf-8")
    story.world.chains = load_chains(tmp_path / "chains", load_protocols(tmp_path / "protocols"))
    return story


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (own(POLICE, "pilot", "yes"), None),
        (own(POLICE, "niemand-vraagt-dit", "yes"), "check.unknown_question"),
        (close_requested(CITY), "close.aftercare_open"),
        (advice_wanted(CITY, "anti_discrimination"), "advice.rung_skipped"),
    ],
)
def test_intake_asks_the_version_that_the_case_runs_under(moved_on: Story, told: Tell, code: str | None) -> None:
    assert moved_on.case.protocols == ["een@1.0"]
    assert why_not(moved_on, told) == code


def test_of_a_version_that_is_nowhere_any_more_the_chains_present_one_is_asked(moved_on: Story) -> None:
    chain = moved_on.world.chains.get("proef")
    assert chain is not None
    case = moved_on.case
    case.protocols = ["een@0.9", "twee@1.0"]
    assert [one.ref for one in protocols_of(case, chain)] == ["een@1.1"]
