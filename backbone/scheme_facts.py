"""The facts that the parts of a scheme ask about, worked out from a case's history. The others: `backbone.case_facts`. Pure."""

from collections.abc import Iterable, Mapping
from functools import cache
from zoneinfo import ZoneInfo

from backbone.protocols.facts import FactValue
from schakel.case_mediation import talk_ruled_out
from schakel.case_scheme import categories, scheme_of
from schakel.case_state import ReferralState, State
from schakel.events.vocab import Answer, Check, LinkKind, Person

_SUSPECTS = (Check.DISCRIMINATION_OR_VIOLENCE.value, Check.DISCRIMINATION.value)
_DANGER = (Check.DANGER_NOW.value, Check.RAPE.value)
_TAKEN_UP = (ReferralState.ACCEPTED, ReferralState.COMPLETED)
_ONE_SERIES = (LinkKind.SERIES, LinkKind.SAME_PLACE)
_SCREENED: Mapping[str | None, str] = {None: "matched", "yes": "relevant", "no": "not_relevant", "unknown": "unsure"}
_zone = cache(ZoneInfo)


def scheme_facts(case: State, checks: Mapping[str, str], time_zone: str) -> dict[str, FactValue]:
    """checks: the report's own answers, by check. time_zone: the chain's, in which a day is a day."""
    scheme, told = scheme_of(case), case.facts
    reported = case.reported_at.astimezone(_zone(time_zone)).date().isoformat() if case.reported_at else None
    occurrence = told["occurrence"]
    linked = {link.other_case for link in case.links.values() if link.kind in _ONE_SERIES}
    danger = _most_open((*_assessed(case, _DANGER), *(checks[c] for c in _DANGER if c in checks)))
    return {
        "danger": danger,
        "unsafe": bool(told["acute"]) or danger == Answer.YES,
        "origin": told["origin"],
        "reported_on": reported,
        "occurred_on": occurrence["last_day"] or occurrence["first_day"],
        "relation": told["relation"],
        "category": frozenset(mark.category for mark in categories(case).values()),
        "accepted": frozenset(one.role for one in case.referrals.values() if one.state in _TAKEN_UP),
        "escalated_to": frozenset(one.to for one in scheme.escalations if one.done),
        "actions": frozenset(action.action for action in scheme.actions),
        "needs": frozenset(need for needs in scheme.needs.values() for need in needs),
        "complaint": frozenset(word for far in scheme.complaint.values() for word in far.split("/")),
        "spoken_at_door": any(
            contact.made and contact.by == case.door and contact.whom == Person.VICTIM for contact in case.contacts
        ),
        "vulnerability": _most_open(_assessed(case, (Check.VULNERABILITY.value,))),
        "suspected": _most_open((*_assessed(case, _SUSPECTS), *(checks[c] for c in _SUSPECTS if c in checks))),
        "talk_ruled_out": frozenset(reason.value for reason in talk_ruled_out(case)),
        "listed": _SCREENED[scheme.found.relevant] if scheme.found else None,
        "series": ("alone", "two", "several")[min(len(linked), 2)],
    }


def _assessed(case: State, checks: tuple[str, ...]) -> Iterable[str]:
    """What everybody has answered to these checks."""
    return tuple(answer for key, answer in case.assessments.items() if key.rpartition("/")[2] in checks)


def _most_open(answers: Iterable[str]) -> str | None:
    """Yes before unknown before no: what one partner closes stays open with another (domain-detail A22)."""
    said = set(answers)
    return next((answer.value for answer in (Answer.YES, Answer.UNKNOWN, Answer.NO) if answer.value in said), None)
