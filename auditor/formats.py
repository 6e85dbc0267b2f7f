"""What stands in a bundle or a whole export, and how a record becomes the bytes that are hashed (docs/evidence.md, version 1)."""

import json
import zipfile
import zlib
from binascii import a2b_base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from struct import Struct
from typing import Any

_U64 = Struct(">Q")
_PLACE = Struct(">QQ")
_LEAF = b"schakel-leaf-v1\n"
_parse = json.JSONDecoder().decode


class NoBundle(ValueError):
    """The file is no bundle that this version can read; the message says what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the ledger, as it stands in Kafka."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def body_digest(record: Record) -> bytes:
    """What a record says, hashed by itself: so its place can be shown without showing what it says."""
    parts = [_maybe(record.value), _U64.pack(len(record.headers))]
    for header, value in record.headers:
        parts += (_name(header), _U64.pack(len(value)), value)
    return sha256(b"".join(parts)).digest()


def leaf_of(topic: str, partition: int, offset: int, key: bytes | None, body: bytes) -> bytes:
    """The bytes of one leaf. body: what `body_digest` gives, 32 bytes."""
    name = topic.encode()
    return b"".join((_LEAF, _U64.pack(len(name)), name, _PLACE.pack(partition, offset), _maybe(key), body))


@lru_cache(maxsize=256)
def _name(header: str) -> bytes:
    name = header.encode("utf-8", "surrogatepass")
    return _U64.pack(len(name)) + name


def _maybe(value: bytes | None) -> bytes:
    return b"\x00" if value is None else b"\x01" + _U64.pack(len(value)) + value


@dataclass
class Bundle:
    """A bundle in memory or on disk: its manifest, and its files by name."""

    manifest: dict[str, Any]
    name: str
    """SHA-256 of manifest.json: what a court file refers to."""
    files: "Files"
    faults: list[tuple[str, str]] = field(default_factory=list)
    """(file, what is wrong with it): files that are not what the manifest says."""

    @property
    def kind(self) -> str:
        return str(self.manifest["kind"])

    @property
    def topic(self) -> str:
        return str(self.manifest["topic"])

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """The JSON objects of a `.jsonl` file, none where there is no such file. Raises NoBundle for what is no JSON."""
        if name in self.files:
            for number, line in enumerate(self.files.lines(name), 1):
                try:
                    yield _parse(line.decode())
                except ValueError:
                    raise NoBundle(
                        f"{name}, line {number}: found what is no JSON, expected one object a line"
                    ) from None

    def records(self, partition: int, topic: str | None = None) -> Iterator[Record]:
        """The records of one partition in the order of the file. Raises NoBundle."""
        name = f"topics/{topic}/{partition}.jsonl" if topic else f"events/{partition}.jsonl"
        for line in self.lines(name):
            try:
                headers = tuple(
                    [
                        (header, b"" if value is None else a2b_base64(value, strict_mode=True))
                        for header, value in line["headers"]
                    ]
                )
                key, value = _bytes(line["key"]), _bytes(line["value"])
                yield Record(topic or self.topic, partition, int(line["offset"]), key, value, headers)
            except (KeyError, TypeError, ValueError):
                raise NoBundle(f"{name}: found a line that is no record, expected what docs/evidence.md says") from None

    def text(self, name: str) -> str | None:
        """A small file as text, or None when it is not there."""
        return self.files.read(name).decode("utf-8", "replace") if name in self.files else None

    def json(self, name: str) -> Any:
        """A small JSON file, or None. Raises NoBundle."""
        try:
            return json.loads(self.files.read(name)) if name in self.files else None
        except ValueError:
            raise NoBundle(f"{name}: found what is no JSON") from None


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else a2b_base64(text, strict_mode=True)


class Files:
    """The files of a zip, by name."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise NoBundle(f"found {path.name}, which cannot be opened as a zip ({error}); expected a bundle") from None
        self.names = self._zip.namelist()

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def lines(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as file:
            yield from file

    def read(self, name: str) -> bytes:
        return self._zip.read(name)

    def measure(self, name: str) -> dict[str, Any]:
        """Size and SHA-256 of a file, as a manifest writes them."""
        digest, size = sha256(), 0
        with self._zip.open(name) as file:
            while block := file.read(1 << 20):
                digest.update(block)
                size += len(block)
        return {"bytes": size, "sha256": digest.hexdigest()}


class InMemory(Files):
    """The same for files that are in memory already."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files, self.names = files, list(files)

    def lines(self, name: str) -> Iterator[bytes]:
        return iter(self._files[name].splitlines(keepends=True))

    def read(self, name: str) -> bytes:
        return self._files[name]

    def measure(self, name: str) -> dict[str, Any]:
        raw = self._files[name]
        return {"bytes": len(raw), "sha256": sha256(raw).hexdigest()}


def open_bundle(files: Files) -> Bundle:
    """Read the manifest and hold every file to it. Raises NoBundle when there is nothing to audit."""
    try:
        raw = files.read("manifest.json")
        manifest = json.loads(raw)
        version, kind, logs = manifest["version"], manifest["kind"], manifest["logs"]
        wanted = dict(manifest["files"])
        places = [(int(log["partition"]), str(log["origin"]), int(log["size"]), str(log["root"])) for log in logs]
        str(manifest["topic"])
    except (KeyError, TypeError, ValueError, AttributeError, zlib.error, EOFError) as error:
        raise NoBundle(f"found no manifest.json as docs/evidence.md describes it ({error!r})") from None
    except zipfile.BadZipFile as error:
        raise NoBundle(f"the zip is damaged: {error}") from None
    if version != 1 or kind not in ("case", "period", "ledger"):
        raise NoBundle(
            f"found a bundle of version {version!r} and kind {kind!r}; expected version 1: case, period, ledger"
        )
    bundle = Bundle(manifest, sha256(raw).hexdigest(), files)
    for name in sorted({*wanted, *files.names} - {"manifest.json"}):
        if name not in files:
            bundle.faults.append((name, "the manifest lists it, and it is not there"))
        elif name not in wanted:
            bundle.faults.append((name, "it is there, and the manifest does not list it"))
        elif _measured(files, name) != wanted[name]:
            bundle.faults.append((name, "it is not the file that the manifest lists: size or digest differ"))
    bundle.faults += [(name, "it stands in the zip twice") for name in files.names if files.names.count(name) > 1]
    bundle.faults += [
        (origin, "two logs of this partition") for p, origin, _, _ in places if [x[0] for x in places].count(p) > 1
    ]
    return bundle


def _measured(files: Files, name: str) -> dict[str, Any] | None:
    try:
        return files.measure(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):  # the zip itself says so first
        return None
