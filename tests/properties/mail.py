"""What partners send and how the services get on meanwhile, for the property of receipts: plots over services that die.

Every step of a plot can be printed, so that a failing example reads as a story. Who sent what is kept here, as the senders themselves would
keep it; what they were promised for it is asked in `receipts`.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from schakel import codec
from schakel.case_state import State
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.base import SealedField
from schakel.events.case import TrendSignalled
from schakel.events.consent import BasisInvoked, ConsentRefused, ConsentWithdrawn
from schakel.events.contact import ContactMade
from schakel.events.data import HoldLifted, HoldPlaced, StatementRetracted
from schakel.events.report import ReportLinked, ReportReceived
from schakel.ids import partner_source
from schakel.sealing import seal
from tests.properties.plots import BEGIN, WHOSE_IT_IS, Later, reports, tells
from tests.support.mortal import CASES, MortalCluster
from tests.support.telling import CITY, COC, HELP, POLICE, POLICE_NORTH, Tell, terms

PARTNERS = (POLICE, POLICE, CITY, COC, HELP, POLICE_NORTH)
"""Some of Amsterdam, and one of another chain who has no part in these cases."""
SERVICES = ("intake", "routing", "consent", "followup", "cases", "gateway")
UNREADABLE = "unreadable"
NOW = BEGIN + timedelta(hours=48)
_IN, _OUT = "schakel.in.", "schakel.out."


# --- steps of a plot --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Says:
    """Tells something about the `case`-th of the cases there are. door: who reported that case tells it, whoever it was to be.
    under: with the id of the message sent so many before it."""

    tell: Tell
    case: int
    door: bool = False
    under: int | None = None


@dataclass(frozen=True)
class Garbage:
    """Bytes that are no event, under an id of its own or one used before."""

    by: str
    under: int | None = None


@dataclass(frozen=True)
class Again:
    """The message so many before the newest is sent once more; sealed anew where it holds something sealed."""

    back: int


@dataclass(frozen=True)
class Copied:
    """A message of somebody, as it is, sent by somebody else."""

    back: int
    by: str


@dataclass(frozen=True)
class Works:
    service: str
    batch: int


@dataclass(frozen=True)
class Turns:
    """See `MortalCluster.turn`: what was let in may be on its way when it comes again."""

    service: str
    place: int
    batch: int


@dataclass(frozen=True)
class Dies:
    """See `MortalCluster.die`."""

    service: str
    place: int
    batch: int
    published: int


@dataclass(frozen=True)
class Loses:
    """Its database, once it has read everything and its outbox is empty (docs/adr/0012)."""

    service: str


@dataclass(frozen=True)
class Passes:
    """Time. Then the services rest."""

    hours: int


Step = Says | Garbage | Again | Copied | Works | Turns | Dies | Loses | Passes


# --- what was sent ----------------------------------------------------------------------------------------------------


@dataclass
class Sent:
    """One message on an `in` topic. What it says is kept without its sealing, which may differ when it is sent again."""

    by: str
    offset: int
    source: str
    id: str
    says: tuple[object, ...]
    event: Told | None
    case: str | None
    read_before: int
    """How many messages stood on the sender's `out` topic when it was sent."""
    answered_anew: int = 0
    """How often a rebuilt intake answers it once more, as it must where it cannot know."""


