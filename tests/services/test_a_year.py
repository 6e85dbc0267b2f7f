"""A year at speed: all services at work over lists, and what `schakel replay` folds from the ledger is what was live, at its end and then.

The clock is moved, nobody waits. Partners report, answer, take up and change their minds; now and then a contact is written down weeks
afterwards, which is what tells the world at a moment from the ledger at that moment. The same seed gives the same year.
"""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from schakel import history
from schakel.case_state import State, fingerprint
from schakel.cli import case as case_command
from schakel.cli import travel as travel_command
from schakel.cli.case import find_case
from schakel.cli.main import app
from schakel.cli.travel import cut_of
from schakel.events.contact import ContactMade
from schakel.events.vocab import Channel, Person
from schakel.record import Raw
from schakel.travel import travel
from services.cases.by_itself import incident
from services.cases.overview import overview
from tests.support import partners
from tests.support.minicluster import PARTITIONS, START, MiniCluster
from tests.support.partners import DOORS, Partners
from tests.support.wire import Wire

YEAR = timedelta(days=365)
STEPS = [timedelta(hours=1), timedelta(hours=30), timedelta(days=6), timedelta(days=16), timedelta(days=23)]


class Lists(Wire):
    """What partners send and read, over the lists of a MiniCluster."""

    def __init__(self, cluster: MiniCluster) -> None:
        self.records, self._cluster = cluster.topics, cluster

    def put(
        self, topic: str, value: bytes | None, headers: Any = (), key: bytes | None = None, partition: int = 0
    ) -> Any:
        self._cluster.put(topic.removeprefix("schakel.in."), value, headers)

    def poll(self, timeout_s: float = 0.0) -> list[Raw]:
        """Everything is there already."""
        return []


class Year:
    """What was live when. `looks`: a moment, and the fingerprint of each case in the projection of `cases` then."""

    def __init__(self, cluster: MiniCluster, seed: int) -> None:
        self.cluster, self.dice = cluster, random.Random(seed)
        key = cluster.keys.door_keys()[0]
        self.partners = Partners(Lists(cluster), cluster.chains, key, seed, cluster.time.now)
        self.looks: list[tuple[datetime, dict[str, str]]] = []

    def live(self) -> dict[str, str]:
        return {case_id: fingerprint(desk.case) for case_id, desk in self.cluster.desks()["cases"].items()}

    def run(self, reports: int) -> None:
        """So many reports, spread over the year."""
        end, left = START + YEAR, reports
        while self.cluster.time.at < end:
            self.cluster.time.at += timedelta(seconds=1)  # what is told now was not known at the last look
            passed = (self.cluster.time.at - START) / YEAR
            while left and reports - left <= passed * reports:
                self.partners.report(self.dice.choice(list(DOORS)))
                left -= 1
            if self.partners.cases and self.dice.random() < 0.3:
                self._late()
            for _ in range(3):
                self.cluster.settle()
                self.partners.play()
            self.cluster.advance(self.dice.choice(STEPS))
            self.looks.append((self.cluster.time.at, self.live()))

    def _late(self) -> None:
        """A contact of up to three weeks ago, told now."""
        report, case_id = self.dice.choice(sorted(self.partners.cases.items()))
        told = next(sent for sent in self.partners.sent if sent.id == report)
        at = self.cluster.time.at - timedelta(hours=self.dice.randrange(1, 500))
        self.partners.tell(told.partner, ContactMade(whom=Person.VICTIM, at=at, channel=Channel.TELEPHONE), case_id)


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], Year]]:
    cluster, ids = MiniCluster(tmp_path), random.Random(7)

    def new_id() -> str:
        return str(UUID(int=ids.getrandbits(128), version=4))

    def read(connection: object, topic: str, numbers: Any = None) -> Iterator[Raw]:
        return iter([raw for number in numbers or range(PARTITIONS) for raw in cluster.topics[topic, number]])

    access = SimpleNamespace(kafka=dict, clear_errors=nullcontext)
    monkeypatch.setattr(partners, "new_event_id", new_id)
    monkeypatch.setattr(cluster.services[0].processor, "new_id", new_id)
    monkeypatch.setattr(history, "read_to_end", read)
    monkeypatch.setattr(history, "partition_count", lambda connection, topic: PARTITIONS)
    for module in (case_command, travel_command):
        monkeypatch.setattr(module, "reader", lambda profile: access)

    def run(reports: int) -> Year:
        made = Year(cluster, seed=5)
        made.run(reports)
        return made

    yield run
    cluster.close()


def replayed(*arguments: str) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["replay", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    decoder, text, found = json.JSONDecoder(), result.output.strip(), []
    while text:
        said, end = decoder.raw_decode(text)
        found.append(said)
        text = text[end:].strip()
    return found


def ordered(state: State) -> bytes:
    """All that is known of a case, to the byte; sets in one order."""
    return msgspec.json.encode(state, order="deterministic")


def projected(cluster: MiniCluster) -> list[tuple[Any, ...]]:
    """Every row of the overview and of what overviews count, with every column."""
    (cases,) = [service for service in cluster.services if service.processor.name == "cases"]
    with cases.store.reading() as db:
        return [
            tuple(row) for table in (overview, incident) for row in db.execute(select(table).order_by(table.c.case_id))
        ]


def check(year: Year) -> None:
    last = year.looks[-1][1]
    assert {said["state"]["id"]: said["fingerprint"] for said in replayed()} == last == year.live()
    straight = {case_id: ordered(year.cluster.replay(case_id)) for case_id in last}
    for service, desks in year.cluster.desks().items():
        held = {case_id: ordered(desk.case) for case_id, desk in desks.items()}
        assert held == straight, f"{service} holds other bytes than a replay"
    late = 0
    for case_id in last:
        entries = find_case(case_id, None).entries
        for moment, live in year.looks:
            known = travel(case_id, entries, cut_of(None, moment.isoformat(), None))
            assert (case_id in live) is bool(known.taken)
            assert not known.taken or fingerprint(known.state) == live[case_id], (case_id, moment)
            world = travel(case_id, entries, cut_of(moment.isoformat(), None, None))
            if world.written_later:
                late += fingerprint(world.state) != live.get(case_id)
            else:
                assert not world.taken or fingerprint(world.state) == live[case_id], (case_id, moment)
    assert late, "nobody wrote anything down later: the world and the ledger were never told apart"
    for moment, live in year.looks[:: max(1, len(year.looks) // 4)]:
        for case_id, mark in sorted(live.items())[:2]:
            (said,) = replayed(case_id, "--as-known-at", moment.isoformat())
            assert said["fingerprint"] == mark


def test_a_year_replayed_is_the_year_that_was_live(year: Callable[[int], Year]) -> None:
    made = year(20)
    check(made)
    told = {entry.envelope.type for entry in made.cluster.ledger()}
    assert {"clock.breached", "watermark.passed", "referral.delivered", "referral.completed"} <= told
    assert made.looks[-1][0] - START >= YEAR
    live = projected(made.cluster)
    made.cluster.rebuild("cases")
    assert len(live) == 2 * 20
    assert projected(made.cluster) == live
    assert made.live() == made.looks[-1][1]


@pytest.mark.slow
def test_a_fuller_year_replayed(year: Callable[[int], Year]) -> None:
    check(year(25))
