"""A case under two files: each referral has one clock of a kind, by the file that proposed it (docs/adr/0064)."""

from itertools import permutations
from pathlib import Path

import pytest

from schakel.case_state import Clock, ClockState
from tests.support.casebook import Story, given
from tests.support.conclusions import clock_started, clock_stopped, exhausted
from tests.support.telling import (
    ADV,
    CITY,
    HELP,
    POLICE,
    Tell,
    accepted,
    assessed,
    contact_made,
    corrected,
    declined,
    granted,
    moment,
    passed,
    report,
    requested,
    terms,
)
from tests.support.variants import written

STEP = """\
steps:
  - id: {step}
    refer: {{{{to: {to}, purpose: referral, needs: [contact_details], if_refused: hold}}}}
    {{source}}
"""
CLOCK = """\
  - id: {id}
    starts: {starts}
    of_step: {of_step}
    stops: {{{{on: {on}}}}}
    limit: {limit}
    promise: our_choice
    responsible: doer
    when: {when}
    source: "keuze: proef"
"""
USE = "  - {use: een@1.0, districts: all}\n", "  - {use: twee@1.0, districts: all}\n"
BOTH = (terms(HELP), terms(ADV))


def step(to: str, name: str = "stap") -> str:
    return STEP.format(step=name, to=to)


def clock(
    name: str,
    limit: str,
    of_step: str = "any",
    on: str = "answered",
    starts: str = "referral.delivered",
    when: str = "{{}}",
) -> str:
    return CLOCK.format(id=name, limit=limit, of_step=of_step, on=on, starts=starts, when=when)


def file(steps: str, *clocks: str) -> str:
    return f"{steps}clocks:\n{''.join(clocks)}" if clocks else steps


def under(folder: Path, een: str, twee: str, *told: Tell, order: tuple[str, ...] = USE) -> Story:
    chains, protocols = written(folder, {"een": een, "twee": twee}, "".join(order))
    return given(*told, chains=chains, protocols=protocols)


def timed(story: Story) -> dict[str, list[str]]:
    """By which files' clocks each receiver is waited for."""
    found: dict[str, list[str]] = {}
    for one in story.case.clocks.values():
        found.setdefault(story.case.referrals[one.about or ""].to, []).append(one.protocol.partition("@")[0])
    return found


def running(story: Story, protocol: str) -> list[Clock]:
    found = (one for one in story.case.clocks.values() if one.protocol.startswith(protocol))
    return [one for one in found if one.state is ClockState.RUNNING]


EEN = file(step("victim_support"), clock("antwoord", "2 werkdagen"))
TWEE = file(step("anti_discrimination", "andere-stap"), clock("wacht", "1 week"))


@pytest.mark.parametrize("order", list(permutations(USE)), ids=["een first", "twee first"])
def test_each_file_times_what_it_proposed_whichever_is_listed_first(tmp_path: Path, order: tuple[str, ...]):
    story = under(tmp_path, EEN, TWEE, report(consents=BOTH), order=order)
    assert timed(story) == {HELP: ["een"], ADV: ["twee"]}
    (one,) = running(story, "een")
    assert one.due_at == moment("2026-03-05 00:00")


@pytest.mark.parametrize(("order", "whose"), list(zip(permutations(USE), ("een", "twee"), strict=True)))
def test_one_by_hand_is_timed_by_the_file_that_is_listed_first(tmp_path: Path, order: tuple[str, ...], whose: str):
    story = under(tmp_path, EEN, TWEE, report(), order=order)
    story.when(requested("gemeente-amsterdam", role="coordinator"), granted("gemeente-amsterdam"))
    assert timed(story) == {"gemeente-amsterdam": [whose]}


def test_what_its_own_file_does_not_wait_for_the_other_file_does(tmp_path: Path):
    """Else the referral of a file without such a clock would be waited for by nobody."""
    story = under(tmp_path, file(step("victim_support")), TWEE, report(consents=BOTH))
    assert timed(story) == {HELP: ["twee"], ADV: ["twee"]}


