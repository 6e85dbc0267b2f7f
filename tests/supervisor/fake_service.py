"""A stand-in for a service: does what its first argument says. Run as `python -m tests.supervisor.fake_service WHAT [FILE]`."""

import os
import signal
import sys
import time
from pathlib import Path


def main() -> None:
    what, *rest = sys.argv[1:]
    if rest:
        with Path(rest[0]).open("a") as marks:
            marks.write(f"{os.getpid()}\n")
    if what == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if what.isdigit():
        sys.stderr.write('{"event": "ledger-0: checkpoint 12 is beyond the log end 3; restore the ledger"}\n')
        sys.exit(int(what))
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
