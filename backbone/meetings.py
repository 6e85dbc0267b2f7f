"""Agendas and lists of cases, built from the ledger: what a consultation or an overview of cases holds now, for whom.

Pure: states of cases and of the chain in, lines out. Case facts only: no name, no story, no way to reach anybody; a refused label stands
nowhere, and neither does that it was refused. Drills and erased persons are in none. Numbers: `backbone.overviews`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backbone.case_facts import facts_of
from backbone.chains import Chain
from backbone.meeting_changes import Change, Joint, changes, issued_before, joint
from backbone.meeting_rights import members
from backbone.protocols.agreements import Pilot
from backbone.protocols.consultations import Consultation, Shows, Stays
from backbone.protocols.cooperation import Cooperation
from backbone.protocols.overviews import Definitions, Overview
from schakel.case import KEPT_BACK, SAYS_THE_LABEL, grounds_to_tell
from schakel.case_consent import HER, grants_for, noes_for, stopped
from schakel.case_listed import screened_in
from schakel.case_needs import noted
from schakel.case_party import is_party
from schakel.case_state import Clock, ClockState, ReferralState, State
from schakel.chain_state import ChainState, Minutes
from schakel.events.vocab import Answer, Basis, Check, LinkKind, PoliceRecord, Purpose, Role

OVER = frozenset({"referral_ended", "start_taken_back", "case_closed", "reopened", "erased", "erasure_requested"})
"""Why a clock stands still for good (`services.followup.clocks.still`)."""


@dataclass(frozen=True)
class Enrichment:
    """What a partner added: its own assessment or mark. It never changes the line itself."""

    by: str
    what: str
    says: str


@dataclass(frozen=True)
class LeadTime:
    """Whole days. What stood still stands apart, and takes none off the others: that time is not held against anybody."""

    since_report: int
    since_last_step: int
    suspended: int
    """How many clocks stand still now, for a reason."""
    days_suspended: int
    """In how much of the time since the report some clock stood still; two at once count once. One whose referral or case has ended waits
    for nobody, and does not count."""


@dataclass(frozen=True)
class Effort:
    contacts: int
    attempts: int
    referrals: int
    taken_up: int
    actions: int
    """Agreed, with who does it and by when."""
    done: int


@dataclass(frozen=True)
class Wanted:
    """Advice that somebody asked for and that is still to come."""

    of: str
    """The role that was asked."""
    by: str
    since: date


@dataclass(frozen=True)
class Line:
    """One incident: the cases that are said to be about it, the oldest first, and the facts of that one."""

    cases: tuple[str, ...]
    reported_on: date
    municipality: str | None
    district: str | None
    place_type: str
    natures: tuple[str, ...]
    grounds: tuple[str, ...]
    day_part: str
    door: str | None
    status: str
    """open, closed or withdrawn: a case that she withdrew from is shown as that, and not left out."""
    records: tuple[str, ...] = ()
    enrichment: tuple[Enrichment, ...] = ()
    lead_time: LeadTime | None = None
    effort: Effort | None = None
    settlement: str | None = None
    changes: tuple[Change, ...] = ()
    joint: Joint | None = None
    advice: tuple[Wanted, ...] = ()
    """Only what was asked of a role that the list or the meeting is for: of another's question nobody learns here."""
    unmapped: tuple[str, ...] = ()
    """Words outside the shared definitions: kept as told, never recoded."""
    pilots: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agenda:
    """What stands on it now: cases by themselves, and the subjects that come back, each with the day it was last discussed."""

    chain: str
    consultation: str
    title: str
    last_held: date | None
    lines: tuple[Line, ...]
    items: Mapping[str, date | None]


def agenda(
    chain: Chain, here: Cooperation, one: Consultation, meetings: ChainState, cases: Iterable[State], now: datetime
) -> Agenda:
    """The agenda of a consultation at a moment. cases: those of the chain, in any order."""
    held = [minutes for minutes in meetings.minutes if minutes.consultation == one.id]
    lines: tuple[Line, ...] = ()
    if (rule := one.cases) is not None:
        since = max((chain.calendar().end_of_day(minutes.held_on) for minutes in held), default=None)
        done = {case for minutes in held for case in minutes.settled}
        asked = [case for case in cases if rule.consent is None or agreed_to_all(chain, one, rule.consent, case, now)]
        groups = [group for group in incidents(chain, asked) if not done & {case.id for case in group}]
        chosen = [
            group
            for group in groups
            if any(rule.when.matches(facts_of(case, chain.roles_of(case.door or ""))) for case in group)
            and (not rule.criminal_side or any(criminal_side(case) for case in group))
            and (not rule.screened_in or any(case.matched and screened_in(case) for case in group))
            and (rule.stays is Stays.SETTLED or any(not case.closed for case in group))
        ]
        lines = tuple(line(group, here, rule.shows, now, since, one.members) for group in chosen)
    return Agenda(
        chain.name,
        one.id,
        one.title,
        max((minutes.held_on for minutes in held), default=None),
        lines,
        {item.id: _last(item.id, held) for item in one.items},
    )


