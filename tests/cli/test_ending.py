"""A command that is told to end, twice: a terminal that is closed and a service manager both say so."""

import os
import signal
from itertools import product

import pytest

from backbone.cli.ending import ending_in_order

ENDS = signal.SIGTERM, signal.SIGHUP


def told_twice(first: signal.Signals, second: signal.Signals, done: list[str]) -> None:
    with ending_in_order():
        try:
            os.kill(os.getpid(), first)
        finally:
            os.kill(os.getpid(), second)
            done.append("put back")


@pytest.mark.parametrize(("first", "second"), list(product(ENDS, ENDS)))
def test_what_is_put_back_at_the_first_word_is_put_back_whole(first: signal.Signals, second: signal.Signals) -> None:
    before, done = [signal.getsignal(one) for one in ENDS], list[str]()
    with pytest.raises(SystemExit) as ended:
        told_twice(first, second, done)
    assert (ended.value.code, done) == (128 + first, ["put back"])
    assert [signal.getsignal(one) for one in ENDS] == before
