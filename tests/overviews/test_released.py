"""What stands under a decision, and nothing else: properties over streams of decisions and withdrawals."""

from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backbone.chains import Chain
from backbone.contract.examples_told import told_example
from backbone.overviews.issues import Issue, press
from backbone.overviews.paper import paper
from backbone.overviews.periods import Period
from backbone.overviews.released import NotReleased, standing
from schakel.case_state import Effect
from schakel.chain import apply
from schakel.chain_state import ChainState, dump, load
from schakel.entry import Entry
from schakel.envelope import Envelope
from schakel.events import Told
from schakel.events.overview import OverviewReleased, OverviewReleaseWithdrawn
from schakel.events.vocab import Audience, OverviewForm
from tests.overviews.made import AFTER, amsterdam, incidents

CITY = "gemeente-amsterdam"
MARKS = ("a" * 64, "b" * 64)


@cache
def issue_of(period: str = "2026-02") -> tuple[Chain, Issue]:
    chain = amsterdam()
    return chain, press(chain, Period.parse(period), incidents(3, 400), {}, AFTER)[-1]


def told(state: ChainState, event: Told, number: int) -> Effect:
    at = AFTER + timedelta(minutes=number)
    envelope = Envelope(f"019d3470-0000-7000-8000-{number:012d}", "urn:nld:oin:1", event.TYPE, at, partner=CITY)
    return apply(state, Entry(envelope, event))


def release(**changed: Any) -> OverviewReleased:
    return OverviewReleased.model_validate(told_example(OverviewReleased.TYPE).model_dump() | changed)


def withdrawal(period: str) -> OverviewReleaseWithdrawn:
    return OverviewReleaseWithdrawn(chain="amsterdam", period=period, reason="decided_anew")


RELEASES = st.builds(
    release,
    period=st.sampled_from(["2026-02", "2026-Q1"]),
    issue=st.sampled_from(MARKS),
    form=st.sampled_from(["page", "csv"]),
    audience=st.sampled_from(["public", "council"]),
    district=st.sampled_from([None, "oost"]),
)
WITHDRAWALS = st.sampled_from(["2026-02", "2026-Q1"]).map(withdrawal)


@settings(deadline=None)
@given(st.lists(RELEASES | WITHDRAWALS, max_size=12), RELEASES)
def test_only_what_was_decided_behind_the_last_withdrawal_stands(events: list[Told], wanted: OverviewReleased) -> None:
    """By hand: the same decision, and no withdrawal of its period behind it."""
    state = ChainState(name="amsterdam")
    for number, event in enumerate(events):
        told(state, event, number)
    assert load(dump(state)) == state
    _, issue = issue_of()
    asked = _marked(issue, wanted.period, wanted.issue)
    same = [
        number
        for number, one in enumerate(events)
        if isinstance(one, OverviewReleased) and one.model_dump() == wanted.model_dump()
    ]
    last = max(
        (
            n
            for n, one in enumerate(events)
            if isinstance(one, OverviewReleaseWithdrawn) and one.period == wanted.period
        ),
        default=-1,
    )
    stands = [number for number in same if number > last]
    if stands:
        found = standing(asked, state.releases, wanted.form, wanted.audience, wanted.district)
        assert found.id.endswith(f"{stands[-1]:012d}")
    else:
        with pytest.raises(NotReleased, match=asked.digest):
            standing(asked, state.releases, wanted.form, wanted.audience, wanted.district)


def _marked(issue: Issue, period: str, mark: str) -> Issue:
    """An issue with this mark, as the shelf gives it."""
    made: Any = issue
    return type(issue)(
        **{name: getattr(made, name) for name in made.__struct_fields__} | {"period": period, "digest": mark}
    )


def test_a_withdrawal_with_nothing_to_take_back_has_no_effect() -> None:
    state = ChainState(name="amsterdam")
    assert told(state, withdrawal("2026-02"), 1) is Effect.NOT_UNDERSTOOD
    assert told(state, release(), 2) is Effect.EFFECTIVE
    assert told(state, withdrawal("2026-Q1"), 3) is Effect.NOT_UNDERSTOOD
    assert told(state, withdrawal("2026-02"), 4) is Effect.EFFECTIVE
    assert told(state, withdrawal("2026-02"), 5) is Effect.NOT_UNDERSTOOD
    assert (state.releases[0].withdrawn_by, state.releases[0].withdrawn_at) == (CITY, AFTER + timedelta(minutes=4))
    assert told(state, release(chain="groningen"), 6) is Effect.NOT_UNDERSTOOD


def test_why_it_may_not_leave_is_said() -> None:
    _, issue = issue_of()
    page, public = OverviewForm.PAGE, Audience.PUBLIC
    state = ChainState(name="amsterdam")
    with pytest.raises(NotReleased, match=r"found no decision to release it; have who decides tell overview\.released"):
        standing(issue, state.releases, page, public, None)
    told(state, release(issue="c" * 64), 1)
    with pytest.raises(NotReleased, match="found a decision on another issue"):
        standing(issue, state.releases, page, public, None)
    told(state, release(issue=issue.digest, audience="council"), 2)
    with pytest.raises(NotReleased, match="but on the whole as page for council"):
        standing(issue, state.releases, page, Audience.COMMUNITY, None)
    told(state, withdrawal("2026-02"), 3)
    with pytest.raises(NotReleased, match=f"taken back on 2027-01-03 by {CITY}"):
        standing(issue, state.releases, page, public, None)


def test_notes_on_events_do_not_leave() -> None:
    """They are made when it is written, and the mark that was decided on does not cover them."""
    chain, issue = issue_of("2026-04")
    assert paper(chain, issue).occasions
    state = ChainState(name="amsterdam")
    told(state, release(period="2026-04", issue=issue.digest), 1)
    assert paper(chain, issue, release=state.releases[0]).occasions == ()


def test_the_released_form_says_by_whom_and_has_the_same_figures() -> None:
    """The function and the organisation above the figures, in both languages; what was issued is not touched."""
    chain, issue = issue_of()
    state = ChainState(name="amsterdam")
    told(state, release(issue=issue.digest), 1)
    decision = standing(issue, state.releases, OverviewForm.PAGE, Audience.PUBLIC, None)
    before, made = paper(chain, issue), paper(chain, issue, release=decision)
    assert (made.sheets, made.hot, made.digest) == (before.sheets, before.hot, before.digest)
    assert made.notes[1] == (
        "Vrijgegeven door: burgemeester (Gemeente Amsterdam (voorbeeld)), op 27 maart 2026, voor: iedereen. "
        f"Dat geldt voor uitgifte {issue.digest[:12]} in deze vorm, en voor geen andere."
    )
    assert [note for note in made.notes if note not in before.notes] == [made.notes[1]]
    assert "Niet vrijgegeven" in before.notes[1]
    assert "Released by: mayor" in paper(chain, issue, "en", release=decision).notes[1]
