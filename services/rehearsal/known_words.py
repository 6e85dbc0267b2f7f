"""Whether the words of a scenario's `expect` and `never` can occur at all: a typing error there would make `never` hold for ever. Pure.

A word of a kind that has no list (a moment, a term, a version, a coded reason) is taken as it stands.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backbone.protocols import Protocol
from backbone.protocols.dutch import meant
from backbone.protocols.fault import Fault, Location
from schakel.events import DERIVED, TOLD, vocab
from schakel.events.base import SUBJECT_KINDS
from services.rehearsal.scenario import Scenario
from services.rehearsal.setting import Setting

CONCLUDED = tuple(name for name, model in DERIVED.items() if model.IN_CASE)
"""The types of event that can follow in a case."""

CODED = frozenset({"clock.suspended", "clock.corrected", "erasure.refused", "protocol.moved", "nonconformance.found"})
"""The types with a reason or rule that no list closes."""

LISTED = frozenset(
    str(word)
    for listed in vars(vocab).values()
    if isinstance(listed, type) and issubclass(listed, StrEnum)
    for word in listed
)
UNLISTED = re.compile(rf"\d.*|[0-9a-f]{{8}}-[0-9a-f-]{{27}}.*|({'|'.join(SUBJECT_KINDS)})(-\d+)?")
"""Moments, terms and versions; ids of events; people of the case."""
_CODE = re.compile(r"[a-z]+(_[a-z]+)*")


@dataclass(frozen=True)
class KnownWords:
    """What may stand behind an event's type: `named` in the chain and its protocols, or a word of a closed list."""

    named: frozenset[str]

    @classmethod
    def of(cls, setting: Setting, others: Iterable[Protocol] = ()) -> "KnownWords":
        """Every version of the protocols in force counts: a scenario belongs to all of them, and `--against` plays `others` too."""
        chain, in_force = setting.chain, {one.protocol for one in setting.chain.protocols.values()}
        files = [*(one for one in setting.protocols if one.protocol in in_force), *others]
        ids = {word for file in files for word in _ids(file.model_dump(mode="json"))}
        return cls(frozenset({*ids, *chain.partners, chain.name, chain.version, chain.calendar().version}))

    def faults(self, scenario: Scenario) -> Iterator[Fault]:
        """Each word that nothing in this play could ever answer to."""
        for place, line in enumerate(scenario.lines):
            yield from self._faults(("lines", place, "expect"), line.expect or ())
        yield from self._faults(("never",), scenario.never)

    def _faults(self, at: Location, wanted: Sequence[str]) -> Iterator[Fault]:
        for place, one in enumerate(wanted):
            event_type, *words = one.split() or [""]
            if event_type not in CONCLUDED:
                yield _no_conclusion((*at, place), event_type)
                continue
            for word in words:
                if not self._knows(event_type, word):
                    yield self._unknown((*at, place), event_type, word)

    def _knows(self, event_type: str, word: str) -> bool:
        return (
            word in self.named
            or word in LISTED
            or UNLISTED.fullmatch(word) is not None
            or (event_type in CODED and _CODE.fullmatch(word) is not None)
        )

    def _unknown(self, at: Location, event_type: str, word: str) -> Fault:
        return Fault(
            at,
            f"`{word}` of `{event_type}` is no word that occurs in this play",
            "a partner of the chain, a role, a step, clock or other part of the protocol by its id, or a word of `backbone protocol words`",
            near(word, self.named | LISTED) or meant(word, LISTED),
        )


def _ids(part: object) -> Iterator[str]:
    """Whatever a protocol file gives an id."""
    if isinstance(part, Mapping):
        yield from (str(value) for name, value in part.items() if name == "id")
        yield from (found for value in part.values() for found in _ids(value))
    elif isinstance(part, list):
        yield from (found for value in part for found in _ids(value))


def _no_conclusion(at: Location, event_type: str) -> Fault:
    told = event_type in TOLD
    what = "told and never follows" if told else "nothing that the backbone concludes in a case"
    remedy = "write it as a line with `tell`" if told else "use one of these"
    if event_type in DERIVED and event_type not in CONCLUDED:
        what, remedy = (
            "concluded outside any case",
            "add `begins: 2026-01-01` to play a chain that keeps the file",
        )
    return Fault(
        at, f"`{event_type}` is {what}", f"one of {', '.join(CONCLUDED)}", near(event_type, CONCLUDED) or remedy
    )


def near(word: str, known: Collection[str]) -> str:
    """What was meant, or nothing. Only what is hardly another word: what is Dutch has a better answer."""
    near = difflib.get_close_matches(word, sorted(known), 1, 0.8)
    return f"did you mean `{near[0]}`?" if near else ""
