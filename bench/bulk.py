"""What a record costs a service without Kafka: `python -m bench.bulk [quick]`.

The ledger of many reports, as the services themselves made it, is folded from its beginning by one service at a time, in transactions
of a given number of records. In bulk most records of a case stand together; twenty at a time they mostly do not.
"""

import logging
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import structlog

from backbone.casework import LEDGER
from backbone.collecting import collect_seldom
from bench import stand
from bench.reports import DOOR, reports
from schakel.record import Raw
from tests.support.minicluster import PARTITIONS, MiniCluster

REPORTS = 3_000
SERVICES = ("cases", "followup", "consent", "routing", "gateway")
RECORDS = (20, 1_000)
RUNS = 3


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as directory:
        ledger = recorded(Path(directory), 200 if stand.quick() else REPORTS)
    collect_seldom()  # as a service does
    found = {
        name: {
            str(records): stand.spread([microseconds(ledger, name, records) for _ in range(RUNS)])
            for records in RECORDS
        }
        for name in SERVICES
    }
    stand.write("bulk", {"events": sum(map(len, ledger)), "microseconds_a_record": found})


def recorded(directory: Path, count: int) -> list[list[Raw]]:
    """The partitions of a ledger with this many reports and all that follows from them."""
    cluster = MiniCluster(directory)
    cluster.time.at = datetime.now(UTC)
    source = reports()
    for _ in range(count):
        cluster.send(DOOR, next(source))
    cluster.settle(rounds=10_000)
    cluster.close()
    return [cluster.topics[LEDGER, partition] for partition in range(PARTITIONS)]


def microseconds(ledger: list[list[Raw]], name: str, at_once: int) -> float:
    """Processor time a record, over the whole ledger, in an empty database."""
    with tempfile.TemporaryDirectory() as directory:
        cluster = MiniCluster(Path(directory))
        service = next(service for service in cluster.services if service.processor.name == name)
        began = time.process_time()
        for partition, records in enumerate(ledger):
            for start in range(0, len(records), at_once):
                some = records[start : start + at_once]
                with service.store.transaction(LEDGER, partition) as tx:
                    service.processor.process(tx, some)
                    tx.write_outbox()
                    tx.checkpoint.next_offset = some[-1].offset + 1
                    tx.advance()
        took = time.process_time() - began
        cluster.close()
    return took / sum(map(len, ledger)) * 1e6


if __name__ == "__main__":
    main()
