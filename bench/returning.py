"""How long a service is away when it is killed: from the kill until its next process says that it is ready, started at once.

`backbone up` waits half a second before, and longer where a service keeps ending; that pause is not counted. Each service in turn,
while nothing else is going on. Members of a group have names (static membership), as in every deployment.
"""

import time

from backbone.supervisor.keeper import Keeper
from backbone.supervisor.up import Backbone
from bench import stand

ROUNDS = 4
LIMIT_S = 60.0


def main() -> None:
    took_s: dict[str, list[float]] = {}
    with stand.backbone("returning") as running:
        running.wait_ready()
        for _ in range(1 if stand.quick() else ROUNDS):
            for keeper in running.keepers:
                took_s.setdefault(keeper.service.name, []).append(_away_s(running, keeper))
    every = [seconds for each in took_s.values() for seconds in each]
    by_service = {name: stand.spread(each) for name, each in took_s.items()}
    stand.write("returning", {"away_s": stand.spread(every), "by_service_s": by_service})


def _away_s(running: Backbone, keeper: Keeper) -> float:
    began = time.monotonic()
    keeper.kill()
    keeper.let_go()
    keeper.start(time.monotonic())
    while not running.health(keeper).ready:
        assert time.monotonic() - began < LIMIT_S, f"{keeper.service.label} is not back after {LIMIT_S:.0f} s"
        time.sleep(0.02)
    return time.monotonic() - began


if __name__ == "__main__":
    main()
