"""What the police's query found in a quarter, and what people made of it (domain-detail A02): for one chain, by version of the query. Pure.

Apart from the overviews of incidents: most of what a query finds never becomes a report. Kept once a quarter is asked for, as it stood
then, and never made anew; of no other period, so that there is nothing to subtract. Of a query are shown how many it found and how many
of those fall under each word, or the whole alone where a word would be small, or nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

import msgspec

from backbone.chains import Chain
from backbone.overviews.digests import sealed
from backbone.overviews.periods import Period
from backbone.overviews.tables import K
from schakel.case_scheme import scheme_of
from schakel.case_state import State
from schakel.errors import SchakelError
from schakel.events.vocab import Answer

WORDS = ("relevant", "not_relevant", "unsure", "not_screened")
_WORD = {Answer.YES: "relevant", Answer.NO: "not_relevant", Answer.UNKNOWN: "unsure"}


class Found(msgspec.Struct, frozen=True):
    """One record: the day it came in by the chain's calendar, the query as `id@version`, and one of WORDS."""

    day: date
    query: str
    word: str


class Records(msgspec.Struct, frozen=True):
    """All of a chain, as things stood at `as_of`: the newest log time of the ledger."""

    as_of: datetime
    found: list[Found]


class OfQuery(msgspec.Struct, frozen=True):
    """What may be shown of one version of a query. found: null where it is small; words: null where one of them is."""

    query: str
    found: int | None
    words: dict[str, int] | None


class Screening(msgspec.Struct, frozen=True):
    """One quarter, as it was asked for first."""

    period: str
    as_of: datetime
    queries: list[OfQuery]
    digest: str = ""


class NotOver(SchakelError):
    """The period is no quarter, or is not over."""


def found(chain: Chain, cases: Iterable[State]) -> Iterator[Found]:
    """The records that a query found; no drill, and nothing of who it is about."""
    for case in cases:
        mark = scheme_of(case).found
        if mark is not None and case.chain == chain.name and not case.drill and case.reported_at is not None:
            word = _WORD.get(Answer(mark.relevant), "unsure") if mark.relevant else "not_screened"
            yield Found(chain.day_of(case.reported_at), f"{mark.query}@{mark.version}", word)


def screening(chain: Chain, period: Period, records: Records) -> Screening:
    """The quarter, each version of a query by itself: a changed query is a break in the series. Raises NotOver."""
    if period.months != 3:
        raise NotOver(
            f"what the query found is made of a quarter, and found {period.name}; expected one such as 2026-Q1"
        )
    if chain.day_of(records.as_of) <= period.last_day:
        raise NotOver(f"{period.name} is not over: the ledger goes to {chain.day_of(records.as_of)}")
    counts: dict[str, Counter[str]] = {}
    for one in records.found:
        if period.first_day <= one.day <= period.last_day:
            counts.setdefault(one.query, Counter())[one.word] += 1
    queries = [_shown(query, words) for query, words in sorted(counts.items())]
    return sealed(Screening(period.name, records.as_of, queries))


def _shown(query: str, words: Counter[str]) -> OfQuery:
    """The words add up to the whole, so that one small word hides them all: whoever has the others subtracts."""
    whole = words.total()
    if whole < K:
        return OfQuery(query, None, None)
    if any(0 < words[word] < K for word in WORDS):
        return OfQuery(query, whole, None)
    return OfQuery(query, whole, {word: words[word] for word in WORDS})
