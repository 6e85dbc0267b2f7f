"""What a parked record holds up: nobody decides on what stands before it, however late it gets; let go, the case goes on as a whole.

What holds, in words: docs/adr/0063.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from backbone.casework import LEDGER
from backbone.cli.standing import Standing, records
from backbone.records import ledger_record
from backbone.store.rows import Outgoing
from schakel.case_state import ReferralState, State
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Event, Told
from schakel.events.chain import PartnerRestored, PartnerSuspended
from schakel.events.clock import ClockBreached
from schakel.events.consent import ConsentGranted, ConsentRefused, ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactMade
from schakel.events.data import DisclosureRequested
from schakel.events.referral import ReferralReleased
from schakel.events.report import AssessmentRecorded, LabelGiven, ReportReceived
from schakel.events.vocab import Person
from schakel.ids import new_event_id, service_source
from schakel.messages import ReferralOffered, Reminder
from tests.properties.effort import effort
from tests.services.test_given_up import GARBAGE, agreed, give_up, raw_of
from tests.services.test_parked import contact, in_newer_schema, learn, parked, record
from tests.support.minicluster import PARTITIONS, START, MiniCluster, Service
from tests.support.mortal import CASES, MortalCluster
from tests.support.telling import CITY, GRONINGEN, HELP, POLICE, facts
from tests.support.truths import Evidence, nothing_goes_without_consent

LetGo = Callable[[], None]
WAYS = ("retry", "drop")


def opened(cluster: MiniCluster, by: str = POLICE, consents: tuple[ConsentTerms, ...] = (), **place: str) -> str:
    event = ReportReceived(reported_at=cluster.time.now(), facts=facts(place=place), consents=consents)
    about = cluster.send(by, event)
    cluster.settle()
    case = cluster.receipts(by)[about].case
    assert case
    return case


def hindered(cluster: MiniCluster, case: str, way: str, monkeypatch: pytest.MonkeyPatch) -> LetGo:
    """Something that nobody can read stands in the case; what is answered lets it go: a newer version reads it, or it is given up."""
    event = contact(cluster).model_copy(update={"whom": Person.OTHER})
    sent = record(cluster, case, event, in_newer_schema(event) if way == "retry" else GARBAGE)
    cluster.append(sent)
    cluster.settle()
    assert all(parked(cluster).values())

    def let_go() -> None:
        if way == "retry":
            learn(monkeypatch, ContactMade)
            cluster.retry_parked()
        else:
            give_up(cluster, raw_of(cluster, sent), case)
            cluster.settle()
        assert not any(parked(cluster).values())

    return let_go


def said(cluster: MiniCluster, kind: type[Event], case: str) -> list[Event]:
    """Of this type, by whom it may be, from the raw ledger: what cannot be read is none."""
    return [
        entry.event
        for entry in Evidence.read(cluster.topics).ledger
        if isinstance(entry.event, kind) and entry.envelope.case == case
    ]


def named(cluster: MiniCluster, name: str) -> Service:
    return next(service for service in cluster.services if service.processor.name == name)


def stands(cluster: MiniCluster, event: Standing) -> None:
    for made in records(event, new_event_id(), cluster.time.now(), PARTITIONS):
        cluster.append(made)


def look_again(cluster: MiniCluster) -> None:
    """As each service does within a second or so, whether or not an operator asks for it."""
    for service in cluster.services:
        for partition in range(PARTITIONS):
            with service.store.transaction(LEDGER, partition) as tx:
                service.processor.retry(tx, LEDGER, partition)
                cluster._publish(tx)
    cluster.settle()


def offers(cluster: MiniCluster) -> list[ReferralOffered]:
    return [one for one in cluster.out(HELP) if isinstance(one, ReferralOffered)]


def yes() -> ConsentTerms:
    return ConsentTerms(recipient=HELP, purpose="referral", scopes=("contact_details", "story"))


def all_true(cluster: MiniCluster, case: str) -> State:
    """What every service has, and a replay as well; nothing is on its way, and nothing went without a yes."""
    evidence = Evidence.read(cluster.topics)
    evidence.garbage.clear()  # it was given up: what stands behind it counts
    assert list(nothing_goes_without_consent(evidence)) == []
    assert not any(desks[case].pending for desks in cluster.desks().values())
    return agreed(cluster, case).state


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_delivered_on_a_yes_that_is_taken_back_behind_it(
    cluster: MiniCluster, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is released, and kept back since its receiver is suspended; she takes it back, and then the receiver is restored."""
    case = opened(cluster)
    cluster.send(POLICE, ConsentGranted(terms=yes()), case)
    intake, consent = named(cluster, "intake"), named(cluster, "consent")
    while not said(cluster, ReferralReleased, case):
        for service in (intake, consent):
            cluster.work(service)
    stands(cluster, PartnerSuspended(partner=HELP, reason="agreement_ended"))
    cluster.settle()
    (referral,) = (one for one in cluster.replay(case).referrals.values() if one.to == HELP)
    assert referral.state is ReferralState.RELEASED
    let_go = hindered(cluster, case, way, monkeypatch)
    cluster.send(POLICE, ConsentWithdrawn(recipient=HELP), case)
    stands(cluster, PartnerRestored(partner=HELP))
    cluster.settle()
    look_again(cluster)
    assert offers(cluster) == []
    let_go()
    assert offers(cluster) == []
    assert all_true(cluster, case).referrals[referral.id].state is ReferralState.REVOKED


