"""Writes bundles as docs/evidence.md describes them, from records in memory: the auditor is held to the page, not to another program.

Hashes are taken by the recursive definition of RFC 6962, so that nothing here is the auditor's own code but the names of its types.
"""

import base64
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditor.formats import InMemory, Record
from auditor.structure import beside
from backbone.chains import Chains
from backbone.definitions import chain_entry, protocol_entry
from backbone.protocols import Protocols
from schakel import codec
from schakel.entry import Entry
from schakel.messages import Receipt
from schakel.record import Raw
from tests.support.casebook import repository

ROOT = Path(__file__).parents[2]
LEDGER = "schakel.ledger"
KEY, ANOTHER, WITNESS = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2, 3))


def b64(raw: bytes | None) -> str | None:
    return None if raw is None else base64.b64encode(raw).decode()


def u64(number: int) -> bytes:
    return number.to_bytes(8, "big")


def prefixed(raw: bytes) -> bytes:
    return u64(len(raw)) + raw


def maybe(raw: bytes | None) -> bytes:
    return b"\0" if raw is None else b"\1" + prefixed(raw)


def body(record: Record) -> bytes:
    headers = b"".join(prefixed(name.encode()) + prefixed(value) for name, value in record.headers)
    return sha256(maybe(record.value) + u64(len(record.headers)) + headers).digest()


def leaf(record: Record) -> bytes:
    place = prefixed(record.topic.encode()) + u64(record.partition) + u64(record.offset)
    return sha256(b"\0schakel-leaf-v1\n" + place + maybe(record.key) + body(record)).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = half(len(leaves))
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = half(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), root(leaves[k:])]
    return [*path(index - k, leaves[k:]), root(leaves[:k])]


