"""The tally beside the fold: what operators watch says what the ledger says, once for each event, whatever ends a process or a database."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from backbone.casework import LEDGER
from backbone.chains import Chains
from backbone.definition_files import load_definitions
from backbone.protocols import Protocols
from backbone.store import migrate, tables
from backbone.store.transaction import Tx
from schakel import codec
from schakel.calendar import Limit
from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.envelope import Envelope
from schakel.events.clock import ClockBreached, ClockCorrected, ClockStopped, ClockSuspended
from schakel.events.consent import ConsentGranted, ConsentTerms
from schakel.events.contact import ContactAttempted, ContactMade
from schakel.events.referral import ReferralAccepted, ReferralDelivered
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.ids import new_event_id, partner_source
from services.cases.processor import CasesProcessor
from services.cases.tally import table
from services.cases.tally.names import HOUR_S, Shown
from services.cases.tally.shown import TallyCollector, shown_as
from tests.support.minicluster import PARTITIONS, MiniCluster, Service

NORTH, POLICE, HELP = "gemeente-groningen", "politie-amsterdam", "slachtofferhulp"
SCHEME, CLOCK = "handreiking-negen-stappen", "contact-met-melder"
VERSION = "2017.4"
"""The one that the chain of Groningen runs."""


def waiting(protocols: Path, chains: Path) -> tuple[Chains, Protocols]:
    """The project's own files, with a clock that stands still when she puts the contact off: none of today's protocols says so."""
    chains_here, read = load_definitions(protocols, chains)
    scheme = read.get(SCHEME, VERSION)
    clocks = tuple(
        rule.model_copy(update={"waits": Limit.parse("7 dagen")}) if rule.id == CLOCK else rule
        for rule in scheme.clocks
    )
    changed = scheme.model_copy(update={"clocks": clocks})
    return chains_here, replace(read, by_ref={**read.by_ref, f"{SCHEME}@{VERSION}": changed})


@pytest.fixture(autouse=True)
def _she_may_put_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.minicluster.load_definitions", waiting)


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[MiniCluster]:
    """On SQLite alone, for what has nothing to do with the kind of database."""
    cluster = MiniCluster(tmp_path)
    try:
        yield cluster
    finally:
        cluster.close()


def report(cluster: MiniCluster, partner: str, place: str, *, drill: bool = False, agrees: bool = True) -> str:
    """A report; its case."""
    terms = ConsentTerms(recipient=HELP, purpose="referral", scopes=("contact_details",))
    facts = ReportFacts(
        identity="by_name",
        natures=("threat",),
        place=Place(municipality=place, district="oost"),
    )
    event = ReportReceived(reported_at=cluster.time.now(), facts=facts, consents=(terms,) if agrees else ())
    source, event_id = partner_source(cluster.chains.partners[partner].oin), new_event_id()
    envelope = Envelope(event_id, source, event.TYPE, cluster.time.now(), drill=drill)
    cluster.put(partner, codec.encode(event), envelope.headers())
    cluster.settle()
    case = cluster.receipts(partner)[event_id].case
    assert case is not None
    return case


def contact(cluster: MiniCluster, partner: str, case: str, at: datetime) -> None:
    cluster.send(partner, ContactMade(whom="victim", at=at, channel="telephone"), case)
    cluster.settle()


def played(cluster: MiniCluster) -> None:
    """Late work, late paperwork, a promise kept, one that is over and nobody acted, one that she put off and that was kept after the
    moment that it had at first; questions to her, and one that she answered."""
    began = cluster.time.now()
    late, paper, kept, _, put_off = (report(cluster, NORTH, "groningen") for _ in range(5))
    south = report(cluster, POLICE, "amsterdam")
    report(cluster, POLICE, "amsterdam", agrees=False)
    report(cluster, NORTH, "groningen", drill=True)
    cluster.advance(timedelta(hours=1))
    contact(cluster, NORTH, kept, cluster.time.now())
    later = ContactAttempted(whom="victim", at=cluster.time.now(), channel="telephone", outcome="postponed")
    cluster.send(NORTH, later, put_off)
    cluster.advance(timedelta(hours=49))
    contact(cluster, NORTH, late, cluster.time.now())
    contact(cluster, NORTH, put_off, cluster.time.now())
    contact(cluster, NORTH, paper, began + timedelta(hours=20))
    (referral,) = [one.id for one in cluster.replay(south).referrals.values() if one.to == HELP and one.delivered_at]
    cluster.send(HELP, ReferralAccepted(referral=referral), south)
    cluster.send(
        POLICE,
        ConsentGranted(
            terms=ConsentTerms(
                recipient="discriminatie-nl-amsterdam", purpose="referral", scopes=("contact_details", "story")
            )
        ),
        south,
    )
    cluster.advance(timedelta(hours=1))
    report(cluster, NORTH, "groningen")


def cases_of(cluster: MiniCluster) -> Service:
    return next(service for service in cluster.services if service.processor.name == "cases")


def numbers(cluster: MiniCluster) -> dict[str, int]:
    with cases_of(cluster).store.reading() as connection:
        found = table.numbers(connection)
    assert found is not None
    return {name: n for name, n in found.items() if n}


def effective(cluster: MiniCluster) -> Iterator[tuple[State, object]]:
    """Every effective event of the real chain, with its case as it was then."""
    states: dict[str, State] = {}
    for entry in cluster.ledger():
        case = entry.envelope.case
        if entry.event.IN_CASE and case:
            state = states.setdefault(case, State(id=case))
            if apply(state, entry) is Effect.EFFECTIVE and not state.drill:
                yield state, entry.event


def recounted(cluster: MiniCluster) -> dict[str, int]:
    """The same of clocks and deliveries by other words, straight from the ledger."""
    found: Counter[str] = Counter()
    for case, event in effective(cluster):
        if isinstance(event, ClockBreached):
            found[f"breached|{SCHEME}|{case.clocks[event.clock].name}"] += 1
        elif isinstance(event, ClockStopped | ClockCorrected):
            clock = case.clocks[event.clock]
            if isinstance(event, ClockCorrected):
                how = "late_paperwork"
            elif clock.due_at is None:
                how = "measured"
            else:
                how = "late_work" if clock.breached else "met"
            found[f"ended|{clock.protocol.split('@')[0]}|{clock.name}|{how}"] += 1
        elif isinstance(event, ReferralDelivered):
            found[f"flow|{case.chain}|delivered"] += 1
    return dict(found)


def test_the_tally_says_what_the_ledger_says(cluster: MiniCluster) -> None:
    played(cluster)
    counted = numbers(cluster)
    again = recounted(cluster)
    kinds = ("breached|", "ended|")
    shown = {n: v for n, v in counted.items() if n.startswith(kinds) or (n.endswith("|delivered") and n[:4] == "flow")}
    assert shown == again
    ended = {how: counted.get(f"ended|{SCHEME}|{CLOCK}|{how}", 0) for how in ("met", "late_work", "late_paperwork")}
    assert [event.clock for _, event in effective(cluster) if isinstance(event, ClockSuspended)], "it stood still"
    assert ended == {"met": 2, "late_work": 1, "late_paperwork": 1}
    assert counted[f"breached|{SCHEME}|{CLOCK}"] == 3
    assert counted[f"clock|{SCHEME}|{CLOCK}|breached|"] == 1
    assert counted["report"] == 8
    assert (counted["flow|groningen|reported"], counted["flow|amsterdam|reported"]) == (6, 2)
    assert counted["flow|amsterdam|accepted"] == 1
    assert counted["flow|groningen|contact"] == 4
    assert (counted["case|groningen"], counted["case|amsterdam"]) == (6, 2)
    assert sum(n for name, n in counted.items() if name.startswith("lead|report_to_contact")) == 4


def test_who_is_waited_for_is_a_role_or_a_word(lite: MiniCluster) -> None:
    report(lite, POLICE, "amsterdam", agrees=False)
    held = {name for name in numbers(lite) if name.startswith("referral|") and "|held|" in name}
    assert held
    assert {name.rpartition("|")[2] for name in held} == {"police"}  # the door has to ask her
    report(lite, POLICE, "amsterdam")
    delivered = {name for name in numbers(lite) if "|delivered|" in name and name.startswith("referral|")}
    assert delivered == {"referral|victim_support|delivered||victim_support"}


def test_a_rebuild_counts_the_same(lite: MiniCluster) -> None:
    played(lite)
    before = numbers(lite)
    lite.rebuild("cases")
    assert numbers(lite) == before


def test_while_a_partition_is_rebuilt_nothing_is_shown(lite: MiniCluster) -> None:
    store = cases_of(lite).store
    with store.transaction(LEDGER, 0) as tx:
        tx.checkpoint.rebuild_until = 7
        tx.advance()
    with store.reading() as connection:
        assert table.numbers(connection) is None


def test_what_was_not_committed_is_counted_once(lite: MiniCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction over these records is taken back between fold and tally, as when the database goes away, and comes again."""
    played(lite)
    before = numbers(lite)
    service = cases_of(lite)
    facts = ReportFacts(identity="by_name", place=Place(municipality="groningen", district="oost"))
    report_of_one = ReportReceived(reported_at=lite.time.now(), facts=facts)
    lite.send(NORTH, report_of_one)
    for other in lite.services:
        for _ in range(20) if other is not service else ():
            lite.work(other)

    asked: list[int] = []

    def away(tx: Tx, cases: Sequence[State]) -> None:
        asked.append(tx.checkpoint.partition)
        raise ConnectionError

    assert isinstance(service.processor, CasesProcessor)
    monkeypatch.setattr(service.processor.desk_list, "saved", away)
    for partition in range(PARTITIONS):
        start = service.store.checkpoints()[LEDGER, partition].next_offset
        if records := lite.topics[LEDGER, partition][start:]:
            with suppress(ConnectionError), service.store.transaction(LEDGER, partition) as tx:
                service.processor.process(tx, records)
    assert asked, "it was folded, and went away before it was counted"
    assert numbers(lite) == before
    monkeypatch.undo()
    lite.settle()
    assert numbers(lite)["report"] == before["report"] + 1


