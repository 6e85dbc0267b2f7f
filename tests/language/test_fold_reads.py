"""Reading, as the fold sees it: one answer a request, a withdrawal wins from where it stands, and a case does not grow by being read."""

import pytest

from schakel.case import apply, conclude, fold
from schakel.case_reads import OPEN_AT_MOST, REMEMBERED
from schakel.case_state import Effect, State, dump, fingerprint
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events.data import DisclosureDenied, DisclosurePermitted, DisclosureRequested
from schakel.events.vocab import Scope
from schakel.ids import service_source
from services.consent.disclosures import answers
from tests.support.casebook import CASE, Story, given
from tests.support.telling import CITY, HELP, granted, reads, refused, report, terms, withdrawn


@pytest.fixture
def story() -> Story:
    """A referral to victim support that runs; nobody has read yet."""
    return given(report(consents=(terms(HELP),)))


def ask(story: Story, by: str = HELP, event_id: str = "00000000-0000-7000-8000-00000000bbbb") -> Entry:
    """A request that lands while nobody looks."""
    return story.world.tell(reads(by, to=HELP, id=event_id))


def answer(case: State) -> Entry:
    (event,) = answers(case)
    return conclude(case, event)


def test_a_request_waits_until_it_is_answered_once(story: Story) -> None:
    request = ask(story)
    case = story.case
    assert list(case.reading) == [request.id]
    permit = answer(case)
    assert apply(case, permit) is Effect.EFFECTIVE
    assert case.reading == {}
    assert (case.reads[HELP].permitted, case.reads[HELP].denied) == (1, 0)
    assert apply(case, permit) is Effect.DUPLICATE
    assert list(answers(case)) == []


def test_a_second_permit_for_the_same_request_gives_nothing(story: Story) -> None:
    ask(story)
    case = story.case
    permit = answer(case)
    other = conclude(case, permit.event.model_copy(update={"scopes": (Scope.STORY,)}))
    assert apply(case, permit) is Effect.EFFECTIVE
    assert apply(case, other) is Effect.OVERTAKEN
    assert case.reads[HELP].permitted == 1


def test_a_permit_without_a_request_is_overtaken(story: Story) -> None:
    case = story.case
    referral = story.referral(HELP)
    event = DisclosurePermitted(request=case.report, scopes=("story",), premises=(referral.id, referral.released))
    assert apply(case, conclude(case, event)) is Effect.OVERTAKEN
    assert apply(case, conclude(case, DisclosureDenied(request="nowhere", reason="unknown"))) is Effect.OVERTAKEN


@pytest.mark.parametrize("word", [withdrawn(HELP), withdrawn(), refused(HELP), refused(HELP, "story")])
def test_a_permit_behind_her_no_is_overtaken_and_the_request_denied_or_narrowed(story: Story, word) -> None:
    ask(story)
    permit = answer(story.case)
    story.world.tell(word)
    case = story.case
    assert apply(case, permit) is Effect.OVERTAKEN
    (event,) = answers(case)
    assert isinstance(event, DisclosureDenied)
    assert apply(case, conclude(case, event)) is Effect.EFFECTIVE
    assert case.reading == {}


def test_a_permit_does_not_outlive_the_release_it_rests_on(story: Story) -> None:
    """Withdrawn and granted again: what was permitted under the first yes is not what she says now."""
    ask(story)
    permit = answer(story.case)
    story.when(withdrawn(HELP), granted(HELP, supersedes=True))
    assert apply(story.case, permit) is Effect.OVERTAKEN


@pytest.mark.parametrize(
    "change",
    [{"scopes": (Scope.STORY, Scope.LABEL)}, {"scopes": ()}, {"scopes": (Scope.CASE_FACTS,)}, {"premises": ()}],
)
def test_a_permit_that_says_more_than_may_be_said_has_no_effect(story: Story, change) -> None:
    ask(story)
    case = story.case
    event = answer(case).event.model_copy(update=change)
    assert apply(case, conclude(case, event)) is Effect.OVERTAKEN
    assert len(case.reading) == 1


def test_nobody_is_permitted_to_read_what_was_sent_to_another(story: Story) -> None:
    ask(story, by=CITY)
    case, referral = story.case, story.referral(HELP)
    (request,) = case.reading
    event = DisclosurePermitted(request=request, scopes=("story",), premises=(referral.id, referral.released, request))
    assert apply(case, conclude(case, event)) is Effect.OVERTAKEN
    assert apply(case, answer(case)) is Effect.EFFECTIVE
    assert (case.reads[CITY].permitted, case.reads[CITY].denied) == (0, 1)


@pytest.mark.parametrize("source", ["intake", "consent", "routing"])
def test_only_the_gateway_sees_who_asks(story: Story, source: str) -> None:
    case = story.case
    assert case.time
    event = DisclosureRequested(referral=story.referral(HELP).id, by=HELP, scopes=())
    entry = Entry(Envelope("a-request", service_source(source), event.TYPE, case.time, CASE), event)
    assert apply(case, entry) is Effect.NOT_UNDERSTOOD
    assert case.reading == {}


def test_reading_does_not_make_a_case_grow(story: Story) -> None:
    for number in range(REMEMBERED + 10):
        story.when(reads(HELP, id=f"00000000-0000-7000-8000-1{number:011d}"))
    size, seen = len(dump(story.case)), len(story.case.seen)
    for number in range(60):
        story.when(reads(HELP, id=f"00000000-0000-7000-8000-2{number:011d}"))
    assert (len(story.case.seen), len(story.case.answered)) == (seen, REMEMBERED)
    assert len(dump(story.case)) <= size + 4
    assert story.case.reads[HELP].permitted == REMEMBERED + 70
    story.then_quiet()


def test_requests_that_nobody_answers_do_not_make_it_grow_either(story: Story) -> None:
    for number in range(OPEN_AT_MOST + REMEMBERED + 20):
        ask(story, event_id=f"00000000-0000-7000-8000-3{number:011d}")
    case = story.case
    assert len(case.reading) == OPEN_AT_MOST
    assert len(case.answered) <= REMEMBERED
    story.world.settle()
    assert story.case.reading == {}
    assert story.case.reads[HELP].permitted == OPEN_AT_MOST


def test_every_record_twice_is_as_every_record_once(story: Story) -> None:
    story.when(reads(HELP), reads(CITY, to=HELP), withdrawn(HELP), reads(HELP))
    ledger = [entry for entry in story.world.ledger if entry.event.IN_CASE]
    assert fingerprint(fold(CASE, ledger)) == fingerprint(fold(CASE, [e for entry in ledger for e in (entry, entry)]))
    assert fingerprint(fold(CASE, ledger)) == fingerprint(fold(CASE, [*ledger, *ledger]))