@dataclass
class Mail:
    """The cluster and everything that was sent to it."""

    cluster: MortalCluster
    sent: list[Sent] = field(default_factory=list)

    @classmethod
    def opened(cls, directory: Path) -> "Mail":
        mail = cls(MortalCluster(directory))
        mail.cluster.time.at = NOW
        return mail

    def send(self, by: str, event: Told | None, case: str | None, event_id: str, source: str | None = None) -> None:
        """event: None for what is none."""
        cluster = self.cluster
        source = source or partner_source(cluster.chains.partners[by].oin)
        wire = event
        if event is not None and event.sealed:
            part = seal("victim", {SealedField.STORY: "as told"}, cluster.keys.door_keys()[0], about=event_id)
            wire = event.model_copy(update={"sealed": (part,)})
        name = type(event or ReportReceived).TYPE if event else ReportReceived.TYPE
        envelope = Envelope(event_id, source, name, cluster.time.now(), case)
        offset = len(cluster.topics[_IN + by, 0])
        says = (name, event and event.model_dump_json(exclude={"sealed"}), case)
        seen = len(cluster.topics[_OUT + by, 0])
        self.sent.append(Sent(by, offset, source, event_id, says, event, case, seen))
        cluster.put(by, codec.encode(wire) if wire else b"no event", envelope.headers())

    def id_under(self, back: int | None) -> str:
        """The id of an earlier message, whoever sent it and wherever it is by now; or a new one."""
        return (
            self._nth(back).id if back is not None and self.sent else f"00000000-0000-7000-8000-{len(self.sent):012d}"
        )

    def _nth(self, back: int) -> Sent:
        return self.sent[-1 - back % len(self.sent)]

    def cases(self) -> list[str]:
        return sorted({entry.envelope.case for entry in self.cluster.ledger() if entry.envelope.case})

    # -- playing ---------------------------------------------------------------------------------------------------------

    def play(self, step: Step) -> None:
        cluster = self.cluster
        match step:
            case Says():
                self._say(step)
            case Garbage(by, under):
                self.send(by, None, None, self.id_under(under))
            case Again(back) if self.sent:
                old = self._nth(back)
                self.send(old.by, old.event, old.case, old.id, old.source)
            case Copied(back, by) if self.sent:
                old = self._nth(back)
                self.send(by, old.event, old.case, old.id, old.source)
            case Works(service, batch):
                cluster.work(cluster.named(service), batch)
            case Turns(service, place, batch):
                cluster.turn(service, place, batch)
            case Dies(service, place, batch, published):
                cluster.die(service, place, batch, published)
            case Loses(service):
                cluster.rest(service)
                if service == "intake":
                    self._answers_once_more()
                cluster.rebuild(service, settle=False)
            case Passes(hours):
                cluster.advance(timedelta(hours=hours))

    def _say(self, step: Says) -> None:
        by, event = step.tell.by, step.tell.event
        cases = self.cases()
        case = cases[step.case % len(cases)] if cases else None
        state = self.cluster.replay(case) if case else State(id="none")
        if not isinstance(event, Told):
            by = event.author(state) if isinstance(event, Later) and by == WHOSE_IT_IS else by
            event = event(state)
        if isinstance(event, ReportReceived) or not event.IN_CASE:
            case = None
        else:
            case = case or "c0ffee00-0000-4000-8000-000000000000"
            by = state.door if step.door and state.door and step.tell.by != WHOSE_IT_IS else by
        if by in self.cluster.chains.partners:
            self.send(by, event, case, self.id_under(step.under))

    def _answers_once_more(self) -> None:
        """Intake loses its database. What was sent again behind the newest message that was let in or refused is answered once more:
        neither the ledger nor `schakel.refused` knows of it."""
        known: dict[str, int] = defaultdict(lambda: -1)
        for raw_topic, offset in self._known_answers():
            known[raw_topic] = max(known[raw_topic], offset)
        for one in self.sent:
            one.answered_anew += one.offset > known[_IN + one.by]

    def _known_answers(self) -> Sequence[tuple[str, int]]:
        places = [entry.envelope.position for entry in self.cluster.ledger() if entry.envelope.position]
        let_in = [(place.partition("/")[0], int(place.rpartition("/")[2])) for place in places]
        filed = [codec.decode_message(raw.value) for raw in self.cluster.topics["schakel.refused", 0]]
        return [*let_in, *((one.topic, one.offset) for one in filed)]  # type: ignore[union-attr]


# --- plots ------------------------------------------------------------------------------------------------------------


@cache
def _once_only() -> st.SearchStrategy[Tell]:
    """What would be refused if it were judged again later: it has ended, or it stands no more."""
    by = st.sampled_from((POLICE, POLICE, CITY))
    today = NOW.date()
    hold = HoldPlaced(legal_ground="criminal_case", until=today)
    basis = BasisInvoked(
        basis="vital_interest",
        recipient=HELP,
        purpose="referral",
        scopes=("story",),
        motive="danger",
        until=NOW + timedelta(hours=5),
    )

    def lift(case: State) -> HoldLifted:
        return HoldLifted(hold=next(iter(case.holds), "none"))

    said = ContactMade(whom="victim", at=NOW, channel="telephone")
    return st.builds(Tell, by, st.sampled_from([hold, basis, lift, lift, said]))


@cache
def _under() -> st.SearchStrategy[int | None]:
    return st.sampled_from([None] * 5) | st.integers(0, 8)


