"""What an overview counts: one incident, in the closed words of its case facts. No name, no story, no label that she refused.

Pure. From the states of cases, those about one incident together; a drill is never one, and neither is what was less than a report. An
erased person's incident is still counted, by what counts are made of (what happened, presumed motive, district): nothing else is read.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from backbone.chains import Chain
from backbone.meetings import OVER, grouped
from backbone.protocols import Protocols
from schakel.case import SAYS_THE_LABEL, grounds_to_tell
from schakel.case_consent import HER
from schakel.case_state import Clock, ClockState, ReferralState, Side, State
from schakel.events.vocab import DayPart, Nature, Outcome, PlaceType, RecordKind

UNKNOWN = "unknown"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ENDED = OVER | {"no_longer_applies"}
"""Why a clock stands still for good, or until somebody begins anew (`services.followup.clocks.still`): nobody owes what it timed."""
Words = dict[str, str]
"""By table, the words in which it counts there, with spaces between. As one string: thirty thousand incidents are looked up by it."""


class Incident(msgspec.Struct, frozen=True):
    """One incident. `words` by table (`backbone.overviews.tables`); a table that is not there has nothing to say of it."""

    id: str
    """The oldest of its cases: what it is counted by, once and for all."""
    cases: tuple[str, ...]
    reported_on: date
    """The day of its first report, by the chain's calendar."""
    district: str
    """The first report's; `unknown` when it names none of the chain's."""
    words: Words


class Counted(msgspec.Struct, frozen=True):
    """The incidents of a chain, as things stood at `as_of`: the newest log time of the ledger, also of other chains."""

    as_of: datetime
    incidents: list[Incident]


Clocks = frozenset[tuple[str, str]]
"""`name@version` of a protocol, and the id of a clock in it."""


def contact_clocks(protocols: Protocols) -> Clocks:
    """The clocks with a limit that a contact with a person stops."""
    return frozenset(
        (str(protocol.ref), clock.id)
        for protocol in protocols
        for clock in protocol.clocks
        if clock.of_the_person and clock.has_limit
    )


def incidents(chain: Chain, cases: Iterable[State], contact: Clocks) -> Iterator[Incident]:
    """The incidents of a chain, by the day of their first report. contact: which clocks time a contact."""
    told = (case for case in cases if case.report is not None and case.chain == chain.name and not case.drill)
    for group in grouped(told):
        first = group[0]
        if _counts(first) and first.reported_at is not None:
            yield Incident(
                id=first.id,
                cases=tuple(case.id for case in group),
                reported_on=chain.day_of(first.reported_at),
                district=district_of(chain, first.facts["place"]["district"]),
                words=_words(group, contact),
            )


def district_of(chain: Chain, told: str) -> str:
    """A district as it is counted: one of the chain's, or `unknown`."""
    return told if told in chain.districts else UNKNOWN


def by_itself(case: State, contact: Clocks) -> Words | None:
    """What a case counts as when no other is about its incident; None when it does not count. Of what the chain's file says, nothing."""
    return _words((case,), contact) if _counts(case) and case.reported_at is not None else None


def _counts(first: State) -> bool:
    """Whether a case is an incident, and whoever is about the same one with it."""
    return bool(first.facts["record_kind"] == RecordKind.REPORT)


def _words(group: Sequence[State], contact: Clocks) -> Words:
    readable = [case for case in group if HER not in case.erased]
    words = {
        "nature": _natures(group),
        "ground": _grounds(group),
    }
    if readable:
        first = readable[0].facts
        words |= {
            "place_type": _known(first["place"]["place_type"], PlaceType.UNKNOWN),
            "channel": (first["channel"],),
            "day_part": _known(first["occurrence"]["day_part"], DayPart.UNKNOWN),
            "weekday": _weekday(first["occurrence"]),
        }
        followed = [case for case in readable if not case.history]
        if followed:
            words |= _followed(followed, contact)
    return {table: " ".join(said) for table, said in words.items()}


def _natures(group: Sequence[State]) -> tuple[str, ...]:
    """Hate speech only where it is all there was, online or not: beside an assault it would be counted twice, and hate crime and hate
    speech, subtracted from the natures, would show the one person of whom both are true."""
    found = _once(nature for case in group for nature in case.facts["natures"])
    if set(found) <= {Nature.HATE_SPEECH, Nature.ONLINE}:
        return found
    return tuple(nature for nature in found if nature != Nature.HATE_SPEECH)


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word != UNKNOWN))


