"""Who hears of what a chain's own stream says: of what is due or was not kept, and of hotspots and their answers. Pure."""

from collections.abc import Iterator

from backbone.chains import Chain
from schakel.chain_state import ChainState
from schakel.entry import Entry
from schakel.events.case import TrendAnswered, TrendSignalled, TrendUnanswered
from schakel.events.chain import RhythmDue, RhythmMissed
from schakel.messages import ChainAttention, Message
from services.followup import trends


def messages(chain: Chain, state: ChainState, entry: Entry) -> Iterator[tuple[str, Message]]:
    """To each partner concerned, of an event that had its effect. Nothing about a case or a person."""
    event = entry.event
    if isinstance(event, RhythmDue | RhythmMissed):
        message = ChainAttention(
            chain=event.chain,
            concerning=entry.id,
            reason=event.TYPE.replace(".", "_"),
            scheme=event.scheme,
            rhythm=event.rhythm,
            last_day=event.deliver_on if isinstance(event, RhythmDue) else event.last_day,
        )
        yield from ((partner, message) for partner in event.tell)
    elif isinstance(event, TrendSignalled | TrendAnswered | TrendUnanswered):
        yield from trends.news(chain, state, entry)
