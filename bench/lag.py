"""How long after its moment a breach stands in the ledger: `python -m bench.lag [quick]`.

A whole backbone on an embedded broker. One partner tells reports that were made almost two days before, so that the terms for a first
contact end one after the other, RATE_PER_S of them a second, and nothing else comes meanwhile. From the moment that a clock is due to the
append of its breach, by the broker's own clock: intake sees that nothing told before it is missing, logs a watermark, and follow-up
concludes.
"""

import time
from datetime import UTC, datetime, timedelta

from bench import stand
from bench.burst import FILL_S, QUICK_FILL_S, SETTLE_S, Ledger, due_reports, fill

RATE_PER_S, CASES = 500.0, 10_000
QUICK_RATE_PER_S, QUICK_CASES = 20.0, 150
BEFORE_S = 2.0
"""Between the last look at an idle ledger and the first moment."""


def main() -> None:
    quick = stand.quick()
    rate, cases, fill_s = (QUICK_RATE_PER_S, QUICK_CASES, QUICK_FILL_S) if quick else (RATE_PER_S, CASES, FILL_S)
    with stand.backbone("lag") as running:
        running.wait_ready()
        due_at = datetime.now(UTC) + timedelta(seconds=fill_s + SETTLE_S)
        told = fill(running, cases, due_reports(due_at, 1 / rate), time.monotonic() + fill_s)
        with Ledger(running) as ledger:
            ledger.settle(due_at.timestamp() - BEFORE_S)
            ledger.await_moment(due_at.timestamp())
            before = stand.cpu_by_process(running)
            ledger.await_breaches(told)
            used = {name: cpu - before.get(name, 0.0) for name, cpu in stand.cpu_by_process(running).items()}
        lags = ledger.lags_ms()
    assert lags, "no clock was breached"
    stand.write(
        "lag",
        {
            "due_per_s": rate,
            "due": told,
            "breached": len(lags),
            "lag_ms": {
                "p50": stand.percentile(lags, 0.5),
                "p99": stand.percentile(lags, 0.99),
                "most": max(lags),
            },
            "cpu_s": used,
        },
    )


if __name__ == "__main__":
    main()
