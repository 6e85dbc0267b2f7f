"""Intake's rules of what stands in no case, but on a chain's own stream: minutes, decisions of release, hotspots. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from backbone.chains import Chain, Partner
from schakel.events import Event
from schakel.events.case import TrendAnswered, TrendSignalled
from schakel.events.overview import OverviewReleased, OverviewReleaseWithdrawn
from schakel.events.partners import MinutesRecorded
from schakel.messages import Refusal
from services.intake import minutes, releases, trends


def objections(event: Event, sender: Partner, chains: Sequence[Chain], now: datetime) -> Iterator[Refusal]:
    """Why this cannot be recorded. chains: those of the sender."""
    match event:
        case MinutesRecorded():
            yield from minutes.objections(event, sender, chains)
        case OverviewReleased() | OverviewReleaseWithdrawn():
            yield from releases.objections(event, sender, chains, now)
        case TrendSignalled() | TrendAnswered():
            yield from trends.objections(event, chains, now)
