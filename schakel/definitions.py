"""What everybody may know of a running backbone: the newest word on each key of the compacted topic `schakel.definitions`.

    door-key/<kid>             a public key to seal to, as a JWK (with iat, and exp when its end is known)
    partner/<id>               id, name, oin, kind, chains
    protocol/<name>@<version>  name, version, digest, content, title, explain: the topics that it wants explained to the person,
                               elsewhere: by its name, what to say of a route that takes up what it does not cover
    chain/<name>@<version>     name, version, digest, content: SHA-256 of what the file says, says: that itself. Every version that was
                               ever in use: cases name the one they were opened under
    schemas                    digest and number of the schemas in the lock

Values are JSON objects; a null value takes a key away. Writing is the backbone's (`backbone.definitions`); how records are read is
`schakel.reading`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from schakel.case_state import State
from schakel.errors import SchakelError
from schakel.messages import TakenUpElsewhere
from schakel.record import Raw
from schakel.sealing import Json, PublicKey

TOPIC = "schakel.definitions"
DOOR_KEY, PARTNER, PROTOCOL, CHAIN, SCHEMAS = "door-key/", "partner/", "protocol/", "chain/", "schemas"


class NotDefined(SchakelError):
    """`schakel.definitions` does not say what was looked for."""


@dataclass(frozen=True, slots=True)
class PartnerFacts:
    """A partner as everybody may know it. oin: 20 digits; its CloudEvents source is made of it."""

    id: str
    name: str
    oin: str


@dataclass(slots=True)
class Definitions:
    """The entries as far as they were read. Keys and members that we do not know are kept and otherwise left alone."""

    entries: dict[str, Mapping[str, Json]] = field(default_factory=dict)

    def learn(self, records: Iterable[Raw]) -> None:
        """Take in what was read, oldest first. A value that is no JSON object counts as absent: it is not for our version."""
        for record in records:
            key = (record.key or b"").decode("utf-8", "replace")
            value = _object(record.value)
            if value is None:
                self.entries.pop(key, None)
            else:
                self.entries[key] = value

    def door_key(self, at: datetime) -> PublicKey:
        """The key to seal to at this moment: the newest that has not ended. Raises NotDefined when there is none."""
        keys = [key for key in self._door_keys() if key.until_s is None or at.timestamp() < key.until_s]
        if not keys:
            raise NotDefined(
                f"no key to seal to stands on {TOPIC}, so that nothing personal can be sent; ask the operator of the backbone to "
                f"publish one (backbone up does so)"
            )
        return max(keys, key=lambda key: (key.made_at_s, key.kid))

    def _door_keys(self) -> list[PublicKey]:
        keys = []
        for name, jwk in self.entries.items():
            if name.startswith(DOOR_KEY):
                try:
                    keys.append(PublicKey.from_jwk(jwk))
                except ValueError:
                    continue  # of a kind that a newer version uses
        return keys

    def not_explained(self, case: State) -> list[str]:
        """The topics that the protocols of `case` want explained to the person, and that nobody has explained."""
        wanted = (self.entries.get(PROTOCOL + ref, {}).get("explain") for ref in case.protocols)
        topics = {str(topic) for listed in wanted if isinstance(listed, list) for topic in listed}
        return sorted(topics - set(case.explained))

    def says_of(self, route: TakenUpElsewhere) -> str | None:
        """What to say of it to whoever reported, in Dutch. None where the protocol does not stand here, or is of an older backbone."""
        said = self.entries.get(f"{PROTOCOL}{route.protocol.name}@{route.protocol.version}", {}).get("elsewhere")
        return str(said[route.route]) if isinstance(said, dict) and route.route in said else None

    def partner(self, partner_id: str) -> PartnerFacts:
        """Raises NotDefined for a partner that the backbone does not know."""
        facts = self.entries.get(PARTNER + partner_id)
        if facts is None:
            known = sorted(name.removeprefix(PARTNER) for name in self.entries if name.startswith(PARTNER))
            raise NotDefined(
                f"partner {partner_id!r} does not stand on {TOPIC}; known are: {', '.join(known) or 'none'}; correct the name, or ask "
                f"the operator of the backbone to add the partner"
            )
        return PartnerFacts(partner_id, str(facts.get("name", partner_id)), str(facts.get("oin", "")))


def _object(value: bytes | None) -> Mapping[str, Json] | None:
    try:
        found = orjson.loads(value) if value else None
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
