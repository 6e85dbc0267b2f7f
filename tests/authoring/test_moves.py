"""A running case keeps its version; the operator's word moves it, with a reason, and nothing is done twice."""

import pytest

from backbone.cli.output import Undoable
from backbone.cli.protocol_move import checked, move_requested
from backbone.protocols import Protocols
from schakel import codec
from schakel.case import fold
from schakel.case_state import ClockState, Effect
from schakel.entry import Entry
from schakel.envelope import read_headers
from schakel.events.report import ProtocolMoved
from tests.support.casebook import World, repository
from tests.support.telling import GRONINGEN, Watermark, contact_made, moment, report_in_groningen

GUIDE = "handreiking-negen-stappen"


def world(**changed: object) -> World:
    """Groningen, with a next version of the guide among the files."""
    chains, protocols = repository()
    old = protocols.get(GUIDE, "2017.4")
    new = old.model_copy(update={"version": "2026.1", **changed})
    return World(chains, Protocols({**protocols.by_ref, new.ref: new}))


def told(world: World) -> None:
    world.tell(report_in_groningen(acute=True, high_profile=True))
    world.settle()


def move(world: World, to: str = f"{GUIDE}@2026.1", reason: str = "corrected_term") -> Effect:
    case = world.state()
    made = move_requested(case, 0, checked(case, to, world.protocols), reason)
    entry = Entry(read_headers(made.headers), codec.decode_event(made.value))
    world._append(entry)
    world.settle()
    effects = dict(zip((one.id for one in world.ledger), world.folded()[1], strict=True))
    return effects[entry.id]


def test_a_newer_file_moves_no_running_case():
    one = world()
    told(one)
    assert one.state().protocols == ["groningen-protocolkaart@2017.4", f"{GUIDE}@2017.4"]
    assert [entry for entry in one.ledger if isinstance(entry.event, ProtocolMoved)] == []


def test_the_operators_word_moves_it_and_the_reason_stands_in_the_ledger():
    one = world()
    told(one)
    assert move(one) is Effect.EFFECTIVE
    (moved,) = (entry.event for entry in one.ledger if isinstance(entry.event, ProtocolMoved))
    assert (moved.before.version, moved.after.version, moved.reason) == ("2017.4", "2026.1", "corrected_term")
    assert one.state().protocols == ["groningen-protocolkaart@2017.4", f"{GUIDE}@2026.1"]
    assert one.state().moves == {}


def test_a_clock_that_runs_keeps_its_due_moment_and_is_not_started_again():
    one = world()
    told(one)
    (before,) = (clock for clock in one.state().clocks.values() if clock.name == "contact-met-melder")
    move(one)
    clocks = [clock for clock in one.state().clocks.values() if clock.name == "contact-met-melder"]
    assert [(clock.id, clock.due_at, clock.protocol) for clock in clocks] == [
        (before.id, before.due_at, f"{GUIDE}@2026.1")
    ]
    one.tell(contact_made(GRONINGEN, "2026-03-03 09:00"))
    one.settle()
    assert one.state().clocks[before.id].state is ClockState.STOPPED


def test_who_was_informed_is_not_informed_again():
    chains, protocols = repository()
    old = protocols.get("groningen-protocolkaart", "2017.1")
    new = old.model_copy(update={"version": "2026.1"})
    one = World(chains, Protocols({**protocols.by_ref, new.ref: new}))
    told(one)
    informed = [entry for entry in one.ledger if entry.envelope.type == "party.informed"]
    assert len(informed) == 2
    move(one, new.ref)
    assert [entry for entry in one.ledger if entry.envelope.type == "party.informed"] == informed
    assert all(key.startswith(f"{new.ref}/") for key in one.state().informed)


def test_a_clock_that_the_new_version_does_not_know_stands_still_and_never_breaches():
    one = world(clocks=())
    told(one)
    move(one)
    (clock,) = (clock for clock in one.state().clocks.values() if clock.name == "contact-met-melder")
    assert clock.state is ClockState.SUSPENDED
    one.tell(Watermark(moment("2026-03-09 12:00")))
    one.settle()
    assert not one.state().clocks[clock.id].breached


def test_asked_twice_is_moved_once():
    one = world()
    told(one)
    move(one)
    with pytest.raises(Undoable, match=r"runs under .* already"):
        move(one)
    assert len([entry for entry in one.ledger if isinstance(entry.event, ProtocolMoved)]) == 1


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (f"{GUIDE}@1999.1", "there is no such version"),
        ("amsterdam-handelingskader@2023.4", "does not run under amsterdam-handelingskader; it runs under groningen"),
    ],
)
def test_a_move_that_cannot_be_is_refused_before_anything_is_written(to: str, said: str):
    one = world()
    told(one)
    with pytest.raises(Undoable, match=said):
        checked(one.state(), to, one.protocols)


def test_only_the_operator_moves_a_case():
    one = world()
    told(one)
    made = move_requested(one.state(), 0, (GUIDE, "2026.1"), "corrected_term")
    entry = Entry(read_headers(made.headers), codec.decode_event(made.value))
    forged = Entry(replace_source(entry), entry.event)
    state = fold(one.id, [*one.ledger, forged])
    assert state.moves == {}


def replace_source(entry: Entry):  # type: ignore[no-untyped-def]
    from msgspec.structs import replace as changed

    return changed(entry.envelope, source="urn:schakel:routing")
