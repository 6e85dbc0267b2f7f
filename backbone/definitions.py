"""Publishes what everybody may know on `schakel.definitions`: keys to seal to, partners, the protocols, chains and schemas in force.

What stands there and how partners read it is `schakel.definitions`. Run at every start of a backbone: it changes only what differs.
Each version of a chain stays there for ever, with what its file said: cases name the one they were opened under (docs/adr/0046).
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson
from kafka import KafkaProducer

from backbone.chains import Chain, Chains
from backbone.keys import KeyService
from backbone.protocols import ALWAYS, Protocol, Protocols
from backbone.protocols.versions import VersionInUse
from schakel import avro
from schakel.definitions import CHAIN, DOOR_KEY, PARTNER, PROTOCOL, SCHEMAS, TOPIC, Definitions
from schakel.reading import read_to_end
from schakel.sealing import Json

_OURS = (DOOR_KEY, PARTNER, PROTOCOL)
"""What goes away with what it describes; anything else on the topic is not ours to remove, or is kept."""
Entries = dict[str, Mapping[str, Json]]


def entries(chains: Chains, protocols: Protocols, keys: KeyService) -> Entries:
    """All that is to stand on the topic."""
    made: Entries = {f"{DOOR_KEY}{key.kid}": key.jwk() for key in keys.door_keys()}
    for partner in chains.partners.values():
        made[f"{PARTNER}{partner.id}"] = {
            "id": partner.id,
            "name": partner.name,
            "oin": partner.oin,
            "kind": partner.kind.value,
            "chains": sorted(chain.name for chain in chains.chains_of(partner.id)),
        }
    for protocol in protocols:
        made[f"{PROTOCOL}{protocol.ref}"] = protocol_entry(protocol)
    for chain in chains:
        made[f"{CHAIN}{chain.name}@{chain.version}"] = chain_entry(chain)
    lock = (avro.directory() / "lock.json").read_bytes()
    return made | {SCHEMAS: {"digest": sha256(lock).hexdigest(), "schemas": len(avro.read_lock())}}


def protocol_entry(protocol: Protocol) -> Mapping[str, Json]:
    """What everybody may know of a protocol in force. What is explained only when something comes up is not among `explain`."""
    routes = {route.id: route.says for route in protocol.scheme.outside}
    return {
        "name": protocol.protocol,
        "version": protocol.version,
        "digest": protocol.digest,
        "content": protocol.content,
        "title": protocol.title,
        "explain": sorted({one.topic.value for one in protocol.explain if one.when == ALWAYS and not one.after}),
        **({"elsewhere": routes} if routes else {}),
    }


def chain_entry(chain: Chain) -> Mapping[str, Json]:
    """What everybody may know of a chain. `digest` is of all that it means, `content` of its file alone, `says` is what that file says."""
    entry = {"name": chain.name, "version": chain.version, "digest": chain.digest, "content": chain.content}
    return entry | {"says": orjson.loads(orjson.dumps(chain.says))} if chain.says else entry


def publish(connection: Mapping[str, Any], wanted: Entries) -> list[str]:
    """Make the topic say `wanted`; returns the keys that changed or went away, none the second time.

    connection: keyword arguments for kafka-python, as a user who may write the topic. Raises kafka-python's errors, and VersionInUse
    for a protocol or a chain that stands there with the same version and says something else: cases may name it.
    """
    standing = Definitions()
    standing.learn(read_to_end(connection, TOPIC))
    refuse_changed(standing.entries, wanted)
    changed = [key for key, value in wanted.items() if standing.entries.get(key) != value]
    gone = [key for key in standing.entries if key not in wanted and key.startswith(_OURS)]
    if changed or gone:
        put(connection, {key: wanted[key] for key in changed} | dict.fromkeys(gone))
    return [*changed, *gone]


def put(connection: Mapping[str, Any], changes: Mapping[str, Mapping[str, Json] | None]) -> None:
    """Write these entries and no other; None takes one away. connection and errors: as for `publish`."""
    producer = KafkaProducer(**connection, acks="all", enable_idempotence=True)
    try:
        sent = [
            producer.send(TOPIC, key=key.encode(), value=None if value is None else _json(value))
            for key, value in changes.items()
        ]
        for acknowledgement in sent:
            acknowledgement.get(30)
    finally:
        producer.close(10)


def refuse_changed(standing: Mapping[str, Mapping[str, Json]], wanted: Mapping[str, Mapping[str, Json]]) -> None:
    """Raises VersionInUse for the first protocol or chain that would change without a new version. An older entry says no content: it
    passes."""
    for key, value in wanted.items():
        before = standing.get(key, {}).get("content")
        if before is None or before == value.get("content"):
            continue
        if key.startswith(PROTOCOL):
            ref = key.removeprefix(PROTOCOL)
            raise VersionInUse(
                f"{ref} is in use here and its file says something else now; expected the file as it was, since running cases keep it; "
                f"put it back, and write the change as the next version"
            )
        if key.startswith(CHAIN):
            name, _, version = key.removeprefix(CHAIN).partition("@")
            raise VersionInUse(
                f"the chain {name} says something else now than it did in version {version}, which was in use here; expected another "
                f"`version` for another file, since cases name the one they were opened under; raise `version` in {name}.yaml"
            )


def _json(value: Mapping[str, Json]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
