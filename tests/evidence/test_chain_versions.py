"""On a real broker: a chain goes on to another version between two cases. Bundles, an export and what is restored hold both versions."""

import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kafka import KafkaProducer

from auditor.audit import audit
from auditor.formats import Files
from auditor.report import Report
from backbone.chains import Chains, load_chains
from backbone.definitions import chain_entry, entries, publish, put
from backbone.evidence.archive import Opened
from backbone.evidence.bundle import case_bundle, period_bundle
from backbone.evidence.export import export
from backbone.evidence.restore import restore
from backbone.kafka.connection import connection
from backbone.kafka.embedded import EmbeddedKafka
from backbone.kafka.names import CHECKPOINTS, DEFINITIONS, LEDGER
from backbone.kafka.topics import ONE_MACHINE, core_topics, ensure_topics
from backbone.protocols.versions import VersionInUse
from backbone.settings import Settings
from backbone.supervisor.prepare import Broker
from schakel.definitions import CHAIN, Definitions
from schakel.evidence.note import Head, origin_of
from schakel.evidence.published import LOG_KEY, public_entry
from schakel.history import partition_of
from schakel.reading import partition_count, read_to_end
from tests.auditor.material import records
from tests.auditor.test_chain_versions import NEW, OLD, case
from tests.evidence.test_audit import root_of
from tests.evidence.test_export import changed
from tests.support.broker import CACHE
from tests.support.casebook import ROOT, World, repository
from tests.support.chain_versions import LATER, NOW, gone_on, write_later

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]
KEY = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)


class _NoKeys:
    def door_keys(self) -> list[Any]:
        return []


def wanted(chains: Chains) -> dict[str, Any]:
    return dict(entries(chains, repository()[1], _NoKeys()))  # type: ignore[arg-type]


@dataclass
class Stood:
    """A backbone whose chain has gone on: the broker, the heads that somebody outside holds, and what was made of it."""

    embedded: EmbeddedKafka
    settings: Settings
    heads: list[str]

    @property
    def connection(self) -> dict[str, Any]:
        assert self.embedded.admin
        return connection(self.embedded.bootstrap, self.embedded.admin)

    def definitions(self) -> dict[str, Any]:
        found = Definitions()
        found.learn(read_to_end(self.connection, DEFINITIONS))
        return dict(found.entries)


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    home = tmp_path_factory.mktemp("stood")
    with EmbeddedKafka(home, cache_dir=CACHE) as embedded:
        assert embedded.admin
        with Broker(embedded.bootstrap, embedded.admin).client() as admin:
            ensure_topics(admin, core_topics())
        settings = Settings(var_dir=home, protocols_dir=ROOT / "protocols", chains_dir=ROOT / "chains")
        made = Stood(embedded, settings, [])
        put(made.connection, {f"{LOG_KEY}x": public_entry(KEY.public_key())})
        publish(made.connection, wanted(repository()[0]))
        told(made, case(OLD, later=False))
        gone = publish(made.connection, wanted(gone_on()))
        assert gone == [f"{CHAIN}{LATER}"], "the one before does not go away"
        told(made, case(NEW, later=True))
        made.heads = [sign(made, number) for number in range(partition_count(made.connection, LEDGER))]
        yield made


def told(stood: Stood, world: World) -> None:
    """The records of a case in its partition, as they stand on paper."""
    partition = partition_of(world.id, partition_count(stood.connection, LEDGER))
    with KafkaProducer(**stood.connection) as producer:
        for one in records(world):
            producer.send(LEDGER, one.value, one.key, list(one.headers), partition).get(10)


def sign(stood: Stood, partition: int) -> str:
    """A head over all that stands in a partition; empty where nothing does."""
    log = list(read_to_end(stood.connection, LEDGER, [partition]))
    if not log:
        return ""
    head = Head(origin_of(LEDGER, partition), len(log), root_of(log)).signed(KEY)
    with KafkaProducer(**stood.connection) as producer:
        producer.send(CHECKPOINTS, head.note().encode(), head.origin.encode()).get(10)
    return head.note()


