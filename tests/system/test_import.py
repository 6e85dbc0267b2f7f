"""A withdrawal while a list of 30,000 rows is being imported: it does not wait for the list, and nothing leaves behind its receipt.

The list is worse than `backbone import` ever is: all of its rows stand on the partner's topic at once, in front of the withdrawal, before
intake has let in a single one of them.
A broker of its own, so that nobody else has to read the rows.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from backbone.kafka.names import LEDGER, in_topic, out_topic
from schakel import codec
from schakel.client import PersonalData
from schakel.envelope import Envelope, read_headers
from schakel.events.consent import ConsentWithdrawn
from schakel.events.report import Place, ReportFacts, ReportReceived
from schakel.events.vocab import Identity, Nature
from schakel.ids import new_event_id, partner_source
from schakel.messages import Receipt
from tests.support.desk import DOOR, Desk
from tests.support.partners import SUPPORT, Partners, Sent
from tests.support.realcluster import RealCluster

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timing]
ROWS = int(os.environ.get("SCHAKEL_IMPORT_ROWS", "30000"))
SEALED_EACH = 10
"""Of so many rows one holds a story: sealing takes the test longer than letting in takes intake."""
OVERTAKEN = 0.5
"""Of the list, at least this part has to be behind the withdrawal."""
OTHER_DOOR = "gemeente-amsterdam"


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    cluster = RealCluster(tmp_path_factory.mktemp("import"))
    try:
        cluster.up()
        yield Desk(cluster, Partners(cluster.wire, cluster.chains, cluster.keys.door_keys()[0], 31, cluster.time.now))
    finally:
        cluster.close()


def import_rows(desk: Desk, rows: int) -> None:
    """All rows of an old list, in front of whatever the same partner says next."""
    cluster = desk.cluster
    source = partner_source(cluster.chains.partners[DOOR].oin)
    facts = ReportFacts(
        identity=Identity.BY_NAME, natures=(Nature.THREAT,), place=Place(municipality="amsterdam", district="oost")
    )
    for number in range(rows):
        event_id = new_event_id()
        sealed = (desk.at_work._sealed(event_id),) if number % SEALED_EACH == 0 else ()
        row = ReportReceived(reported_at=cluster.time.now(), facts=facts, history=True, sealed=sealed)
        envelope = Envelope(event_id, source, row.TYPE, cluster.time.now())
        cluster.wire.put(in_topic(DOOR), codec.encode(row), envelope.headers())
    cluster.wire.flush()


@dataclass(frozen=True)
class Course:
    """What came of a message, by the broker's own clock."""

    counts_s: float
    """From when the message stood on its topic until it stood in the ledger."""
    receipt_s: float
    rows_before: int
    """Rows that stood in the ledger by then."""
    receipts: int

    def __str__(self) -> str:
        return f"counts after {self.counts_s:.1f} s, {self.rows_before} rows before it; receipt after {self.receipt_s:.1f} s"


def course(desk: Desk, sent: Sent, looked_at: list[int]) -> Course | None:
    """None as long as there is no receipt. looked_at: how many messages to the partner were looked at before; it is moved on."""
    wire = desk.cluster.wire
    wire.poll()
    raws = wire.topic(out_topic(sent.partner))[looked_at[0] :]
    looked_at[0] += len(raws)
    receipts = [
        (raw.timestamp_ms, message)
        for raw in raws
        if isinstance(message := codec.decode_message(raw.value), Receipt) and message.about == sent.id
    ]
    if not receipts:
        return None
    answered_ms, receipt = receipts[0]
    assert receipt.position
    wire.catch_up(120)
    told = wire.records[in_topic(sent.partner), 0][sent.offset]
    stands = wire.records[LEDGER, receipt.position.partition][receipt.position.offset]
    assert read_headers(stands.headers).id == sent.id, "no receipt lies"
    rows = [raw for raw in wire.topic(LEDGER) if read_headers(raw.headers).type == ReportReceived.TYPE]
    before = sum(raw.timestamp_ms <= stands.timestamp_ms for raw in rows)
    places = {one.position for _, one in receipts}
    return Course(
        (stands.timestamp_ms - told.timestamp_ms) / 1000, (answered_ms - told.timestamp_ms) / 1000, before, len(places)
    )


@pytest.mark.timeout(1800)
def test_a_withdrawal_overtakes_the_list_in_front_of_it(
    desk: Desk, record_property: Callable[[str, object], None]
) -> None:
    cluster = desk.cluster
    offers = [desk.offered(DOOR), desk.offered(OTHER_DOOR)]
    for offer in offers:
        assert isinstance(desk.read(SUPPORT, offer), PersonalData)
    cluster.down(["intake-0"])  # else a quick one lets the list in while it is sent
    import_rows(desk, ROWS)
    noes = [
        desk.at_work.tell(door, ConsentWithdrawn(), offer.case)
        for door, offer in zip((DOOR, OTHER_DOOR), offers, strict=True)
    ]
    cluster.wire.flush()
    cluster.start()
    for no, offer in zip(noes, offers, strict=True):
        found = cluster.until(lambda no=no, at=[0]: course(desk, no, at), "the withdrawal is answered", 900)
        assert not isinstance(desk.read(SUPPORT, offer), PersonalData), "nothing leaves behind its receipt"
        record_property(no.partner, str(found))
        print(f"\n{no.partner}: {found} of {ROWS}")
        waited_for = len(cluster.wire.records[in_topic(DOOR), 0]) - found.rows_before
        assert found.receipts == 1
        assert waited_for > ROWS * OVERTAKEN, "most of the list was still waiting when it counted"
