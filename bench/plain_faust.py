"""The baseline without state: a Faust agent as its guide shows it, one record at a time, each send awaited. Run by `bench.service`."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import faust


def main() -> None:
    bootstrap, user, secret, source, target, count, group, home = sys.argv[1:]
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        broker_credentials=faust.SASLCredentials(
            username=user, password=Path(secret).read_text(encoding="utf-8").strip(), mechanism="SCRAM-SHA-512"
        ),
        store="memory://",
        datadir=home,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        value_serializer="raw",
        key_serializer="raw",
    )
    given, passed = app.topic(source), app.topic(target)
    first: list[float] = []
    seen = 0

    @app.agent(given)  # type: ignore[untyped-decorator]
    async def pass_on(stream: Any) -> None:
        nonlocal seen
        async for event in stream.events():
            if not first:
                first.extend((time.perf_counter(), time.process_time()))
            await (await passed.send(key=event.key, value=event.value))
            seen += 1
            if seen >= int(count):
                print(
                    json.dumps(
                        {
                            "records": seen,
                            "seconds": time.perf_counter() - first[0],
                            "cpu_s": time.process_time() - first[1],
                        }
                    ),
                    flush=True,
                )
                os._exit(0)

    faust.Worker(app, loglevel="INFO", redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main()
