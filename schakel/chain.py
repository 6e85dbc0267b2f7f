"""The fold of a chain's own stream: minutes, agreements, standing, trends, releases and rhythms, in the order of its partition.

Pure and total, as the fold of a case: no event raises an exception, the first occurrence of an id counts, and a conclusion that comes too
late is overtaken. Which chain an event belongs to is not asked here.
"""

from datetime import datetime

from schakel.case_state import Effect
from schakel.chain_state import ChainState, Minutes, Released, Signed, Trend, TrendAnswer
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Derived
from schakel.events.case import TrendAnswered, TrendSignalled, TrendUnanswered
from schakel.events.chain import (
    AgreementEnded,
    AgreementSigned,
    PartnerRestored,
    PartnerSuspended,
    RhythmDue,
    RhythmMissed,
)
from schakel.events.overview import OverviewReleased, OverviewReleaseWithdrawn
from schakel.events.partners import MinutesRecorded
from schakel.ids import OPERATOR, derived_id, service_source


def apply(chain: ChainState, entry: Entry) -> Effect:
    """Fold one record into `chain` (changed in place) and say what it did."""
    key = f"{entry.envelope.source}|{entry.id}"
    if key in chain.seen:
        return Effect.DUPLICATE
    chain.seen.add(key)
    chain.events += 1
    logged_at = entry.envelope.logged_at
    if chain.time is None or logged_at > chain.time:
        chain.time = logged_at
    event = entry.event
    if isinstance(event, Derived) and entry.envelope.source != service_source(event.OWNER):
        return Effect.NOT_UNDERSTOOD  # only its owner concludes
    match event:
        case MinutesRecorded():
            return _minutes(chain, entry, event)
        case AgreementSigned() | AgreementEnded() | PartnerSuspended() | PartnerRestored():
            return _by_operator(chain, entry, event)
        case TrendSignalled():
            return _signalled(chain, entry, event)
        case TrendAnswered():
            return _answered(chain, entry, event)
        case TrendUnanswered():
            return _unanswered(chain, entry, event)
        case OverviewReleased() | OverviewReleaseWithdrawn():
            return _release(chain, entry, event)
        case RhythmDue():
            return _due(chain, event)
        case RhythmMissed():
            return _missed(chain, entry, event)
        case _:
            return Effect.RECORDED


def _minutes(chain: ChainState, entry: Entry, event: MinutesRecorded) -> Effect:
    chain.minutes.append(
        Minutes(
            entry.id,
            event.consultation,
            event.held_on,
            entry.author,
            entry.envelope.logged_at,
            list(event.present),
            list(event.cases),
            list(event.items),
            list(event.settled),
            list(event.agreed_by),
        )
    )
    return Effect.EFFECTIVE


def _signalled(chain: ChainState, entry: Entry, event: TrendSignalled) -> Effect:
    """One that takes the id of another's is none: answers name it by that alone."""
    if chain.trend(entry.id) is not None:
        return Effect.NOT_UNDERSTOOD
    chain.trends.append(
        Trend(
            entry.id, entry.author, event.district, list(dict.fromkeys(event.to)), entry.envelope.logged_at,
            event.municipality, event.place_type, event.day_part, event.weekday,
            event.period, event.issue, event.answer_by,
        )
    )  # fmt: skip
    return Effect.EFFECTIVE


def _answered(chain: ChainState, entry: Entry, event: TrendAnswered) -> Effect:
    """By whom it was signalled to, and nobody else; also after the last day."""
    trend = chain.trend(event.trend)
    if trend is None or entry.author not in trend.to:
        return Effect.NOT_UNDERSTOOD
    trend.answers[entry.author] = TrendAnswer(entry.id, entry.envelope.logged_at, list(event.measures), event.reason)
    return Effect.EFFECTIVE


def _unanswered(chain: ChainState, entry: Entry, event: TrendUnanswered) -> Effect:
    """An answer that landed before it leaves it nothing to say."""
    trend = chain.trend(event.trend)
    if event.chain != chain.name or trend is None or trend.unanswered or not set(trend.silent) & set(event.silent):
        return Effect.OVERTAKEN
    trend.unanswered = entry.id
    return Effect.EFFECTIVE


def _by_operator(
    chain: ChainState, entry: Entry, event: AgreementSigned | AgreementEnded | PartnerSuspended | PartnerRestored
) -> Effect:
    if entry.envelope.source != OPERATOR:
        return Effect.NOT_UNDERSTOOD
    match event:
        case AgreementSigned():
            purposes = [purpose.value for purpose in event.purposes]
            chain.agreements[event.agreement] = Signed(
                entry.id, list(event.parties), purposes, event.valid_from, event.valid_until
            )
        case AgreementEnded():
            return _ended(chain, event)
        case PartnerSuspended():
            chain.suspended[event.partner] = entry.id
        case PartnerRestored():
            return Effect.EFFECTIVE if chain.suspended.pop(event.partner, None) else Effect.NOT_UNDERSTOOD
    return Effect.EFFECTIVE


