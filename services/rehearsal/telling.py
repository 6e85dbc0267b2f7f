"""From a scenario's line to the event that a partner would send: roles become partners, wall clocks moments, a report gets its place.

`referral: victim_support` is the newest referral to that role or partner, `supersedes: newest` the newest no. Pure.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from backbone.chains import Chain, Partner
from backbone.protocols.dutch import meant
from backbone.protocols.fault import Fault, Location
from schakel.case_state import State
from schakel.envelope import Envelope
from schakel.events import TOLD, Told
from schakel.events.base import Sealed
from schakel.events.report import ReportFacts, ReportReceived
from schakel.events.vocab import Person, Role
from schakel.ids import partner_source
from schakel.wrong_values import expected_of, words_of
from services.rehearsal.scenario import Line

SEALED = Sealed(subject=Person.VICTIM.value, fields=("contact_details", "story"), body=b"nothing")
_TO = ("to", "recipient", "partner", "of_partner")
_MOMENTS = ("at", "until", "reported_at", "by_when", "due")


class CannotTell(Exception):
    """A line of a scenario that cannot be made into an event; `fault` says why, at a place inside the line."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.what)


@dataclass(frozen=True)
class Teller:
    """Makes events for one chain."""

    chain: Chain

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.chain.file.time_zone)

    def moment(self, at: datetime) -> datetime:
        """In UTC; without a zone as the chain's clock on the wall."""
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)

    def partner(self, named: str | None, case: State, at: Location = ("by",)) -> Partner:
        """By its id or by a role it has here. Raises CannotTell."""
        if named in self.chain.partners:
            return self.chain.partners[str(named)]
        if named in {role.value for role in Role}:
            district = case.facts["place"]["district"] if case.facts else None
            found = self.chain.partners_for(Role(str(named)), district or self.chain.districts[0])
            if found:
                return found[0]
        known = sorted({*self.chain.partners, *(role.value for member in self.chain.members for role in member.roles)})
        raise CannotTell(
            Fault(
                at,
                f"`{named}` is no partner and no role that somebody holds in the chain {self.chain.name}",
                f"one of {', '.join(known)}",
                meant(named, known) if named else "name a role or a partner of the chain",
            )
        )

    def event(self, line: Line, case: State) -> Told:
        """Raises CannotTell."""
        model = TOLD.get(line.tell or "")
        if model is None:
            near = difflib.get_close_matches(line.tell or "", TOLD, 1)
            raise CannotTell(
                Fault(
                    ("tell",),
                    f"`{line.tell}` is nothing that a partner tells",
                    f"one of {', '.join(TOLD)}",
                    f"did you mean `{near[0]}`?" if near else "use one of these",
                )
            )
        roles = {
            name for name in line.with_ if name in model.model_fields and model.model_fields[name].annotation is Role
        }
        others = {name: value for name, value in line.with_.items() if name not in roles}
        fields = {**self._fields(others, case), **{name: line.with_[name] for name in roles}}
        if model is ReportReceived:
            fields = self._report(fields, line)
        else:
            fields = {**self._filled_in(model, line), **fields}
        try:
            return model.model_validate(fields)
        except ValidationError as error:
            wrong = error.errors()  # who wrote a name wrong lacks the right one too
            first = next((one for one in wrong if one["type"] == "extra_forbidden"), wrong[0])
            at: Location = ("with", *first["loc"])
            raise CannotTell(
                Fault(
                    at,
                    f"`{'.'.join(map(str, first['loc']))}` of {line.tell} is not right: expected {expected_of(first)}",
                    f"the fields of {line.tell}: {', '.join(n for n in model.model_fields if n != 'sealed')}",
                    _remedy(first, model),
                )
            ) from None

    def _filled_in(self, model: type[Told], line: Line) -> dict[str, Any]:
        """What need not be written, since the line or the chain says it."""
        return {"at": self.moment(line.at)} if "at" in model.model_fields else {}

    def _report(self, fields: dict[str, Any], line: Line) -> dict[str, Any]:
        """Its facts may stand at once under `with`; place and moment are filled in where nothing is said."""
        facts = {"identity": "by_name", **fields.pop("facts", {})}
        facts |= {name: fields.pop(name) for name in list(fields) if name in ReportFacts.model_fields}
        here = {"municipality": self.chain.municipalities[0], "district": self.chain.districts[0]}
        facts["place"] = {**here, **facts.get("place", {})}
        return {"reported_at": self.moment(line.at), "sealed": (SEALED,), **fields, "facts": facts}

    def _fields(self, given: Mapping[str, Any], case: State, path: Location = ("with",)) -> dict[str, Any]:
        return {name: self._value(name, value, case, (*path, name)) for name, value in given.items()}

    def _value(self, name: str, value: Any, case: State, at: Location) -> Any:
        if isinstance(value, Mapping):
            return self._fields(value, case, at)
        if isinstance(value, list):
            return [self._value(name, one, case, (*at, place)) for place, one in enumerate(value)]
        if name in _TO and isinstance(value, str):
            return self.partner(value, case, at).id
        if name == "referral":
            return self._referral(str(value), case, at)
        if name == "supersedes" and value == "newest":
            return case.noes[-1].id if case.noes else None
        if name in _MOMENTS and isinstance(value, str | datetime):
            moment = datetime.fromisoformat(value) if isinstance(value, str) and value[:4].isdigit() else value
            return self.moment(moment) if isinstance(moment, datetime) else value
        return value

    def _referral(self, named: str, case: State, at: Location) -> str:
        fits = [one for one in case.referrals.values() if named in (one.id, one.to, one.role, one.step)]
        if not fits:
            there = ", ".join(sorted({one.role for one in case.referrals.values()})) or "none yet"
            raise CannotTell(
                Fault(
                    at,
                    f"there is no referral to `{named}` in the case at this moment",
                    f"one of {there}",
                    meant(named, [one.role for one in case.referrals.values()])
                    if case.referrals
                    else "name a role or step",
                )
            )
        return fits[-1].id


def _remedy(found: ErrorDetails, model: type[Told]) -> str:
    """Which word of a closed list, or which field, was meant."""
    name = str(found["loc"][-1]) if found["loc"] else ""
    if found["type"] == "enum":
        return meant(found["input"], words_of(found["ctx"]["expected"]))
    fields = {*model.model_fields, *(ReportFacts.model_fields if model is ReportReceived else ())}
    if found["type"] == "extra_forbidden" and (near := difflib.get_close_matches(name, sorted(fields), 1)):
        return f"did you mean `{near[0]}`?"
    return "correct it; docs/partners.md lists the fields of every event"


def envelope(partner: Partner, event: Told, at: datetime, case: str | None, number: int) -> Envelope:
    """As intake would append it."""
    return Envelope(
        id=f"01890000-0000-7000-8000-{number:012d}",
        source=partner_source(partner.oin),
        type=event.TYPE,
        time=at,
        case=case,
        logtime=at,
        partner=partner.id,
    )


def numbers() -> Iterator[int]:
    """Ids of what is told, the same in every rehearsal."""
    number = 0
    while True:
        number += 1
        yield number
