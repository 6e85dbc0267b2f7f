"""What goes along with records so that they can be read and judged elsewhere: schemas, keys, protocols and chains, definitions, heads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backbone.evidence.archive import Archive
from backbone.evidence.lines import dumps
from backbone.kafka.names import CHECKPOINTS, DEFINITIONS
from backbone.settings import Settings
from schakel import avro
from schakel.definitions import Definitions
from schakel.evidence.note import Head, NotANote
from schakel.evidence.published import log_keys, public_entry, signed_by_any, witness_keys
from schakel.reading import read_to_end
from schakel.sealing import Json

_LEFT_OUT = frozenset({"scenarios"})
"""Tries of a protocol: not in force."""


@dataclass(slots=True)
class Around:
    """What stood beside the ledger. heads: of each log (by origin), each once, with all the signatures that it bears on the topic."""

    definitions: Definitions
    heads: Mapping[str, Sequence[Head]]
    keys: list[Ed25519PublicKey] = field(init=False)
    witnesses: Mapping[str, Ed25519PublicKey] = field(init=False)
    _signed: dict[tuple[str, int, int], list[Head]] = field(default_factory=dict, repr=False)
    _cosigned: dict[tuple[str, int], list[Head]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.keys = log_keys(self.definitions)
        self.witnesses = witness_keys(self.definitions)

    def signed(self, origin: str, within: int, most: int) -> list[Head]:
        """The newest heads of a log that a known key signed, smallest first; two of one size where the log contradicted itself.

        From the largest down to the one with which `most` of them are within the first `within` records. What is older is not looked at:
        a ledger has millions of heads, and each takes an Ed25519 verification.
        """
        if (known := self._signed.get((origin, within, most))) is not None:
            return known
        found: list[Head] = []
        left = most
        for head in sorted(self.heads.get(origin, ()), key=_order, reverse=True):
            if not left:
                break
            if signed_by_any(head, self.keys):
                found.append(head)
                left -= head.size <= within
        self._signed[origin, within, most] = newest = found[::-1]
        return newest

    def cosigned(self, origin: str, most: int) -> list[Head]:
        """Of each witness the newest `most` signed heads of a log that it cosigned, smallest first, however old they are."""
        if (known := self._cosigned.get((origin, most))) is not None:
            return known
        left = dict.fromkeys(self.witnesses, most)
        found: list[Head] = []
        for head in sorted(self.heads.get(origin, ()), key=_order, reverse=True):
            by = {one.name for one in head.signatures if left.get(one.name)}
            by = {name for name in by if head.witnessed_by(self.witnesses[name], name) is not None}
            if by and signed_by_any(head, self.keys):
                found.append(head)
                left |= {name: left[name] - 1 for name in by}
        self._cosigned[origin, most] = newest = found[::-1]
        return newest


def read_around(connection: Mapping[str, Any]) -> Around:
    """Before the ledger is read, so that each head lies within what is read. As somebody who may read both topics."""
    definitions = Definitions()
    definitions.learn(read_to_end(connection, DEFINITIONS))
    heads: dict[str, dict[tuple[int, bytes], Head]] = {}
    for raw in read_to_end(connection, CHECKPOINTS):
        try:
            head = Head.parse(raw.value or b"")
            of_log = heads.setdefault(head.origin, {})
            known = of_log.get((head.size, head.root))
            of_log[head.size, head.root] = known.joined(head) if known else head
        except NotANote:
            continue  # shown by whoever follows the topic; here there is nothing to prove with it
    return Around(definitions, {origin: list(of_log.values()) for origin, of_log in heads.items()})


def _order(head: Head) -> tuple[int, int, bytes]:
    """Of two that contradict each other the one that more have signed comes last."""
    return head.size, len(head.signatures), head.root


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


def _keys(definitions: Definitions) -> dict[str, list[dict[str, Json]]]:
    log = [public_entry(key) for key in log_keys(definitions)]
    witness = [{**public_entry(key), "name": name} for name, key in sorted(witness_keys(definitions).items())]
    return {"log": log, "witness": witness}


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
