"""Who one is towards the broker, and the passwords of this machine's broker under `var/kafka/secrets/`.

Users and what they may do are not here (`access`).
"""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from schakel.secret import Secret

MECHANISM = "SCRAM-SHA-512"  # what Strimzi's users have too, so that a partner's settings are the same everywhere
ADMIN = "admin"
USER_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user of the broker and its password."""

    username: str
    password: Secret = field(repr=False)


class SecretStore:
    """Random passwords, one file a user, mode 0600, made when first asked for."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def get(self, username: str) -> Credentials | None:
        """The user's credentials, or None when there are none."""
        try:
            return Credentials(username, Secret(self._path(username).read_text(encoding="ascii").strip()))
        except FileNotFoundError:
            return None

    def get_or_make(self, username: str) -> Credentials:
        """The user's credentials; a new random password (256 bits) when there are none."""
        if found := self.get(username):
            return found
        with self._new_file(username) as descriptor:
            os.write(descriptor, secrets.token_urlsafe(32).encode("ascii"))
        made = self.get(username)
        assert made is not None
        return made

    def renew(self, username: str) -> Credentials:
        """A new random password in place of the one there is."""
        path = self._path(username)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        scratch.touch(mode=0o600)
        scratch.write_text(secrets.token_urlsafe(32), encoding="ascii")
        scratch.replace(path)
        made = self.get(username)
        assert made is not None
        return made

    def remove(self, username: str) -> None:
        """Forget the user's password; nothing happens when there is none."""
        self._path(username).unlink(missing_ok=True)

    def _path(self, username: str) -> Path:
        if not USER_NAME.fullmatch(username):
            raise ValueError(f"{username!r} cannot be a user of the broker; expected {USER_NAME.pattern}")
        return self.directory / username

    @contextmanager
    def _new_file(self, username: str) -> Iterator[int]:
        """A file that appears whole under its name; whoever comes second keeps what the first wrote."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(username)
        scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            yield descriptor
            os.fsync(descriptor)
            with suppress(FileExistsError):
                os.link(scratch, path)
        finally:
            os.close(descriptor)
            scratch.unlink()
