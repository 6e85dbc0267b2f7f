"""Why a service ends, and with which exit code; and that the broker is away, which ends nothing."""

import errno
from enum import IntEnum


class Exit(IntEnum):
    """What a supervisor may go by."""

    CLEAN = 0
    """It was asked to end."""
    FAULT = 70
    """Something that was not foreseen: a defect. Starting again may help, after a while."""
    GO_ON_AT_CHECKPOINT = 75
    """It cannot go on in this process; start it again at once, it goes on at its checkpoint."""
    SAYS_WHY = 78
    """Its position does not fit the log, or its settings are wrong. Starting again changes nothing: read what it says."""


class Stop(Exception):
    """End the process. reason: one of a few words, for the metric; sentence: what was found and what to do."""

    def __init__(self, code: Exit, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.reason = reason
        self.sentence = sentence


class BrokerAway(Exception):
    """Kafka does not answer now: wait, then do it again."""


def cannot_listen(host: str, port: int, error: OSError) -> str:
    """The beginning of a sentence; Python's own words name the address once more, or twice."""
    taken = error.errno == errno.EADDRINUSE
    return f"cannot listen on {host}:{port} ({'another program does' if taken else error.strerror})"
