"""A chain goes over to a newer version of a scheme while its stream is live: no period twice, none lost (docs/adr/0065)."""

import shutil
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backbone.chains import Chain, Chains, check_chains
from backbone.protocols import load_protocols
from schakel.case_state import Effect
from schakel.chain import apply, conclude
from schakel.chain_state import ChainState
from schakel.events.chain import RhythmDue, RhythmMissed
from services.followup.rhythms import decide
from tests.properties.effort import effort
from tests.support.casebook import ROOT
from tests.support.meetings import HEAD, Stream, due, missed
from tests.support.newest import filled_in
from tests.support.telling import moment

SCHEME = """\
protocol: ritme
version: "{version}"
title: Proef
status: held
sources: {{"0": een document}}
cooperation:
  consultations:
    - {{id: overleg, title: Overleg, members: [police, coordinator], source: "keuze: proef"}}
  overviews:
    - {{id: lijst, title: Lijst, of: cases, readers: [police], source: "keuze: proef"}}
  rhythms:
"""
LIST = """\
    - {{id: {id}, of: lijst, every: {every}, starting: {starting}, at: "{at}",
       promise: our_choice, tell: [police], source: "keuze: proef"}}
"""
MEET = '    - {{id: {id}, of: overleg, at_least: 2, each: {each}, promise: our_choice, tell: [police], source: "keuze: proef"}}\n'


def list_every(
    every: str = "14 dagen", starting: str = "2026-01-05", at: str = "09:00", id: str = "lijst-maken"
) -> str:
    return LIST.format(id=id, every=every, starting=starting, at=at)


def meet(each: str = "half_year", id: str = "twee-keer") -> str:
    return MEET.format(id=id, each=each)


SAME = list_every() + meet()


@cache
def chains(one: str, two: str, later: str = "") -> tuple[Chain, Chain]:
    """The chain `proef` under the scheme's version 1, and after it went over to version 2. `since` stays as it is."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for version, rhythms in (("1", one), ("2", two)):
            path = folder / "protocols" / "ritme" / f"{version}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(SCHEME.format(version=version) + rhythms, encoding="utf-8")
        shutil.copytree(
            ROOT / "protocols" / "amsterdam-handelingskader", folder / "protocols" / "amsterdam-handelingskader"
        )
        return _bound(folder, "ritme@1", ""), _bound(folder, "ritme@2", later)


def _bound(folder: Path, ref: str, later: str) -> Chain:
    return _checked(folder, f"  - {{use: {ref}, since: 2026-01-01{later}}}\n")


def _checked(folder: Path, schemes: str) -> Chain:
    found, problems = _problems(folder, schemes)
    assert not [str(one) for one in problems if one.is_error]
    chain = found.get("proef")
    assert chain is not None
    return chain


def _problems(folder: Path, schemes: str) -> tuple[Chains, list]:  # type: ignore[type-arg]
    (folder / "chains").mkdir(exist_ok=True)
    for name in ("partners.yaml", "rights.yaml"):
        shutil.copy(ROOT / "chains" / name, folder / "chains" / name)
    text = filled_in(HEAD + f"schemes:\n{schemes}")
    (folder / "chains" / "proef.yaml").write_text(text, encoding="utf-8")
    return check_chains(folder / "chains", load_protocols(folder / "protocols"))


def fresh(chain: Chain) -> Stream:
    return Stream(chain, None, ChainState(name="proef"))  # type: ignore[arg-type]  # nobody tells anything here


def watch(stream: Stream, first: datetime, until: datetime) -> list[RhythmDue | RhythmMissed]:
    """What it says, looked at every day."""
    said: list[RhythmDue | RhythmMissed] = []
    at = first
    while at <= until:
        said += stream.passes(at)
        at += timedelta(days=1)
    return said


def goes_over(stream: Stream, chain: Chain) -> Stream:
    """The same state under the chain's new file."""
    stream.chain = chain
    return stream