def _known(word: str, unknown: str) -> tuple[str, ...]:
    return () if word == unknown else (word,)


def _grounds(group: Sequence[State]) -> tuple[str, ...]:
    found = _once(motive["ground"] for case in group for motive in grounds_to_tell(case))
    if any(case.label_refused for case in group):  # said of one report of the incident, it holds for all of them
        return tuple(ground for ground in found if ground not in SAYS_THE_LABEL)
    return found


def _weekday(occurrence: dict[str, Any]) -> tuple[str, ...]:
    """Only of what happened on one day: of a series or an interval no day is the day."""
    first, last = occurrence["first_day"], occurrence["last_day"]
    if not first or (last and last != first) or occurrence["series"]:
        return ()
    return (WEEKDAYS[date.fromisoformat(str(first)).weekday()],)


def _followed(cases: Sequence[State], contact: Clocks) -> dict[str, tuple[str, ...]]:
    """What was done, as the ledger stood: contact, referrals, consent, aftercare, closed, stopped, recovered. Of imported cases nothing."""
    return {
        "contact": (_contact(cases, contact),),
        "referral": _referrals(cases),
        "consent": (_consent(cases),),
        "aftercare": (next((said for case in cases if (said := case.aftercare.get(HER))), UNKNOWN),),
        "closed": ("closed" if all(case.closed for case in cases) else "open",),
        "stopped": (_became(cases, "situation_stopped"),),
        "recovered": (_became(cases, "recovered"),),
    }


def _contact(cases: Sequence[State], timed: Clocks) -> str:
    """By the clocks with a limit; what was written down late and done in time is in time. The least good of them all."""
    every = [(case, clock) for case in cases for clock in case.clocks.values()]
    promised = [(case, clock) for case, clock in every if (clock.protocol, clock.name) in timed]
    if not promised:
        return "no_limit"
    if any(clock.breached for _, clock in promised):
        return "late"
    standing = [_ended(case, clock) for case, clock in promised if clock.state is ClockState.SUSPENDED]
    if not all(standing) or any(clock.state is ClockState.RUNNING for _, clock in promised):
        return "running"
    return "ended" if standing else "in_time"


def _ended(case: State, clock: Clock) -> bool:
    """Whether a clock that stands still will not go on: also one that waits for the person, once the case is closed around it.

    What is promised after the end is timed from the closing: such a clock may wait while the case is closed.
    """
    after_the_end = clock.about is not None and clock.about == case.closed
    return clock.still in ENDED or (bool(case.closed) and not after_the_end)


def _referrals(cases: Sequence[State]) -> tuple[str, ...]:
    referrals = [one for case in cases for one in case.referrals.values()]
    found = []
    if any(one.delivered_at for one in referrals):
        found.append("delivered")
    if any(one.accepted_at for one in referrals):
        found.append("accepted")
    if any(one.completed_at for one in referrals):
        found.append("completed")
    if any(one.declined_at for one in referrals):
        found.append("declined")
    if any(one.state is ReferralState.HELD for one in referrals):
        found.append("held")
    return tuple(found) or ("none",)


def _consent(cases: Sequence[State]) -> str:
    """Her yes first: who said yes to one partner and no to another gave consent. Asked, and no answer yet, is a figure of its own.

    What the accused says of contact between them is his word, and none of hers.
    """
    grants = [grant for case in cases for grant in case.grants.values() if grant.basis == "consent"]
    if any(grant.side is Side.HERS for grant in grants):
        return "granted"
    if any(no.side is Side.HERS for case in cases for no in case.noes):
        return "refused"
    return "asked" if any(asked.side is Side.HERS for case in cases for asked in case.asked) else "not_asked"


def _became(cases: Sequence[State], what: str) -> str:
    """The least good that was said last of any of its cases; nobody said anything: unknown."""
    said = [case.outcomes[what] for case in cases if what in case.outcomes]
    order = (Outcome.NO.value, Outcome.PARTLY.value, Outcome.YES.value)
    return next((word for word in order if word in said), UNKNOWN)