Make = Callable[[Stood, Path], Path]


def of_a_period(stood: Stood, path: Path) -> Path:
    march = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    return period_bundle(stood.connection, stood.settings, *march, path).path


def of_the_old(stood: Stood, path: Path) -> Path:
    return case_bundle(stood.connection, stood.settings, OLD, path).path


def of_the_new(stood: Stood, path: Path) -> Path:
    return case_bundle(stood.connection, stood.settings, NEW, path).path


def of_all(stood: Stood, path: Path) -> Path:
    return export(stood.connection, stood.settings, path, print).path


def clocks(stood: Stood, path: Path) -> tuple[str, Report]:
    report = audit(Files(path), [head for head in stood.heads if head])
    return report.answer("clocks"), report


MADE = pytest.mark.parametrize(
    ("make", "refs"),
    [(of_the_old, {NOW}), (of_the_new, {LATER}), (of_a_period, {NOW, LATER}), (of_all, {NOW, LATER})],
    ids=["the old case", "the new case", "a period", "the ledger"],
)


@MADE
def test_each_case_is_judged_by_the_version_it_names(stood: Stood, tmp_path: Path, make: Make, refs: set[str]) -> None:
    """The chain's file on disk is of one version only, so that the definitions have to tell."""
    path = make(stood, tmp_path / "made.zip")
    answer, report = clocks(stood, path)
    assert (answer, report.counts["clocks"] > 0) == ("sound", True)
    with zipfile.ZipFile(path) as file:
        held = {one["key"]: one["value"] for one in map(orjson.loads, file.read("definitions.jsonl").splitlines())}
    assert {f"{CHAIN}{ref}" for ref in refs} <= {*held}


@MADE
def test_with_its_version_taken_out_nobody_can_tell_and_which_is_said(
    stood: Stood, tmp_path: Path, make: Make, refs: set[str]
) -> None:
    path = make(stood, tmp_path / "made.zip")
    for ref in sorted(refs):
        without = changed(
            path, "definitions.jsonl", lambda said, ref=ref: [one for one in said if ref.encode() not in one]
        )  # type: ignore[misc]
        without.close()
        other = path.with_name(f"changed-{path.name}")
        answer, report = clocks(stood, other)
        assert answer == "cannot tell"
        assert any(
            f"the chain {ref}, under which the case was opened, is not in the bundle" in one.says
            for one in report.findings
        )


def test_what_is_restored_has_both_and_still_refuses_a_changed_one(stood: Stood, tmp_path: Path) -> None:
    file = of_all(stood, tmp_path / "ledger.zip")
    before = stood.definitions()
    with EmbeddedKafka(tmp_path / "after", cache_dir=CACHE) as embedded:
        assert embedded.admin
        with Broker(embedded.bootstrap, embedded.admin).client() as admin:
            restore(connection(embedded.bootstrap, embedded.admin), admin, ONE_MACHINE, Opened(file), print)
        after = Stood(embedded, stood.settings, stood.heads)
        assert after.definitions() == before
        assert publish(after.connection, wanted(gone_on())) == []
        assert clocks(after, of_a_period(after, tmp_path / "again.zip"))[0] == "sound"
        write_later(copied(tmp_path), NOW.partition("@")[2])
        with pytest.raises(VersionInUse, match=r"the chain groningen .* raise `version` in groningen\.yaml"):
            publish(after.connection, wanted(load_chains(tmp_path / "chains", repository()[1])))
        assert after.definitions() == before


def copied(home: Path) -> Path:
    return Path(shutil.copytree(ROOT / "chains", home / "chains"))


def test_going_back_to_a_version_is_allowed(stood: Stood) -> None:
    """It says what it said: nothing is written, and both stay."""
    assert publish(stood.connection, wanted(repository()[0])) == []
    assert stood.definitions()[f"{CHAIN}{LATER}"] == chain_entry(gone_on().by_name["groningen"])
