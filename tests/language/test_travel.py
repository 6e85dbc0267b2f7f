"""A case at another moment: three cuts, and what differs between two of them."""

from datetime import UTC, datetime

import pytest

from schakel.case import fold
from schakel.case_state import Effect, State, fingerprint
from schakel.differences import changes, plain
from schakel.entry import Entry
from schakel.travel import Cut, happened_at, travel
from tests.hindsight.story import placed
from tests.support.histories import FOLDER, replay, replays

LATE = "late-paperwork-is-not-late-work"
EVERY = [one for path in sorted(FOLDER.rglob("*.jsonl")) for one in replays(path)]
LEAST, MOST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def entries(name: str) -> list[Entry]:
    return placed(replay(FOLDER / f"{name}.jsonl"))


def test_the_last_moment_is_the_whole_case_and_the_first_is_none_of_it() -> None:
    for golden in EVERY:
        every, whole = placed(golden), fingerprint(golden.state)
        case = golden.state.id
        for cut in (Cut(), Cut(at=MOST), Cut(as_known_at=MOST), Cut(at_offset=10**9)):
            assert fingerprint(travel(case, every, cut).state) == whole
        for cut in (Cut(at=LEAST), Cut(as_known_at=LEAST), Cut(at_offset=-1)):
            assert travel(case, every, cut).taken == []


def test_what_the_ledger_knew_is_a_prefix() -> None:
    """At every log time: the fold of exactly the records before the first that was logged later."""
    for golden in EVERY:
        every = placed(golden)
        for moment in {entry.envelope.logged_at for entry in every}:
            found = travel(golden.state.id, every, Cut(as_known_at=moment))
            number = len(found.taken)
            assert [one.entry for one in found.taken] == every[:number]
            assert all(entry.envelope.logged_at <= moment for entry in every[:number])
            assert number == len(every) or every[number].envelope.logged_at > moment
            assert fingerprint(found.state) == fingerprint(fold(golden.state.id, every[:number]))


def test_what_was_written_down_later_had_happened_by_then() -> None:
    """A contact on one day, told after its clock had breached: the world had it, the ledger did not."""
    every = entries(LATE)
    contact = next(entry for entry in every if entry.envelope.type == "contact.made")
    moment = happened_at(contact)
    assert moment < contact.envelope.logged_at
    case = contact.envelope.case or ""
    world, ledger = travel(case, every, Cut(at=moment)), travel(case, every, Cut(as_known_at=moment))
    assert contact in [one.entry for one in world.taken]
    assert world.written_later == [contact]
    assert world.state.contacts
    assert not ledger.state.contacts
    assert contact in ledger.left


def test_nothing_has_happened_after_it_was_written_down() -> None:
    for golden in EVERY:
        for entry in placed(golden):
            assert happened_at(entry) <= entry.envelope.logged_at


def test_a_conclusion_is_never_seen_without_what_it_rests_on() -> None:
    """At every moment at which something happened: whatever took effect in the whole history takes effect in the cut."""
    for golden in EVERY:
        every = placed(golden)
        effects = dict(zip((id(entry) for entry in every), (step.found for step in golden.steps), strict=True))
        for moment in {happened_at(entry) for entry in every}:
            for one in travel(golden.state.id, every, Cut(at=moment)).taken:
                if effects[id(one.entry)] is Effect.EFFECTIVE and one.entry.envelope.source.startswith("urn:schakel:"):
                    assert one.effect is Effect.EFFECTIVE, one.entry.envelope.type


def test_a_case_is_looked_at_from_one_side() -> None:
    with pytest.raises(ValueError, match="one of them"):
        Cut(at=MOST, at_offset=3)


def test_between_two_moments_only_what_changed_is_said_and_in_words() -> None:
    every = entries("the-whole-path")
    case = every[0].envelope.case or ""
    delivered = next(entry for entry in every if entry.envelope.type == "referral.delivered")
    before = travel(case, every, Cut(at_offset=delivered.offset - 1)).state
    after = travel(case, every, Cut(at_offset=delivered.offset)).state
    said = [change.words() for change in changes(before, after) if not change.own]
    assert "referral slachtofferhulp-voorbeeld referral consent state: released → delivered" in said
    assert "party: new (slachtofferhulp-voorbeeld)" in said or any("parties" in one or "party" in one for one in said)
    assert not any("None" in one or "{" in one for one in said)


def test_equal_states_differ_in_nothing_and_no_change_is_missed() -> None:
    """Field by field: whatever a state may hold, a state without it differs, and says where."""
    state = EVERY[-1].state
    assert list(changes(state, fold(state.id, placed(EVERY[-1])))) == []
    empty = State(id=state.id)
    for name in State.__struct_fields__:
        value, blank = getattr(state, name), getattr(empty, name)
        if plain(value) == plain(blank):
            continue
        other = fold(state.id, placed(EVERY[-1]))
        setattr(other, name, blank)
        found = list(changes(state, other))
        assert found, name
        assert {change.where.partition(".")[0] for change in found} == {name}