def turns(said: list[RhythmDue | RhythmMissed], rhythm: str = "lijst-maken") -> list[date]:
    return [event.due_at.date() for event in due(said) if event.rhythm == rhythm]


# --- the same rhythm in another version


@effort(12)
@given(st.integers(0, 300), st.integers(0, 60))
def test_going_over_on_any_day_changes_nothing_that_is_said(days: int, outage: int) -> None:
    """Also when nobody looked for a while around it."""
    one, two = chains(SAME, SAME)
    begin = moment("2026-01-01 12:00")
    end, over = begin + timedelta(days=400), begin + timedelta(days=days)
    kept = fresh(one)
    moved = fresh(one)
    whole = watch(kept, begin, end)
    said = watch(moved, begin, over)
    said += watch(goes_over(moved, two), over + timedelta(days=1 + outage), end)
    assert {_named(event) for event in said} == {_named(event) for event in whole}
    assert len(said) == len(whole)


def _named(event: RhythmDue | RhythmMissed) -> tuple[str, str, object]:
    return event.TYPE, event.rhythm, event.due_at if isinstance(event, RhythmDue) else event.first_day


def test_a_state_that_an_earlier_program_kept_says_nothing_again() -> None:
    """It knows turns by their number and their version alone."""
    one, two = chains(SAME, SAME)
    stream = fresh(one)
    watch(stream, moment("2026-01-01 12:00"), moment("2026-07-10 12:00"))
    assert stream.state.announced
    stream.state.announced = {}
    assert goes_over(stream, two).passes("2026-07-11 12:00") == []
    assert turns(watch(stream, moment("2026-07-12 12:00"), moment("2026-08-05 12:00"))) == [
        date(2026, 7, 20),
        date(2026, 8, 3),
    ]


def test_what_is_on_its_way_under_the_version_before_is_not_said_a_second_time() -> None:
    """It was said and has not landed when the service starts with the new file: the same id, so that it counts once."""
    one, two = chains(SAME, SAME)
    stream = fresh(one)
    before, after = (
        [conclude(stream.state, event) for event in decide(chain, stream.state, moment("2026-07-06 12:00"))]
        for chain in (one, two)
    )
    assert [entry.id for entry in before] == [entry.id for entry in after]
    assert len({entry.id for entry in before}) == len(before) == 15
    assert apply(stream.state, before[0]) is Effect.EFFECTIVE
    assert apply(stream.state, after[0]) is Effect.DUPLICATE


def test_an_old_ledger_in_which_both_versions_spoke_reads_as_it_did() -> None:
    """Until now the second one spoke again: what stands there has the effect that it had."""
    one, two = chains(SAME, SAME)
    state = ChainState(name="proef")
    (said,) = [event for event in decide(one, state, moment("2026-01-05 12:00"))]
    (again,) = [event for event in decide(two, state, moment("2026-01-05 12:00"))]
    first, second = conclude(state, said), conclude(state, again)
    assert apply(state, first) is Effect.EFFECTIVE
    other = replace(second, envelope=replace(second.envelope, id="00000000-0000-5000-8000-00000000000a"))
    assert apply(state, other) is Effect.EFFECTIVE


# --- another rhythm


def test_another_hour_of_the_day_is_the_same_turn() -> None:
    one, two = chains(SAME, list_every(at="16:00") + meet())
    stream = fresh(one)
    watch(stream, moment("2026-01-01 12:00"), moment("2026-03-02 12:00"))
    said = watch(goes_over(stream, two), moment("2026-03-02 18:00"), moment("2026-03-31 18:00"))
    assert turns(said) == [date(2026, 3, 16), date(2026, 3, 30)]


