"""A PostgreSQL server of the test session's own: Debian's binaries, a free port, data in memory where there is room for it, else in a
temporary directory: making and removing a database is making and removing 300 files.

Nothing is downloaded: install the package `postgresql`. Without it these tests are skipped, or fail when
SCHAKEL_REQUIRE_POSTGRES=1 says that they must run.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from backbone.kafka.ports import LOOPBACK, pick_free
from tests.support.broker import wait_until

_DEBIAN = Path("/usr/lib/postgresql")
_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 2 * 2**30
_PREFIX, _OWNER = "schakel-postgres-", "owner"


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


def remove_orphans(folder: Path) -> None:
    """End and remove what a session left that was killed: each is some hundred MB, and where they lie that is memory."""
    for home in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError, ValueError):
            if not Path("/proc", str(int((home / _OWNER).read_text(encoding="ascii")))).exists():
                with suppress(OSError, ValueError, IndexError):
                    server = (home / "data" / "postmaster.pid").read_text(encoding="utf-8").split()
                    if str(home) in Path("/proc", server[0], "cmdline").read_text(encoding="utf-8"):
                        os.kill(int(server[0]), signal.SIGQUIT)
                shutil.rmtree(home, ignore_errors=True)


class Postgres:
    """A server that a test may stop and start again; its data survives that, but not `close`."""

    def __init__(self) -> None:
        self.binaries = require_binaries()
        # Not below pytest's directories, which are for the owner alone: PostgreSQL refuses to run as root, and the package
        # makes a user for it.
        remove_orphans(_MEMORY)
        self.home = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_room()))
        (self.home / _OWNER).write_text(str(os.getpid()), encoding="ascii")
        self.port = pick_free()
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.home, self._user)
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self.home / "data"), "-A", "trust", "-U", "postgres", "--no-sync")

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

    def close(self) -> None:
        """End the server and remove what it kept."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def database(self, like: str = "") -> str:
        """A new database, empty or with what that other one (nobody may be connected to it) holds: its address for SQLAlchemy."""
        name = f"test_{secrets.token_hex(4)}"
        self._say(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{_name(like)}"' if like else ""))
        return f"postgresql+psycopg://postgres@{LOOPBACK}:{self.port}/{name}"

    def drop(self, database: str) -> None:
        """Let one go, by its address."""
        self._say(f'DROP DATABASE "{_name(database)}" WITH (FORCE)')

    def back_up(self, database: str, into: Path) -> None:
        """What a database holds, to a file, while it is in use."""
        self._pg("pg_dump", database, into=into)

    def restore(self, kept: Path) -> str:
        """A new database with what such a file holds: its address."""
        database = self.database()
        self._pg("psql", database, "--quiet", "--set", "ON_ERROR_STOP=1", "--file", "-", given=kept)
        return database

    def _pg(
        self, program: str, database: str, *arguments: str, given: Path | None = None, into: Path | None = None
    ) -> None:
        found = shutil.which(program, path=str(self.binaries)) or shutil.which(program)
        assert found, f"no {program} here; on Debian: apt-get install postgresql-client"
        done = subprocess.run(
            [found, "--dbname", self._address(_name(database)), *arguments],
            input=given.read_bytes() if given else None,
            check=True,
            capture_output=True,
        )
        if into:
            into.write_bytes(done.stdout)

    def _say(self, statement: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

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


def _name(database: str) -> str:
    return str(make_url(database).database)


def _room() -> Path | None:
    """Where the data lies; None: where temporary files do."""
    with suppress(OSError):
        if shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES and os.access(_MEMORY, os.W_OK):
            return _MEMORY
    return None
