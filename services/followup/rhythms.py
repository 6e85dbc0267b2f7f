"""What follow-up owes a chain: an overview due, or an event ahead, announced; a promise between partners not kept, found once.

Pure, as the rules about a case: each answers *what does this stream lack?* `now` is the watermark of the chain's own partition, so that an
outage of ours, or minutes that are still on their way, accuse nobody. No case is opened, closed or blocked by any of it.
"""

from collections.abc import Iterator
from datetime import date, datetime

from backbone.chains import Chain, rhythms
from backbone.chains.rhythms import Announced, Ended
from backbone.chains.schemes import told
from schakel.chain import OF_OCCASIONS, due_key, turn_before, was_missed
from schakel.chain_state import ChainState, Minutes
from schakel.events.chain import RhythmDue, RhythmMissed
from schakel.events.report import ProtocolRef


def decide(chain: Chain, state: ChainState, now: datetime | None) -> Iterator[RhythmDue | RhythmMissed]:
    """What the chain's stream still lacks at the watermark `now`; nothing while no watermark has been seen."""
    if now is None:
        return
    for one in rhythms.announced(chain, now):
        event = _due(chain, one, now)
        in_time = one.over is None or now < one.over
        if in_time and not _announced(chain, state, event):
            yield event
    for term in rhythms.ended(chain, now):
        if (missed := _missed(chain, state, term, now)) and not was_missed(state, missed):
            yield missed


def _announced(chain: Chain, state: ChainState, event: RhythmDue) -> bool:
    """Versions of a scheme share a rhythm of one name: what was announced under the one is not announced again under the other, also when
    that makes it at another hour of the day. Another count from another day goes on behind it."""
    if event.nth <= state.due.get(due_key(event), 0):
        return True
    before = turn_before(state, event)
    if event.scheme.version == OF_OCCASIONS or isinstance(before, int):
        return event.nth <= before if isinstance(before, int) else False
    day_of = chain.calendar().local_day
    return day_of(event.due_at) <= day_of(before)


def _due(chain: Chain, one: Announced, now: datetime) -> RhythmDue:
    return RhythmDue(
        chain=chain.name,
        scheme=_ref(one.scheme),
        rhythm=one.name,
        nth=one.turn.nth,
        due_at=one.turn.at,
        deliver_on=one.turn.deliver_on,
        watermark=now,
        tell=told(chain, one.tell),
    )


def held_in(chain: Chain, state: ChainState, over: Ended) -> set[tuple[str, date]]:
    """What counts for the term: (consultation, day). Two minutes of one meeting are one (scenarios.md, RTD-1)."""
    rhythm, term = over.rhythm, over.term
    in_term = [minutes for minutes in state.minutes if term.first <= minutes.held_on <= term.last]
    if chain.schemes[over.scheme].cooperation.consultation(rhythm.of):
        return {(minutes.consultation, minutes.held_on) for minutes in in_term if minutes.consultation == rhythm.of}
    return {(minutes.consultation, minutes.held_on) for minutes in in_term if rhythm.of in minutes.items}


def _missed(chain: Chain, state: ChainState, over: Ended, now: datetime) -> RhythmMissed | None:
    rhythm, term, held = over.rhythm, over.term, held_in(chain, state, over)
    missing = tuple(place for place in rhythm.discussed_in if place not in {place for place, _ in held})
    wanted = rhythm.at_least or 1
    if len(held) >= wanted and not missing:
        return None
    return RhythmMissed(
        chain=chain.name,
        scheme=_ref(over.scheme),
        rhythm=rhythm.id,
        first_day=term.first,
        last_day=term.last,
        wanted=wanted,
        held=len(held),
        missing=missing,
        watermark=now,
        tell=told(chain, rhythm.tell),
    )


def written_late(state: ChainState, event: RhythmMissed, consultation: str) -> list[Minutes]:
    """Minutes of the term that were told only after it had been called missed: late paperwork, not late work."""
    return [
        minutes
        for minutes in state.minutes
        if minutes.consultation == consultation
        and event.first_day <= minutes.held_on <= event.last_day
        and minutes.at > event.watermark
    ]


def _ref(text: str) -> ProtocolRef:
    name, _, version = text.partition("@")
    return ProtocolRef(name=name, version=version)