def agreed_to_all(chain: Chain, one: Consultation, purpose: Purpose, case: State, now: datetime) -> bool:
    """Whether she said yes, for this purpose, to every partner that sits in the consultation. Whoever reported it knows it already.

    Her own yes alone: no other basis brings a case there, a yes for another purpose is not this one, and what she took back, or asked to
    be forgotten, is off the agenda at once.
    """
    sitting = members(chain, one)
    return (
        bool(sitting)
        and stopped(case) is None
        and all(
            any(grant.basis == Basis.CONSENT and grant.in_force(now) for grant in grants_for(case, partner, purpose))
            and not any(no.whole for no in noes_for(case, partner, purpose))
            for partner in sitting - {case.door}
        )
    )


def case_list(
    chain: Chain,
    here: Cooperation,
    overview: Overview,
    cases: Iterable[State],
    now: datetime,
    reader: str | None = None,
) -> tuple[list[Line], list[Line]]:
    """The lines of an overview of cases, and those that not every partner it asks for knows yet (`known_to`): kept apart.

    reader: a partner, who sees of the latter only what it knows itself: it is no way around a referral. None: who runs the backbone.
    """
    groups = [
        group
        for group in incidents(chain, cases)
        if any(overview.when.matches(facts_of(case, chain.roles_of(case.door or ""))) for case in group)
        and (not overview.criminal_side or any(criminal_side(case) for case in group))
    ]
    since = issued_before(here, overview, chain.calendar(), now)
    known: list[Line] = []
    not_yet: list[Line] = []
    for group in groups:
        parties = {partner for case in group for partner in case.parties if is_party(case, partner)}
        roles = {role for partner in parties for role in chain.roles_of(partner)}
        made = line(group, here, overview.shows, now, since, overview.readers)
        if set(overview.known_to) <= roles:
            known.append(made)
        elif reader is None or reader in parties:
            not_yet.append(made)
    return known, not_yet


def incidents(chain: Chain, cases: Iterable[State]) -> list[list[State]]:
    """The cases that may be listed, those about one incident together: the oldest first, in each and of all."""
    return grouped(case for case in cases if _may_be_listed(chain, case))


def grouped(cases: Iterable[State]) -> list[list[State]]:
    """Cases with a report, those about one incident together: the oldest first, in each and of all.

    A link is told in both cases, and counts as soon as it stands in one of them.
    """
    order = sorted(cases, key=lambda case: (case.reported_at or now_of(case), case.id))
    linked: dict[str, dict[str, None]] = {}
    for case in order:
        for link in case.links.values():
            if link.kind == LinkKind.SAME_INCIDENT:
                linked.setdefault(case.id, {})[link.other_case] = None
                linked.setdefault(link.other_case, {})[case.id] = None
    together: dict[str, list[State]] = {}
    for case in order:
        mine = [case]
        for other_case in linked.get(case.id, ()):
            group = together.get(other_case)
            if group is not None and group is not mine:
                mine = [*group, *(other for other in mine if other not in group)]
        mine.sort(key=lambda other: (other.reported_at or now_of(other), other.id))
        for other in mine:
            together[other.id] = mine
    return [group for case in order if (group := together[case.id])[0] is case]


def now_of(case: State) -> datetime:
    """Case time; every case with a report has one."""
    assert case.time is not None
    return case.time


def _may_be_listed(chain: Chain, case: State) -> bool:
    told = case.report is not None and case.chain == chain.name
    return told and not case.drill and HER not in case.erased


def criminal_side(case: State) -> bool:
    """Whether criminal law is applied or considered in it: a police record, or somebody calls it punishable."""
    record = case.facts["police_record"]
    punishable = (
        answer for key, answer in case.assessments.items() if key.rpartition("/")[2] == Check.PUNISHABLE.value
    )
    return record != PoliceRecord.NONE or Answer.YES in punishable


def line(
    group: Sequence[State],
    here: Cooperation,
    shows: Sequence[Shows],
    now: datetime,
    since: datetime | None = None,
    readers: Sequence[Role] = (),
) -> Line:
    """One line: facts, and of the rest what the file says. since: the last issue, or meeting; None for the first.

    readers: the roles that it is for.
    """
    first = group[0]
    facts, place = first.facts, first.facts["place"]
    assert first.reported_at is not None
    natures = tuple(dict.fromkeys(nature for case in group for nature in case.facts["natures"]))
    grounds = tuple(dict.fromkeys(one["ground"] for case in group for one in grounds_to_tell(case)))
    if any(case.label_refused for case in group):  # said of one report of the incident, it holds for all of them
        grounds = tuple(ground for ground in grounds if ground not in SAYS_THE_LABEL)
    day = first.reported_at.date()
    return Line(
        cases=tuple(case.id for case in group),
        reported_on=day,
        municipality=place["municipality"],
        district=place["district"],
        place_type=place["place_type"],
        natures=natures,
        grounds=grounds,
        day_part=facts["occurrence"]["day_part"],
        door=first.door,
        status=status(group),
        records=tuple(case.facts["police_record"] for case in group) if Shows.RECORDS in shows else (),
        enrichment=tuple(_enrichment(group)) if Shows.ENRICHMENT in shows else (),
        lead_time=_lead_time(group, now) if Shows.LEAD_TIMES in shows else None,
        effort=_effort(group) if Shows.EFFORT in shows else None,
        settlement=_settlement(group) if Shows.SETTLEMENT in shows else None,
        changes=changes(group, since) if Shows.CHANGES in shows else (),
        joint=joint(group) if Shows.JOINT in shows else None,
        advice=tuple(_wanted(group, readers)) if Shows.ADVICE in shows else (),
        unmapped=_unmapped(here.definitions, natures, [case.facts["police_record"] for case in group]),
        pilots=tuple(one.id for one in here.pilots if in_pilot(first, one)),
    )


