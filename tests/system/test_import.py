"""A withdrawal while a list of 30,000 rows is being imported: it does not wait for the list, and nothing leaves behind its receipt.

The list is worse than `backbone import` ever is: all of its rows stand on the partner's topic at once, in front of the withdrawal.
A broker of its own, so that nobody else has to read the rows.
"""

import os
import time
from collections.abc import Iterator, Sequence

import pytest

from backbone.kafka.topics import LEDGER, in_topic, out_topic
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
OTHER_DOOR = "gemeente-amsterdam"


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    cluster = RealCluster(tmp_path_factory.mktemp("import"))
    try:
        cluster.start()
        cluster.until(lambda: all(worker.ready() for worker in cluster.workers.values()), "every service is ready", 240)
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


class Course:
    """Watches what has come of some messages, in seconds since they were sent."""

    def __init__(self, desk: Desk, sent: Sequence[Sent]) -> None:
        self._desk, self._began = desk, time.monotonic()
        self._seen: dict[tuple[str, int], int] = {}
        self._ids = {one.id for one in sent}
        self.counts_s: dict[str, float] = {}
        self.receipt_s: dict[str, float] = {}
        self.receipts: dict[str, Receipt] = {}
        self.rows_before: dict[str, int] = {}
        self.rows = 0

    def look(self) -> bool:
        """Whether all of them have been answered."""
        wire = self._desk.cluster.wire
        wire.poll(0.01)
        for place, raws in list(wire.records.items()):
            start, self._seen[place] = self._seen.get(place, 0), len(raws)
            for raw in raws[start:]:
                self._one(place[0], raw)
        return len(self.receipt_s) == len(self._ids)

    def _one(self, topic: str, raw: object) -> None:
        passed = time.monotonic() - self._began
        if topic == LEDGER:
            envelope = read_headers(raw.headers)  # type: ignore[attr-defined]
            self.rows += envelope.type == ReportReceived.TYPE
            if envelope.id in self._ids:
                self.counts_s.setdefault(envelope.id, passed)
                self.rows_before.setdefault(envelope.id, self.rows)
        elif topic in (out_topic(DOOR), out_topic(OTHER_DOOR)):
            message = codec.decode_message(raw.value)  # type: ignore[attr-defined]
            if isinstance(message, Receipt) and message.about in self._ids:
                self.receipt_s.setdefault(message.about, passed)
                self.receipts[message.about] = message


@pytest.mark.timeout(1200)
def test_a_withdrawal_overtakes_the_list_in_front_of_it(desk: Desk) -> None:
    cluster = desk.cluster
    offers = [desk.offered(DOOR), desk.offered(OTHER_DOOR)]
    for offer in offers:
        assert isinstance(desk.read(SUPPORT, offer), PersonalData)
    began = time.monotonic()
    import_rows(desk, ROWS)
    sent_s = time.monotonic() - began
    noes = [
        desk.at_work.tell(door, ConsentWithdrawn(), offer.case)
        for door, offer in zip((DOOR, OTHER_DOOR), offers, strict=True)
    ]
    cluster.wire.flush()
    course = Course(desk, noes)
    cluster.until(course.look, "both withdrawals are answered", 600)
    print(f"\n{ROWS} rows put in {sent_s:.1f} s")
    for no in noes:
        print(
            f"{no.partner}: counts after {course.counts_s[no.id]:.2f} s, behind {course.rows_before[no.id]} rows; "
            f"receipt after {course.receipt_s[no.id]:.2f} s"
        )
    for offer in offers:
        assert not isinstance(desk.read(SUPPORT, offer), PersonalData)
    print(f"all read after {time.monotonic() - course._began:.1f} s")
    cluster.until(lambda: (course.look(), course.rows >= ROWS)[1], "all rows in", 600)
    print(f"all rows in the ledger after {time.monotonic() - course._began:.1f} s")
