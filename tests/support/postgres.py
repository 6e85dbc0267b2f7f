"""A PostgreSQL server of the test session's own: Debian's binaries, a free port, data in a temporary directory.

Nothing is downloaded: install the package `postgresql`. Without it these tests are skipped, or fail when
SCHAKEL_REQUIRE_POSTGRES=1 says that they must run.
"""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from backbone.kafka.ports import LOOPBACK, pick_free
from tests.support.broker import wait_until

_DEBIAN = Path("/usr/lib/postgresql")


def server_binaries() -> Path | None:
    """The directory with `initdb` and `postgres`, the newest version first; None when there is none."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]), reverse=True)
    return versions[0].parent if versions else None


def require_binaries() -> Path:
    """Like `server_binaries`; skips the test, or fails it, when there are none."""
    if found := server_binaries():
        return found
    why = "no PostgreSQL server is installed; on Debian: apt-get install postgresql"
    if os.environ.get("SCHAKEL_REQUIRE_POSTGRES") == "1":
        pytest.fail(why)
    pytest.skip(why)


class Postgres:
    """A server that a test may stop and start again. Its data survives that; `close` removes everything."""

    def __init__(self, home: Path) -> None:
        self.binaries = require_binaries()
        self.home = home
        self.port = pick_free()
        # PostgreSQL refuses to run as root; the package makes a user for it.
        self._user = "postgres" if os.geteuid() == 0 else None
        home.mkdir(parents=True, exist_ok=True)
        for directory in (home, *home.parents):
            if directory.stat().st_mode & 0o001 == 0 and directory.stat().st_uid == os.geteuid():
                directory.chmod(directory.stat().st_mode | 0o011)  # pytest's directories are for the owner alone
        if self._user:
            shutil.chown(home, self._user)
        self._run("initdb", "-D", str(home / "data"), "-A", "trust", "-U", "postgres", "--no-sync")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and return when it answers."""
        options = ("-p", str(self.port), "-k", str(self.home), "-c", f"listen_addresses={LOOPBACK}")
        self._process = subprocess.Popen(
            [self.binaries / "postgres", "-D", self.home / "data", *options, "-c", "fsync=off"],
            user=self._user,
            cwd=self.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers)

    def stop(self) -> None:
        """End the server at once, open transactions and connections with it."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self._process = None

    def database(self) -> str:
        """A new, empty database: its address for SQLAlchemy."""
        name = f"test_{secrets.token_hex(4)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return f"postgresql+psycopg://postgres@{LOOPBACK}:{self.port}/{name}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _address(self, database: str) -> str:
        return f"host={LOOPBACK} port={self.port} user=postgres dbname={database}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments], user=self._user, cwd=self.home, check=True, capture_output=True
        )