def _ended(chain: ChainState, event: AgreementEnded) -> Effect:
    """An end brings the last day nearer, it never puts it off: a longer agreement is a new one."""
    agreement = chain.agreements.get(event.agreement)
    if agreement is None or (event.party is not None and event.party not in agreement.parties):
        return Effect.NOT_UNDERSTOOD
    if event.party is None:
        known = agreement.valid_until
        agreement.valid_until = min(known, event.ended_on) if known else event.ended_on
    else:
        before = agreement.left.get(event.party)
        agreement.left[event.party] = min(before, event.ended_on) if before else event.ended_on
    return Effect.EFFECTIVE


def _release(chain: ChainState, entry: Entry, event: OverviewReleased | OverviewReleaseWithdrawn) -> Effect:
    """A withdrawal ends what stands when it lands; a later decision stands again. What it finds nothing to end for has no effect."""
    if event.chain != chain.name:
        return Effect.NOT_UNDERSTOOD
    if isinstance(event, OverviewReleased):
        chain.releases.append(
            Released(
                entry.id, entry.author, event.decided_by, event.period, event.issue, event.form, event.audience,
                event.decided_on, entry.envelope.logged_at, event.reason, event.district,
            )
        )  # fmt: skip
        return Effect.EFFECTIVE
    standing = [one for one in chain.releases if one.period == event.period and one.withdrawn is None]
    for one in standing:
        one.withdrawn, one.withdrawn_by, one.withdrawn_at = entry.id, entry.author, entry.envelope.logged_at
    return Effect.EFFECTIVE if standing else Effect.NOT_UNDERSTOOD


def due_key(event: RhythmDue | RhythmMissed) -> str:
    """A rhythm of a scheme in one version."""
    return f"{event.scheme.name}@{event.scheme.version}/{event.rhythm}"


def missed_key(event: RhythmMissed) -> str:
    """A term of a rhythm: it is missed once, whatever is written down later."""
    return f"{due_key(event)}/{event.first_day.isoformat()}"


OF_OCCASIONS = "events"
"""In place of a version: a chain's own calendar of events, each reminded of once, however its days are put right."""


def whatever_version(key: str) -> str:
    """The same key of every version of a scheme: they share their rhythms, and a period is spoken of once (docs/adr/0065)."""
    ref, _, rest = key.partition("/")
    name, _, version = ref.partition("@")
    return key if version == OF_OCCASIONS else f"{name}/{rest}"


def turn_before(chain: ChainState, event: RhythmDue) -> datetime | int:
    """What was announced last of this rhythm under any version: its moment; its number in a state without that, 0 for none."""
    key = whatever_version(due_key(event))
    numbers = (number for known, number in chain.due.items() if whatever_version(known) == key)
    return chain.announced.get(key) or max(numbers, default=0)


def was_missed(chain: ChainState, event: RhythmMissed) -> bool:
    """Whether it was said of this term already, under any version."""
    key = whatever_version(missed_key(event))
    return any(whatever_version(known) == key for known in chain.missed)


def _due(chain: ChainState, event: RhythmDue) -> Effect:
    if event.chain != chain.name or event.watermark < event.due_at or event.nth <= chain.due.get(due_key(event), 0):
        return Effect.OVERTAKEN
    chain.due[due_key(event)] = event.nth
    key = whatever_version(due_key(event))
    chain.announced[key] = max(chain.announced.get(key, event.due_at), event.due_at)
    return Effect.EFFECTIVE


def _missed(chain: ChainState, entry: Entry, event: RhythmMissed) -> Effect:
    key = missed_key(event)
    if event.chain != chain.name or key in chain.missed or (event.held >= event.wanted and not event.missing):
        return Effect.OVERTAKEN
    chain.missed[key] = entry.id
    return Effect.EFFECTIVE


def _turn(event: RhythmDue) -> str:
    """Another version may count its turns otherwise: one on its way under the version before is the same turn."""
    return str(event.nth) if event.scheme.version == OF_OCCASIONS else event.due_at.isoformat()


Concluded = RhythmDue | RhythmMissed | TrendUnanswered


def conclude(chain: ChainState, event: Concluded) -> Entry:
    """`event` as its owner would append it: what names the turn or term gives the id, so that nobody says it twice."""
    match event:
        case RhythmDue():
            target = f"{whatever_version(due_key(event))}/{_turn(event)}"
        case RhythmMissed():
            target = whatever_version(missed_key(event))
        case TrendUnanswered():
            target = event.trend
    at = event.watermark if chain.time is None else max(chain.time, event.watermark)
    return Entry(
        Envelope(
            id=derived_id(event.OWNER, f"chain/{chain.name}", event.TYPE, target, 0),
            source=service_source(event.OWNER),
            type=event.TYPE,
            time=at,
        ),
        event,
    )
