"""Where a protocol file says what a conclusion rests on: file and line of the step, the clock or the information, in the version in force.

Reads the files; which part an event speaks of is read from the event and the case.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backbone.protocols.reading import Document, Problem, read
from schakel.case_state import State
from schakel.events import Event

_SECTIONS = ("steps", "informs", "clocks", "explain", "aftercare", "checks")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a protocol file. source: its passage in the scheme's own document, as the file quotes it."""

    path: Path
    line: int
    ref: str
    part: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Passages:
    """The protocol files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Document | None] = {}

    def of(self, event: Event, case: State) -> Passage | None:
        """The part that an event of this case rests on; None for one that rests on no protocol, or whose file is not here."""
        for ref, part in _named(event, case):
            document = self._document(ref)
            if document is None:
                continue
            if not part:
                return Passage(
                    document.path, document.line(("protocol",)), ref, "", str(document.data.get("title", ""))
                )
            for at, found in _parts(document.data):
                if found.get("id") == part:
                    return Passage(document.path, document.line(at), ref, part, str(found.get("source", "")))
        return None

    def _document(self, ref: str) -> Document | None:
        if ref not in self._read:
            name, _, version = ref.partition("@")
            found = read(self._folder / name / f"{version}.yaml")
            self._read[ref] = None if isinstance(found, Problem) else found
        return self._read[ref]


def _named(event: Event, case: State) -> Iterator[tuple[str, str]]:
    """(protocol, part) that an event names, itself or by the clock or referral that it speaks of. "" for the file as a whole."""
    own = getattr(event, "protocol", None)
    ref = f"{own.name}@{own.version}" if own is not None else ""
    for name in ("step", "inform", "clock"):
        part = getattr(event, name, None)
        if ref and isinstance(part, str) and part:
            yield ref, part
    clocks = [getattr(event, "clock", None), *getattr(event, "premises", ())]
    for clock in (case.clocks[one] for one in clocks if isinstance(one, str) and one in case.clocks):
        yield clock.protocol, clock.name
    referrals = [getattr(event, "referral", None), *getattr(event, "premises", ())]
    for referral in (case.referrals[one] for one in referrals if isinstance(one, str) and one in case.referrals):
        if referral.protocol and referral.step:
            yield referral.protocol, referral.step
    if ref:
        yield ref, ""
    for one in getattr(event, "protocols", ()):
        yield f"{one.name}@{one.version}", ""


def _parts(
    data: Mapping[str, object], at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, object]]]:
    """Each part of the file that has a name, the base before what a district adds to it."""
    for section in _SECTIONS:
        found = data.get(section)
        if isinstance(found, list):
            yield from (((*at, section, number), one) for number, one in enumerate(found) if isinstance(one, dict))
        elif isinstance(found, dict):
            yield (*at, section), found
    variants = data.get("variants")
    for number, variant in enumerate(variants if isinstance(variants, list) else ()):
        if isinstance(variant, dict):
            yield from _parts(variant, (*at, "variants", number))
