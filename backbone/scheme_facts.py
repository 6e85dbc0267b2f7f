"""The facts that the parts of a scheme ask about, worked out from a case's history. The others: `backbone.case_facts`. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from zoneinfo import ZoneInfo

from backbone.protocols.facts import FactValue
from schakel.case_checks import answers, own_answers
from schakel.case_mediation import SUSPICION, talk_ruled_out
from schakel.case_scheme import categories, scheme_of
from schakel.case_state import ReferralState, State
from schakel.events.report import FIRST_QUESTION
from schakel.events.vocab import Answer, Check, LinkKind, Person, Role

_TAKEN_UP = (ReferralState.ACCEPTED, ReferralState.COMPLETED)
_ONE_SERIES = (LinkKind.SERIES, LinkKind.SAME_PLACE)
_SCREENED: Mapping[str | None, str] = {None: "matched", "yes": "relevant", "no": "not_relevant", "unknown": "unsure"}
_zone = cache(ZoneInfo)


class Asked:
    """A case of which facts are asked. `checks` are the report's own answers, by check; `time_zone` is the chain's, in which a day is a
    day; `door_roles` are the roles that the reporting partner holds there."""

    __slots__ = ("_checks", "case", "door_roles", "time_zone")

    def __init__(self, case: State, door_roles: Collection[Role], time_zone: str) -> None:
        self.case = case
        self.door_roles = door_roles
        self.time_zone = time_zone
        self._checks: dict[str, str] | None = None

    @property
    def checks(self) -> Mapping[str, str]:
        if self._checks is None:
            self._checks = {entry["check"]: entry["answer"] for entry in self.case.facts["checks"]}
        return self._checks


FactOf = Callable[[Asked], FactValue]
"""Works out one fact of a case."""


def _checked(*checks: Check) -> FactOf:
    """The most open answer of anybody: of the report, and of everybody who was asked since."""
    return lambda of: _most_open(answer for check in checks for answer in answers(of.case, check))


_danger = _checked(*FIRST_QUESTION)


def _reported_on(of: Asked) -> str | None:
    at = of.case.reported_at
    return at.astimezone(_zone(of.time_zone)).date().isoformat() if at else None


def _occurred_on(of: Asked) -> FactValue:
    occurrence = of.case.facts["occurrence"]
    day: FactValue = occurrence["last_day"] or occurrence["first_day"]
    return day


def _spoken_at_door(of: Asked) -> bool:
    door = of.case.door
    return any(contact.made and contact.by == door and contact.whom == Person.VICTIM for contact in of.case.contacts)


def _listed(of: Asked) -> str | None:
    found = scheme_of(of.case).found
    return _SCREENED[found.relevant] if found else None


def _series(of: Asked) -> str:
    linked = {link.other_case for link in of.case.links.values() if link.kind in _ONE_SERIES}
    return ("alone", "two", "several")[min(len(linked), 2)]


def _earlier_reports(of: Asked) -> str | None:
    """Whoever is in both cases linked them: that is an answer too, and shows nothing of the other one."""
    linked = any(link.kind == LinkKind.SAME_PERSON for link in of.case.links.values())
    return Answer.YES.value if linked else _most_open(answers(of.case, Check.EARLIER_REPORTS))


def _answered(of: Asked) -> frozenset[str]:
    return frozenset(f"{question}-{_most_open(said)}" for question, said in own_answers(of.case).items())


SCHEME_FACTS: Mapping[str, FactOf] = {
    "danger": _danger,
    "minor": _checked(Check.MINOR),
    "domestic": _checked(Check.DOMESTIC),
    "honour": _checked(Check.HONOUR_RELATED),
    "refugee": _checked(Check.REFUGEE),
    "unsafe": lambda of: bool(of.case.facts["acute"]) or _danger(of) == Answer.YES,
    "origin": lambda of: of.case.facts["origin"],
    "reported_on": _reported_on,
    "occurred_on": _occurred_on,
    "relation": lambda of: of.case.facts["relation"],
    "category": lambda of: frozenset(mark.category for mark in categories(of.case).values()),
    "accepted": lambda of: frozenset(one.role for one in of.case.referrals.values() if one.state in _TAKEN_UP),
    "escalated_to": lambda of: frozenset(one.to for one in scheme_of(of.case).escalations if one.done),
    "actions": lambda of: frozenset(action.action for action in scheme_of(of.case).actions),
    "needs": lambda of: frozenset(need for needs in scheme_of(of.case).needs.values() for need in needs),
    "complaint": lambda of: frozenset(word for far in scheme_of(of.case).complaint.values() for word in far.split("/")),
    "spoken_at_door": _spoken_at_door,
    "vulnerability": lambda of: _most_open(_assessed(of.case, (Check.VULNERABILITY.value,))),
    "earlier_reports": _earlier_reports,
    "confused_offender": _checked(Check.CONFUSED_OFFENDER),
    "punishable": _checked(Check.PUNISHABLE),
    "answered": _answered,
    "suspected": _checked(*SUSPICION),
    "talk_ruled_out": lambda of: frozenset(reason.value for reason in talk_ruled_out(of.case)),
    "listed": _listed,
    "series": _series,
}
"""What each is worked out from."""


def _assessed(case: State, checks: tuple[str, ...]) -> Iterable[str]:
    """What everybody has answered to these checks."""
    return tuple(answer for key, answer in case.assessments.items() if key.rpartition("/")[2] in checks)


def _most_open(answers: Iterable[str]) -> str | None:
    """Yes before unknown before no: what one partner closes stays open with another (domain-detail A22)."""
    said = set(answers)
    return next((answer.value for answer in (Answer.YES, Answer.UNKNOWN, Answer.NO) if answer.value in said), None)
