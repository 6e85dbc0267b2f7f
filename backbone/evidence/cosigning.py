"""Taking in what witnesses cosigned: each cosignature is checked against a key that is registered, each head against the log's own.

A head that is good goes out on `schakel.checkpoints` once more, with the cosignatures beside the log's signature. That is done as the
broker's user of `audit`: besides the administrator no other may write there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from kafka import KafkaProducer

from backbone import definitions
from backbone.evidence.signing import NOTE_HEADERS
from backbone.kafka.names import CHECKPOINTS, DEFINITIONS
from schakel.definitions import Definitions
from schakel.errors import SchakelError
from schakel.evidence.note import WITNESS, Head, NotANote, Signature, hash_of_key
from schakel.evidence.published import signed_by_any, witness_entry, witness_keys
from schakel.evidence.vkey import WitnessKey
from schakel.reading import read_to_end

Published = Mapping[tuple[str, int], Sequence[Head]]
"""By origin and size: the heads that stand on the topic and that the log signed. Two only where it contradicted itself."""


class OtherKey(SchakelError):
    """The witness is registered with another key."""


@dataclass(slots=True)
class TakenIn:
    """accepted, refused: a sentence each. heads: what is to be published, each with all its cosignatures."""

    heads: dict[tuple[str, int, bytes], Head] = field(default_factory=dict)
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def register(connection: Mapping[str, Any], key: WitnessKey) -> bool:
    """Publish a witness's key; whether it is new. connection: as an administrator.

    Raises NotDefined when its partner is not known here, OtherKey when the name has another key: what that signed is still checked with it.
    """
    known = known_to(connection)
    known.partner(key.partner)
    there = witness_keys(known).get(key.name)
    if there is not None and there != key.public:
        raise OtherKey(
            f"{key.name} is registered with another key, {WitnessKey(key.name, there).kid}; found {key.kid}. A key keeps its name: "
            "ask the partner for one under a new name ('schakel heads key --label LABEL')"
        )
    if there is None:
        definitions.put(connection, witness_entry(key))
    return there is None


def known_to(connection: Mapping[str, Any]) -> Definitions:
    """What stands on `schakel.definitions`."""
    found = Definitions()
    found.learn(read_to_end(connection, DEFINITIONS))
    return found


def published(
    connection: Mapping[str, Any], wanted: Iterable[tuple[str, int]], keys: Sequence[Ed25519PublicKey]
) -> Published:
    """The log's heads of these origins and sizes. keys: of the log."""
    found: dict[tuple[str, int], list[Head]] = {place: [] for place in wanted}
    for raw in read_to_end(connection, CHECKPOINTS):
        try:
            head = Head.parse(raw.value or b"")
        except NotANote:
            continue  # audit says so in its log
        there = found.get((head.origin, head.size))
        if there is None or not signed_by_any(head, keys):
            continue
        same = next((number for number, one in enumerate(there) if one.root == head.root), None)
        if same is None:
            there.append(head)
        else:
            there[same] = there[same].joined(head)
    return found


def parsed(notes: Iterable[str], into: TakenIn) -> list[Head]:
    """Those that are signed heads; of each other it is said why not."""
    heads = []
    for number, note in enumerate(notes, 1):
        try:
            heads.append(Head.parse(note))
        except NotANote as problem:
            into.refused.append(f"note {number}: {problem}")
    return heads


def judge(
    heads: Iterable[Head],
    on_topic: Published,
    keys: Sequence[Ed25519PublicKey],
    witnesses: Mapping[str, Ed25519PublicKey],
    into: TakenIn,
) -> None:
    """Take in each good cosignature, and say of each other why not. keys: of the log; witnesses: by the name they sign under. Pure."""
    for head in heads:
        there = on_topic.get((head.origin, head.size), ())
        ours = next((one for one in there if one.root == head.root), None)
        if ours is None:
            into.refused.append(f"{_named(head)}: {_not_ours(head, there, keys)}")
            continue
        offered = [one for one in head.signatures if one.name != head.origin]
        if not offered:
            into.refused.append(
                f"{_named(head)}: it bears no cosignature; the partner makes one with 'schakel heads cosign'"
            )
        for signature in offered:
            _take(head, signature, ours, witnesses, into)


def _take(
    head: Head, signature: Signature, ours: Head, witnesses: Mapping[str, Ed25519PublicKey], into: TakenIn
) -> None:
    """One cosignature of a head that the log signed. ours: as it stands on the topic."""
    says = f"{_named(head)}: cosigned by {signature.name}"
    place = (head.origin, head.size, head.root)
    now = into.heads.get(place, ours)
    if why := _refusal(head, signature, witnesses):
        into.refused.append(f"{_named(head)}: {why}")
    elif now.witnessed_by(witnesses[signature.name], signature.name) is not None:
        into.accepted.append(f"{says} already")
    else:
        try:
            into.heads[place] = now.joined(replace(head, signatures=(signature,)))
            into.accepted.append(says)
        except NotANote as problem:
            into.refused.append(f"{_named(head)}: {problem}")


def _refusal(head: Head, signature: Signature, witnesses: Mapping[str, Ed25519PublicKey]) -> str | None:
    """Why a cosignature is not good; None where it is."""
    name = signature.name
    if (public := witnesses.get(name)) is None:
        return f"{name} is no witness that is registered here; 'backbone witness add' registers its key"
    if signature.key_hash != hash_of_key(name, WITNESS, public):
        return (
            f"cosigned under the name {name} by another key than the registered one, {WitnessKey(name, public).kid}; was the key "
            "changed? A new key has a new name"
        )
    if replace(head, signatures=(signature,)).witnessed_by(public, name) is None:
        return f"the cosignature of {name} does not hold: it was changed, or it is of another head"
    return None


def _not_ours(head: Head, there: Sequence[Head], keys: Sequence[Ed25519PublicKey]) -> str:
    found = f"{'another root stands' if there else 'no head of that size stands'} on {CHECKPOINTS}"
    if signed_by_any(head, keys):
        return (
            f"{found}, and this one bears the log's own signature. The ledger was set back or changed, or its heads are lost: keep the "
            "file, and tell your auditor"
        )
    return f"{found}, and no key of the log signed this one; expected a head that came with a receipt of this backbone"


def _named(head: Head) -> str:
    return f"{head.origin}, a head over {head.size} records"


def publish(connection: Mapping[str, Any], heads: Iterable[Head]) -> None:
    """Put them on the topic. connection: as the user of `audit`. Raises kafka-python's errors."""
    producer = KafkaProducer(**connection, acks="all", enable_idempotence=True)
    try:
        sent = [
            producer.send(CHECKPOINTS, head.note().encode(), head.origin.encode(), list(NOTE_HEADERS), 0)
            for head in heads
        ]
        for acknowledgement in sent:
            acknowledgement.get(30)
    finally:
        producer.close(10)
