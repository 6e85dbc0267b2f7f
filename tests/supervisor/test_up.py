"""A whole backbone on a real broker: it comes up, mends what dies, and leaves nothing behind."""

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaProducer

from backbone.engine.giving_way import NOBODY_WAITS
from backbone.kafka.embedded import running
from backbone.kafka.names import in_topic
from backbone.kafka.topics import ensure_topics, partner_topics
from backbone.settings import Settings
from backbone.supervisor.prepare import profile_path
from backbone.supervisor.ran import missing
from backbone.supervisor.up import SERVICES, Backbone, BackboneProblem
from schakel.client.access import Profile
from services.consent.erasing import ConsentProcessor
from services.gateway.processor import GatewayProcessor
from services.routing.processor import RoutingProcessor
from tests.support.broker import CACHE

pytestmark = pytest.mark.kafka

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> Iterator[Backbone]:
    settings = Settings(
        var_dir=tmp_path_factory.mktemp("up"),
        protocols_dir=ROOT / "protocols",
        chains_dir=ROOT / "chains",
        bootstrap="",
        database_url=None,
        keys_url=None,
    )
    with Backbone(settings, cache_dir=CACHE, own_broker=True, tell=told.append) as made:
        made.wait_ready()
        yield made


def until(backbone: Backbone, condition: Callable[[], object], what: str, within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        backbone.step()
        assert time.monotonic() < deadline, f"gave up waiting until {what}"
        time.sleep(0.05)


def test_every_service_is_ready_and_says_where_it_listens(backbone: Backbone) -> None:
    assert {keeper.service.name for keeper in backbone.keepers} == set(SERVICES)
    assert all(backbone.health(keeper).ready for keeper in backbone.keepers)
    assert all(backbone.url(keeper.service.label) for keeper in backbone.keepers)
    state = backbone.files.read()
    assert state is not None
    assert state["state"] == "ready"


def test_the_chains_that_run_are_remembered(backbone: Backbone, tmp_path: Path) -> None:
    (tmp_path / "rivierenland.yaml").touch()
    assert missing(backbone.settings.var_dir, backbone.settings.chains_dir) is None
    why = missing(backbone.settings.var_dir, tmp_path)
    assert why is not None
    assert f"the chains amsterdam, groningen (from {ROOT / 'chains'})" in why


def test_who_is_waited_for_less_gives_way_with_all_threads_that_work(backbone: Backbone) -> None:
    giving_way, ours = {}, os.getpriority(os.PRIO_PROCESS, 0)
    for keeper in backbone.keepers:
        threads = [task / "stat" for task in Path(f"/proc/{keeper.pid}/task").iterdir()]
        nice = sorted(int(stat.read_text().rpartition(")")[2].split()[16]) for stat in threads)
        if nice[-1] > ours:
            giving_way[keeper.service.name] = nice[-1]
            assert nice[1:] == [nice[-1]] * (len(nice) - 1), (
                "only what watches over the supervisor's end was there before"
            )
    waited_for = {"gateway": GatewayProcessor, "routing": RoutingProcessor, "consent": ConsentProcessor}
    steps = {name: one.gives_way for name, one in waited_for.items()}
    steps |= dict.fromkeys(("cases", "followup", "audit"), NOBODY_WAITS)
    assert giving_way == {name: nice for name, nice in steps.items() if nice > ours}, "nobody can come forward again"


def test_every_partner_has_a_private_profile_that_works(backbone: Backbone) -> None:
    assert backbone.prepared is not None
    for partner in backbone.prepared.chains.partners:
        path = profile_path(backbone.settings.var_dir, partner)
        assert path.stat().st_mode & 0o777 == 0o600
        Profile.load(path).access().check()


def test_no_password_stands_in_an_environment_or_on_a_command_line(backbone: Backbone) -> None:
    secrets = [path.read_text().strip() for path in (backbone.settings.var_dir / "kafka" / "secrets").iterdir()]
    assert len(secrets) > 10
    for keeper in backbone.keepers:
        visible = b"".join(Path(f"/proc/{keeper.pid}/{what}").read_bytes() for what in ("environ", "cmdline"))
        assert not [secret for secret in secrets if secret.encode() in visible]


@pytest.mark.timing
def test_a_service_that_is_killed_comes_back(backbone: Backbone, told: list[str]) -> None:
    keeper = next(keeper for keeper in backbone.keepers if keeper.service.name == "routing")
    before = keeper.pid
    assert before
    os.kill(before, signal.SIGKILL)
    until(
        backbone, lambda: keeper.pid not in (None, before) and backbone.health(keeper).ready, "routing is ready again"
    )
    assert any("routing-0: it was ended by signal 9" in sentence for sentence in told)


@pytest.mark.timing
def test_a_broker_that_is_killed_comes_back_at_its_address(backbone: Backbone, told: list[str]) -> None:
    assert backbone.broker is not None
    before = running(backbone.settings.var_dir)
    assert before
    os.kill(before, signal.SIGKILL)
    until(backbone, lambda: any("the broker is up again" in sentence for sentence in told), "the broker is up again")
    until(
        backbone,
        lambda: all(backbone.health(keeper).ready for keeper in backbone.keepers),
        "every service has found it again",
    )
    assert running(backbone.settings.var_dir) not in (None, before)


def test_a_second_start_changes_nothing_and_stopping_leaves_nothing(backbone: Backbone, told: list[str]) -> None:
    """The last test of this file: it stops what the others use."""
    somebody_who_left_had_sent(backbone, "vertrokken")
    pids = [keeper.pid for keeper in backbone.keepers]
    backbone.stop()
    assert not running(backbone.settings.var_dir)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert not list((backbone.settings.var_dir / "run").glob("*.json"))
    backbone.start()
    assert backbone.prepared is not None
    assert backbone.prepared.changes == ()
    assert any("on schakel.in.vertrokken nobody reads 1 message" in sentence for sentence in told)
    backbone.stop()


def somebody_who_left_had_sent(backbone: Backbone, name: str) -> None:
    """A message of a partner that was taken out of the files before intake read it."""
    assert backbone.broker is not None
    with backbone.broker.client() as admin, backbone.broker.connected() as how:
        ensure_topics(admin, partner_topics(name))
        with KafkaProducer(**how, acks="all") as producer:
            producer.send(in_topic(name), b"x").get(10)


def test_a_disk_without_room_for_how_it_is_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said once there is room."""
    backbone = Backbone(Settings(var_dir=tmp_path), own_broker=False, tell=print)
    changed, full, said = [True, False, False, False], [errno.ENOSPC, errno.EDQUOT], list[str]()

    def write(state: dict[str, object]) -> None:
        if full:
            raise OSError(full.pop(0), "no room")
        said.append(str(state["state"]))

    monkeypatch.setattr(backbone._supervisor, "step", lambda: changed.pop(0))
    monkeypatch.setattr(backbone.files, "write", write)
    for _ in range(4):
        backbone.step()
    assert said == ["starting"]
    changed, full = [True], [errno.EROFS]
    with pytest.raises(OSError, match="no room"):
        backbone.step()


@pytest.mark.parametrize("workers", [{"routing": 0}, {"console": 1}, {"gateway": 2}])
def test_workers_that_make_no_sense(workers: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(BackboneProblem, match="expected"):
        Backbone(Settings(var_dir=tmp_path), workers=workers, tell=print)
