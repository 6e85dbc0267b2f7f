"""What goes along with records so that they can be read and judged elsewhere: schemas, keys, protocols and chains, definitions, heads."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backbone.evidence.archive import Archive
from backbone.evidence.lines import dumps
from backbone.kafka.names import CHECKPOINTS, DEFINITIONS
from backbone.settings import Settings
from schakel import avro
from schakel.definitions import Definitions
from schakel.evidence.note import Head, NotANote, kid_of
from schakel.evidence.published import log_keys, signed_by_any, witness_keys
from schakel.reading import read_to_end

_LEFT_OUT = frozenset({"scenarios"})
"""Tries of a protocol: not in force."""


@dataclass(slots=True)
class Around:
    """What stood beside the ledger. heads: of each log (by origin), as they stand on the topic, oldest first."""

    definitions: Definitions
    heads: Mapping[str, Sequence[Head]]

    @property
    def keys(self) -> list[Ed25519PublicKey]:
        return log_keys(self.definitions)

    def signed(self, origin: str) -> list[Head]:
        """The heads of a log that a known key signed; of each size the one with most signatures."""
        found: dict[int, Head] = {}
        for head in self.heads.get(origin, ()):
            known = found.get(head.size)
            if signed_by_any(head, self.keys) and (known is None or len(head.signatures) > len(known.signatures)):
                found[head.size] = head
        return [found[size] for size in sorted(found)]


def read_around(connection: Mapping[str, Any]) -> Around:
    """Before the ledger is read, so that each head lies within what is read. As somebody who may read both topics."""
    definitions = Definitions()
    definitions.learn(read_to_end(connection, DEFINITIONS))
    heads: dict[str, list[Head]] = {}
    for raw in read_to_end(connection, CHECKPOINTS):
        try:
            head = Head.parse(raw.value or b"")
        except NotANote:
            continue  # shown by whoever follows the topic; here there is nothing to prove with it
        heads.setdefault(head.origin, []).append(head)
    return Around(definitions, heads)


def write_around(archive: Archive, around: Around, settings: Settings) -> None:
    """Into a bundle or export: everything that is not about one log."""
    archive.write("keys.json", [dumps(_keys(around.definitions))])
    archive.write(
        "definitions.jsonl",
        (dumps({"key": key, "value": value}) for key, value in sorted(around.definitions.entries.items())),
    )
    for name, content in (
        *_schemas(),
        *_files("protocols", settings.protocols_dir),
        *_files("chains", settings.chains_dir),
    ):
        archive.write(name, [content])


def _keys(definitions: Definitions) -> dict[str, list[dict[str, str]]]:
    log = [_key(key) for key in log_keys(definitions)]
    witness = [{**_key(key), "name": name} for name, key in sorted(witness_keys(definitions).items())]
    return {"log": log, "witness": witness}


def _key(public: Ed25519PublicKey) -> dict[str, str]:
    return {"kid": kid_of(public), "alg": "Ed25519", "public": b64encode(public.public_bytes_raw()).decode("ascii")}


def _schemas() -> Iterator[tuple[str, bytes]]:
    home = avro.directory()
    yield "schemas/lock.json", (home / "lock.json").read_bytes()
    for entry in avro.read_lock():
        yield f"schemas/{entry.file}", (home / entry.file).read_bytes()


def _files(name: str, home: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(home.rglob("*")):
        within = path.relative_to(home)
        if path.is_file() and not _LEFT_OUT & {*within.parts} and not path.name.startswith("."):
            yield f"{name}/{within.as_posix()}", path.read_bytes()
