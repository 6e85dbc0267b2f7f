"""What every scenario also asserts, whatever it is about.

Every event is one that its partner may really tell (intake's own rules say so); every release and delivery had a permitting history
before it; every service and a replay know the same; and nobody has anything left to say.
"""

from typing import Any

from msgspec.structs import replace

from backbone.protocols import Protocol
from schakel.case import apply
from schakel.case_state import State, dump, fingerprint, load
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.report import ReportLinked, ReportReceived
from schakel.ids import partner_source
from schakel.messages import Message, Refusal
from services.intake.rules import Submission, refusal
from tests.properties.yardstick import complaints
from tests.support import casebook
from tests.support.casebook import Ask, Story, Tell, Watermark, World
from tests.support.newest import shipped

told_stories: list[Story] = []
"""The stories of the running test; the fixture in conftest.py looks at each when it is over."""


def given(*told: Tell | Watermark | Ask, **files: Any) -> Story:
    """As `casebook.given`, in the chains of this repository under the newest files unless others are given; checked again at the end."""
    chains, protocols = shipped()
    story = casebook.given(*told, **{"chains": chains, "protocols": protocols, **files})
    told_stories.append(story)
    return story


def file_of(story: Story, name: str) -> Protocol:
    """The protocol `name` in the version that the case runs under."""
    (ref,) = (ref for ref in story.case.protocols if ref.partition("@")[0] == name)
    return story.world.protocols.get(name, ref.partition("@")[2])


def ever_sent(story: Story) -> list[tuple[str, Message]]:
    """Everything that was sent to anybody since the case began."""
    return [sent for seat in story.world.seats.values() for sent in seat.sent]


def sound(world: World) -> None:
    """All that holds of every scenario."""
    history = list(zip(world.ledger, world.folded()[1], strict=True))
    found, _ = complaints(history)
    assert found == []
    replayed = State(id=world.id)
    for entry in world.ledger:
        if entry.event.IN_CASE:
            assert_may_tell(world, replayed, entry)
            apply(replayed, entry)
            replayed = load(dump(replayed))
    for name, seat in world.seats.items():
        assert fingerprint(seat.case) == fingerprint(replayed), f"{name} knows another case than a replay"
        assert world.wishes(name) == []


def why_not(story: Story, told: Tell) -> str | None:
    """The code with which intake would refuse this now; None when it would let it in."""
    found = _refusal(story, told)
    return found.code if found else None


def refused(story: Story, told: Tell) -> Refusal:
    """Intake's no to this."""
    found = _refusal(story, told)
    assert found is not None
    return found


def _refusal(story: Story, told: Tell) -> Refusal | None:
    world, case = story.world, story.case
    partner = world.chains.partner(told.by)
    assert partner is not None
    assert case.time is not None
    event = told.event if isinstance(told.event, Told) else told.event(case)
    source = partner_source(partner.oin)
    envelope = Envelope("01890000-0000-7000-8000-000000000001", source, event.TYPE, case.time, case.id)
    return refusal(Submission(envelope, event, partner, case), world.chains, case.time)


def assert_may_tell(world: World, case: State, entry: casebook.Entry) -> None:
    event, envelope, partner = entry.event, entry.envelope, world.chains.partner(entry.author)
    if not isinstance(event, Told):
        return
    assert partner is not None
    opening = isinstance(event, ReportReceived)
    named = replace(envelope, case=None) if opening else envelope
    message = Submission(named, event, partner, None if opening else case, _other(case, event))
    why = refusal(message, world.chains, envelope.logged_at)
    assert why is None, f"{entry.author} may not tell {event.TYPE}: {why}"


def _other(case: State, event: Told) -> State | None:
    """For a link: another case, to which the sender stands as to this one."""
    if not isinstance(event, ReportLinked):
        return None
    other = load(dump(case))
    other.id = event.other_case
    return other
