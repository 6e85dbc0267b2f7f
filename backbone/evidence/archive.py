"""The zip of a bundle or an export: the same content gives the same bytes, and a manifest says the digest of each file."""

import zipfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from backbone.evidence.lines import dumps
from schakel.errors import SchakelError

MANIFEST = "manifest.json"
VERSION = 1
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class ArchiveProblem(SchakelError):
    """The file is no bundle or export of ours, or not as it was made; the message says which part."""


class Archive:
    """Being written: beside its place, and put there whole by `finish`. A context manager; left early, nothing remains."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._scratch = path.with_name(f".{path.name}.part")
        self._zip = zipfile.ZipFile(self._scratch, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=6)
        self._files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._scratch.unlink(missing_ok=True)

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """A file, piece by piece."""
        digest, size = sha256(), 0
        with self._zip.open(_info(name), "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
        self._files[name] = {"bytes": size, "sha256": digest.hexdigest()}

    def finish(self, manifest: dict[str, Any]) -> str:
        """Write the manifest and put the archive in its place. Returns the manifest's SHA-256, which names the archive."""
        text = dumps({"version": VERSION, **manifest, "files": self._files})
        with self._zip.open(_info(MANIFEST), "w") as file:
            file.write(text)
        self._zip.close()
        self._scratch.replace(self.path)
        return sha256(text).hexdigest()


class Opened:
    """Read again. Raises ArchiveProblem for what is no archive of ours."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest: dict[str, Any] = orjson.loads(self._zip.read(MANIFEST))
            self._files: dict[str, dict[str, Any]] = self.manifest["files"]
            version = self.manifest["version"]
        except FileNotFoundError:
            raise ArchiveProblem(f"there is no file {path}") from None
        except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
            raise ArchiveProblem(f"{path} is no bundle or export ({type(error).__name__})") from None
        if version != VERSION:
            raise ArchiveProblem(
                f"{path} is of format version {version}, expected {VERSION}; use the program of that version"
            )

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file; at its end it is held against the manifest. Raises ArchiveProblem."""
        digest, size = sha256(), 0
        try:
            with self._zip.open(name) as file:
                for line in file:
                    digest.update(line)
                    size += len(line)
                    yield line
        except (KeyError, OSError, zipfile.BadZipFile) as error:
            raise ArchiveProblem(f"{name} cannot be read ({type(error).__name__})") from None
        if {"bytes": size, "sha256": digest.hexdigest()} != self._files.get(name):
            raise ArchiveProblem(f"{name} is not what the manifest says: {size} bytes, {digest.hexdigest()}")

    def whole(self, name: str) -> bytes:
        """A small file. Raises ArchiveProblem."""
        return b"".join(self.lines(name))

    def names(self) -> list[str]:
        """The files that the manifest lists."""
        return sorted(self._files)

    def close(self) -> None:
        self._zip.close()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info
