"""How long it takes from the end of a cooling-off period until nobody can read a person any more, among 100,000 cases that are kept.
`python -m bench.erasure [quick]`.

Consent's real processor over its real database and the real database of keys (SQLite both, on this machine's disk), without a broker:
the watermark is read, the case found among all, `subject.erased` concluded and published; read back; the key destroyed, durably. Between
publishing and reading back lie two trips through Kafka that are not in it; what those take is in `bench.latency`.
"""

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backbone.casework import LEDGER
from backbone.definition_files import load_definitions
from backbone.desks import Desk, _encode, load_desk
from backbone.keys import open_keys
from backbone.keys.destroying import open_destroyer
from backbone.keys.service import ResealRequest
from backbone.records import ledger_record
from backbone.store.rows import Checkpoint, Outgoing
from backbone.store.store import Store
from bench import stand
from schakel.case import fold
from schakel.case_state import dump, load
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.errors import Unreadable
from schakel.events import Event
from schakel.events.base import Sealed, SealedField
from schakel.events.chain import WatermarkPassed
from schakel.events.data import ErasureRequested
from schakel.events.report import CaseOpened, Place, ReportFacts, ReportReceived
from schakel.ids import new_case_id, new_event_id, partner_source, service_source
from schakel.record import Raw
from schakel.sealing import PublicKey, seal
from services.consent.erasing import ConsentProcessor
from services.consent.processor import ConsentRules

CASES, ERASED = 100_000, 20
AT_ONCE = 5_000
BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DOOR, OIN = "politie-amsterdam", "99999999100000001000"


class Ledger:
    """One partition of the ledger as a list."""

    def __init__(self) -> None:
        self.end = 0

    def raw(self, record: Outgoing) -> Raw:
        self.end += 1
        return Raw(LEDGER, 0, self.end - 1, 0, record.key, record.value, record.headers)

    def told(self, event: Event, case: str, at: datetime) -> Raw:
        envelope = Envelope(new_event_id(), partner_source(OIN), event.TYPE, at, case, logtime=at, partner=DOOR)
        return self.raw(ledger_record(Entry(envelope, event), 0, case))

    def watermark(self, at: datetime) -> Raw:
        envelope = Envelope(new_event_id(), service_source("intake"), WatermarkPassed.TYPE, at)
        return self.raw(ledger_record(Entry(envelope, WatermarkPassed(at=at)), 0, "watermark"))


def history(case: str) -> list[Entry]:
    """A report with something sealed, and its opening."""
    facts = ReportFacts(identity="by_name", place=Place(municipality="amsterdam", district="oost"))
    sealed = Sealed(subject="victim", fields=("story",), body=b"x" * 200)
    report = Envelope(new_event_id(), partner_source(OIN), "report.received", BEGIN, case, logtime=BEGIN, partner=DOOR)
    opening = Envelope(new_event_id(), service_source("routing"), "case.opened", BEGIN, case)
    opened = CaseOpened(
        chain="amsterdam", chain_version="1", protocols=(), fold_version=1, door=DOOR, premises=(report.id,)
    )
    told = ReportReceived(reported_at=BEGIN, facts=facts, sealed=(sealed,))
    return [Entry(report, told), Entry(opening, opened)]


def _asked(case: str, door: PublicKey) -> ResealRequest:
    """Something of hers, as a partner seals it: the key of her own is made when it is sealed anew."""
    about = new_event_id()
    part = seal("victim", {SealedField.STORY: "een"}, door, about=about)
    return ResealRequest(case, about, ReportReceived.TYPE, 1, (part,))


def fill(directory: Path, store: Store, cases: int) -> list[str]:
    """So many cases in consent's database, and a key for each person in that of the keys."""
    ids = [new_case_id() for _ in range(cases)]
    keys = open_keys(None, directory)
    for start in range(0, cases, AT_ONCE):
        some = ids[start : start + AT_ONCE]
        door = keys.door_keys()[0]
        answers = keys.reseal([_asked(case, door) for case in some])
        assert all(not isinstance(answer, Unreadable) for answer in answers)
        pattern = dump(fold(some[0], history(some[0])))
        desks = {}
        for case in some:
            state = load(pattern)
            state.id = case
            desks[case] = _encode(Desk(state))
        with store.transaction(LEDGER, 0) as tx:
            tx.save_snapshots(desks)
            tx.advance()
    keys.close()
    return ids


def main() -> None:
    cases, erased = (2_000, 5) if stand.quick() else (CASES, ERASED)
    directory = stand.HOME / "run" / "erasure"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    chains, _ = load_definitions(stand.ROOT / "protocols", stand.ROOT / "chains")
    store = Store(f"sqlite:///{directory / 'consent.db'}", "consent")
    store.migrate()
    store.take_up([Checkpoint(0, LEDGER, 0, 0, "bench")])
    ids = fill(directory, store, cases)
    destroyer = open_destroyer(None, directory)
    processor, ledger = ConsentProcessor(ConsentRules(chains), lambda: destroyer), Ledger()

    def process(raws: list[Raw]) -> list[Raw]:
        """One transaction; what it publishes, as it will be read back."""
        published: list[Raw] = []
        with store.transaction(LEDGER, 0) as tx:
            processor.process(tx, raws)
            tx.checkpoint.next_offset = ledger.end
            for row in tx.write_outbox():
                published += [ledger.raw(record) for record in row.records if record.topic == LEDGER]
                tx.forget_published(row.seq)
            tx.advance()
        return published

    took_s: list[float] = []
    for number in range(erased):
        case, at = ids[number * (cases // erased)], BEGIN + timedelta(days=20 * number, minutes=5)
        more = process(
            [ledger.told(ErasureRequested(subject="victim", second_proof=p), case, at) for p in (None, "letter")]
        )
        while more:
            more = process(more)
        mark = ledger.watermark(at + timedelta(days=19))
        began = time.perf_counter()
        more = process([mark])
        while more and destroyer.destroyed_at(case, "victim") is None:
            more = process(more)
        took_s.append(time.perf_counter() - began)
        assert destroyer.destroyed_at(case, "victim") is not None, "the key is gone"
        with store.transaction(LEDGER, 0) as tx:
            assert load_desk(tx.snapshots([case])[case]).case.erased
    stand.write("erasure", {"cases": cases, "erased": erased, "seconds": stand.spread(took_s)})


if __name__ == "__main__":
    main()
