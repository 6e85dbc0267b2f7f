"""Histories read straight from the ledger, and folded: what an auditor, a coordinator's tool or the CLI needs to see a case.

Needs the right to read `schakel.ledger`. The ledger has no index: one case is found by reading its partition, all cases by reading
everything. For overviews and for speed there is the service `cases`.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from kafka.partitioner.default import murmur2

from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.errors import Unreadable
from schakel.events.chain import EventVoided
from schakel.ledger import gives_up, understand
from schakel.reading import partition_count, read_to_end
from schakel.record import Raw

LEDGER = "schakel.ledger"


@dataclass(frozen=True, slots=True)
class Step:
    """One record of a case, and what it did at its position."""

    entry: Entry
    effect: Effect


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that this version does not understand; what rests on it may be missing from the state."""

    record: Raw
    problem: Unreadable

    @property
    def partition(self) -> int:
        return self.record.partition

    @property
    def offset(self) -> int:
        return self.record.offset


@dataclass(slots=True)
class History:
    """A case as its records tell it, in the order of the ledger. No steps: the ledger has no such case."""

    state: State
    steps: list[Step] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    """Without those that an operator has given up since."""
    keeps_steps: bool = True
    """False for whoever looks at each step as it comes: then a long case takes no more room than a short one."""

    @property
    def entries(self) -> list[Entry]:
        return [step.entry for step in self.steps]

    def take(self, record: Raw) -> Step | None:
        """The next record of this case. Returns what it did; None when it is not understood."""
        try:
            entry = understand(record)
        except Unreadable as problem:
            self.unread.append(Unread(record, problem))
            return None
        step = Step(entry, apply(self.state, entry))
        if self.keeps_steps:
            self.steps.append(step)
        if isinstance(entry.event, EventVoided):
            self.unread = [unread for unread in self.unread if not gives_up(entry, unread.record)]
        return step


def partition_of(case_id: str, partitions: int) -> int:
    """Where a case's records stand: Kafka's own hash of its id."""
    number: int = murmur2(case_id.encode("ascii")) & 0x7FFFFFFF
    return number % partitions


def read_case(connection: Mapping[str, Any], case_id: str, topic: str = LEDGER) -> History:
    """One case, from its partition. connection: keyword arguments for kafka-python, as somebody who may read the ledger.

    Raises TopicMissing, ReadingStalled, and kafka-python's errors.
    """
    history = History(State(id=case_id))
    for record in case_records(connection, case_id, topic):
        history.take(record)
    return history


def read_with_surroundings(
    connection: Mapping[str, Any], case_id: str, topic: str = LEDGER
) -> tuple[History, list[Entry]]:
    """One case, and what stands in its partition outside all cases: watermarks, who was suspended. See `read_case`."""
    partition, key = partition_of(case_id, partition_count(connection, topic)), case_id.encode("ascii")
    history, around = History(State(id=case_id)), list[Entry]()
    for record in read_to_end(connection, topic, [partition]):
        if record.key == key:
            history.take(record)
        elif _case_of(record) is None:
            with suppress(Unreadable):  # it is of no case, and whoever it is for has parked it
                around.append(understand(record))
    return history, around


def case_records(connection: Mapping[str, Any], case_id: str, topic: str = LEDGER) -> Iterator[Raw]:
    """The records of one case up to where its partition ends now, in order; see `read_case`."""
    partition, key = partition_of(case_id, partition_count(connection, topic)), case_id.encode("ascii")
    return (record for record in read_to_end(connection, topic, [partition]) if record.key == key)


def read_cases(connection: Mapping[str, Any], topic: str = LEDGER) -> dict[str, History]:
    """Every case of the ledger by its id, in the order in which they began. The chain's own stream is left out."""
    return collect(read_to_end(connection, topic))


def collect(records: Iterable[Raw]) -> dict[str, History]:
    """The cases in these records."""
    cases: dict[str, History] = {}
    for record in records:
        case_id = _case_of(record)
        if case_id:
            cases.setdefault(case_id, History(State(id=case_id))).take(record)
    return cases


def _case_of(record: Raw) -> str | None:
    """The case that a record names, read without decoding its value: also a record that we do not understand belongs to one."""
    return next((value.decode("ascii", "replace") for name, value in record.headers if name == "ce_subject"), None)


__all__ = [
    "LEDGER",
    "History",
    "Step",
    "Unread",
    "case_records",
    "collect",
    "partition_of",
    "read_case",
    "read_cases",
    "read_with_surroundings",
]
