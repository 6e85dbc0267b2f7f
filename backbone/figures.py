"""Numbers of a chain for an overview: totals without small cells, silence that is not shown as zero, two figures that are never one.

Pure. Only what the schemes of working together ask for; closed periods, and issues held against each other, come with the overviews.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backbone.chains import Chain
from backbone.meetings import incidents
from backbone.protocols.overviews import By
from schakel.case import grounds_to_tell
from schakel.case_state import State
from schakel.events.vocab import Nature, RecordKind

FEW = None
"""Stands where a number would be too small to be shown."""

CATEGORISED_FROM = date(2021, 1, 1)
"""«aanvullende categorisering van registraties in te laten gaan per 1 januari 2021» [2, maatregel 34]."""

SPEECH = frozenset({Nature.HATE_SPEECH.value})


@dataclass(frozen=True)
class Numbers:
    """By one word: counts, None where one would be below `smallest`. `note` is the sentence that every copy carries."""

    by: str
    counts: Mapping[str, int | None]
    smallest: int
    note: str | None


def numbers(chain: Chain, cases: Iterable[State], by: By, smallest: int, note: str | None = None) -> Numbers:
    """Incidents counted by a word, no cell below `smallest`; when one cell alone would be hidden, the next smallest is hidden with it.

    Less than an incident (a lead, a signal, a request for advice) is in no count, and neither is a drill.
    """
    tally: Counter[str] = Counter()
    for group in incidents(chain, cases):
        if group[0].facts["record_kind"] == RecordKind.REPORT:
            tally.update(set(_words(group[0], by)))
    return Numbers(by.value, suppressed(tally, smallest), smallest, note)


def suppressed(tally: Mapping[str, int], smallest: int) -> dict[str, int | None]:
    """The counts without small cells. A single hidden cell could be worked out from a total that is known elsewhere."""
    hidden = {word for word, count in tally.items() if count < smallest}
    if len(hidden) == 1 and len(tally) > 1:
        rest = sorted((count, word) for word, count in tally.items() if word not in hidden)
        hidden.add(rest[0][1])
    return {word: FEW if word in hidden else count for word, count in sorted(tally.items())}


def _words(case: State, by: By) -> Sequence[str]:
    facts = case.facts
    match by:
        case By.NATURE:
            return facts["natures"] or ["unknown"]
        case By.GROUND:
            return [motive["ground"] for motive in grounds_to_tell(case)] or ["unknown"]
        case By.PLACE_TYPE:
            return [facts["place"]["place_type"]]
        case By.DISTRICT:
            return [facts["place"]["district"] or "unknown"]
        case By.DAY_PART:
            return [facts["occurrence"]["day_part"]]
        case By.CHANNEL:
            return [facts["channel"]]
        case By.DOOR:
            return [case.door or "unknown"]


@dataclass(frozen=True)
class Silence:
    """A district that has not been heard of for so long: not "0, fine", but silent, with the day of the last report (scenarios.md, X-4)."""

    district: str
    last_report: date | None


def silent(chain: Chain, cases: Iterable[State], weeks: int, now: datetime) -> list[Silence]:
    """The chain's districts without a report for so many weeks; None: never one. Imported reports count, drills do not."""
    last: dict[str, datetime] = {}
    for group in incidents(chain, cases):
        for case in group:
            district, at = case.facts["place"]["district"], case.reported_at
            if district and at and (district not in last or at > last[district]):
                last[district] = at
    before = now - timedelta(weeks=weeks)
    found = []
    for district in chain.districts:
        at = last.get(district)
        if at is None or at <= before:
            found.append(Silence(district, at.date() if at else None))
    return found


@dataclass(frozen=True)
class HateFigures:
    """Two figures, and what came before they were kept apart. There is no sum."""

    hate_crime: int
    hate_speech: int
    not_categorised: int


def hate_figures(chain: Chain, cases: Iterable[State]) -> HateFigures:
    """Hate speech and hate crime apart, from 1 January 2021; what was reported before is not categorised (scenarios.md, ACT-4)."""
    crime = speech = before = 0
    for group in incidents(chain, cases):
        first = group[0]
        assert first.reported_at is not None
        if first.reported_at.date() < CATEGORISED_FROM:
            before += 1
        elif set(first.facts["natures"]) and set(first.facts["natures"]) <= SPEECH:
            speech += 1
        else:
            crime += 1
    return HateFigures(crime, speech, before)
