"""How long a service is away when it is killed, and when it stood still: `python -m bench.returning [quick]`.

Killed: from the kill until its next process says that it is ready, started at once. `backbone up` waits half a second before, and longer
where a service keeps ending; that pause is not counted. Each service in turn, while nothing else is going on.

Frozen longer than its session: from the moment that it goes on until its receiver has the referral of a report that was told meanwhile.
Each service on that way in turn. Members of a group have names (static membership), as in every deployment.
"""

import os
import signal
import time
from typing import Any

from backbone.engine.faust_driver import SESSION_TIMEOUT_S
from backbone.supervisor.keeper import Keeper
from backbone.supervisor.up import Backbone
from bench import stand
from bench.reports import DOOR, PERSONAL, RECEIVER, reports
from schakel.client import Partner
from schakel.messages import ReferralOffered

ROUNDS = 4
FREEZES = 3
LIMIT_S = 60.0
ON_THE_WAY = ("intake", "routing", "consent")


def main() -> None:
    killed_s: dict[str, list[float]] = {}
    frozen_s: dict[str, list[float]] = {}
    with stand.backbone("returning") as running:
        running.wait_ready()
        for _ in range(1 if stand.quick() else ROUNDS):
            for keeper in running.keepers:
                killed_s.setdefault(keeper.service.name, []).append(_away_s(running, keeper))
        on_the_way = [keeper for keeper in running.keepers if keeper.service.name in ON_THE_WAY]
        for _ in range(1 if stand.quick() else FREEZES):
            for keeper in on_the_way:
                frozen_s.setdefault(keeper.service.name, []).append(_back_s(running, keeper))
    stand.write("returning", {"away_s": _spread(killed_s), "back_after_a_freeze_s": _spread(frozen_s)})


def _spread(took_s: dict[str, list[float]]) -> dict[str, Any]:
    every = [seconds for each in took_s.values() for seconds in each]
    return {"all": stand.spread(every)} | {name: stand.spread(each) for name, each in took_s.items()}


def _away_s(running: Backbone, keeper: Keeper) -> float:
    began = time.monotonic()
    keeper.kill()
    keeper.let_go()
    keeper.start(time.monotonic())
    while not running.health(keeper).ready:
        assert time.monotonic() - began < LIMIT_S, f"{keeper.service.label} is not back after {LIMIT_S:.0f} s"
        time.sleep(0.02)
    return time.monotonic() - began


def _back_s(running: Backbone, keeper: Keeper) -> float:
    assert keeper.pid
    with (
        Partner.connect(profile=stand.profile(running, DOOR)) as door,
        Partner.connect(profile=stand.profile(running, RECEIVER)) as receiver,
    ):
        os.kill(keeper.pid, signal.SIGSTOP)
        try:
            told = door.send(next(reports(1)), personal=PERSONAL)
            time.sleep(SESSION_TIMEOUT_S + 1.0)  # the time is the point
        finally:
            os.kill(keeper.pid, signal.SIGCONT)
        began = time.monotonic()
        case = told.accepted(LIMIT_S).case
        for message in receiver.inbox(wait_s=LIMIT_S):
            if message.case == case and isinstance(message.body, ReferralOffered):
                return time.monotonic() - began
    raise AssertionError(f"{keeper.service.label} is not back after {LIMIT_S:.0f} s")


if __name__ == "__main__":
    main()
