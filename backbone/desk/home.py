"""Whether somebody has to look where the person lives: a scheme that sends her home asks it, and no home is guessed (scenarios.md, AMS-2).

Pure. What is not known, or leads to nobody, is on the coordinator's list until the report is corrected.
"""

from collections.abc import Iterable, Iterator, Mapping

from backbone.chains import Chain
from backbone.chains.candidates import candidates_at_home
from backbone.protocols import FactValue, Protocol
from backbone.protocols.model import Step, Where
from schakel.case_state import State
from schakel.events.vocab import Answer


class _Elsewhere(Mapping[str, FactValue]):
    """The same facts, of somebody who lives elsewhere. Each is asked only when a condition does."""

    def __init__(self, facts: Mapping[str, FactValue]) -> None:
        self._facts = facts

    def __getitem__(self, name: str) -> FactValue:
        return Answer.YES.value if name == "residence_elsewhere" else self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def home_not_known(case: State, facts: Mapping[str, FactValue], running: Iterable[Protocol]) -> bool:
    """Whether it was not said if she lives elsewhere, and it would make a difference."""
    if case.facts["residence"]["elsewhere"] != Answer.UNKNOWN:
        return False
    return any(True for _ in _home_steps(_Elsewhere(facts), running))


def homes_without_receiver(
    case: State, chain: Chain, facts: Mapping[str, FactValue], running: Iterable[Protocol]
) -> list[str]:
    """Roles that a step asks of her home town, and that nobody is known to hold there: abroad, not named, or of no chain."""
    if case.facts["residence"]["elsewhere"] != Answer.YES or case.reported_at is None:
        return []
    town, on = case.facts["residence"].get("municipality"), case.reported_at.date()
    asked = dict.fromkeys(step.refer.to for step in _home_steps(facts, running))
    return [role.value for role in asked if not candidates_at_home(chain, role, town, on)]


def _home_steps(facts: Mapping[str, FactValue], running: Iterable[Protocol]) -> Iterator[Step]:
    for protocol in running:
        for step in protocol.steps:
            if step.refer.where is Where.RESIDENCE and step.when.matches(facts):
                yield step
