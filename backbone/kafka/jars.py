"""The broker's jars: exactly those in `jars.lock`, fetched once from Maven Central by jgo, checked by their SHA-256.

The lock is renewed by `python -m backbone.kafka.jars 4.3.1`. A first run downloads what the lock names; a later run finds
the marker file and touches no network. How jars are found and fetched is in `maven`; starting the broker is not here.
"""

import errno
import hashlib
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backbone.kafka.errors import JarsUnavailable

log = logging.getLogger(__name__)

LOCK = Path(__file__).with_name("jars.lock")
MARKER = "complete"


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock: Maven coordinates and what the file must hash to."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version} sha256:{self.sha256}"


def read_lock(path: Path = LOCK) -> tuple[Jar, ...]:
    """The jars of the broker, from a lock of lines `group:artifact:version sha256:<hex>`; `#` starts a comment."""
    jars = []
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        coordinates, _, digest = line.partition(" sha256:")
        group, _, rest = coordinates.partition(":")
        artifact, _, version = rest.partition(":")
        if not (group and artifact and version) or len(digest) != 64:
            raise JarsUnavailable(
                f"{path.name} line {number} is {line!r}; expected 'group:artifact:version sha256:<64 hex>'. "
                f"Renew the file: python -m backbone.kafka.jars VERSION"
            )
        jars.append(Jar(group, artifact, version, digest))
    return tuple(jars)


def kafka_version(path: Path = LOCK) -> str:
    """The version of Kafka that the lock pins, such as `4.3.1`."""
    return next(jar.version for jar in read_lock(path) if jar.artifact == "kafka_2.13")


def ensure_jars(cache_dir: Path, tell: Callable[[str], None] = log.info) -> Path:
    """The directory that holds the broker's jars, made on first use (45 MB); afterwards without any network.

    A marker file with the lock's digest says that a directory is complete; it appears together with its directory, in
    one rename, so that a first run that was interrupted leaves nothing half-done.

    Raises JarsUnavailable when a download fails or a file has another hash than the lock says.
    """
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    target = cache_dir / "kafka" / f"{kafka_version()}-{digest[:8]}"
    marker = target / MARKER
    if marker.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    from backbone.kafka.maven import download  # here: whoever has the jars need not load jgo (0.3 s)

    with tempfile.TemporaryDirectory(dir=target.parent, prefix="download-") as scratch:
        tell(f"downloading Apache Kafka {kafka_version()} to {target} (45 MB, once)")
        made = Path(scratch) / "jars"
        made.mkdir()
        try:
            download(read_lock(), Path(scratch) / "maven", made)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise JarsUnavailable(f"the disk that holds {cache_dir} is full; make room (150 MB)") from error
            raise JarsUnavailable(
                f"Apache Kafka {kafka_version()} is not downloaded yet and Maven Central (repo.maven.apache.org) cannot be "
                f"reached ({type(error).__name__}): connect to the internet for the first run, or copy {target} from a "
                f"machine that has it."
            ) from error
        (made / MARKER).write_text(digest + "\n", encoding="ascii")
        if target.exists() and not marker.exists():
            shutil.rmtree(target)
        try:
            made.rename(target)
        except OSError:  # two first runs at once: the other one was quicker, and its directory is as good
            if not marker.exists():
                raise
    return target


def main(arguments: list[str]) -> int:
    """Renew the lock for the Kafka version named on the command line."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m backbone.kafka.jars VERSION   (for example 4.3.1)\n")
        return 2
    from backbone.kafka.maven import resolve

    lines = [
        f"# The jars of Apache Kafka {arguments[0]}'s broker. Written by: python -m backbone.kafka.jars {arguments[0]}",
        *map(str, resolve(arguments[0])),
    ]
    LOCK.write_text("\n".join(lines) + "\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
