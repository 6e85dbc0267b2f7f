"""The topics' names, and how many partitions the ledger has. Loads no client of Kafka: a worker that was killed should be back soon."""

import re

LEDGER = "schakel.ledger"
REFUSED = "schakel.refused"
DEFINITIONS = "schakel.definitions"
CHECKPOINTS = "schakel.checkpoints"
IN = "schakel.in."
"""How the name of every topic begins that a partner writes."""
OUT = "schakel.out."
"""How the name of every topic begins that a partner reads."""
LEDGER_PARTITIONS = 6
"""For life: the key of a case says which partition it is in."""

_PARTNER = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
_RESERVED = frozenset({"admin"})  # users of the broker that are no partner; services have a dot in their user name


def partner_name(name: str) -> str:
    """`name` when it can be a partner's name; raises ValueError else. It becomes part of topic, user and group names."""
    if not _PARTNER.fullmatch(name) or name in _RESERVED:
        raise ValueError(
            f"{name!r} cannot be a partner's name; expected 2 to 41 lower-case letters, digits and hyphens, beginning with a "
            f"letter or digit, and not one of: {', '.join(sorted(_RESERVED))}"
        )
    return name


def in_topic(partner: str) -> str:
    """Where this partner writes."""
    return f"{IN}{partner_name(partner)}"


def out_topic(partner: str) -> str:
    """Where this partner reads."""
    return f"{OUT}{partner_name(partner)}"