@pytest.mark.parametrize("way", WAYS)
def test_a_yes_behind_it_waits_and_then_counts(cluster: MiniCluster, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened(cluster)
    let_go = hindered(cluster, case, way, monkeypatch)
    cluster.send(POLICE, ConsentGranted(terms=yes()), case)
    cluster.advance(timedelta(days=1))
    assert offers(cluster) == said(cluster, ReferralReleased, case) == []
    let_go()
    assert [one.case for one in offers(cluster)] == [case]
    all_true(cluster, case)


def in_groningen(cluster: MiniCluster) -> str:
    return opened(cluster, GRONINGEN, municipality="groningen", district="centrum")


def breaches(cluster: MiniCluster) -> list[Reminder]:
    return [
        one for by in cluster.chains.partners for one in cluster.out(by) if isinstance(one, Reminder) and one.breached
    ]


@pytest.mark.parametrize("way", WAYS)
def test_no_breach_is_said_of_what_was_done_in_time_behind_it(
    cluster: MiniCluster, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = in_groningen(cluster)
    let_go = hindered(cluster, case, way, monkeypatch)
    cluster.send(GRONINGEN, ContactMade(whom="victim", at=cluster.time.now(), channel="telephone"), case)
    cluster.settle()
    cluster.advance(timedelta(days=10))
    assert said(cluster, ClockBreached, case) == []
    let_go()
    cluster.advance(timedelta(days=10))
    (called,) = (clock for clock in all_true(cluster, case).clocks.values() if clock.name == "contact-met-melder")
    assert called.stopped_at is not None
    assert not called.breached
    assert called.id not in [one.clock for one in said(cluster, ClockBreached, case)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", WAYS)
def test_a_breach_that_came_meanwhile_is_said_once_it_goes_on(
    cluster: MiniCluster, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when nothing waits behind what is let go, and no watermark comes any more."""
    case = in_groningen(cluster)
    let_go = hindered(cluster, case, way, monkeypatch)
    cluster.advance(timedelta(days=10))
    assert said(cluster, ClockBreached, case) == breaches(cluster) == []
    let_go()
    found = said(cluster, ClockBreached, case)
    assert found
    assert breaches(cluster)
    all_true(cluster, case)
    cluster.advance(timedelta(days=10))
    assert said(cluster, ClockBreached, case)[: len(found)] == found


def test_what_lets_the_case_go_need_not_be_what_a_service_looks_for(
    cluster: MiniCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Follow-up asks nothing after somebody's reading; it asks what was due all the same."""
    case = in_groningen(cluster)
    event = DisclosureRequested(referral="none", by=HELP, scopes=())
    envelope = Envelope(new_event_id(), service_source("gateway"), event.TYPE, cluster.time.now(), case)
    plain = ledger_record(Entry(envelope, event), None, case)
    cluster.append(Outgoing(LEDGER, None, plain.key, in_newer_schema(event), plain.headers))
    cluster.advance(timedelta(days=10))
    assert all(parked(cluster).values())
    assert said(cluster, ClockBreached, case) == []
    learn(monkeypatch, DisclosureRequested)
    cluster.retry_parked()
    assert said(cluster, ClockBreached, case)
    all_true(cluster, case)


# --- the end is the same ----------------------------------------------------------------------------------------------

POOL: tuple[Told, ...] = (
    ContactMade(whom="victim", at=START, channel="telephone"),
    ConsentGranted(terms=yes()),
    ConsentWithdrawn(recipient=HELP),
    ConsentRefused(recipient=HELP, purpose="referral"),
    AssessmentRecorded(check="discrimination", answer="yes"),
    LabelGiven(basis="pattern"),
)
WORD = st.tuples(st.sampled_from((POLICE, CITY)), st.sampled_from(POOL))


class Played:
    """A case, some words, then one that cannot be read yet, or ever, and others behind it."""

    def __init__(self, directory: Path, before: Sequence[tuple[str, Told]]) -> None:
        self.cluster = MortalCluster(directory)
        self._told = 0
        self.cluster.send(POLICE, ReportReceived(reported_at=START, facts=facts()), None, self._id())
        self.cluster.settle()
        self.case = f"{CASES}{1:012d}"
        for word in before:
            self.tell(*word)
            self.cluster.settle()

    def _id(self) -> str:
        self._told += 1
        return f"00000000-0000-7000-8000-{self._told:012d}"

    def tell(self, by: str, event: Told) -> None:
        """It stands in the ledger, and nobody has read it there yet."""
        self.cluster.send(by, event, self.case, self._id())
        self.cluster.process(self.cluster.services[0], f"schakel.in.{by}", 0)

    def append(self, event: Told, value: bytes | None) -> Outgoing:
        plain = record(self.cluster, self.case, event, value)
        own = {"ce_id": self._id().encode()}
        sent = replace(plain, headers=tuple((name, own.get(name, value)) for name, value in plain.headers))
        self.cluster.append(sent)
        return sent

    def end(self) -> State:
        self.cluster.settle()
        assert not any(parked(self.cluster).values())
        return agreed(self.cluster, self.case).state


@effort(12)
@given(
    st.lists(WORD, max_size=2), st.sampled_from(POOL), st.lists(WORD, max_size=3), st.sampled_from(WAYS), st.booleans()
)
def test_the_end_is_as_if_everybody_had_read_it_at_once(
    before: list[tuple[str, Told]], hindrance: Told, behind: list[tuple[str, Told]], way: str, late: bool
) -> None:
    """late: what stands behind it is told when it is parked already, one after the other; else it comes with it."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        plain = Played(Path(folder, "plain"), before)
        if way == "retry":
            plain.append(hindrance, None)
        else:
            plain._id()
        for word in behind:
            plain.tell(*word)
        held = Played(Path(folder, "held"), before)
        sent = held.append(hindrance, in_newer_schema(hindrance) if way == "retry" else GARBAGE)
        if late:
            held.cluster.settle()
        for word in behind:
            held.tell(*word)
            if late:
                held.cluster.settle()
        held.cluster.settle()
        assert all(parked(held.cluster).values())
        if way == "retry":
            learn(patch, type(hindrance))
            held.cluster.retry_parked()
        else:
            give_up(held.cluster, raw_of(held.cluster, sent), held.case)
        assert of_weight(held.end(), way) == of_weight(plain.end(), way)
        plain.cluster.close()
        held.cluster.close()


def of_weight(state: State, way: str) -> dict[str, object]:
    """All of it; the operator's own word is an event too, and for the moment the newest thing that was told."""
    fields = asdict(state)
    return {name: what for name, what in fields.items() if way == "retry" or name not in ("events", "seen", "news")}
