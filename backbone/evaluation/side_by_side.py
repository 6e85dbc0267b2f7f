"""The trails of a ledger, read by as many processes as there are cores: a national year is minutes of one core, most of it reading.

A case lies whole in one partition, so partitions are read apart from each other and nothing of the answer rests on how they are dealt
out. What is forked inherits the caller's connection settings; only the trails that are wanted come back.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from multiprocessing.connection import Connection, wait

import msgspec

from backbone.evaluation.reading import read_trails
from backbone.evaluation.trail import Trail, Trails
from schakel.errors import SchakelError
from schakel.record import Raw

Wanted = Callable[[Trail], bool]
_fork = multiprocessing.get_context("fork")


class ReaderEnded(SchakelError):
    """A process that read a part of the ledger ended before it had."""


class _Share(msgspec.Struct):
    """What comes last from a process: all that is not a trail, and why it stopped when it had to."""

    until: datetime | None
    unread: int
    error: str | None = None


_ONE_TRAIL, _THE_END = b"t", b"e"
_encode = msgspec.msgpack.Encoder().encode
_trail = msgspec.msgpack.Decoder(Trail).decode
_share = msgspec.msgpack.Decoder(_Share).decode


def deal(partitions: int) -> list[list[int]]:
    """The partitions for each process: as many as there are cores, and no more than there are partitions."""
    many = max(1, min(len(os.sched_getaffinity(0)), partitions))
    return [list(range(first, partitions, many)) for first in range(many)]


def read_side_by_side(parts: Sequence[Callable[[], Iterable[Raw]]], wanted: Wanted) -> Trails:
    """The wanted cases of all parts, in the order of their ids, so that the same ledger gives the same output.

    Each part's records are made and read in a process of its own; one part alone in this one.
    Raises ReaderEnded for whatever one of them met: its words, not its exception, come over.
    """
    if len(parts) == 1:
        found = read_trails(parts[0]())
        found.cases = {name: trail for name, trail in sorted(found.cases.items()) if wanted(trail)}
        return found
    pipes: list[Connection] = []
    readers = []
    try:
        for part in parts:
            ours, theirs = _fork.Pipe(duplex=False)
            readers.append(_fork.Process(target=_read, args=(part, wanted, theirs), daemon=True))
            pipes.append(ours)
            readers[-1].start()
            theirs.close()
        return _gather(pipes)
    finally:
        for reader in readers:
            reader.terminate()
            reader.join()


def _gather(pipes: Sequence[Connection]) -> Trails:
    found = Trails()
    left = list(pipes)
    while left:
        for pipe in wait(left):
            assert isinstance(pipe, Connection)
            try:
                said = pipe.recv_bytes()
            except EOFError:
                raise ReaderEnded(
                    "a process that read a part of the ledger was ended from outside; is there memory enough for it?"
                ) from None
            if said[:1] == _ONE_TRAIL:
                _add(found, _trail(memoryview(said)[1:]))
                continue
            left.remove(pipe)
            share = _share(memoryview(said)[1:])
            if share.error is not None:
                raise ReaderEnded(share.error)
            found.unread += share.unread
            found.until = max((at for at in (found.until, share.until) if at), default=None)
    found.cases = dict(sorted(found.cases.items()))
    return found


def _add(found: Trails, trail: Trail) -> None:
    """A case whose records lie in two partitions has no order: the part with the report stays, the other is said to be unread."""
    first = found.cases.setdefault(trail.id, trail)
    if first is trail:
        return
    kept, other = (trail, first) if first.state.report is None else (first, trail)
    found.cases[trail.id] = kept
    found.unread += len(other.happened) + other.without_effect


def _read(part: Callable[[], Iterable[Raw]], wanted: Wanted, out: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever stops the command stops us too, without a page of ours
    try:
        found = read_trails(part())
        for trail in found.cases.values():
            if wanted(trail):
                out.send_bytes(_ONE_TRAIL + _encode(trail))
        end = _Share(found.until, found.unread)
    except Exception as error:  # whatever it was: the caller says it, as it would have said its own
        end = _Share(
            None, 0, str(error) if isinstance(error, SchakelError) else f"reading failed ({type(error).__name__})"
        )
    out.send_bytes(_THE_END + _encode(end))
