"""A whole backbone on a real broker: it comes up, mends what dies, and leaves nothing behind."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from backbone.kafka.embedded import running
from backbone.keys import KeyFiles, KeysUnusable, open_keys, open_reader, open_sealer
from backbone.settings import Settings
from backbone.supervisor.prepare import profile_path
from backbone.supervisor.up import SERVICES, Backbone, BackboneProblem
from schakel.client.access import Profile
from tests.support.broker import CACHE

pytestmark = pytest.mark.kafka

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory, told: list[str]) -> Iterator[Backbone]:
    before = os.environ.get("PYTHONPATH")
    watch_opening(tmp_path_factory.mktemp("opened"))
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
    os.environ.pop("PYTHONPATH", None)
    if before is not None:
        os.environ["PYTHONPATH"] = before


_WATCHES = """
import os, sys
to = os.open(os.path.join(os.path.dirname(__file__), str(os.getpid())), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def watch(event, arguments):
    if event in ("open", "sqlite3.connect"):
        os.write(to, os.fsencode(str(arguments[0])) + bytes((10,)))
sys.addaudithook(watch)
"""


def watch_opening(directory: Path) -> None:
    """From now on every Python process that is started here writes down, under its number, which files it opens."""
    (directory / "sitecustomize.py").write_text(_WATCHES)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(directory), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])


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


# --- keys ----------------------------------------------------------------------------------------------------------------

OPENED = {
    "intake": {"door.json", "data-public.json", "keys.db"},
    "gateway": {"data.json", "keys.db"},
    "consent": set(),
    "routing": set(),
    "followup": set(),
    "cases": set(),
}
"""Of what lies under `var/keys`. (Consent comes to open the database when it has somebody to erase.)"""
CAN = {name: {"intake": {"seal"}, "gateway": {"open"}}.get(name, set()) for name in OPENED}


def test_each_service_opens_the_keys_that_it_needs_and_no_others(backbone: Backbone) -> None:
    home = f"{backbone.settings.var_dir / 'keys'}/"
    watched = Path(os.environ["PYTHONPATH"].split(os.pathsep)[0])
    found: dict[str, set[str]] = {}
    for keeper in backbone.keepers:
        lines = (watched / str(keeper.pid)).read_text().splitlines()
        assert any(line.endswith(".yaml") or line.endswith(".db") for line in lines), "the process was watched"
        opened = {line.partition(home)[2].partition("?")[0] for line in lines if home in line}
        found[keeper.service.name] = {name for name in opened if not name.endswith(("-wal", "-shm"))}
    assert found == OPENED


def test_each_service_can_do_with_keys_what_it_has_to_and_no_more(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With exactly the settings that the process was given."""
    ways: dict[str, Callable[[Settings], object]] = {
        "seal": lambda told: open_sealer(told.keys_url, told.var_dir, files=KeyFiles.of(told)),
        "open": lambda told: open_reader(told.keys_url, told.var_dir, files=KeyFiles.of(told)),
        "everything": lambda told: open_keys(told.keys_url, told.var_dir, files=KeyFiles.of(told)),
    }
    found: dict[str, set[str]] = {keeper.service.name: set() for keeper in backbone.keepers}
    for keeper in backbone.keepers:
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("SCHAKEL_")]:
                patch.delenv(name)
            for line in Path(f"/proc/{keeper.pid}/environ").read_bytes().split(b"\0"):
                if line.startswith(b"SCHAKEL_"):
                    patch.setenv(*os.fsdecode(line).split("=", 1))
            settings = Settings()
            for way, opens in ways.items():
                with suppress(KeysUnusable):
                    opens(settings)
                    found[keeper.service.name].add(way)
    assert found == CAN
    assert open_keys(None, backbone.settings.var_dir), "the operator can do everything"


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


def test_a_second_start_changes_nothing_and_stopping_leaves_nothing(backbone: Backbone) -> None:
    """The last test of this file: it stops what the others use."""
    pids = [keeper.pid for keeper in backbone.keepers]
    backbone.stop()
    assert not running(backbone.settings.var_dir)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert not list((backbone.settings.var_dir / "run").glob("*.json"))
    backbone.start()
    assert backbone.prepared is not None
    assert backbone.prepared.changes == ()
    backbone.stop()


@pytest.mark.parametrize("workers", [{"routing": 0}, {"console": 1}, {"gateway": 2}])
def test_workers_that_make_no_sense(workers: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(BackboneProblem, match="expected"):
        Backbone(Settings(var_dir=tmp_path), workers=workers, tell=print)