@cache
def _report() -> st.SearchStrategy[Tell]:
    yes = (terms(HELP),)
    return reports(True).map(
        lambda tell: Tell(tell.by, tell.event.model_copy(update={"consents": tell.event.consents or yes}))  # type: ignore[union-attr]
    )


@cache
def _mail() -> st.SearchStrategy[Step]:
    back, by = st.sampled_from([0, 0, 0, 1, 1, 2]) | st.integers(0, 20), st.sampled_from(PARTNERS)
    told = tells(True).filter(lambda tell: isinstance(tell, Tell))
    says = st.builds(
        Says,
        st.one_of(told, told, _once_only(), _report()),
        st.integers(0, 3),
        st.sampled_from([True, True, False]),
        _under(),
    )
    again = st.builds(Again, back)
    seldom = st.one_of(st.builds(Garbage, by, _under()), st.builds(Copied, back, by))
    return st.integers(0, 15).flatmap(lambda n: seldom if n == 15 else again if n > 8 else says)


@cache
def _meanwhile() -> st.SearchStrategy[Step]:
    batch, service = st.sampled_from([1, 2, 500]), st.sampled_from(("intake", "intake", *SERVICES))
    works = st.builds(Works, service, batch)
    turns = st.builds(Turns, service, st.integers(0, 3), batch)
    dies = st.builds(Dies, service, st.integers(0, 3), batch, st.integers(-1, 3))
    return st.one_of(
        works,
        works,
        turns,
        turns,
        dies,
        dies,
        st.builds(Loses, service),
        st.builds(Passes, st.sampled_from([0, 0, 1, 30])),
    )


WORDS = (
    ContactMade(whom="victim", at=NOW, channel="telephone"),
    ConsentWithdrawn(recipient=HELP),
    ConsentRefused(recipient=HELP, purpose="referral"),
)
LINK = ReportLinked(other_case=f"{CASES}{2:012d}", kind="same_person")
"""With the second case there is; told by who reported both."""
TRENDS = tuple(
    TrendSignalled(municipality="amsterdam", district=district, to=(CITY,), answer_by=NOW.date() + timedelta(days=days))
    for district, days in (("oost", 1), ("zuid", 30))
)
_TAKEN = Turns("intake", 0, 500)
HASTE: list[list[Step]] = [[_TAKEN, Again(0), _TAKEN], [Again(0), Dies("intake", 0, 1, 0), Again(0), _TAKEN]]
"""Sent again while what was let in has not been read back; the second time by an intake that began anew."""


@cache
def _two_at_once() -> st.SearchStrategy[list[Step]]:
    """Two partners use one id in one case or chain, and both are let in before either has been read back. What becomes of them is not
    told here. A link is also told in another case, and one that was told before is also taken back there."""
    word = st.sampled_from(WORDS)
    own = st.one_of(word, word, st.sampled_from([LINK, LINK, take_back_a_link]))
    turns = st.sampled_from([[_TAKEN, _TAKEN], [_TAKEN, Again(0), _TAKEN, _TAKEN, Again(0)]])

    def clash(one: Told | Callable[[State], Told], other: Told, turned: bool, turns: list[Step]) -> list[Step]:
        own, others = Says(Tell(POLICE, one), 0, door=True), Says(Tell(CITY, other), 0)
        return [others, replace(own, under=0), *turns] if turned else [own, replace(others, under=0), *turns]

    def trends(turned: bool, turns: list[Step]) -> list[Step]:
        one, other = TRENDS if turned else TRENDS[::-1]
        return [Says(Tell(COC, one), 0), Says(Tell(CITY, other), 0, under=0), *turns]

    cases = st.builds(clash, own, word, st.booleans(), turns)
    return st.one_of(cases, cases, st.builds(trends, st.booleans(), turns))


def take_back_a_link(case: State) -> StatementRetracted:
    return StatementRetracted(event=next(iter(case.links), "none"), reason="mistake")


@st.composite
def plots(draw: st.DrawFn, length: int = 12) -> list[Step]:
    """A report, and up to `length` messages of anybody; before and after each, whatever the services do."""
    steps: list[Step] = [Says(draw(_report()), 0)]
    for _ in range(draw(st.integers(3, length))):
        steps += draw(st.sampled_from([[], [], *HASTE])) or draw(st.lists(_meanwhile(), max_size=4))
        steps.append(draw(_mail()))
        if draw(st.integers(0, 7)) == 7:
            steps += draw(_two_at_once())
    return [*steps, *draw(st.lists(_meanwhile(), max_size=3))]