@pytest.mark.parametrize(
    ("rhythm", "follows"),
    [
        (list_every("7 dagen"), [date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23)]),
        (list_every("1 maand", "2026-01-20"), [date(2026, 3, 20)]),
        (list_every("14 dagen", "2026-03-10"), [date(2026, 3, 10), date(2026, 3, 24)]),
    ],
    ids=["more often", "less often", "from another day"],
)
def test_another_count_goes_on_behind_the_last_turn(rhythm: str, follows: list[date]) -> None:
    """The last was on 2 March. However the new file numbers its turns, those before are not made up for."""
    one, two = chains(list_every(), rhythm)
    stream = fresh(one)
    assert turns(watch(stream, moment("2026-01-01 12:00"), moment("2026-03-05 12:00")))[-1] == date(2026, 3, 2)
    assert turns(watch(goes_over(stream, two), moment("2026-03-06 12:00"), moment("2026-03-25 12:00"))) == follows


def test_a_rhythm_that_a_later_version_added_begins_on_its_own_day() -> None:
    added = SAME + list_every(id="nieuw") + meet("year", id="elk-jaar")
    later = ", later: {nieuw: 2026-06-15, elk-jaar: 2026-06-15}"
    for begins, first, years in ((later, date(2026, 6, 22), [2027]), ("", date(2026, 1, 5), [2026, 2027])):
        one, two = chains(SAME, added, begins)
        stream = fresh(one)
        watch(stream, moment("2026-01-01 12:00"), moment("2026-06-14 12:00"))
        said = watch(goes_over(stream, two), moment("2026-06-15 12:00"), moment("2028-01-02 12:00"))
        assert turns(said, "nieuw")[0] == first
        assert [event.first_day.year for event in missed(said) if event.rhythm == "elk-jaar"] == years


REVIEWED = """\
  agreements:
    - {{id: samen, title: Samen, parties: [police, coordinator], in_force: 2026-01-10, review_every: 1 maand, source: "keuze: proef"}}
"""


@pytest.mark.parametrize(
    ("begins", "first"), [(", later: {samen: 2026-06-15}", date(2026, 7, 9)), ("", date(2026, 2, 9))]
)
def test_an_agreement_that_a_later_version_added_begins_on_its_own_day(begins: str, first: date) -> None:
    """The reviews before that were announced by nobody, and are not made up for. The night of the tenth begins on the ninth, in UTC."""
    one, two = chains(SAME, SAME + REVIEWED.format(), begins)
    stream = fresh(one)
    watch(stream, moment("2026-01-01 12:00"), moment("2026-06-14 12:00"))
    said = watch(goes_over(stream, two), moment("2026-06-15 12:00"), moment("2026-07-31 12:00"))
    assert turns(said, "samen-review")[0] == first


# --- what the checker says


def problems(schemes: str, rhythms: str = SAME) -> list[str]:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "protocols" / "ritme"
        path.mkdir(parents=True)
        for version in ("1", "2"):
            (path / f"{version}.yaml").write_text(SCHEME.format(version=version) + rhythms, encoding="utf-8")
        shutil.copytree(
            ROOT / "protocols" / "amsterdam-handelingskader", folder / "protocols" / "amsterdam-handelingskader"
        )
        return [str(one) for one in _problems(folder, schemes)[1] if one.is_error]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{use: ritme@2, since: 2026-01-01, later: {twee-keer: 2026-06-01}}", None),
        (
            "{use: ritme@2, since: 2026-01-01, later: {drie-keer: 2026-06-01}}",
            "`drie-keer` is no rhythm or agreement of ritme@2",
        ),
        ("{use: ritme@2, since: 2026-07-01, later: {twee-keer: 2026-06-01}}", "before the chain keeps ritme@2 at all"),
        ("{use: ritme@1, since: 2026-01-01}\n  - {use: ritme@2, since: 2026-01-01}", "keeps ritme in two versions"),
    ],
)
def test_the_checker_says_what_is_wrong_with_the_line(line: str, said: str | None) -> None:
    found = problems(f"  - {line}\n")
    assert (said is None and not found) or (said is not None and said in " ".join(found))
