"""Intake's rules of hotspots and hot times: signalled to members of the chain that it lies in, answered with something. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from backbone.chains import Chain
from schakel.events.case import TrendAnswered, TrendSignalled
from schakel.events.vocab import TrendMeasure
from schakel.messages import Refusal

LONGEST = timedelta(days=366)
"""For which an answer may be waited."""


def objections(event: TrendSignalled | TrendAnswered, chains: Sequence[Chain], now: datetime) -> Iterator[Refusal]:
    """Why this cannot be recorded. chains: those of the sender."""
    chain = next((one for one in chains if event.municipality in one.municipalities), None)
    if chain is None:
        yield Refusal(
            code="chain.not_yours",
            field="municipality",
            found=event.municipality,
            expected="a municipality of a chain that you are a member of",
            remedy="name the municipality as the chain's file does; a hotspot elsewhere is for the chain there",
        )
    elif isinstance(event, TrendSignalled):
        yield from _signal(event, chain, now)
    else:
        yield from _answer(event)


def _signal(event: TrendSignalled, chain: Chain, now: datetime) -> Iterator[Refusal]:
    if event.district not in chain.districts:
        yield Refusal(
            code="place.unknown_district",
            field="district",
            found=event.district,
            expected=f"one of {', '.join(chain.districts)}",
            remedy="use the chain's own names of districts",
        )
    strangers = [partner for partner in event.to if not chain.roles_of(partner)]
    if strangers or not event.to:
        yield Refusal(
            code="recipient.unknown",
            field="to",
            found=strangers[0] if strangers else "nobody",
            expected=f"members of {chain.name}, such as its municipality",
            remedy="signal it to those who can act on it, by the ids of the chain's file",
        )
    today = chain.day_of(now)
    if event.answer_by is not None and not today <= event.answer_by <= today + LONGEST:
        yield Refusal(
            code="trend.no_time",
            field="answer_by",
            found=str(event.answer_by),
            expected=f"a day from today on, {LONGEST.days} days ahead at the most",
            remedy="give those who have to answer the time for it, or leave the day out",
        )


def _answer(event: TrendAnswered) -> Iterator[Refusal]:
    nothing = TrendMeasure.NOTHING in event.measures
    if not event.measures or (nothing and len(event.measures) > 1):
        yield Refusal(
            code="trend.which_measure",
            field="measures",
            expected="what is done, or nothing alone",
            remedy=f"name one or more of {', '.join(TrendMeasure)}",
        )
    elif nothing and event.reason is None:
        yield Refusal(
            code="trend.why_nothing",
            field="reason",
            expected="why nothing is done",
            remedy="give the reason as a short code, such as measures_in_place",
        )
