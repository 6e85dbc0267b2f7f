"""What is said of messages that partners sent and intake has not handled, once nobody reads them or will; who counts them is
`backbone.kafka.unread`.
"""

from collections.abc import Collection, Mapping
from typing import Any

from kafka.errors import KafkaError

from backbone.kafka.names import IN, in_topic
from backbone.kafka.unread import unread_of_others


def unread_by_nobody(connection: Mapping[str, Any], partners: Collection[str]) -> list[str]:
    """A sentence for each `in` topic of somebody who is not among these, the partners of the register, on which messages wait.

    connection: keyword arguments for kafka-python, as the administrator. Where Kafka does not tell, a sentence says so: this alone should
    keep nothing from starting.
    """
    try:
        found = unread_of_others(connection, partners)
    except KafkaError as error:
        return [f"whether messages wait of partners that stand in chains/ no more is not known, Kafka says: {error}"]
    return [
        f"on {IN}{name} nobody reads {_messages(count)} that intake has not handled, since {name} does not stand in chains/; "
        f"{_comes_back(name)}, then 'backbone partner remove {name} --from-chains'"
        for name, count in found.items()
    ]


def not_handled(name: str, count: int, *, known: bool) -> str:
    """Why this partner is not let go yet, and what to do. known: it stands in the register."""
    if known:
        why = f"and nobody would read {in_topic(name)} once it is out of chains/"
        way = "let intake run (one that does not know this partner yet learns of it at its start) and do this again"
    else:
        why = f"and nobody reads {in_topic(name)} since it is out of chains/"
        way = f"{_comes_back(name)}, then do this again"
    return (
        f"{name} sent {_messages(count)} that intake has not handled, {why}, so nothing was changed; {way}; "
        "--leave-unread lets it go all the same, and nobody answers for them"
    )


def left_unhandled(name: str, count: int) -> str:
    """What it means that somebody said that they may be left."""
    return f"intake has not handled {_messages(count)} of {name}; nobody answers for what is left so"


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"


def _comes_back(name: str) -> str:
    return f"put {name} back into chains/ ('backbone partner add {name}' with --title, --oin, --chain and --role) and start the services"
