"""The fold is total and pure: any events in any order, sensible or not, give an answer; the same events give the same one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schakel import codec
from schakel.case import apply, conclude, fold
from schakel.case_state import Effect, State, dump, fingerprint, load
from schakel.entry import HANDLERS, Entry
from schakel.envelope import Envelope
from schakel.events import CATALOGUE, DERIVED, Derived, Event
from schakel.events.clock import ClockBreached, ClockStarted
from schakel.events.consent import ConsentExpired, ConsentRefused
from schakel.events.referral import ReferralProposed, ReferralReleased
from schakel.events.vocab import Basis, Mode, Scope
from schakel.ids import partner_source, service_source
from tests.histories.make import HELP, POLICE, PROTOCOL, START, Pen, opened, release, terms, the_whole_path
from tests.properties.effort import often
from tests.support.histories import FOLDER, entry_of, replay
from tests.support.strategies import MOMENTS, events

CASE = "11111111-1111-4111-8111-111111111111"
PARTNERS = ("politie-voorbeeld", "slachtofferhulp-voorbeeld", "coc-voorbeeld")
IDS = tuple(f"00000000-0000-7000-8000-{number:012d}" for number in range(8))
REAL = [[step.entry for step in replay(path).steps] for path in sorted(FOLDER.glob("*.jsonl"))]
"""Real histories: they bring a case into the states where nonsense could do harm."""
REAL_IDS = sorted({entry.id for history in REAL for entry in history})
ENDS = [fold(CASE, history) for history in REAL]


def ids(*real: str) -> st.SearchStrategy[str]:
    """Mostly ids of the right kind of thing, sometimes another's, sometimes nobody's."""
    return st.sampled_from([*real] * 20 + [*REAL_IDS, *IDS, f"{IDS[1]}#0", f"{IDS[1]}#1", "no-such-event"])


KNOWN: dict[str, st.SearchStrategy[str]] = {
    "EventId referral": ids(*(known for end in ENDS for known in end.referrals)),
    "EventId clock": ids(*(known for end in ENDS for known in end.clocks)),
    "EventId premises": st.just(IDS[1])
    | ids(),  # the report of every real history: nothing is overtaken for its premises alone
    "EventId grant": ids(*(known for end in ENDS for known in end.grants)),
    "EventId": ids(),
    "PartnerId": st.sampled_from(PARTNERS),
    "CaseId": st.just(CASE),
    "Slug": st.sampled_from(["amsterdam", "first-contact"]),
    "Version": st.just("1"),
    "Code": st.sampled_from(["natures", "facts", "place", "no_such_field", "other"]),
}
"""Few enough that events point at each other, and wrong often enough."""

STRANGE = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,71}", fullmatch=True)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Any event of the catalogue under any id, from anybody, at any time."""
    model = CATALOGUE[draw(st.sampled_from(sorted(CATALOGUE)))]
    event: Event = draw(events(model, KNOWN))
    partner = draw(st.none() | st.sampled_from(PARTNERS))
    owner = getattr(model, "OWNER", "intake")
    source = draw(st.sampled_from([service_source(owner)] * 4 + [service_source("cases"), partner_source("0" * 20)]))
    envelope = Envelope(
        id=draw(st.sampled_from(IDS) | STRANGE),
        source=source,
        type=model.TYPE,
        time=draw(MOMENTS),
        case=CASE,
        logtime=draw(st.none() | MOMENTS),
        partner=partner,
        drill=draw(st.booleans()),
    )
    return Entry(envelope, event)


PLAUSIBLE = [entry for history in REAL for entry in history]
HISTORIES = st.lists(st.one_of(entries(), st.sampled_from(PLAUSIBLE)), max_size=25)


@st.composite
def disturbed(draw: st.DrawFn) -> list[Entry]:
    """A real history with records exchanged, repeated and foreign ones put in between."""
    history = list(draw(st.sampled_from(REAL)))
    for entry in draw(st.lists(entries(), max_size=8)):
        history.insert(draw(st.integers(0, len(history))), entry)
    for _ in range(draw(st.integers(0, 6))):
        one, other = draw(st.integers(0, len(history) - 1)), draw(st.integers(0, len(history) - 1))
        history[one], history[other] = history[other], history[one]
    return history


ANY_HISTORY = HISTORIES | disturbed()


@settings(max_examples=100, deadline=None)
@given(ANY_HISTORY, st.data())
def test_any_events_in_any_order_give_an_answer_and_always_the_same(history: list[Entry], data: st.DataObject) -> None:
    straight = State(id=CASE)
    effects = [apply(straight, entry) for entry in history]

    again = State(id=CASE)
    assert [apply(again, entry) for entry in history] == effects
    assert again == straight

    cut = data.draw(st.integers(0, len(history)))
    resumed = load(dump(fold(CASE, history[:cut])))
    assert [apply(resumed, entry) for entry in history[cut:]] == effects[cut:]
    assert resumed == straight
    assert fingerprint(resumed) == fingerprint(straight)