def proof(size: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """Section 2.1.2."""
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    k = half(len(leaves))
    if size <= k:
        return [*proof(size, leaves[:k], whole), root(leaves[k:])]
    return [*proof(size - k, leaves[k:], False), root(leaves[:k])]


def half(size: int) -> int:
    """The largest power of two smaller than a size."""
    return int(1 << (size - 1).bit_length() - 1)


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def note(
    partition: int,
    size: int,
    digest: bytes,
    key: Ed25519PrivateKey = KEY,
    witness: str | None = None,
    witness_key: Ed25519PrivateKey = WITNESS,
    at: int = 1_780_000_000,
) -> str:
    """A signed head, cosigned where a witness is named, at so many seconds after 1970."""
    origin = f"schakel/{LEDGER}/{partition}"
    text = f"{origin}\n{size}\n{b64(digest)}\n"
    key_hash = sha256(origin.encode() + b"\n\x01" + public(key)).digest()[:4]
    signed = f"{text}\n\u2014 {origin} {b64(key_hash + key.sign(text.encode()))}\n"
    if witness:
        theirs = sha256(witness.encode() + b"\n\x04" + public(witness_key)).digest()[:4] + u64(at)
        signature = witness_key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        signed += f"\u2014 {witness} {b64(theirs + signature)}\n"
    return signed


def witness_line(name: str, key: Ed25519PrivateKey) -> str:
    """A witness's public key as it hands it over (docs/evidence.md)."""
    raw = b"\x04" + public(key)
    key_hash = sha256(name.encode() + b"\n" + raw).digest()[:4]
    return f"{name}+{key_hash.hex()}+{b64(raw)}"


@dataclass
class Ledger:
    """Logs in memory, and what else a bundle is made of. size: of the heads that are signed; None: of the whole log."""

    logs: dict[int, list[Record]]
    key: Ed25519PrivateKey = KEY
    size: int | None = None
    others: list[tuple[str, bool]] = field(default_factory=list)
    """Other heads for heads.jsonl, and whether they come with a proof."""
    topics: dict[str, list[Record]] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    """Where topics begin whose first records have gone by their term; the others begin at 0."""
    definitions: Mapping[str, bytes] = field(default_factory=lambda: held())

    def with_log(self, records: Sequence[Record], partition: int = 0) -> "Ledger":
        return replace(self, logs={**self.logs, partition: list(records)})

    def head(self, partition: int = 0, size: int | None = None, key: Ed25519PrivateKey | None = None) -> str:
        leaves = [leaf(record) for record in self.logs[partition]]
        size = (self.size or len(leaves)) if size is None else size
        return note(partition, size, root(leaves[:size]), key or self.key)

    def export(self) -> dict[str, bytes]:
        """A bundle of the kind `ledger`."""
        files = self._common()
        for partition, records in self.logs.items():
            files[f"events/{partition}.jsonl"] = lines(map(as_line, records))
        for topic, records in self.topics.items():
            files[f"topics/{topic}/0.jsonl"] = lines(map(as_line, records))
        others = [self._topic(topic, records) for topic, records in sorted(self.topics.items())]
        what = {"kind": "ledger", "cases": [], "period": None, "topics": others}
        return with_manifest(files, what, self._logs(self.logs))

    def _topic(self, topic: str, records: Sequence[Record]) -> dict[str, Any]:
        start = self.starts.get(topic, 0)
        end = records[-1].offset + 1 if records else start
        return {"topic": topic, "partition": 0, "start": start, "end": end, "events": len(records)}

    def case(
        self, case_id: str, partition: int = 0, *, structure: bool = True, without: Collection[int] = ()
    ) -> dict[str, bytes]:
        """A bundle of one case, and of what stands beside it. without: offsets that its maker leaves out."""
        records = self.logs[partition]
        kept = [
            record
            for record in records[: self.size]
            if (record.key == case_id.encode() or beside(record.key)) and record.offset not in without
        ]
        files = self._common(partition) | self._shown(partition, kept)
        mine = {topic: [one for one in sent if about(one) == case_id] for topic, sent in self.topics.items()}
        for topic, sent in mine.items():
            files[f"topics/{topic}/0.jsonl"] = lines(map(as_line, sent))
        others = [self._topic(topic, sent) for topic, sent in sorted(mine.items())]
        if structure:
            shown = ({"key": b64(one.key), "body": body(one).hex()} for one in records[: self.size])
            files[f"structure/{partition}.jsonl"] = lines(shown)
        listed = self._logs({partition: kept}, structure=structure)
        return with_manifest(files, {"kind": "case", "cases": [case_id], "period": None, "topics": others}, listed)

    def period(self, first: int, last: int, partition: int = 0) -> dict[str, bytes]:
        """A bundle of the records from one offset to another, as if a period had chosen them, and of their receipts."""
        kept = self.logs[partition][first : last + 1]
        period = {"from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}
        files = self._common(partition) | self._shown(partition, kept)
        told = {dict(one.headers).get("ce_id") for one in kept}
        mine = {
            topic: [one for one in sent if first <= place(one) <= last or answers(one) in told]
            for topic, sent in self.topics.items()
        }
        for topic, sent in mine.items():
            files[f"topics/{topic}/0.jsonl"] = lines(map(as_line, sent))
        others = [self._topic(topic, sent) for topic, sent in sorted(mine.items())]
        what = {"kind": "period", "cases": [], "period": period, "topics": others}
        return with_manifest(files, what, self._logs({partition: kept}))

    def _shown(self, partition: int, kept: Sequence[Record]) -> dict[str, bytes]:
        leaves = [leaf(record) for record in self.logs[partition]][: self.size]
        proofs = (
            {"offset": one.offset, "leaf": leaf(one).hex(), "path": [h.hex() for h in path(one.offset, leaves)]}
            for one in kept
        )
        return {
            f"events/{partition}.jsonl": lines(map(as_line, kept)),
            f"proofs/{partition}.jsonl": lines(proofs),
        }

    def _common(self, *only: int) -> dict[str, bytes]:
        files = dict(self.definitions)
        key = {"kid": sha256(public(self.key)).hexdigest()[:16], "alg": "Ed25519", "public": b64(public(self.key))}
        seen = {"kid": "0" * 16, "alg": "Ed25519", "public": b64(public(WITNESS)), "name": "schakel-witness/dmg"}
        files["keys.json"] = dumped({"log": [key], "witness": [seen]})
        for partition in only or self.logs:
            files[f"checkpoints/{partition}.txt"] = self.head(partition).encode()
        files["heads.jsonl"] = lines(self._other(text, proven) for text, proven in self.others)
        return files

    def _other(self, text: str, proven: bool) -> dict[str, Any]:
        origin, size = text.split("\n")[:2]
        leaves = [leaf(record) for record in self.logs[int(origin.rpartition("/")[2])]][: self.size]
        steps = [step.hex() for step in proof(int(size), leaves)] if proven else None
        return {"origin": origin, "note": text, "from": "topic", "consistency": steps}

    def _logs(self, kept: Mapping[int, Sequence[Record]], *, structure: bool = False) -> list[dict[str, Any]]:
        listed = []
        for partition, records in sorted(kept.items()):
            size, digest = self.head(partition).split("\n")[1:3]
            listed.append(
                {
                    "origin": f"schakel/{LEDGER}/{partition}",
                    "partition": partition,
                    "size": int(size),
                    "root": base64.b64decode(digest).hex(),
                    "end": len(self.logs[partition]),
                    "first": records[0].offset if records else None,
                    "events": len(records),
                    "structure": structure,
                }
            )
        return listed


def with_manifest(
    files: Mapping[str, bytes], what: Mapping[str, Any], logs: Sequence[Mapping[str, Any]]
) -> dict[str, bytes]:
    listed = {name: {"bytes": len(raw), "sha256": sha256(raw).hexdigest()} for name, raw in files.items()}
    manifest = {"version": 1, "topic": LEDGER, "partitions": 6, "hash": "SHA-256", "logs": list(logs), "files": listed}
    return {**files, "manifest.json": dumped(manifest | dict(what))}


def signed_again(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same files under a manifest that lists them as they are: what a forger does last."""
    manifest = json.loads(files["manifest.json"])
    rest = {name: raw for name, raw in files.items() if name != "manifest.json"}
    what = {key: value for key, value in manifest.items() if key not in ("files", "logs")}
    return with_manifest(rest, what, manifest["logs"])


def dumped(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def lines(values: Iterable[object]) -> bytes:
    return b"".join(dumped(value) + b"\n" for value in values)


def as_line(record: Record) -> dict[str, Any]:
    headers = [[name, b64(value)] for name, value in record.headers]
    return {
        "offset": record.offset,
        "timestamp_ms": 0,
        "key": b64(record.key),
        "value": b64(record.value),
        "headers": headers,
    }


def in_memory(files: Mapping[str, bytes]) -> InMemory:
    return InMemory(dict(files))


@cache
def held() -> Mapping[str, bytes]:
    """Schemas, protocols, chains and definitions of this repository."""
    files = {}
    for folder, inside in (("schemas/avro", "schemas"), ("protocols", "protocols"), ("chains", "chains")):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and "scenarios" not in file.parts:
                files[f"{inside}/{file.relative_to(ROOT / folder)}"] = file.read_bytes()
    chains, protocols = repository()
    files["definitions.jsonl"] = lines(definitions(chains, protocols))
    return files


def definitions(chains: Chains, protocols: Protocols) -> Iterable[dict[str, Any]]:
    for protocol in protocols:
        yield {"key": f"protocol/{protocol.ref}", "value": dict(protocol_entry(protocol))}
    for chain in chains:
        yield {"key": f"chain/{chain.name}@{chain.version}", "value": dict(chain_entry(chain))}
    for partner in chains.partners.values():
        yield {"key": f"partner/{partner.id}", "value": {"id": partner.id, "oin": partner.oin}}


def record_of(entry: Entry, offset: int, value: bytes, partition: int = 0, key: str | None = None) -> Record:
    name = (key or entry.envelope.case or "watermark").encode()
    return Record(LEDGER, partition, offset, name, value, entry.envelope.headers())


def about(message: Record) -> str:
    """The case of a message to a partner."""
    return dict(message.headers).get("ce_subject", b"").decode()


def answers(message: Record) -> bytes | None:
    """The id of what a receipt is about, where it is accepted."""
    said = codec.decode_message(message.value)
    return (said.about or "").encode() if isinstance(said, Receipt) and said.position else None


def place(message: Record) -> int:
    """The offset in the ledger that a receipt names; -1: it is another message, or it names none."""
    said = codec.decode_message(message.value)
    return said.position.offset if isinstance(said, Receipt) and said.position else -1


def as_raw(record: Record) -> Raw:
    return Raw(record.topic, record.partition, record.offset, 0, record.key, record.value, record.headers)
