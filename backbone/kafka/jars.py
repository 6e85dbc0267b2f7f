"""The broker's jars: exactly those in `jars.lock`, fetched once from Maven Central by jgo, checked by their SHA-256.

jgo resolves (pure Python, no Maven) when the lock is renewed: `python -m backbone.kafka.jars 4.3.1`. A first run
only downloads what the lock names; a later run finds the marker file and touches no network. Starting the broker is not
here.
"""

import hashlib
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import requests
from jgo.maven import MavenContext

from backbone.kafka.errors import JarsUnavailable

log = logging.getLogger(__name__)

LOCK = Path(__file__).with_name("jars.lock")
MARKER = "complete"
_TIMEOUT_S = 30
_DOWNLOADS_AT_ONCE = 8
# The tools' dependency on Kafka Connect (Jetty, Jersey: 20 MB) serves no broker.
_NOT_NEEDED = ("connect-runtime", "connect-api", "connect-json", "connect-transforms")


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
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="download-") as scratch:
        tell(f"downloading Apache Kafka {kafka_version()} to {target} (45 MB, once)")
        made = Path(scratch) / "jars"
        made.mkdir()
        _download(read_lock(), Path(scratch) / "maven", made, target)
        (made / MARKER).write_text(digest + "\n", encoding="ascii")
        if target.exists() and not marker.exists():
            shutil.rmtree(target)
        try:
            made.rename(target)
        except OSError:  # two first runs at once: the other one was quicker, and its directory is as good
            if not marker.exists():
                raise
    return target


def _download(jars: Iterable[Jar], repository: Path, into: Path, target: Path) -> None:
    context = MavenContext(repo_cache=repository, timeout=_TIMEOUT_S)

    def fetch(jar: Jar) -> None:
        path = context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != jar.sha256:
            raise JarsUnavailable(
                f"{jar.filename} was downloaded with SHA-256 {found[:16]}…, but {LOCK.name} says {jar.sha256[:16]}…; "
                f"something between here and Maven Central changed the file. Try again, or from another network."
            )
        path.rename(into / jar.filename)

    try:
        with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
            list(pool.map(fetch, jars))
    except (requests.RequestException, RuntimeError) as error:
        if isinstance(error, JarsUnavailable):
            raise
        raise JarsUnavailable(
            f"Apache Kafka {kafka_version()} is not downloaded yet and Maven Central (repo.maven.apache.org) cannot be "
            f"reached ({type(error).__name__}): connect to the internet for the first run, or copy {target} from a "
            f"machine that has it."
        ) from error


def resolve(version: str) -> list[Jar]:
    """What a broker of this Kafka version needs, resolved by jgo from Maven Central and hashed (needs the network)."""
    with tempfile.TemporaryDirectory() as scratch:
        context = MavenContext(repo_cache=Path(scratch), timeout=_TIMEOUT_S)
        left_out = [context.project("org.apache.kafka", name) for name in _NOT_NEEDED]
        broker = context.create_dependency(f"org.apache.kafka:kafka_2.13:{version}", left_out)
        inputs, transitive = context.resolver.resolve([broker])
        wanted = [d.artifact for d in [*inputs, *(d for d in transitive if d.scope in ("compile", "runtime"))]]
        # Kafka's own download adds the bridge from its logging calls to log4j; Maven's metadata does not name it. It is
        # not resolved together with Kafka: jgo would then let log4j's parent choose Kafka's versions.
        log4j = next(a.version for a in wanted if a.artifactId == "log4j-core")
        wanted.append(context.project("org.apache.logging.log4j", "log4j-slf4j-impl").at_version(log4j).artifact())
        return [
            Jar(a.groupId, a.artifactId, a.version, hashlib.sha256(a.resolve().read_bytes()).hexdigest())
            for a in sorted(wanted, key=lambda a: (a.groupId, a.artifactId))
        ]


def main(arguments: list[str]) -> int:
    """Renew the lock for the Kafka version named on the command line."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m backbone.kafka.jars VERSION   (for example 4.3.1)\n")
        return 2
    lines = [
        f"# The jars of Apache Kafka {arguments[0]}'s broker. Written by: python -m backbone.kafka.jars {arguments[0]}",
        *map(str, resolve(arguments[0])),
    ]
    LOCK.write_text("\n".join(lines) + "\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
