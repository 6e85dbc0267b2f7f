"""A no that overtakes opens nothing, by a model of the gate that walks at random (docs/adr/0024)."""

import random

import pytest

from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from services.intake.ahead import NOES
from tests.properties.gate_model import Model
from tests.properties.gate_walk import Walk


def _verdicts(walk: Walk, said: list[tuple[Envelope, Told]]) -> list[bool]:
    model = Model()
    for envelope, event in said:
        model.hear(Entry(envelope, event))
    return [model.verdict(asks).go for asks in walk.judge_of.proposals.values()]


@pytest.mark.parametrize("number", range(150))
def test_a_no_that_overtakes_opens_nothing(number: int) -> None:
    """Any no of a walk, moved before whatever is no no: what may go then might also have gone in the order in which it was said.

    Told honestly: a yes that names a no comes behind that no. Noes keep their order: intake takes them out as they stand, and a yes that
    names the last no lifts those before it too, so one moved before another no would count for less.
    """
    walk = Walk(number)
    walk.take(25)
    told = [(entry.envelope, entry.event) for entry in walk.ledger if isinstance(entry.event, Told)]
    noes = [place for place, (_, event) in enumerate(told) if isinstance(event, NOES)]
    dice = random.Random(number)
    for place in noes:
        to = dice.randint(max((at for at in noes if at < place), default=0) + 1, place)
        names_it = [at for at, (_, event) in enumerate(told) if getattr(event, "supersedes", None) == told[place][0].id]
        if any(at < place for at in names_it):
            continue
        moved = [*told[:to], told[place], *told[to:place], *told[place + 1 :]]
        for now, then in zip(_verdicts(walk, moved), _verdicts(walk, told), strict=True):
            assert then or not now
