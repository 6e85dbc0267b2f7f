"""From a line of a scenario about a chain to the event that a partner would send: names of cases become ids, roles partners. Pure."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from backbone.chains import Partner
from backbone.chains.schemes import holders
from backbone.protocols.fault import Fault, Location
from schakel.case_state import State
from schakel.events import TOLD, Told
from schakel.events.chain import AgreementEnded, AgreementSigned
from schakel.events.vocab import Role
from services.rehearsal.scenario import Line
from services.rehearsal.telling import CannotTell, Teller

OPERATOR = "operator"
"""Whoever runs the backbone, as `by` names it."""
OPERATORS = (AgreementSigned, AgreementEnded)
"""What the operator tells that a play of a chain shows something of."""
_PARTNERS = ("present", "agreed_by", "parties", "party")
_CASES = ("cases", "settled", "other_case")
_DAYS = ("held_on", "decided_on", "valid_from", "ended_on")


@dataclass(frozen=True)
class ChainTeller(Teller):
    """Makes events of a chain's stream, and of its cases. `ids`: the case of each name that a scenario gave; `trends`: in order."""

    ids: dict[str, str] = field(default_factory=dict)
    trends: list[str] = field(default_factory=list)

    @property
    def names(self) -> dict[str, str]:
        """The name of each case by its id."""
        return {case_id: name for name, case_id in self.ids.items()}

    def partner(self, named: str | None, case: State, at: Location = ("by",)) -> Partner:
        """Outside a case a role is whoever holds it anywhere in the chain. Raises CannotTell."""
        if (
            not case.facts
            and named in {role.value for role in Role}
            and (found := holders(self.chain, Role(str(named))))
        ):
            return self.chain.partners[found[0]]
        return super().partner(named, case, at)

    def case_id(self, name: str, at: Location = ("case",), *, new: bool = False) -> str:
        """The id of the case of this name; with `new` it may be the first that is said of it. Raises CannotTell."""
        if name not in self.ids:
            if not new:
                raise CannotTell(unknown(at, f"`{name}` is no case that was reported before this line", name, self.ids))
            self.ids[name] = f"c0ffee00-0000-4000-8000-{len(self.ids) + 1:012d}"
        return self.ids[name]

    def _filled_in(self, model: type[Told], line: Line) -> dict[str, Any]:
        here = {"municipality": self.chain.municipalities[0], "chain": self.chain.name}
        said = {**here, **dict.fromkeys(_DAYS, line.at.date())} if not model.IN_CASE else {}
        return {name: value for name, value in said.items() if name in model.model_fields} | super()._filled_in(
            model, line
        )

    def _value(self, name: str, value: Any, case: State, at: Location) -> Any:
        if isinstance(value, str):
            if name in _PARTNERS:
                return self.partner(value, case, at).id
            if name in _CASES:
                return self.case_id(value, at)
            if name == "trend" and value == "newest" and self.trends:
                return self.trends[-1]
        return super()._value(name, value, case, at)


def unknown(at: Location, what: str, found: str, known: Iterable[str]) -> Fault:
    """A name that nothing here bears."""
    names = sorted(known)
    near = difflib.get_close_matches(found, names, 1)
    remedy = f"did you mean `{near[0]}`?" if near else "use one of these, or add it"
    return Fault(at, what, f"one of {', '.join(names) or 'none yet'}", remedy)


def kind_of(line: Line) -> type[Told] | None:
    """What is told in it; None for what nobody tells."""
    return TOLD.get(line.tell or "")
