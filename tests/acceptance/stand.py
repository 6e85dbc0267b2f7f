"""The backbone that the acceptance test runs against: broker and services as processes of their own, in a directory of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from backbone.kafka.connection import connection
from backbone.settings import Settings
from backbone.supervisor.up import Backbone
from schakel import codec
from schakel.entry import Entry
from schakel.envelope import read_headers
from schakel.reading import read_to_end
from schakel.record import Raw

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
CHAINS = Path(__file__).with_name("chains")
LEDGER = "schakel.ledger"
_POLL_S = 0.05


@dataclass(frozen=True)
class Running:
    """A backbone that is up. It is looked after only while somebody waits here."""

    backbone: Backbone
    var_dir: Path

    def until(self, condition: Callable[[], T], what: str, within_s: float = 120.0) -> T:
        """The first true value of `condition`. Raises TimeoutError that says `what` did not come about."""
        deadline = time.monotonic() + within_s
        while not (value := condition()):
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"after {within_s:.0f} s still not so: {what}; the services' logs are in {self.var_dir}/log"
                )
            self.backbone.step()
            time.sleep(_POLL_S)
        return value

    def start(self, arguments: Sequence[str], output: Path) -> subprocess.Popen[bytes]:
        """A `backbone` command in a process of its own."""
        with output.open("wb") as file:
            return subprocess.Popen(
                [sys.executable, "-m", "backbone.cli.main", *arguments],
                env={**os.environ, "SCHAKEL_VAR_DIR": str(self.var_dir)},
                cwd=ROOT,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def records(self, topic: str) -> list[Raw]:
        """Everything on a topic, as it stands now."""
        broker = self.backbone.broker
        assert broker is not None
        return list(read_to_end(connection(broker.bootstrap, broker.admin, ca_file=broker.ca_file), topic))

    def ledger(self) -> list[Entry]:
        return [
            Entry(read_headers(raw.headers), codec.decode_event(raw.value), raw.partition, raw.offset)
            for raw in self.records(LEDGER)
        ]

    def counts(self, field: str) -> dict[str, int]:
        """What the service `cases` counts by this field."""
        url = self.backbone.files.services()["cases-0"]["url"]
        with urllib.request.urlopen(f"{url}/counts/{field}?chain=toronto", timeout=10) as answer:
            return dict(json.load(answer)["counts"])


@contextmanager
def running_backbone(var_dir: Path) -> Iterator[Running]:
    """A fresh backbone with the acceptance test's chain; what an earlier run left in `var_dir` is removed."""
    shutil.rmtree(var_dir, ignore_errors=True)
    settings = Settings(var_dir=var_dir, chains_dir=CHAINS, protocols_dir=ROOT / "protocols")
    with Backbone(settings, cache_dir=ROOT / "var" / "cache", tell=lambda sentence: None) as backbone:
        backbone.wait_ready()
        yield Running(backbone, var_dir)
