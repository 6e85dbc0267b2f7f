"""Anything at all that a partner can encode: nobody falls over, nothing goes out that was not allowed, and the case comes to rest."""

from hypothesis import given, note
from hypothesis import strategies as st

from schakel.events import TOLD, Told
from tests.properties.effort import effort
from tests.properties.plots import AMSTERDAM_PARTNERS, GRONINGEN_PARTNERS, Tell, play, reports, tells
from tests.properties.yardstick import complaints
from tests.support.casebook import SERVICES, World
from tests.support.strategies import events
from tests.support.telling import Watermark, passed

IDS = [f"00000000-0000-7000-8000-{number:012d}" for number in range(1, 9)]
PARTNERS = [*AMSTERDAM_PARTNERS, *GRONINGEN_PARTNERS, "nobody-we-know"]
KNOWN = {
    "EventId": st.sampled_from([*IDS, f"{IDS[0]}#0", "no-such-event"]),
    "PartnerId": st.sampled_from(PARTNERS),
    "CaseId": st.just("c0ffee00-0000-4000-8000-000000000001"),
    "Slug": st.sampled_from(["amsterdam", "groningen", "oost", "centrum", "nowhere"]),
    "Version": st.just("1"),
    "Code": st.sampled_from(["identity", "place", "natures", "reporter", "checks", "no_such_field"]),
}
"""Few enough that what is told points at what is there."""

MODELS = sorted((model for model in TOLD.values() if model.IN_CASE), key=lambda model: model.TYPE)


@st.composite
def nonsense(draw: st.DrawFn) -> Tell:
    event: Told = draw(st.sampled_from(MODELS).flatmap(lambda model: events(model, KNOWN)))
    return Tell(draw(st.sampled_from(PARTNERS)), event)


@st.composite
def muddles(draw: st.DrawFn) -> list[Tell | Watermark]:
    """Nonsense before the report, after it, and among sensible words."""
    amsterdam = draw(st.booleans())
    marks = st.datetimes().map(lambda at: passed(str(at.replace(microsecond=0, year=2026))))
    after = draw(st.lists(st.one_of(nonsense(), nonsense(), tells(amsterdam), marks), max_size=14))
    return [*draw(st.lists(nonsense(), max_size=2)), draw(reports(amsterdam)), *after]


@effort(250)
@given(muddles(), st.booleans())
def test_nothing_that_is_told_makes_a_service_fall_over_or_go_on_for_ever(
    muddle: list[Tell | Watermark], hurry: bool
) -> None:
    world = World()
    for told in muddle:
        play(world, told)
        if not hurry:
            world.settle()
    world.settle()
    note("\n".join(f"{entry.envelope.type} {entry.event!r}" for entry in world.ledger))
    for name in SERVICES:
        assert world.wishes(name) == []
    found, _ = complaints(list(zip(world.ledger, world.folded()[1], strict=True)))
    assert found == []
