"""Why an event of a case is there: what it rests on, which rule concluded it, where the protocol says so, and on what prefix.

Puts together what `retrace`, `spy` and `passages` find; text for a terminal is `telling`'s, a page is `page`'s.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from backbone.case_rules import Rules
from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events import Derived
from services.hindsight.around import Around
from services.hindsight.passages import Passage, Passages
from services.hindsight.retrace import Decision, Retrace, overtaken_by


@dataclass(frozen=True, slots=True)
class Why:
    """One event of a case. number: its place among the case's records, from 1."""

    number: int
    entry: Entry
    effect: Effect
    rests_on: tuple[tuple[int, Entry], ...] = ()
    """The premises, each with its number."""
    decision: Decision | None = None
    """None for what nobody concluded, and for what the rules of today do not conclude in this case."""
    passage: Passage | None = None
    overtaken_by: tuple[int, Entry] | None = None
    not_kept: str | None = None
    """The chain `name@version` of the opening, where it might have explained this, and nobody has it."""

    @property
    def concluded(self) -> bool:
        return isinstance(self.entry.event, Derived)


@dataclass(slots=True)
class Explained:
    """A whole case, event by event, and how it stands at its end."""

    state: State
    whys: list[Why] = field(default_factory=list)


def explain(
    case_id: str,
    entries: Sequence[Entry],
    around: Around,
    rules: dict[str, Rules],
    passages: Passages,
    only: Collection[str] | None = None,
) -> Explained:
    """Every event of the case with its reason; only: the ids of those whose decision is looked for, default all."""
    decisions = Retrace(case_id, entries, rules, around, only).run()
    made = Explained(State(id=case_id))
    first: dict[str, int] = {}
    for place, entry in enumerate(entries):
        effect = apply(made.state, entry)
        first.setdefault(entry.id, place)
        event = entry.event
        if not isinstance(event, Derived):
            made.whys.append(Why(place + 1, entry, effect))
            continue
        decision = decisions.get(entry.id) if first[entry.id] == place else None
        over = None
        if effect is Effect.OVERTAKEN and decision is not None:
            over = overtaken_by(case_id, entries, place, decision.prefix)
        named = (first.get(premise.partition("#")[0]) for premise in event.premises)
        made.whys.append(
            Why(
                place + 1,
                entry,
                effect,
                tuple((number + 1, entries[number]) for number in dict.fromkeys(named) if number is not None),
                decision,
                passages.of(event, made.state),
                (first[over.id] + 1, over) if over is not None else None,
            )
        )
    return made