def in_pilot(case: State, pilot: Pilot) -> bool:
    """By the place of the incident and the day of the report. It gives nobody a right to see more."""
    return case.reported_at is not None and pilot.covers(case.facts["place"]["municipality"], case.reported_at.date())


def status(group: Sequence[State]) -> str:
    if all(any(no.withdrawn and no.recipient is None and no.whole for no in case.noes) for case in group):
        return "withdrawn"
    return "closed" if all(case.closed for case in group) else "open"


def _enrichment(group: Sequence[State]) -> Iterable[Enrichment]:
    for case in group:
        for key, answer in case.assessments.items():
            author, _, check = key.rpartition("/")
            if check not in KEPT_BACK:
                yield Enrichment(author, check, answer)
        for key, answer in case.own_answers.items():
            author, _, question = key.rpartition("/")
            yield Enrichment(author, question, answer)
        for key, level in case.levels.items():
            author, _, scale = key.partition("/")
            yield Enrichment(author, scale or "level", level)


def _wanted(group: Sequence[State], readers: Sequence[Role]) -> Iterable[Wanted]:
    for case in group:
        for one in noted(case).asked_advice.values():
            if one.answered_at is None and one.to in readers:
                yield Wanted(one.to, one.by, one.at.date())


def _lead_time(group: Sequence[State], now: datetime) -> LeadTime:
    """From the first report, whoever works on it and however often it was reopened; an imported case from its own day."""
    first = min(case.reported_at for case in group if case.reported_at is not None)
    clocks = [clock for case in group for clock in case.clocks.values()]
    waiting = sum(clock.state is ClockState.SUSPENDED for clock in clocks)
    last = max(step for case in group for step in steps(case))
    return LeadTime((now - first).days, max((now - last).days, 0), waiting, _stood_still(clocks, now).days)


def _stood_still(clocks: Sequence[Clock], now: datetime) -> timedelta:
    """The time up to now in which at least one of them stood still, and not because what it timed is over."""
    pauses = [pause for clock in clocks for pause in clock.stood]
    pauses += [(clock.still or "", clock.still_since, now) for clock in clocks if clock.still_since is not None]
    spans = [(begin, end) for why, begin, end in pauses if why not in OVER]
    total, known_until = timedelta(), None
    for begin, end in sorted(spans):
        begin, end = max(begin, known_until or begin), min(end, now)
        if begin < end:
            total, known_until = total + (end - begin), end
    return total


def steps(case: State) -> list[datetime]:
    """When something was done for her: reported, contact, a referral taken up, a closing. Reading is none, nor is a reminder."""
    assert case.reported_at is not None
    done = [case.reported_at, *(contact.at for contact in case.contacts)]
    done += [at for one in case.referrals.values() for at in (one.delivered_at, one.accepted_at) if at is not None]
    done += [label.at for label in case.labels if label.at is not None]
    return [*done, case.closed_at] if case.closed_at else done


def _effort(group: Sequence[State]) -> Effort:
    contacts = [contact for case in group for contact in case.contacts]
    referrals = [one for case in group for one in case.referrals.values()]
    taken = (ReferralState.ACCEPTED, ReferralState.COMPLETED)
    return Effort(
        sum(contact.made for contact in contacts),
        sum(not contact.made for contact in contacts),
        sum(one.delivered_at is not None for one in referrals),
        sum(one.state in taken for one in referrals),
        sum(len(case.actions) for case in group),
        sum(action.done is not None for case in group for action in case.actions.values()),
    )


def _settlement(group: Sequence[State]) -> str | None:
    """Why it was closed, as its coordinator said; null while it is open."""
    return next((case.close_reason for case in group if case.closed and case.close_reason), None)


def _unmapped(shared: Sequence[Definitions], natures: Sequence[str], records: Sequence[str]) -> tuple[str, ...]:
    if not shared:
        return ()
    words = {word.value for one in shared for word in (*one.natures, *one.records)}
    return tuple(dict.fromkeys(word for word in (*natures, *records) if word not in words))


def _last(item: str, held: Sequence[Minutes]) -> date | None:
    return max((minutes.held_on for minutes in held if item in minutes.items), default=None)