SNAPSHOTS = [dump(fold(CASE, history[:cut])) for history in REAL for cut in range(len(history) + 1)]
"""A case at every position of every real history."""


FOLDED = sorted(model.TYPE for model in HANDLERS)
KEPT = sorted(set(CATALOGUE) - set(FOLDED))


@pytest.mark.parametrize("name", FOLDED)
@settings(max_examples=often(20), deadline=None)
@given(data=st.data())
def test_every_event_is_answered_in_every_state(name: str, data: st.DataObject) -> None:
    state = load(data.draw(st.sampled_from(SNAPSHOTS)))
    for event in data.draw(st.lists(events(CATALOGUE[name], KNOWN), min_size=1, max_size=3)):
        told = aimed(data, state, event) if data.draw(st.booleans()) else event
        assert apply(state, entry_in(data, told)) in Effect
        assert load(dump(state)) == state


def aimed(data: st.DataObject, state: State, event: Event) -> Event:
    """The event, mostly speaking of what is there: a random id seldom hits anything, and harm is done to what was hit."""
    there = {"referral": state.referrals, "clock": state.clocks, "grant": state.grants, "event": state.grants}
    update: dict[str, Any] = {}
    for field, known in there.items():
        if field in type(event).model_fields and known and type(event) is not ClockStarted:
            update[field] = data.draw(st.sampled_from(sorted(known)))
    if isinstance(event, Derived):
        update["premises"] = (
            tuple(data.draw(st.lists(st.sampled_from(sorted(state.grants)), max_size=2))) if state.grants else ()
        )
    referral = state.referrals.get(update.get("referral", ""))
    if referral and "to" in type(event).model_fields:
        update["to"] = referral.to
    if isinstance(event, ReferralReleased) and data.draw(st.booleans()):
        update |= {"mode": Mode.STRIPPED, "basis": Basis.SCHEME, "scopes": (Scope.CASE_FACTS,)}
    return event.model_copy(update=update)


GATE = [name for name in FOLDED if name.startswith(("referral.", "consent."))]


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_nonsense_that_hits_something_is_answered_too(data: st.DataObject) -> None:
    """From nothing, or from anywhere in a real history: events in no order, aimed at whatever is there."""
    start = data.draw(st.sampled_from([dump(State(id=CASE))] * 20 + SNAPSHOTS))
    state, history = load(start), []
    for number in range(data.draw(st.integers(1, 12))):
        name = data.draw(st.sampled_from(GATE) | st.sampled_from(FOLDED))
        entry = entry_in(data, aimed(data, state, data.draw(events(CATALOGUE[name], KNOWN))), f"nonsense-{number}")
        assert apply(state, entry) in Effect
        history.append(entry)
    again = load(start)
    for entry in history:
        apply(again, entry)
    assert again == state == load(dump(state))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_an_event_that_this_version_draws_nothing_from_is_kept(data: st.DataObject) -> None:
    state = load(data.draw(st.sampled_from(SNAPSHOTS)))
    event = data.draw(st.sampled_from(KEPT).flatmap(lambda name: events(CATALOGUE[name], KNOWN)))
    effect = apply(state, entry_in(data, event))
    assert effect is Effect.RECORDED or (isinstance(event, Derived) and effect is Effect.OVERTAKEN)


def entry_in(data: st.DataObject, event: Event, event_id: str | None = None) -> Entry:
    """The event as its owner, or some partner, would append it."""
    owner = getattr(event, "OWNER", None)
    envelope = Envelope(
        id=event_id or data.draw(STRANGE),
        source=service_source(owner) if owner else partner_source("0" * 20),
        type=type(event).TYPE,
        time=data.draw(MOMENTS),
        partner=None if owner else data.draw(st.sampled_from(PARTNERS)),
    )
    return Entry(envelope, event)


@settings(max_examples=60, deadline=None)
@given(ANY_HISTORY.filter(bool), st.data())
def test_a_repeated_record_does_nothing(history: list[Entry], data: st.DataObject) -> None:
    once, repeated = State(id=CASE), State(id=CASE)
    for number, entry in enumerate(history):
        apply(once, entry)
        apply(repeated, entry)
        earlier = history[data.draw(st.integers(0, number))]
        assert apply(repeated, earlier) is Effect.DUPLICATE
    assert repeated == once


@settings(max_examples=100, deadline=None)
@given(st.lists(entries(), max_size=10))
def test_what_travelled_through_the_ledger_folds_the_same(history: list[Entry]) -> None:
    travelled = [Entry(entry.envelope, codec.decode_event(codec.encode(entry.event))) for entry in history]
    assert fingerprint(fold(CASE, travelled)) == fingerprint(fold(CASE, history))