def test_a_database_older_than_its_tally_is_filled(cluster: MiniCluster) -> None:
    """How things stand is known again; what happened before is not."""
    played(cluster)
    before = numbers(cluster)
    service = cases_of(cluster)
    with service.store.transaction(LEDGER, 0) as tx:
        for one in (table.tally, table.tallied, tables.note):
            tx.connection.execute(delete(one))
        tx.touch()
    assert isinstance(service.processor, CasesProcessor)
    for partition in range(PARTITIONS):
        with service.store.transaction(LEDGER, partition) as tx:
            assert not service.processor.tick(tx, LEDGER, partition)
    standing = {name: n for name, n in before.items() if name.split("|")[0] in ("clock", "referral", "case")}
    assert numbers(cluster) == standing
    with service.store.transaction(LEDGER, 0) as tx:
        assert not service.processor.tick(tx, LEDGER, 0)
        assert not tx.wrote, "once it is filled, a tick writes nothing"


def test_versions_make_exactly_the_tables(cluster: MiniCluster) -> None:
    with cases_of(cluster).store.reading() as connection:
        assert migrate.differences(connection, table.metadata) == []


def collected(cluster: MiniCluster, now_s: float) -> dict[str, dict[tuple[str, ...], float]]:
    shown = TallyCollector(cluster.chains, cluster.protocols, lambda: now_s, lambda: 0.0)
    shown.read(numbers(cluster))
    found: dict[str, dict[tuple[str, ...], float]] = defaultdict(dict)
    for family in shown.collect():
        for sample in family.samples:
            found[sample.name][tuple(sample.labels.values())] = sample.value
    return found


