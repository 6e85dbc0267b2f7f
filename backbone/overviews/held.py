"""The list that the police keeps of a period, held against the ledger (docs/adr/0049): what is in both, what came in through others only,
what the police knows and the chain does not. Pure.

The first two follow from the ledger alone and split the incidents of an issued overview, so no list that anybody makes up tells
anything of them. The third follows from the list; it is said once for a month, and never of fewer than K registrations.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from backbone.chains import Chain
from backbone.chains.unknown import ChainUnknown
from backbone.overviews.digests import sealed
from backbone.overviews.incident import Incident, district_of
from backbone.overviews.issues import ONE, Issue
from backbone.overviews.periods import Period
from backbone.overviews.shown import ALL, REST, Shown, table, totals
from backbone.overviews.tables import INCIDENTS, By, K, Table
from schakel.errors import SchakelError
from schakel.events.report import ReportReceived
from schakel.events.vocab import RecordKind, Role

KEEPS_THE_LIST = Role.POLICE
BOTH = "both"
OTHERS = "through_others"

KNOWN = Table(
    "known",
    ("Wie het in de keten bracht", "Who brought it into the chain"),
    (
        "De meldingen van het overzicht van deze periode, in tweeën. Bij de politie en in de keten: de politie meldde het zelf, onder haar "
        "eigen nummer, of meldde iets waarvan gezegd is dat het hetzelfde incident is. In de keten via anderen: alle andere, ook als de "
        "politie het later doorverwezen kreeg.",
        "The reports of this period's overview, in two. Known to the police and in the chain: the police reported it itself, under its own "
        "number, or reported what is said to be the same incident. In the chain through others: all others, also when it was referred to "
        "the police later.",
    ),
    By.MONTH,
    (BOTH, OTHERS),
)
NOT_IN_CHAIN = Table(
    "not_in_chain",
    ("Bij de politie bekend, niet in de keten", "Known to the police, not in the chain"),
    (
        "Registraties op de lijst van de politie met een meldmoment in deze periode, in een gemeente van de keten, waarvan het eigen "
        "nummer van de politie bij geen melding in de keten staat. Twee registraties van hetzelfde incident tellen hier als twee. Er is "
        "geen drempel: elk incident telt, hoe klein ook.",
        "Registrations on the list of the police, reported to it in this period, in a municipality of the chain, whose own number at the "
        "police is at no report in the chain. Two registrations of one incident count as two here. There is no threshold: each "
        "incident counts, however small.",
    ),
    By.MONTH,
    ("registrations",),
)


class NotHeld(SchakelError):
    """The list is not held against the ledger. The text says why, and what to do."""


class Fate(StrEnum):
    """What became of a registration on the list; said to whoever keeps the list, to nobody else."""

    IN_CHAIN = "in_chain"
    NOT_IN_CHAIN = "not_in_chain"
    OUTSIDE = "outside"
    """Of another period, or another municipality."""
    NO_REPORT = "no_report"
    """Less than an incident: a signal, for information, a request for advice."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One line of the list. event_id: what its own number is in the ledger. here: whether intake would find this chain for it."""

    event_id: str
    row: int
    month: str
    district: str
    here: bool
    report: bool


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One list held against the ledger, once and for all. What leaves is in `shown`."""

    chain: str
    partner: str
    period: str
    issue: str
    """The digest of the issue that is split."""
    as_of: datetime
    """The newest log time of the ledger that was known."""
    listed: str
    """SHA-256 of the event ids of the registrations of the period."""
    k: int = K
    counts: dict[str, dict[str, dict[str, int]]]
    """By table, row and word. Exact; inside only."""
    shown: dict[str, Shown]
    digest: str = ""


def registration(
    chain: Chain, found: Chain | ChainUnknown, row: int, event_id: str, event: ReportReceived
) -> Registration:
    """What a line of the list says, as far as it is needed: no word about a person. found: the chain of the report (`Chains.resolve`)."""
    return Registration(
        event_id,
        row,
        Period.month_of(chain.day_of(event.reported_at)).name,
        district_of(chain, event.facts.place.district or ""),
        isinstance(found, Chain) and found.name == chain.name,
        event.facts.record_kind is RecordKind.REPORT,
    )


def fates(period: Period, listed: Iterable[Registration], told: Mapping[str, str]) -> dict[str, Fate]:
    """What became of each registration, by event id. told: the case of each report of the police in the ledger, by event id.

    It follows from the list and from what the police itself told: so whoever keeps the list learns nothing that others told.
    """
    months = {month.name for month in period.in_months()}
    return {one.event_id: _fate(one, months, told) for one in listed}


def _fate(one: Registration, months: Collection[str], told: Mapping[str, str]) -> Fate:
    if one.month not in months or not one.here:
        return Fate.OUTSIDE
    if one.event_id in told:
        return Fate.IN_CHAIN
    return Fate.NOT_IN_CHAIN if one.report else Fate.NO_REPORT


def enough(period: Period, listed: Iterable[Registration]) -> None:
    """Raises NotHeld when the list has too few registrations of the period: from the list alone, before the ledger is asked."""
    many = sum(fate is not Fate.OUTSIDE for fate in fates(period, listed, {}).values())
    if many < K:
        raise NotHeld(
            f"the list has {many} registrations of {period.name} in the chain's municipalities, expected {K} or more: what is said of "
            f"fewer is said of single persons; take a longer period"
        )


def mark_of(period: Period, listed: Iterable[Registration]) -> str:
    """By which a list is known again: SHA-256 of the event ids of the period, hexadecimal."""
    listed = list(listed)
    fate = fates(period, listed, {})
    ids = sorted(one.event_id for one in listed if fate[one.event_id] is not Fate.OUTSIDE)
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()


def free(partner: str, period: Period, before: Iterable[Held]) -> None:
    """Raises NotHeld when a month of the period was held against the ledger in another one, or with the list of another partner: whoever
    has both could subtract. before: all that was held of the chain."""
    months = {month.name for month in period.in_months()}
    for held in before:
        both = sorted(months & {month.name for month in Period.parse(held.period).in_months()})
        if both and held.partner != partner:
            raise NotHeld(
                f"{', '.join(both)} was held against the ledger before, in {held.period}, with the list of {held.partner}; expected months "
                f"that nobody's list was held of, since two lists of a month can be subtracted: ask for {held.period} again with "
                f"--as {held.partner}, or for other months"
            )
        if both and held.period != period.name:
            raise NotHeld(
                f"{', '.join(both)} was held against the ledger before, in {held.period}; expected a period that shares no month with "
                f"it, since two that overlap can be subtracted: ask for {held.period} again, or for months that come after it"
            )


def hold(
    chain: Chain,
    partner: str,
    period: Period,
    listed: Sequence[Registration],
    told: Mapping[str, str],
    incidents: Iterable[Incident],
    kept: Mapping[str, Issue],
    as_of: datetime,
) -> Held:
    """Hold the list against the ledger. kept: the issues of the chain, that of the period and of its months among them.

    Raises NotHeld for a list of too few (`enough`). Not judged here: whether the period is still `free`.
    """
    enough(period, listed)
    issue = kept[period.name]
    known = _known(period, set(told.values()), incidents, kept)
    fate = fates(period, listed, told)
    found = Counter(one.district for one in listed if fate[one.event_id] is Fate.NOT_IN_CHAIN)
    rows = tuple(dict.fromkeys((*issue.rows, *chain.districts)))
    missing = {row: found[row] for row in rows}
    return sealed(
        Held(
            chain=chain.name,
            partner=partner,
            period=period.name,
            issue=issue.digest,
            as_of=as_of,
            listed=mark_of(period, listed),
            counts={KNOWN.id: known, NOT_IN_CHAIN.id: {row: {_ROW: count} for row, count in missing.items()}},
            shown={
                KNOWN.id: _split(period, issue, known),
                NOT_IN_CHAIN.id: {row: {_ROW: count} for row, count in totals(missing, rows, K).items()},
            },
        )
    )


(_ROW,) = NOT_IN_CHAIN.words


def _known(
    period: Period, theirs: Collection[str], incidents: Iterable[Incident], kept: Mapping[str, Issue]
) -> dict[str, dict[str, int]]:
    """The incidents of the issue, by row: those with a case that the police opened, and the others. Together they are the issue's."""
    together = {case: one.cases for one in incidents for case in one.cases}
    months = [kept[month.name] for month in period.in_months()]
    found = {row: {BOTH: 0, OTHERS: 0} for row in kept[period.name].rows}
    for issue in months:
        for row, ids in issue.counted.items():
            for case in ids:
                own = any(one in theirs for one in together.get(case, (case,)))
                found[row][BOTH if own else OTHERS] += 1
    return found


def _split(period: Period, issue: Issue, known: Mapping[str, Mapping[str, int]]) -> Shown:
    """The two numbers of the whole, of each district that the issue shows by itself, and of the others together: both, or neither.

    As any table of the issue (`shown.table`), in which how many incidents a district has is known.
    """
    others = [row for row in issue.rows if row not in issue.apart]
    rest = {word: sum(known[row][word] for row in others) for word in KNOWN.words}
    counts = {row: known[row] for row in issue.apart} | ({REST: rest} if sum(rest.values()) else {})
    most = {row: sum(words.values()) for row, words in counts.items()}
    closed = (REST,) if period.months > 1 else ()  # how many a district has may be known in part, from its months
    pooled = KNOWN.words if issue.shown[INCIDENTS.id][ALL][ONE] is None else ()
    found = table(counts, most, KNOWN.words, K, by_row=True, closed=closed, pooled=pooled)
    hidden: dict[str, int | None] = dict.fromkeys(KNOWN.words)
    return {row: hidden if None in words.values() else words for row, words in found.items()}
