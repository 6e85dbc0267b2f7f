"""The files that hold key-encryption keys: never in the database whose keys they wrap, one file for each kind of need.

    door.json          opens the private keys of the door                 intake, and the operator's commands
    data.json          unlocks the data keys of people                    the gateway, and the operator's commands
    data-public.json   locks new data keys; opens nothing, is no secret   intake

Each is JSON: `{"current": id, "keys": {id: base64 of 32 bytes}}`. What is new goes under `current`; the older ones still open. A file
is read again when it has changed, so a process that runs goes on with a new key without being started again. What the bytes are for
is `wrapping`'s; making, adding and destroying keys is `rotation`'s. A KMS would take the place of these files.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

from backbone.keys.databases import KeysAway
from backbone.settings import Settings
from schakel.errors import SchakelError

KEY_BYTES = 32
NEEDS: Mapping[str, frozenset[str]] = {"intake": frozenset({"door", "public"}), "gateway": frozenset({"data"})}
"""Which of the files each service needs. Who is not here needs none."""
USE_THE_DATABASE = frozenset({*NEEDS, "consent"})
"""Who has business in the database of keys: consent destroys there, and needs no key for that."""
NOT_GIVEN = Path(os.devnull)
"""What a process gets in place of a file that it has no need of."""


class KeysUnusable(SchakelError):
    """The keys cannot be used as they are: file missing, unsafe, or not the one that belongs to the database."""


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """Where each of the three stands. See the module's words."""

    door: Path
    data: Path
    public: Path

    @classmethod
    def under(cls, home: Path) -> Self:
        """In one directory, as on a machine that runs everything. home: `var/keys`."""
        return cls(home / "door.json", home / "data.json", home / "data-public.json")

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As this process was told."""
        usual = cls.under(settings.var_dir / "keys")
        return cls(
            settings.keys_door_file or usual.door,
            settings.keys_data_file or usual.data,
            settings.keys_public_file or usual.public,
        )

    def for_service(self, service: str) -> Self:
        """What this service is given: the files that it needs, and NOT_GIVEN in place of each other."""
        needs = NEEDS.get(service, frozenset())
        given = {one.name: getattr(self, one.name) if one.name in needs else NOT_GIVEN for one in fields(self)}
        return type(self)(**given)

    def environment(self) -> dict[str, str]:
        """The settings that say so to a process."""
        return {
            f"SCHAKEL_KEYS_{one.name.upper()}_FILE": str(getattr(self, one.name).absolute()) for one in fields(self)
        }


@dataclass(frozen=True, slots=True)
class Held:
    """What a file holds. Does not show its keys."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        """One new random key."""
        name = secrets.token_hex(4)
        return cls(name, {name: secrets.token_bytes(KEY_BYTES)})

    def older(self) -> list[str]:
        """The ids besides the current one."""
        return sorted(name for name in self.keys if name != self.current)

    def text(self) -> str:
        return json.dumps(
            {
                "current": self.current,
                "keys": {name: b64encode(key).decode("ascii") for name, key in self.keys.items()},
            }
        )


class KeyFile:
    """One of the files. secret: whether others must not be able to read it. Safe to use from several threads."""

    def __init__(self, path: Path, *, secret: bool = True) -> None:
        self.path = path
        self._secret = secret
        self._known: tuple[tuple[int, int, int], Held] | None = None

    def read(self) -> Held:
        """What it holds now. Raises KeysUnusable when it is missing, open to others, or no such file."""
        if self.path == NOT_GIVEN:
            raise KeysUnusable(
                f"this process was given no such key (its file is set to {NOT_GIVEN}); it has no need of one: start it as "
                "another service, or see SCHAKEL_KEYS_… in the settings"
            )
        try:
            stat = self.path.stat()
            text = self.path.read_text(encoding="ascii")
        except FileNotFoundError:
            raise KeysUnusable(f"the file of keys {self.path} is missing; bring it back from its own backup") from None
        except (OSError, UnicodeDecodeError) as error:
            raise KeysUnusable(f"the file of keys {self.path} cannot be read ({type(error).__name__})") from None
        mode = stat.st_mode & 0o777
        if mode & (0o077 if self._secret else 0o022):
            done = "read" if self._secret else "change"
            raise KeysUnusable(f"{self.path} has mode {mode:04o}, so others may {done} it; run: chmod 600 {self.path}")
        held = _parsed(text)
        if held is None:
            raise KeysUnusable(f"{self.path} holds no usable keys; bring it back from its own backup")
        self._known = (_mark(stat), held)
        return held

    def now(self) -> Held:
        """The same, from memory while the file has not changed.

        Raises KeysAway when it cannot be used now though it could before: a rotation may be putting it down; ask again.
        """
        known = self._known
        with suppress(OSError):
            if known and known[0] == _mark(self.path.stat()):
                return known[1]
        try:
            return self.read()
        except KeysUnusable as error:
            if known is None:
                raise
            raise KeysAway(f"{error}; nothing is sealed or opened until then, we try again") from error


def _mark(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _parsed(text: str) -> Held | None:
    """None for anything but such a file; its error would quote the file."""
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        said = json.loads(text)
        held = Held(str(said["current"]), {name: b64decode(key, validate=True) for name, key in said["keys"].items()})
        if held.current in held.keys and all(len(key) == KEY_BYTES for key in held.keys.values()):
            return held
    return None


# --- writing -----------------------------------------------------------------------------------------------------------


def make(path: Path, held: Held) -> None:
    """The whole file or none, durable, mode 0600, and never over another one: whoever comes second finds the first one's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        _write(scratch, held.text())
        with suppress(FileExistsError):
            os.link(scratch, path)
        _durable(path.parent)
    finally:
        scratch.unlink(missing_ok=True)


def replace(path: Path, held: Held) -> None:
    """The new content in one step, durable; what stood there is overwritten before it is let go.

    Killed in between, the file is the old or the new one, and what is left beside it goes with the next call (or `tidy`).
    Only who holds `rotation.alone` may call it.
    """
    replace_text(path, held.text())


def replace_text(path: Path, text: str) -> None:
    """The same for another private file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    tidy(path)
    fresh, former = _beside(path)
    _write(fresh, text)
    if path.exists():
        os.link(path, former)  # a name to overwrite it by, whatever happens after the next line
    fresh.replace(path)
    _durable(path.parent)
    wipe(former)


def tidy(path: Path) -> None:
    """Take away what a call of `replace` that was killed left beside the file."""
    fresh, former = _beside(path)
    wipe(fresh)
    if former.exists() and path.exists() and former.samefile(path):
        former.unlink()  # killed before the new one took its place
    wipe(former)


def wipe(path: Path) -> None:
    """Overwrite the file, then remove it. What a disk, its snapshots or a backup kept of it, this cannot reach."""
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        _durable(path.parent)


def _beside(path: Path) -> tuple[Path, Path]:
    return path.with_name(f".{path.name}.new"), path.with_name(f".{path.name}.old")


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, text.encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _durable(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
