"""Histories to try the rules on: what partners might tell, sensible or not, and in what order the services might read and append.

Every step of a plot can be printed, so that a failing example reads as a story. Strategies are made once (`cache`): building and checking
them anew for every draw takes longer than playing the plot.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from schakel.case_state import State
from schakel.events import Told
from schakel.events.consent import BasisInvoked, ConsentGranted, ConsentTerms
from schakel.events.data import StatementRetracted
from schakel.events.referral import ReferralAccepted, ReferralCompleted, ReferralDeclined
from tests.support import telling
from tests.support.casebook import SERVICES, World
from tests.support.telling import (
    ADV,
    CITY,
    COC,
    COC_GRONINGEN,
    DMG,
    GRONINGEN,
    HELP,
    POLICE,
    POLICE_NORTH,
    RITA,
    Ask,
    Tell,
    Watermark,
    moment,
    passed,
)

AMSTERDAM_PARTNERS = (POLICE, CITY, ADV, HELP, RITA, COC)
GRONINGEN_PARTNERS = (DMG, GRONINGEN, COC_GRONINGEN, POLICE_NORTH, HELP)
BEGIN = moment("2026-03-27 12:00")
SCOPES = ("case_facts", "contact_details", "story", "label")


# --- steps of a plot --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    service: str
    records: int | None


@dataclass(frozen=True)
class Land:
    service: str
    records: int | None


@dataclass(frozen=True)
class Repeat:
    """A record is appended again."""

    position: int


@dataclass(frozen=True)
class Rebuild:
    service: str


@dataclass(frozen=True)
class Settle:
    """Everybody catches up and has his say."""


Step = Tell | Watermark | Ask | Read | Land | Repeat | Rebuild | Settle


def play(world: World, step: Step) -> None:
    match step:
        case Tell(by, Later() as event, logged, told_id) if by == WHOSE_IT_IS:
            world.tell(Tell(event.author(world.state()), event, logged, told_id))
        case Tell() | Watermark() | Ask():
            world.tell(step)
        case Read(service, records):
            world.read(service, records)
        case Land(service, records):
            world.land(service, records)
        case Repeat(position):
            world.repeat(position)
        case Rebuild(service):
            world.rebuild(service)
        case Settle():
            world.settle()


# --- what is told -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Later:
    """An event about something in the case, chosen by number when it is told."""

    what: str
    number: int
    more: tuple[tuple[str, Any], ...] = ()

    def __call__(self, case: State) -> Told:
        return _LATER[self.what](case, self.number, dict(self.more))

    def author(self, case: State) -> str:
        """Whose it is to say: the receiver's to answer, the author's to take back."""
        if self.what == "retract a grant":
            return _nth([grant.recorded_by for grant in case.grants.values()], self.number)
        if self.what == "retract a contact":
            return _nth([contact.by for contact in case.contacts], self.number)
        return _nth([referral.to for referral in case.referrals.values()], self.number)


WHOSE_IT_IS = ""
"""As the author of a `Later`: whoever may say it."""


def _nth(things: list[str], number: int) -> str:
    return things[number % len(things)] if things else "nothing-there"


def _grant(case: State, number: int, more: dict[str, Any]) -> ConsentGranted:
    """A grant that names the number-th no from the end."""
    no = _nth([no.id for no in reversed(case.noes)], number)
    return ConsentGranted(terms=more["terms"], supersedes=no)


_LATER: dict[str, Callable[[State, int, dict[str, Any]], Told]] = {
    "accepted": lambda case, n, more: ReferralAccepted(referral=_nth(list(case.referrals), n)),
    "declined": lambda case, n, more: ReferralDeclined(referral=_nth(list(case.referrals), n), reason="not_ours"),
    "completed": lambda case, n, more: ReferralCompleted(referral=_nth(list(case.referrals), n)),
    "grant again": _grant,
    "retract a grant": lambda case, n, more: StatementRetracted(event=_nth(list(case.grants), n), reason="mistake"),
    "retract a contact": lambda case, n, more: StatementRetracted(
        event=_nth([contact.id for contact in case.contacts], n), reason="mistake"
    ),
}


@cache
def _moments(hours: int = 120) -> st.SearchStrategy[Any]:
    return st.integers(-2, hours).map(lambda h: BEGIN + timedelta(hours=h))


@cache
def _scopes() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(SCOPES), unique=True, max_size=3).map(tuple)


def receivers(amsterdam: bool) -> tuple[str, ...]:
    """Those whom the protocols refer to: most words are about them."""
    return (HELP, CITY, ADV) if amsterdam else (DMG, DMG, HELP)


WIDE = ("contact_details", "story")


@cache
@st.composite
def _terms(draw: st.DrawFn, amsterdam: bool) -> ConsentTerms:
    return ConsentTerms(
        recipient=draw(st.sampled_from(receivers(amsterdam))),
        purpose=draw(st.sampled_from(["referral"] * 9 + ["aftercare"])),
        scopes=draw(
            st.sampled_from([WIDE, WIDE, WIDE, ("contact_details",), ("story",), ("case_facts",), ()]) | _scopes()
        ),
        until=draw(st.sampled_from([None, None, None]) | _moments(6)),
        given_by=draw(st.sampled_from(["victim"] * 9 + ["representative", "bystander"])),
    )


@cache
@st.composite
def reports(draw: st.DrawFn, amsterdam: bool) -> Tell:
    partners = AMSTERDAM_PARTNERS if amsterdam else GRONINGEN_PARTNERS
    told = telling.report(
        draw(st.sampled_from(partners)),
        "2026-03-27 12:00",
        place=draw(_places(amsterdam)),
        consents=tuple(draw(st.lists(_terms(amsterdam), max_size=2)) or _everybody(draw, amsterdam)),
        label=draw(st.none() | st.sampled_from(["said_by_victim", "place"])),
        history=draw(st.sampled_from([False] * 19 + [True])),
        **draw(_changes()),
    )
    return told


def _everybody(draw: st.DrawFn, amsterdam: bool) -> list[ConsentTerms]:
    """Yes to all of it, at the door; or nothing asked."""
    return [telling.terms(to) for to in receivers(amsterdam)] if draw(st.booleans()) else []


@cache
@st.composite
def _changes(draw: st.DrawFn) -> dict[str, Any]:
    """Some facts of a report; few enough values that conditions of the protocols meet both sides, the busy side more often."""
    suspected = ({"check": "discrimination_or_violence", "answer": "yes"},)
    return {
        "identity": draw(st.sampled_from(["by_name"] * 4 + ["known_to_door"] * 2 + ["anonymous_heard", "one_way"])),
        "reporter": draw(st.sampled_from(["victim", "victim", "victim", "bystander"])),
        "natures": draw(st.sampled_from([("threat",), ("threat",), ("assault", "scolding"), ("scolding",), ()])),
        "acute": draw(st.booleans()),
        "high_profile": draw(st.booleans()),
        "residence": {"elsewhere": draw(st.sampled_from(["no", "no", "unknown", "yes"]))},
        "checks": draw(
            st.sampled_from([suspected, suspected, (), ({"check": "discrimination", "answer": "unknown"},)])
        ),
        "severity": draw(st.sampled_from([(), ({"scale": "injury", "severity": "serious"},)])),
        "record_kind": draw(st.sampled_from(["report"] * 9 + ["lead"])),
    }


@cache
def _places(amsterdam: bool) -> st.SearchStrategy[dict[str, Any]]:
    if amsterdam:
        return st.sampled_from(["oost", "centrum", None]).map(lambda d: {"municipality": "amsterdam", "district": d})
    return st.sampled_from(["centrum", None]).map(lambda d: {"municipality": "groningen", "district": d})


def _correction(by: str, changes: dict[str, Any], place: dict[str, Any], names: frozenset[str]) -> Tell:
    changes = {**changes, "place": place}
    chosen = {name: value for name, value in changes.items() if name in names}
    return telling.corrected(by, **(chosen or {"acute": True}))


@cache
def words(amsterdam: bool) -> st.SearchStrategy[Tell]:
    """What she says about who may have what: yes, no, no longer, yes again."""
    by = st.sampled_from(AMSTERDAM_PARTNERS if amsterdam else GRONINGEN_PARTNERS)
    to, number, terms = st.sampled_from(receivers(amsterdam)), st.integers(0, 2), _terms(amsterdam)
    purpose = st.sampled_from([None, "referral", "referral", "aftercare"])
    return st.one_of(
        st.builds(
            lambda by, terms, supersedes: Tell(by, ConsentGranted(terms=terms, supersedes=supersedes)),
            by,
            terms,
            st.sampled_from([None, None, "no-such-no"]),
        ),
        st.builds(lambda by, n, terms: Tell(by, Later("grant again", n, (("terms", terms),))), by, number, terms),
        st.builds(telling.withdrawn, st.none() | to, by, purpose),
        st.builds(lambda to, scopes, by: telling.refused(to, *scopes, by=by), to, _scopes(), by),
        st.builds(telling.asked, to, by),
        st.builds(Tell, st.just(WHOSE_IT_IS) | by, st.builds(Later, st.just("retract a grant"), number)),
    )


@cache
def tells(amsterdam: bool) -> st.SearchStrategy[Tell | Ask]:
    """Anything a partner of the chain may tell or ask about the case, at any moment; every second is a word about consent."""
    partners = AMSTERDAM_PARTNERS if amsterdam else GRONINGEN_PARTNERS
    by, to, number = st.sampled_from(partners), st.sampled_from(receivers(amsterdam)), st.integers(0, 3)
    what = st.sampled_from(["accepted", "accepted", "declined", "completed", "retract a contact"])
    answers = st.builds(Tell, st.just(WHOSE_IT_IS), st.builds(Later, what, number))
    others = st.one_of(
        st.builds(Tell, by, st.builds(Later, st.sampled_from(["retract a contact", "accepted"]), number)),
        st.builds(
            telling.requested,
            to,
            by,
            st.just("victim_support"),
            st.sampled_from(["referral", "mediation", "aftercare"]),
        ),
        st.builds(
            _correction,
            by,
            _changes(),
            _places(amsterdam),
            st.frozensets(st.sampled_from(_CORRECTABLE), min_size=1, max_size=2),
        ),
        st.builds(
            telling.assessed,
            by,
            st.sampled_from(["discrimination_or_violence", "discrimination"]),
            st.sampled_from(["yes", "no", "unknown"]),
        ),
        st.builds(telling.level_set, by, st.sampled_from(["serious", "light"])),
        st.sampled_from([telling.label_given, telling.label_withdrawn, telling.label_refused]).flatmap(
            lambda tell: st.builds(tell, by)
        ),
        st.builds(_basis, by, to, _scopes(), st.sampled_from(["vital_interest", "consent", "scheme", "agreement"])),
        st.builds(telling.thread_closed, by),
        st.builds(telling.close_requested, by) | st.builds(telling.reopen_requested, by),
    )
    said = words(amsterdam)
    return st.one_of(said, said, said, said, answers, reads(amsterdam), reads(amsterdam), contacts(partners), others)


@cache
def reads(amsterdam: bool) -> st.SearchStrategy[Ask]:
    """A receiver, mostly the right one, asks to read."""
    to, other = st.sampled_from(receivers(amsterdam)), st.sampled_from([COC, "nobody-we-know"])
    scopes, number = st.sampled_from([(), (), ("story",)]) | _scopes(), st.integers(0, 2)
    mine = st.builds(lambda to, scopes, number: Ask(to, to, scopes, number), to, scopes, number)
    return st.one_of(mine, mine, mine, st.builds(Ask, other, to, scopes, number))


_CORRECTABLE = ("place", "identity", "natures", "acute", "high_profile", "residence", "checks", "record_kind")


@cache
def contacts(partners: tuple[str, ...]) -> st.SearchStrategy[Tell]:
    """Attempts and contacts, in the past of when they are logged."""
    by, whom = st.sampled_from(partners), st.sampled_from(["victim", "victim", "bystander"])

    def tell(by: str, whom: str, at: Any, made: bool) -> Tell:
        told = telling.contact_made(by, at, whom) if made else telling.contact_attempted(by, at, whom)
        return Tell(told.by, told.event)

    return st.builds(tell, by, whom, _moments(), st.booleans())


def _basis(by: str, to: str, scopes: tuple[str, ...], basis: str) -> Tell:
    event = BasisInvoked(
        basis=basis, recipient=to, purpose="referral", scopes=scopes, motive="danger", until=BEGIN + timedelta(hours=30)
    )
    return Tell(by, event)


# --- schedules --------------------------------------------------------------------------------------------------------


@cache
def moves() -> st.SearchStrategy[list[Step]]:
    """What services do meanwhile: read some, append some, catch up; sometimes one starts over from nothing.

    Often one has read and not yet appended: then the next word stands before what it decided.
    """
    services, records = st.sampled_from(SERVICES), st.none() | st.integers(1, 3)
    read, land = st.builds(Read, services, records), st.builds(Land, services, records)
    seldom = st.one_of(
        st.integers(0, 100).map(lambda h: passed(BEGIN + timedelta(hours=h))),
        st.builds(Repeat, st.integers(0, 60)),
        st.builds(Rebuild, services),
    )
    gate = Read("consent", None)
    return st.one_of(
        st.just([Settle()]),
        st.just([gate]),
        services.map(lambda name: [Read(name, None)]),
        st.just([gate, Land("consent", 1), gate]),
        services.map(lambda name: [Read(name, None), Land(name, None)]),
        st.lists(st.one_of(read, land, read, land, seldom), max_size=4),
    )


@st.composite
def schedules(draw: st.DrawFn, told: st.SearchStrategy[Tell | Ask], length: int) -> list[Step]:
    """Up to `length` told events, and before each whatever the services are doing."""
    meanwhile = moves()
    steps: list[Step] = []
    for _ in range(draw(st.integers(0, length))):
        steps.extend((*draw(meanwhile), draw(told)))
    return [*steps, *draw(meanwhile)]


ROUTED: list[Step] = [Read("routing", None), Land("routing", None)] * 2
OPENINGS: list[list[Step]] = [[], [Settle()], [*ROUTED, Read("consent", None)], [*ROUTED, Read("consent", None)]]
"""How far the services are when the first word follows the report: nowhere, done, or with the gate's answer on its way."""


@st.composite
def plots(draw: st.DrawFn, length: int = 10) -> list[Step]:
    """A report and what comes of it."""
    amsterdam = draw(st.booleans())
    first, opening = draw(reports(amsterdam)), draw(st.sampled_from(OPENINGS))
    return [first, *opening, draw(words(amsterdam)), *draw(schedules(tells(amsterdam), length))]
