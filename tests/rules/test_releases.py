"""Who may let an overview leave, and what intake says to everybody else."""

from typing import Any

import pytest

from backbone.contract.examples_told import told_example
from schakel.envelope import Envelope
from schakel.events.overview import OverviewReleased, OverviewReleaseWithdrawn
from schakel.events.vocab import Audience, OverviewForm, Role
from schakel.ids import partner_source
from services.intake.rules import Submission, refusal
from tests.support.casebook import repository
from tests.support.telling import moment

CITY, POLICE, HELP = "gemeente-amsterdam", "politie-amsterdam", "slachtofferhulp"
NOW = "2026-03-28 20:00"


def answer(by: str = CITY, at: str = NOW, withdraws: bool = False, **changed: Any) -> str | None:
    chains, _ = repository()
    partner, now = chains.partners[by], moment(at)
    model = OverviewReleaseWithdrawn if withdraws else OverviewReleased
    event = model.model_validate(told_example(model.TYPE).model_dump() | changed)
    envelope = Envelope("019d3470-0000-7000-8000-000000000001", partner_source(partner.oin), model.TYPE, now)
    said = refusal(Submission(envelope, event, partner, None), chains, now)
    return said.code if said else None


def test_the_mayors_own_organisation_may() -> None:
    assert answer() is None
    assert answer(district="oost", decided_by=Role.ALDERMAN) is None
    assert answer(withdraws=True) is None


@pytest.mark.parametrize("withdraws", [False, True])
def test_nobody_decides_for_another_chain(withdraws: bool) -> None:
    """Also not who is mayor elsewhere, nor who is a member of both and mayor of none."""
    assert answer("gemeente-groningen", withdraws=withdraws) == "chain.not_yours"
    assert answer(chain="nergens", withdraws=withdraws) == "chain.not_yours"
    assert answer(HELP, chain="groningen", withdraws=withdraws) == "right.missing"
    assert answer(POLICE, withdraws=withdraws) == "right.missing"


def test_a_right_in_one_chain_is_none_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a partner in two chains, whom only one of them lets decide."""
    chains, _ = repository()
    groningen = chains.by_name["groningen"]
    monkeypatch.setattr(type(groningen), "may_tell", lambda self, *_: self.name == "groningen")
    assert answer(HELP) == "right.missing"
    assert answer(HELP, chain="groningen", decided_by=Role.VICTIM_SUPPORT) is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"decided_by": Role.COORDINATOR}, "role.not_held"),
        ({"decided_by": Role.POLICE}, "role.not_held"),
        ({"form": OverviewForm.UNKNOWN}, "release.not_said"),
        ({"audience": Audience.UNKNOWN}, "release.not_said"),
        ({"district": "mokum"}, "place.unknown_district"),
        ({"decided_on": "2026-03-30"}, "time.in_the_future"),
        ({"period": "2026-03"}, "period.not_over"),
        ({"period": "2026-Q1"}, "period.not_over"),
        ({"period": "2026"}, "period.not_over"),
    ],
)
def test_a_decision_that_says_too_little_or_too_much(changed: dict[str, Any], code: str) -> None:
    assert answer(**changed) == code


def test_a_period_is_over_by_the_chains_own_day() -> None:
    assert answer(at="2026-03-31 21:59", period="2026-03", decided_on="2026-03-31") == "period.not_over"
    assert answer(at="2026-04-01 00:01", period="2026-03", decided_on="2026-03-31") is None
    assert answer(withdraws=True, period="2026-03") == "period.not_over"


@pytest.mark.parametrize("period", ["0000", "0000-Q1", "9999-12", "2026-13", "2026-Q5", "2026-00", "2026-1"])
def test_what_is_no_period_never_reaches_the_rules(period: str) -> None:
    """A year 0 or 9999 would have no last day."""
    with pytest.raises(ValueError, match="period"):
        answer(period=period)
