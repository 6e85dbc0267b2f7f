"""What keeps records from being read, in words for whoever has to mend it."""

from aiokafka.errors import (
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedCodecError,
)

from backbone.engine.errors import Exit, Stop


def cannot_read(error: Exception) -> Stop:
    """What Kafka or the bytes in it said, as the end of the process."""
    if isinstance(error, OffsetOutOfRangeError | NoOffsetForPartitionError):
        places = [f"{place.topic}[{place.partition}]" for place in (error.args[0] if error.args else ())]
        return Stop(
            Exit.GO_ON_AT_CHECKPOINT,  # at the start what is wrong with the position is looked at closely
            "out_of_range",
            f"Kafka no longer has the next offset of {', '.join(places) or 'a partition'}; the start will say what is wrong",
        )
    if isinstance(error, TopicAuthorizationFailedError):
        return Stop(
            Exit.SAYS_WHY,
            "rights",
            f"Kafka does not let this user read {error.args[0] if error.args else 'a topic'}; give the service its rights",
        )
    if isinstance(error, UnsupportedCodecError | RecordTooLargeError):
        return Stop(
            Exit.SAYS_WHY,
            "unreadable",
            f"a batch in one of the topics cannot be unpacked ({type(error).__name__}); find out who wrote it, and have "
            "the topic take only what this program reads (compression none or gzip)",
        )
    return Stop(
        Exit.GO_ON_AT_CHECKPOINT,
        "fetching",
        f"fetching records failed ({type(error).__name__}); the process starts anew",
    )
