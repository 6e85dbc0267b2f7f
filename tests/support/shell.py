"""The command as an operator types it, each time as a process of its own, on one `var` directory."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backbone.kafka.embedded import running
from backbone.supervisor.runfiles import RunFiles
from tests.support.broker import CACHE

ROOT = Path(__file__).parents[2]


class Shell:
    """Runs the command as an operator does."""

    def __init__(self, var_dir: Path, **settings: Path) -> None:
        """settings: more of the environment, such as `chains_dir`."""
        self.var_dir = var_dir
        plain = {name: value for name, value in os.environ.items() if not name.startswith("SCHAKEL_")}
        said = {f"SCHAKEL_{name.upper()}": str(value) for name, value in settings.items()}
        self.environment = {**plain, **said, "SCHAKEL_VAR_DIR": str(var_dir), "COLUMNS": "80"}

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "backbone.cli.main", *words],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str, code: int = 0) -> str:
        process = self.start(*words)
        try:
            said, _ = process.communicate(timeout=200)
        finally:
            process.kill()
        assert process.returncode == code, said
        return said

    def status(self, code: int = 0) -> dict[str, Any]:
        return dict(json.loads(self.run("status", "--json", code=code)))

    def pids(self) -> set[int]:
        """Everything that runs here, by what it says of itself."""
        files = RunFiles(self.var_dir)
        said = [files.read() or {}, *files.services().values(), {"pid": running(self.var_dir)}]
        return {one["pid"] for one in said if one.get("pid")}


@contextmanager
def shell_in(home: Path, **settings: Path) -> Iterator[Shell]:
    """A new `var` directory below `home`; whatever runs on it at the end is stopped."""
    var_dir = home / "var"
    var_dir.mkdir()
    (var_dir / "cache").symlink_to(CACHE)
    shell = Shell(var_dir, **settings)
    try:
        yield shell
    finally:
        shell.run("down")
