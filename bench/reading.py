"""How long a read by reference takes: from the partner client's request until it holds the data, with the request and the gate's
answer in the ledger between. In bare round trips on the same broker, as `bench.latency` has them.

Reads follow each other, as at a desk; each is of another case, and the services are otherwise idle. Bare round trips are taken in between,
ten reads and ten round trips in turn: the machine's speed changes within a run. In one long row a round trip is quicker.
"""

import time
from statistics import median

from bench import stand
from bench.latency import Bare
from bench.reports import DOOR, PERSONAL, RECEIVER, reports
from schakel.client import GatewayAway, Partner
from schakel.messages import ReferralOffered

CASES = 300
WARM_UP = 20
IN_TURN = 10
REST_S = 0.6
"""What the services let gather of the reads before is worked off by then: the unit is a broker's that has nothing else to do."""


def main() -> None:
    cases = 60 if stand.quick() else CASES
    took_ms: list[float] = []
    bare_ms: list[float] = []
    late = 0
    with stand.backbone("reading") as running:
        running.wait_ready()
        with Partner.connect(profile=stand.profile(running, DOOR)) as door:
            source = reports()
            pending = [door.send(next(source), personal=PERSONAL) for _ in range(cases + WARM_UP)]
            for one in pending:
                one.accepted(60)
        with Partner.connect(profile=stand.profile(running, RECEIVER)) as receiver, Bare(running) as bare:
            offers = [m for m in receiver.inbox(wait_s=2.0) if isinstance(m.body, ReferralOffered)]
            bare.round_trips(WARM_UP)
            for number, offer in enumerate(offers):
                if number >= WARM_UP and number % IN_TURN == 0:
                    time.sleep(REST_S)
                    bare_ms += bare.round_trips(IN_TURN)
                began = time.perf_counter()
                try:
                    found = offer.open()
                except GatewayAway:
                    late += 1
                    continue
                assert found.story, "the story was permitted"
                if number >= WARM_UP:
                    took_ms.append((time.perf_counter() - began) * 1000)
    unit, p50, p99 = median(bare_ms), median(took_ms), stand.percentile(took_ms, 0.99)
    stand.write(
        "reading",
        {
            "reads": len(took_ms),
            "late": late,
            "bare_round_trip_ms": {"p50": unit, "p99": stand.percentile(bare_ms, 0.99)},
            "read_ms": {"p50": p50, "p90": stand.percentile(took_ms, 0.9), "p99": p99, "most": max(took_ms)},
            "in_round_trips": {"p50": p50 / unit, "p99": p99 / unit},
        },
    )


if __name__ == "__main__":
    main()
