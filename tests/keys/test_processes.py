"""Each service as the supervisor starts it, a real process: which files of keys it opens, and what it could do with all that it was given.

No broker is needed: keys are opened before it is looked for.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from backbone.evidence import replacing
from backbone.evidence.signing import SigningKeys, key_file
from backbone.kafka.credentials import Credentials, SecretStore
from backbone.keys import KeyFiles, KeysUnusable, open_keys, open_reader, open_sealer
from backbone.settings import Settings
from backbone.supervisor.keeper import Keeper
from backbone.supervisor.prepare import Broker
from backbone.supervisor.up import SERVICES, Backbone
from schakel.secret import Secret
from tests.support.broker import wait_until

ROOT = Path(__file__).parents[2]

NOBODY = "127.0.0.1:1"
WITHIN_S = 240
OPENED = {
    "intake": {"door.json", "data-public.json", "keys.db"},
    "gateway": {"data.json", "keys.db"},
    "consent": {"keys.db"},
    "audit": {"log.json"},
}
"""Of what lies under `var/keys`; the others open nothing there. Consent destroys rows, and needs no file of keys for it."""
CAN = {"intake": {"seal"}, "gateway": {"open"}}
WAYS: dict[str, Callable[[Settings], object]] = {
    "seal": lambda told: open_sealer(told.keys_url, told.var_dir, files=KeyFiles.of(told)),
    "open": lambda told: open_reader(told.keys_url, told.var_dir, files=KeyFiles.of(told)),
    "everything": lambda told: open_keys(told.keys_url, told.var_dir, files=KeyFiles.of(told)),
}
_WATCHES = """
import os, sys
to = os.open(os.path.join(os.path.dirname(__file__), str(os.getpid())), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def watch(event, arguments):
    if event in ("open", "sqlite3.connect"):
        os.write(to, os.fsencode(str(arguments[0])) + bytes((10,)))
sys.addaudithook(watch)
"""
"""Every Python process that finds this at its start writes down which files it opens."""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("opened")
    (directory / "sitecustomize.py").write_text(_WATCHES)
    return directory


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("apart")


@pytest.fixture(scope="module")
def keepers(var_dir: Path, watched: Path) -> Iterator[dict[str, Keeper]]:
    """All services, each looking for a broker that is not there."""
    open_keys(None, var_dir).close()
    settings = Settings(var_dir=var_dir, bootstrap=NOBODY, protocols_dir=ROOT / "protocols", chains_dir=ROOT / "chains")
    replacing.make(SigningKeys(key_file(settings)))
    backbone = Backbone(settings, own_broker=False, tell=lambda sentence: None)
    backbone.broker = Broker(NOBODY, Credentials("admin", Secret("nobody's")))
    for name in SERVICES:
        SecretStore(var_dir / "kafka" / "secrets").get_or_make(f"service.{name}")
    backbone.files.directory.mkdir(parents=True)
    keepers = {service.name: Keeper(service) for service in backbone._services()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(watched), str(ROOT)]))
        for keeper in keepers.values():
            keeper.start(time.monotonic())
    try:
        wait_until(lambda: all(_looks_for_the_broker(keeper) for keeper in keepers.values()), WITHIN_S)
        yield keepers
    finally:
        for keeper in keepers.values():
            keeper.kill()
            keeper.let_go()


def _looks_for_the_broker(keeper: Keeper) -> bool:
    said = keeper.service.log.read_text()
    assert not keeper.gone(), said
    return NOBODY in said


def test_each_opens_the_files_that_it_needs_and_no_others(
    keepers: dict[str, Keeper], var_dir: Path, watched: Path
) -> None:
    home = f"{var_dir / 'keys'}/"
    for name, keeper in keepers.items():
        lines = (watched / str(keeper.pid)).read_text().splitlines()
        assert any(f"{name}.db" in line for line in lines), "the process was watched"
        opened = {line.partition(home)[2].partition("?")[0] for line in lines if home in line}
        assert opened == OPENED.get(name, set()), name


def test_each_can_do_with_keys_what_it_has_to_and_no_more(
    keepers: dict[str, Keeper], var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With exactly the settings that the process was given."""
    for name, keeper in keepers.items():
        with monkeypatch.context() as patch:
            for ours in [one for one in os.environ if one.startswith("SCHAKEL_")]:
                patch.delenv(ours)
            for line in Path(f"/proc/{keeper.pid}/environ").read_bytes().split(b"\0"):
                if line.startswith(b"SCHAKEL_"):
                    patch.setenv(*os.fsdecode(line).split("=", 1))
            can = {way for way, opens in WAYS.items() if _works(opens, Settings())}
        assert can == CAN.get(name, set()), name
    assert _works(WAYS["everything"], Settings(var_dir=var_dir)), "the operator can do everything"


def _works(opens: Callable[[Settings], object], settings: Settings) -> bool:
    with suppress(KeysUnusable):
        opens(settings)
        return True
    return False