def test_a_clock_of_its_own_step_is_its_files_clock(tmp_path: Path):
    """The file times its step by name: the other file's clock for every referral leaves it alone."""
    een = file(step("victim_support"), clock("antwoord", "2 werkdagen", of_step="stap"))
    assert timed(under(tmp_path, een, TWEE, report(consents=BOTH))) == {HELP: ["een"], ADV: ["twee"]}


def test_a_step_of_the_same_name_in_another_file_is_another_step(tmp_path: Path):
    een = file(step("victim_support"), clock("antwoord", "2 werkdagen", of_step="stap"))
    twee = file(step("anti_discrimination"), clock("wacht", "1 week", of_step="stap"))
    assert timed(under(tmp_path, een, twee, report(consents=BOTH))) == {HELP: ["een"], ADV: ["twee"]}


def test_clocks_of_different_kinds_stand_side_by_side(tmp_path: Path):
    """Whether it is taken up, and when it is done: the one is waited for by its own file, the other by the only one that does."""
    twee = file(step("anti_discrimination", "andere-stap"), clock("klaar", "8 weken", on="ended"))
    story = under(tmp_path, EEN, twee, report(consents=(terms(HELP),)))
    assert timed(story) == {HELP: ["een", "twee"]}
    story.when(accepted(HELP)).then_among(clock_stopped("antwoord"))


def test_where_its_files_clock_does_not_apply_the_others_does(tmp_path: Path):
    een = file(step("victim_support"), clock("antwoord", "2 werkdagen", when="{{acute: true}}"))
    assert timed(under(tmp_path / "a", een, TWEE, report(consents=(terms(HELP),)))) == {HELP: ["twee"]}
    assert timed(under(tmp_path / "b", een, TWEE, report(consents=(terms(HELP),), acute=True))) == {HELP: ["een"]}


def test_what_began_goes_on_whatever_becomes_known(tmp_path: Path):
    """Its file's clock begins to apply: it is waited for already, and by that term."""
    een = file(step("victim_support"), clock("antwoord", "2 werkdagen", when="{{acute: true}}"))
    story = under(tmp_path, een, TWEE, report(consents=(terms(HELP),)))
    story.when(corrected(POLICE, acute=True)).never(clock_started("antwoord")).then_quiet()
    assert timed(story) == {HELP: ["twee"]}


def test_a_clock_of_its_step_that_begins_to_apply_begins_no_second_one(tmp_path: Path):
    een = file(step("victim_support"), clock("antwoord", "2 werkdagen", of_step="stap", when="{{acute: true}}"))
    story = under(tmp_path, een, TWEE, report(consents=(terms(HELP),)))
    story.when(corrected(POLICE, acute=True)).never(clock_started("antwoord")).then_quiet()
    assert timed(story) == {HELP: ["twee"]}


ACUTE = file(step("victim_support"), clock("antwoord", "2 werkdagen", when="{{acute: true}}"))
ATTENTION = file(step("anti_discrimination", "andere-stap"), clock("wacht", "1 week", when="{{high_profile: true}}"))


def waits(story: Story) -> list[str]:
    """By which files' clocks something is waited for now."""
    return [name for name in ("een", "twee") for _ in running(story, name)]


def test_what_stands_still_because_it_does_not_apply_keeps_no_other_away(tmp_path: Path):
    """Else the referral would be waited for by nobody. What began meanwhile goes on, and the first does not run beside it again."""
    story = under(tmp_path, ACUTE, TWEE, report(consents=(terms(HELP),), acute=True))
    assert waits(story) == ["een"]
    for acute in (False, True, False):
        story.when(corrected(POLICE, acute=acute)).then_quiet()
        assert waits(story) == ["twee"]
    story.when(accepted(HELP)).then_quiet()
    assert waits(story) == []


