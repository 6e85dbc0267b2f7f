"""Finding the broker's jars on Maven Central and fetching them, by jgo (pure Python, no Maven). Which ones is the lock's."""

import hashlib
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jgo.maven import MavenContext

from backbone.kafka.errors import JarsUnavailable
from backbone.kafka.jars import LOCK, Jar

_TIMEOUT_S = 30
_DOWNLOADS_AT_ONCE = 8
_TRIES = 3
# The tools' dependency on Kafka Connect (Jetty, Jersey: 20 MB) serves no broker.
_NOT_NEEDED = ("connect-runtime", "connect-api", "connect-json", "connect-transforms")


def download(jars: Iterable[Jar], repository: Path, into: Path) -> None:
    """Fetch the jars by way of a new Maven repository in `repository`, and leave them in the directory `into`.

    Raises OSError when Maven Central cannot be reached, JarsUnavailable when it does not have a jar or a jar has another hash
    than the lock says.
    """
    context = MavenContext(repo_cache=repository, timeout=_TIMEOUT_S)

    def fetch(jar: Jar) -> None:
        artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
        path = _resolve(artifact)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != jar.sha256:
            raise JarsUnavailable(
                f"{jar.filename} was downloaded with SHA-256 {found[:16]}…, but {LOCK.name} says {jar.sha256[:16]}…; "
                f"something between here and Maven Central changed the file. Try again, or from another network."
            )
        path.rename(into / jar.filename)

    with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
        list(pool.map(fetch, jars))


def _resolve(artifact: Any) -> Path:
    for attempt in range(1, _TRIES + 1):
        try:
            return Path(artifact.resolve())
        except RuntimeError as error:  # what jgo raises for any answer but 200
            raise JarsUnavailable(
                f"Maven Central does not give {artifact.filename} ({error}); try again later, or renew {LOCK.name}"
            ) from error
        except OSError:
            artifact.cached_path.unlink(missing_ok=True)  # half a file, which jgo would take for a whole one
            if attempt == _TRIES:
                raise
    raise AssertionError("unreachable")


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