def test_what_is_shown(lite: MiniCluster) -> None:
    played(lite)
    shown = collected(lite, lite.time.now().timestamp())
    assert shown["schakel_clocks"][SCHEME, CLOCK, "overdue"] == 1
    assert shown["schakel_clocks"][SCHEME, CLOCK, "later"] == 1
    soon = collected(lite, (lite.time.now() + timedelta(hours=30)).timestamp())
    assert soon["schakel_clocks"][SCHEME, CLOCK, "due_soon"] == 1
    assert shown["schakel_clocks_ended_total"]["amsterdam-treiteraanpak", "bericht", "met"] == 0, "shown with a 0"
    assert shown["schakel_flow_total"]["groningen", "contact"] == 4
    buckets = {of[1]: n for of, n in shown["schakel_lead_seconds_bucket"].items() if of[0] == "report_to_contact"}
    assert (buckets["3600"], buckets["86400"], buckets["+Inf"]) == (1, 2, 4)
    assert shown["schakel_lead_seconds_count"]["report_to_contact",] == 4
    hours = 1 + 20 + 50 + 50
    assert shown["schakel_lead_seconds_sum"]["report_to_contact",] == hours * 3600
    labels = {word for family in shown.values() for of in family for word in of}
    assert not labels & set(lite.chains.partners), "never a partner"
    assert not labels & {case.id for case in (desk.case for desk in lite.desks()["cases"].values())}


def test_without_figures_none_is_shown(lite: MiniCluster) -> None:
    shown = TallyCollector(lite.chains, lite.protocols, lambda: 0.0, lambda: 0.0)
    assert list(shown.collect()) == []
    shown.read(None)
    assert list(shown.collect()) == []


@pytest.mark.parametrize(
    ("hour", "now_h", "as_"),
    [
        (100, 99.5, Shown.DUE_SOON),
        (100, 100.9, Shown.DUE_SOON),
        (100, 101.0, Shown.OVERDUE),
        (100, 76.0, Shown.DUE_SOON),
        (100, 75.9, Shown.LATER),
    ],
)
def test_due_soon_is_to_the_hour(hour: int, now_h: float, as_: Shown) -> None:
    assert shown_as("running", str(hour), now_h * HOUR_S) is as_
    assert shown_as("breached", "", 0) is Shown.OVERDUE
