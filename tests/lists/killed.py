"""An import that kills itself: `python -m tests.lists.killed LIST ACCEPTED N` dies by SIGKILL as it sends report N.

What the made backbone accepted before is written to the file ACCEPTED, one event id a line.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backbone.cli.main import app
from backbone.lists import partner
from backbone.lists.convert import Parts
from schakel.events.report import ReportReceived
from schakel.timesource import TimeSource
from tests.lists.support import MAPPING, FakeBackbone, FakePending


class Killed(FakeBackbone):
    def __init__(self, accepted: Path, at: int) -> None:
        super().__init__()
        self.accepted, self.at = accepted, at

    def send(self, event_id: str, event: ReportReceived, parts: Parts) -> FakePending:
        if len(self.sent) + 1 == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        pending = super().send(event_id, event, parts)
        with self.accepted.open("a") as file:
            file.write(f"{event_id}\n")
        return pending


def main(listing: str, accepted: str, at: str) -> None:
    @contextmanager
    def connect(name: str, profile: Path, clock: TimeSource) -> Iterator[Killed]:
        yield Killed(Path(accepted), int(at))

    partner.connect = connect
    app(
        [
            "import",
            listing,
            "--mapping",
            str(MAPPING),
            "--as",
            "discriminatie-nl-amsterdam",
            "--history",
            "--in-flight",
            "20",
        ]
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