@pytest.mark.parametrize("order", list(permutations(USE)), ids=["een first", "twee first"])
def test_of_two_that_come_and_go_one_waits_whenever_one_applies(tmp_path: Path, order: tuple[str, ...]):
    """Both begin to apply again at once: that of the file which proposed it goes on, whatever the order."""
    story = under(tmp_path, ACUTE, ATTENTION, report(consents=(terms(HELP),), acute=True), order=order)
    assert waits(story) == ["een"]
    turns = ((0, 0, []), (1, 1, ["een"]), (0, 1, ["twee"]), (0, 0, []), (1, 1, ["een"]), (1, 0, ["een"]))
    for acute, high_profile, whose in (*turns, (0, 1, ["twee"]), (1, 1, ["twee"]), (1, 0, ["een"])):
        story.when(corrected(POLICE, acute=bool(acute), high_profile=bool(high_profile))).then_quiet()
        assert waits(story) == whose


@pytest.mark.parametrize("order", list(permutations(USE)), ids=["een first", "twee first"])
def test_one_by_hand_that_both_come_back_to_is_waited_for_once(tmp_path: Path, order: tuple[str, ...]):
    """The other file's clock has not begun yet, and stands before it: what began goes on all the same."""
    story = under(tmp_path, ACUTE, ATTENTION, report(acute=True), order=order)
    story.when(requested("gemeente-amsterdam", role="coordinator"), granted("gemeente-amsterdam"))
    for both, whose in ((False, []), (True, ["een"])):
        story.when(corrected(POLICE, acute=both, high_profile=both)).then_quiet()
        assert waits(story) == whose


def test_a_file_that_comes_later_begins_no_second_one(tmp_path: Path):
    """Attached by what became known: a referral that is waited for is waited for once."""
    later = '  - {use: twee@1.0, districts: all, when: {suspected: ["yes"]}}\n'
    twee = file(step("victim_support", "andere-stap"), clock("wacht", "1 week"))
    story = under(tmp_path, file(step("victim_support"), clock("antwoord", "2 werkdagen")), twee, order=(USE[0], later))
    story.when(report(consents=(terms(HELP),)), assessed(POLICE, "discrimination", "yes"))
    assert len(story.case.protocols) == 2
    assert timed(story) == {HELP: ["een"]}


def test_a_file_that_comes_later_begins_what_nobody_waits_for_yet(tmp_path: Path):
    """That something else is waited for keeps nothing away."""
    later = '  - {use: twee@1.0, districts: all, when: {suspected: ["yes"]}}\n'
    een = file(step("victim_support"), clock("klaar", "8 weken", on="ended"))
    story = under(tmp_path, een, TWEE, order=(USE[0], later))
    story.when(report(consents=(terms(HELP),)), assessed(POLICE, "discrimination", "yes"))
    assert timed(story) == {HELP: ["een", "twee"]}


def test_each_in_the_line_of_candidates_is_waited_for_once(tmp_path: Path):
    story = under(tmp_path, EEN, TWEE, report(consents=BOTH))
    story.when(declined(HELP)).then_among(clock_stopped("antwoord"), exhausted(HELP))
    story.when(passed("2026-03-20 00:00"))
    assert timed(story) == {HELP: ["een"], ADV: ["twee"]}


def test_how_long_it_took_is_counted_from_the_day_by_the_file_whose_step_was_taken_up(tmp_path: Path):
    een = file(step("victim_support"), clock("duur", "8 weken", of_step="stap", on="ended", starts="occurrence"))
    twee = file(
        step("anti_discrimination"), clock("elders", "8 weken", of_step="stap", on="ended", starts="occurrence")
    )
    happened = {"first_day": "2026-03-01", "last_day": "2026-03-01"}
    story = under(tmp_path, een, twee, report(consents=BOTH, occurrence=happened), accepted(HELP))
    assert [one.name for one in story.case.clocks.values()] == ["duur"]
    story.when(accepted(ADV), contact_made(CITY, "2026-03-03 12:00"))
    assert [one.name for one in story.case.clocks.values()] == ["duur", "elders"]
    assert [one.responsible for one in story.case.clocks.values()] == [HELP, ADV]
