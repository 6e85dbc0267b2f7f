"""Run once more what failed, if all of it depends on timing: kills and time-outs (marker `timing`), or a broker (`kafka`).

A fault of the program fails twice; a broker that was slow once does not. `.ci/run`, which calls this, prints what needed a second try.

`python -m tests.support.again NAMES`: the names of what was run again are added to the file NAMES.
"""

import sys
from pathlib import Path

import pytest

_FAILED = ("--last-failed", "--last-failed-no-failures=none")


class _Looking:
    """What would be run."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.steady: list[str] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            self.names.append(item.nodeid)
            if not any(item.get_closest_marker(marker) for marker in ("timing", "kafka")):
                self.steady.append(item.nodeid)


def main(written: Path) -> int:
    """The exit code: 0 when what failed before holds now."""
    found = _Looking()
    pytest.main([*_FAILED, "--collect-only", "-q"], plugins=[found])
    if not found.names:
        print("again: nothing is known to have failed; see above why the tests ended")
        return 1
    if found.steady:
        print("again: not run once more, since these do not depend on timing:", *found.steady, sep="\n  ")
        return 1
    written.parent.mkdir(parents=True, exist_ok=True)
    with written.open("a", encoding="utf-8") as names:
        names.writelines(f"{name}\n" for name in found.names)
    return int(pytest.main([*_FAILED]))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
