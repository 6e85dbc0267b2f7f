"""The baseline with state: quixstreams counts each record under its key and passes it on unchanged. Run by `bench.service`.

Imports nothing of the product: it runs in the venv of bench/requirements.lock. quixstreams is given its defaults, without
checks of the topics and with the commit interval that it has by itself.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from quixstreams import Application
from quixstreams.kafka.configuration import ConnectionConfig
from quixstreams.state import State


def main() -> None:
    bootstrap, user, secret, source, target, count, group, home = sys.argv[1:]
    app = Application(
        ConnectionConfig(
            bootstrap_servers=bootstrap,
            security_protocol="sasl_plaintext",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_username=user,
            sasl_password=Path(secret).read_text(encoding="utf-8").strip(),
        ),
        consumer_group=group,
        auto_offset_reset="earliest",
        auto_create_topics=True,
        state_dir=home,
        loglevel="WARNING",
    )
    given = app.topic(source, key_deserializer="bytes", value_deserializer="bytes")
    passed = app.topic(target, key_serializer="bytes", value_serializer="bytes")
    first: list[float] = []
    seen = 0

    def counted(value: Any, state: State) -> Any:
        nonlocal seen
        state.set("count", state.get("count", 0) + 1)
        seen += 1
        if not first:
            first.extend((time.perf_counter(), time.process_time()))
        if seen >= int(count):
            app.stop()
        return value

    frame = app.dataframe(given).apply(counted, stateful=True)
    frame.to_topic(passed)
    app.run()
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


if __name__ == "__main__":
    main()
