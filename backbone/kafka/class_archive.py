"""An archive of the broker's classes, laid out as the Java runtime keeps them in memory: with it a broker starts in half the time.

    python -m backbone.kafka.class_archive

makes it, from what a broker in a directory of its own loads; `make setup` does that once. It belongs to the very jars and the very Java
runtime that it was made of (class data sharing, https://openjdk.org/jeps/310). Without it, or should Java not take it, a broker
starts as ever, only later. Where it stands and how a broker is given it: `jvm`.
"""

import argparse
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from backbone.kafka import jvm
from backbone.kafka.connection import connection
from backbone.kafka.embedded import EmbeddedKafka
from backbone.kafka.errors import EmbeddedKafkaError
from backbone.kafka.jars import ensure_jars
from backbone.kafka.names import LEDGER
from backbone.kafka.topics import core_topics, ensure_topics

log = logging.getLogger(__name__)

_HEAP_MB = 512
_WITHIN_S = 120.0


class NotMade(EmbeddedKafkaError):
    """Java could not make the archive; the message says why."""


def ensure_archive(cache_dir: Path, tell: Callable[[str], None] = log.info) -> Path:
    """The archive of the jars in `cache_dir`, made when there is none (some ten seconds). Those of other jars are removed.

    Raises NotMade, or what a broker's start raises.
    """
    jars = ensure_jars(cache_dir.absolute(), tell)
    archive = jvm.archive_of(jars)
    if archive.exists():
        return archive
    tell("preparing Kafka for quick starts (once, some ten seconds)")
    with tempfile.TemporaryDirectory(dir=jars.parent, prefix="archive-") as scratch:
        classes, made = Path(scratch) / "classes.txt", Path(scratch) / archive.name
        _note_classes(Path(scratch) / "var", cache_dir, classes)
        _dump(jars, classes, made)
        for old in _others(archive):
            old.unlink(missing_ok=True)
        made.rename(archive)
    return archive


def _note_classes(var: Path, cache_dir: Path, classes: Path) -> None:
    """Have a broker start, sign somebody on, make topics, keep a record and give it back; and write down what it loaded for that."""
    options = (f"-XX:DumpLoadedClassList={classes}",)
    try:
        with EmbeddedKafka(var, cache_dir=cache_dir, java_options=options) as kafka:
            how = connection(kafka.bootstrap, kafka.admin)
            with closing(KafkaAdminClient(**how)) as admin:
                ensure_topics(admin, core_topics())
            with closing(KafkaProducer(**how)) as producer:
                producer.send(LEDGER, b"a record", partition=0).get(timeout=_WITHIN_S)
            with closing(KafkaConsumer(**how, auto_offset_reset="earliest")) as consumer:
                consumer.assign([TopicPartition(LEDGER, 0)])
                consumer.poll(timeout_ms=1_000)
    except KafkaError as error:
        raise NotMade(f"the broker whose classes were to be noted did not answer: {type(error).__name__}") from error


def _dump(jars: Path, classes: Path, archive: Path) -> None:
    options = ("-Xshare:dump", f"-XX:SharedClassListFile={classes}", f"-XX:SharedArchiveFile={archive}")
    home = classes.parent
    try:
        done = subprocess.run(
            jvm.java(jars, heap_mb=_HEAP_MB, options=options),
            cwd=home,
            env=jvm.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise NotMade(f"Java did not make the archive within {_WITHIN_S:.0f} s") from late
    if done.returncode or not archive.exists():
        said = [*done.stderr.strip().splitlines(), *done.stdout.strip().splitlines()] or ["it said nothing"]
        raise NotMade(f"Java made no archive: {said[-1]}")


def _others(archive: Path) -> Iterable[Path]:
    return [path for path in archive.parent.glob(f"*{archive.suffix}") if path != archive]


def main() -> None:
    """Make the archive when there is none; say in one sentence why it could not be made."""
    parser = argparse.ArgumentParser(prog="python -m backbone.kafka.class_archive", description=main.__doc__)
    parser.add_argument(
        "--cache", type=Path, default=Path("var/cache"), help="directory of the downloaded jars (default: var/cache)"
    )
    try:
        ensure_archive(parser.parse_args().cache, _say)
    except EmbeddedKafkaError as error:
        sys.exit(f"kafka: brokers will start slower: {error}")
    except OSError as error:
        sys.exit(f"kafka: brokers will start slower: {error.strerror} ({error.filename})")


def _say(sentence: str) -> None:
    sys.stdout.write(f"kafka: {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
