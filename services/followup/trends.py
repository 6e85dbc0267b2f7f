"""What follow-up says of hotspots and hot times: who hears of one, who hears the answer, and when one did not come in time. Pure.

Only behind a watermark after the last day, so that an answer that is still on its way accuses nobody. Who did not answer in time hears it
itself, with who signalled and the mayor's organisation; that is our choice, no document says whom.
"""

from collections.abc import Iterator
from datetime import datetime

from backbone.chains import Chain
from backbone.chains.schemes import told
from schakel.chain_state import ChainState, Trend
from schakel.entry import Entry
from schakel.events.case import TrendAnswered, TrendSignalled, TrendUnanswered
from schakel.events.vocab import DayPart, PlaceType, Role, TrendMeasure, Weekday
from schakel.messages import TrendNews

ANSWERS_FOR_IT = (Role.MAYOR,)


def waits(state: ChainState) -> bool:
    """Whether an answer is waited for that has not been called late."""
    return any(_open(trend) for trend in state.trends)


def last_moments(chain: Chain, state: ChainState) -> Iterator[datetime]:
    """When the last day is over, of each trend that still waits for an answer."""
    return (_last_moment(chain, trend) for trend in state.trends if _open(trend))


def _last_moment(chain: Chain, trend: Trend) -> datetime:
    assert trend.answer_by is not None
    return chain.calendar().end_of_day(trend.answer_by)


def _open(trend: Trend) -> bool:
    return trend.answer_by is not None and trend.unanswered is None and bool(trend.silent)


def decide(chain: Chain, state: ChainState, now: datetime | None) -> Iterator[TrendUnanswered]:
    """The trends whose last day is over at the watermark `now`, with somebody silent; each is said once."""
    for trend in state.trends:
        if now is None or not _open(trend):
            continue
        if _last_moment(chain, trend) <= now:
            tell = {*trend.silent, trend.by, *told(chain, ANSWERS_FOR_IT)}
            yield TrendUnanswered(
                chain=chain.name, trend=trend.id, silent=trend.silent, watermark=now, tell=tuple(sorted(tell))
            )


def news(chain: Chain, state: ChainState, entry: Entry) -> Iterator[tuple[str, TrendNews]]:
    """Who hears what of an event that had its effect."""
    event = entry.event
    match event:
        case TrendSignalled():
            trend, hears = state.trend(entry.id), tuple(dict.fromkeys(event.to))
        case TrendAnswered():
            trend = state.trend(event.trend)
            hears = (trend.by,) if trend else ()
        case TrendUnanswered():
            trend, hears = state.trend(event.trend), event.tell
        case _:
            return
    if trend is None:
        return
    answer = event if isinstance(event, TrendAnswered) else None
    message = TrendNews(
        chain=chain.name,
        concerning=entry.id,
        reason=event.TYPE.replace(".", "_"),
        trend=trend.id,
        from_partner=entry.author if answer else trend.by,
        municipality=answer.municipality if answer else trend.municipality,  # the fold has it of newer signals only
        district=trend.district,
        place_type=PlaceType(trend.place_type),
        day_part=DayPart(trend.day_part),
        weekday=Weekday(trend.weekday),
        period=trend.period,
        issue=trend.issue,
        answer_by=trend.answer_by,
        measures=tuple(TrendMeasure(one) for one in answer.measures) if answer else (),
        why=answer.reason if answer else None,
        silent=event.silent if isinstance(event, TrendUnanswered) else (),
    )
    yield from ((partner, message) for partner in hears)
