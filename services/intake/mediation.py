"""Mediation asked for by hand: the rule above all protocols says no with its passage, before anything is proposed. Pure."""

from collections.abc import Iterator

from schakel.case_mediation import is_mediation, mediation_objection
from schakel.case_state import State
from schakel.events.referral import ReferralRequested
from schakel.messages import Refusal


def objections(event: ReferralRequested, case: State) -> Iterator[Refusal]:
    """Why the talk cannot be. The words of the passage stay out: a receipt may be seen by whoever passes the desk."""
    if is_mediation(event.role, event.purpose) and (passage := mediation_objection(case)):
        yield Refusal(
            code="mediation.refused",
            field="purpose",
            found="mediation",
            expected="a case in which the rules above all protocols allow a talk between both sides",
            remedy="choose another next step; docs/partners.md says under mediation.refused which, and why: "
            + "; ".join(_places(passage)),
        )


def _places(passage: str) -> Iterator[str]:
    """Where each passage stands, without what it says."""
    yield from (part.partition("«")[0].strip() for part in passage.split("; "))
