"""What stands on an agenda or a list at a moment of a rehearsal, for whoever may see it: as `backbone.meetings` builds it. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from backbone.chains.schemes import consultation_of, kept
from backbone.meeting_rights import may_read, seat
from backbone.meetings import Line, agenda, case_list
from backbone.protocols.cooperation import Cooperation
from backbone.protocols.fault import Fault, Location
from backbone.protocols.measures import YearlyReport, yearly_report
from backbone.protocols.overviews import Of, Overview
from schakel.case_state import State
from services.rehearsal.chain_stage import ChainStage
from services.rehearsal.chain_telling import ChainTeller, unknown
from services.rehearsal.scenario import ChainLine
from services.rehearsal.telling import CannotTell

NOT_A_READER = "not_a_reader"
"""With which a scenario names that somebody is none of an overview's readers."""
PARTS = ("carried_out", "next_year", "additional", "dropped", "unknown")
"""How a measure may stand in a yearly report."""


@dataclass(frozen=True)
class Shown:
    """`refused`: why whoever looks may not see it; then nothing of it is here. `reports`: of measures, those of a year that has one."""

    kind: Literal["agenda", "list"]
    title: str
    of: Literal["cases", "measures"] | None = None
    """None: subjects that come back are all that it holds."""
    reader: str | None = None
    refused: str | None = None
    lines: tuple[Line, ...] = ()
    not_yet: tuple[Line, ...] = ()
    """Of a list: what not every partner knows yet that has to."""
    items: Mapping[str, date | None] = field(default_factory=dict)
    reports: tuple[YearlyReport, ...] = ()


def look(line: ChainLine, stage: ChainStage, teller: ChainTeller, at: datetime) -> Shown:
    """What the line looks at. Raises CannotTell."""
    reader = teller.partner(line.for_, State(id=""), ("for",)).id if line.for_ is not None else None
    return _agenda(line, stage, reader, at) if line.agenda is not None else _list(line, stage, reader, at)


def _agenda(line: ChainLine, stage: ChainStage, reader: str | None, at: datetime) -> Shown:
    chain, name = stage.chain, line.agenda or ""
    if (found := consultation_of(chain, name)) is None:
        known = [one.id for _, here in kept(chain) for one in here.consultations]
        raise CannotTell(unknown(("agenda",), f"`{name}` is no consultation that the chain keeps", name, known))
    _, here, one = found
    if reader is not None:
        allowed = seat(chain, one, stage.state, reader, chain.calendar().local_day(at))
        if not allowed.cases:
            return Shown("agenda", one.title, reader=reader, refused=allowed.why.value if allowed.why else "")
    made = agenda(chain, here, one, stage.state, stage.states(), at)
    titles = {item.id: item.title for item in one.items}
    subjects = {titles[item]: last for item, last in made.items.items()}
    return Shown("agenda", one.title, "cases" if one.cases else None, reader, lines=made.lines, items=subjects)


def _list(line: ChainLine, stage: ChainStage, reader: str | None, at: datetime) -> Shown:
    chain, name = stage.chain, line.list_ or ""
    overviews: dict[str, tuple[Cooperation, Overview]] = {
        one.id: (here, one) for _, here in kept(chain) for one in here.overviews
    }
    if name not in overviews:
        raise CannotTell(unknown(("list",), f"`{name}` is no overview that the chain keeps", name, overviews))
    here, one = overviews[name]
    if reader is not None and not may_read(chain, one, reader):
        return Shown("list", one.title, reader=reader, refused=NOT_A_READER)
    if one.of is Of.CASES:
        lines, not_yet = case_list(chain, here, one, stage.states(), at, reader)
        return Shown("list", one.title, "cases", reader, lines=tuple(lines), not_yet=tuple(not_yet))
    if one.of is Of.MEASURES:
        year = chain.calendar().local_day(at).year
        reports = (yearly_report(register, year) for register in here.registers)
        return Shown("list", one.title, "measures", reader, reports=tuple(filter(None, reports)))
    raise CannotTell(_no_list(("list",), one))


def _no_list(at: Location, one: Overview) -> Fault:
    if one.of is Of.NUMBERS:
        what, remedy = "is counted of a closed period", "see `backbone overview CHAIN --of ID --period 2026-Q1`"
    else:
        what, remedy = "is written by people", "tell the minutes in which it was discussed"
    return Fault(at, f"`{one.id}` {what}, and is no list at a moment", "an overview of cases or measures", remedy)


# --- what it answers to -----------------------------------------------------------------------------------------------


def answers(shown: Shown, names: Mapping[str, str]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Each line: the names of its cases, or the measure; and every word under which a scenario may name what it says."""
    said = [(frozenset(names[case] for case in line.cases), frozenset(_words(line))) for line in shown.lines]
    for report in shown.reports:
        for part in PARTS:
            said += [(frozenset({measure}), frozenset({part})) for measure in getattr(report, part)]
    return said


def meets(wanted: str, shown: Shown, names: Mapping[str, str]) -> bool:
    """Whether a line is of exactly these cases (`one+two`), and says all of the further words."""
    first, *words = wanted.split() or [""]
    of = frozenset(first.split("+"))
    return any(of == cases and set(words) <= said for cases, said in answers(shown, names))


def holds(word: str, shown: Shown, names: Mapping[str, str]) -> bool:
    """Whether a case, a measure or a word stands anywhere on it."""
    return any(word in cases or word in said for cases, said in answers(shown, names))


def _words(line: Line) -> Iterator[str]:
    yield from _inside(msgspec.to_builtins(line), "")


def _inside(value: Any, name: str) -> Iterator[str]:
    match value:
        case True:
            yield name
        case False | None:
            return
        case str():
            yield value
        case int():
            yield f"{name}={value}"
        case Mapping():
            for key, one in value.items():
                yield from _inside(one, str(key))
        case Collection():
            for one in value:
                yield from _inside(one, name)