@pytest.mark.parametrize("name", DERIVED)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_a_conclusion_by_another_than_its_owner_means_nothing(name: str, data: st.DataObject) -> None:
    event: Derived = data.draw(events(DERIVED[name], KNOWN))
    others = [source for source in _sources() if source != service_source(event.OWNER)]
    state = the_whole_path().state
    before = _without_counters(state)
    envelope = Envelope(
        id=data.draw(STRANGE),
        source=data.draw(st.sampled_from(others)),
        type=name,
        time=datetime(2026, 3, 28, tzinfo=UTC),
        case=CASE,
    )
    assert apply(state, Entry(envelope, event)) is Effect.NOT_UNDERSTOOD
    assert _without_counters(state) == before


def _sources() -> list[str]:
    services = ("intake", "routing", "consent", "followup", "cases", "audit", "gateway")
    return [*(service_source(name) for name in services), partner_source("0" * 20)]


def _without_counters(state: State) -> State:
    """What is known, apart from how many records were seen and until when."""
    copied = load(dump(state))
    copied.events, copied.time, copied.seen = 0, None, set()
    return copied


# --- what must not be possible, one sentence each


def test_telling_something_under_the_id_of_a_conclusion_to_come_does_not_block_it() -> None:
    pen = Pen(CASE)
    referral = opened(pen, terms())
    coming = pen.think(release(referral, f"{pen.state.report}#0"))
    blocker = pen.records[0]
    taken = entry_again(blocker, id=coming.id, source=partner_source(HELP[1]))
    apply(pen.state, taken)
    assert apply(pen.state, coming) is Effect.EFFECTIVE


def entry_again(record: tuple[Any, bytes], **changes: str) -> Entry:
    entry = entry_of(*record)
    return Entry(replace(entry.envelope, **changes), entry.event)


def test_a_release_without_any_grant_has_no_effect_whatever_it_leaves_out() -> None:
    pen = Pen(CASE)
    referral = opened(pen)
    for scopes in ((), ("case_facts",), ("contact_details",)):
        event = ReferralReleased.model_validate({**release(referral).model_dump(), "scopes": scopes})
        assert apply(pen.state, pen.think(event)) is Effect.OVERTAKEN


def test_a_scheme_that_always_forwards_never_does_so_by_name() -> None:
    pen = Pen(CASE)
    referral = opened(pen)
    pen.state.referrals[referral].strip = True
    by_name = {**release(referral).model_dump(), "basis": "scheme", "scopes": ("case_facts",)}
    assert apply(pen.state, pen.think(ReferralReleased.model_validate(by_name))) is Effect.OVERTAKEN
    pen.tell(POLICE, ConsentRefused(recipient=HELP[0], purpose="referral", scopes=("contact_details",)))
    without_name = ReferralReleased.model_validate({**by_name, "mode": "stripped"})
    assert apply(pen.state, pen.think(without_name)) is Effect.EFFECTIVE


def test_the_announcement_that_a_grant_ended_ends_no_grant_that_is_in_force() -> None:
    pen = Pen(CASE)
    opened(pen, terms())
    grant = f"{pen.state.report}#0"
    assert apply(pen.state, pen.think(ConsentExpired(grant=grant, premises=(grant,)))) is Effect.OVERTAKEN
    assert pen.state.grants[grant].standing


def test_a_conclusion_that_rests_on_a_consent_in_the_report_can_be_read_back() -> None:
    """Its premise is `<report>#0`; the cause that its header names is the report."""
    pen = Pen(CASE)
    referral = opened(pen, terms())
    pen.conclude(release(referral, f"{pen.state.report}#0"))
    entry = entry_again(pen.records[-1])
    assert entry.envelope.causation == pen.state.report


def test_conclude_gives_a_new_id_after_being_overtaken() -> None:
    pen = Pen(CASE)
    referral = opened(pen)
    event = release(referral)
    first = conclude(pen.state, event)
    assert apply(pen.state, first) is Effect.OVERTAKEN
    assert conclude(pen.state, event).id != first.id


def test_a_clock_without_a_promised_limit_never_breaches() -> None:
    pen = Pen(CASE)
    opened(pen)
    started = ClockStarted(
        clock="first-contact", protocol=PROTOCOL, kind="measured", started_at=START, responsible_role="police"
    )
    clock = pen.conclude(started)
    breach = ClockBreached(clock=clock, due_at=START, watermark=START, premises=(clock,))
    assert apply(pen.state, pen.think(breach)) is Effect.OVERTAKEN


def test_nothing_is_referred_in_a_case_without_a_report() -> None:
    state = State(id=CASE)
    proposed = ReferralProposed(to=HELP[0], role="victim_support", purpose="referral", needs=(), strip_if_refused=True)
    envelope = Envelope(IDS[0], service_source("routing"), "referral.proposed", START, CASE)
    assert apply(state, Entry(envelope, proposed)) is Effect.OVERTAKEN
