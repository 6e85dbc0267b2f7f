"""Chains as data: from when until when, who acts instead, at what hours, who hears back, and which chain lies next to it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backbone.chains import Chain, ChainUnknown, Unknown, candidates, candidates_at_home, check_chains
from backbone.chains.terms import Feedback
from backbone.protocols import DefinitionError
from schakel.events.vocab import Role
from tests.support.loops import CHAIN, FIRST, MEMBERS, SECOND, THIRD, written

OTHER = """\
chain: buur
version: "1"
title: Buurketen
time_zone: Europe/Amsterdam
calendar: nl
municipalities: [haren, assen]
districts: [noord, zuid]
members:
  - {partner: dmg, roles: [anti_discrimination], districts: all}
  - {partner: gemeente-groningen, roles: [coordinator], districts: [noord]}
protocols:
  - {use: lus@1.0, districts: all}
joined:
  - {municipality: assen, since: 2016-10-11}
"""
ELSEWHERE = 'elsewhere:\n  - {chain: buur, roles: [anti_discrimination], source: "keuze: wie daar woont"}\n'


def chain(folder: Path, **files: str) -> Chain:
    found = written(folder, **files)[0].get("lus")
    assert found is not None
    return found


# --- who holds a role, and when


def test_the_holders_of_a_role_in_order(tmp_path: Path):
    assert candidates(chain(tmp_path), Role.VICTIM_SUPPORT, "oost") == [FIRST, SECOND, THIRD]


def test_a_member_holds_its_role_from_its_first_day_through_its_last(tmp_path: Path):
    line = "slachtofferhulp, roles: [victim_support], districts: all"
    known = chain(tmp_path, members=MEMBERS.replace(line, f"{line}, since: 2026-02-01, until: 2026-03-10"))
    on = {day: candidates(known, Role.VICTIM_SUPPORT, "oost", date.fromisoformat(day))[0] for day in DAYS}
    assert on == {"2026-01-31": SECOND, "2026-02-01": FIRST, "2026-03-10": FIRST, "2026-03-11": SECOND}
    assert known.roles_of(FIRST, date(2026, 3, 11)) == frozenset()
    assert known.roles_of(FIRST) == {Role.VICTIM_SUPPORT}


DAYS = ("2026-01-31", "2026-02-01", "2026-03-10", "2026-03-11")


def test_who_is_suspended_is_no_candidate_and_who_is_full_the_last(tmp_path: Path):
    line = "slachtofferhulp, roles: [victim_support], districts: all"
    known = chain(tmp_path, members=MEMBERS.replace(line, f"{line}, capacity: full"))
    assert candidates(known, Role.VICTIM_SUPPORT, "oost") == [SECOND, THIRD, FIRST]
    assert candidates(known, Role.VICTIM_SUPPORT, "oost", away={SECOND, THIRD}) == [FIRST]


def test_who_acts_instead_where_nobody_holds_a_role(tmp_path: Path):
    members = MEMBERS.replace(
        "coordinator, municipality], districts: all", "coordinator, municipality], districts: [oost]"
    )
    extra = 'instead:\n  - {role: coordinator, by: [police], source: "keuze: waar geen projectleider is"}\n'
    known = chain(tmp_path, members=members, extra=extra)
    assert candidates(known, Role.COORDINATOR, "oost") == ["gemeente-amsterdam"]
    assert candidates(known, Role.COORDINATOR, "centrum") == ["politie-amsterdam"]


def test_a_vacant_role_is_listed_with_who_acts_instead(tmp_path: Path):
    members = "".join(f"{line}\n" for line in MEMBERS.splitlines() if "victim_support" not in line)
    extra = 'instead:\n  - {role: victim_support, by: [anti_discrimination], source: "keuze: tijdelijk"}\n'
    chains, _ = written(tmp_path, members=members, extra=extra)
    [vacancy] = chains.by_name["lus"].vacancies()
    assert (vacancy.role, vacancy.instead) == (Role.VICTIM_SUPPORT, (Role.ANTI_DISCRIMINATION,))
    assert any("anti_discrimination acts instead" in warning.fault.what for warning in chains.warnings)


def test_who_is_to_act_instead_and_holds_nothing_either_is_named(tmp_path: Path):
    members = "".join(f"{line}\n" for line in MEMBERS.splitlines() if "victim_support" not in line)
    extra = 'instead:\n  - {role: victim_support, by: [youth_work], source: "keuze: tijdelijk"}\n'
    chains, _ = written(tmp_path, members=members, extra=extra)
    (said,) = [one.fault.remedy for one in chains.warnings if "nobody holds the role victim_support" in one.fault.what]
    assert "give somebody the role youth_work, which acts instead" in said
    without, _ = written(tmp_path / "without", members=members)
    (said,) = [one.fault.remedy for one in without.warnings if "nobody holds the role victim_support" in one.fault.what]
    assert "name who acts under `instead`" in said


def test_hours_are_data_that_is_read_and_kept(tmp_path: Path):
    line = "slachtofferhulp, roles: [victim_support], districts: all"
    known = chain(tmp_path, members=MEMBERS.replace(line, f'{line}, hours: ["ma-vr 09:00-17:00", "za 10:00-14:00"]'))
    assert next(m.hours for m in known.members if m.partner == FIRST) == ("ma-vr 09:00-17:00", "za 10:00-14:00")


# --- the day of the report


def test_a_municipality_belongs_to_a_chain_from_the_day_it_joined(tmp_path: Path):
    chains, _ = written(tmp_path, beside={"buur": OTHER})
    before = chains.resolve("dmg", "assen", datetime(2016, 10, 10, 21, 59, tzinfo=UTC))
    assert isinstance(before, ChainUnknown)
    assert before.reason is Unknown.NOT_ON_THAT_DAY
    assert "buur" in str(before)
    after = chains.resolve("dmg", "assen", datetime(2016, 10, 10, 22, 0, tzinfo=UTC))  # midnight in Assen
    assert isinstance(after, Chain)
    assert isinstance(chains.resolve("dmg", "haren", datetime(1999, 1, 1, tzinfo=UTC)), Chain)


def test_a_scheme_holds_for_what_was_reported_on_its_days(tmp_path: Path):
    known = chain(tmp_path, bindings="  - {use: lus@1.0, districts: all, since: 2026-03-02, until: 2026-03-03}\n")
    held = [bool(known.protocols_for({}, date(2026, 3, day))) for day in (1, 2, 3, 4)]
    assert held == [False, True, True, False]


# --- who lives elsewhere


def test_a_victim_from_a_neighbouring_chain_is_served_by_the_partner_there(tmp_path: Path):
    chains, _ = written(tmp_path, extra=ELSEWHERE, beside={"buur": OTHER})
    known = chains.by_name["lus"]
    assert candidates_at_home(known, Role.ANTI_DISCRIMINATION, "haren") == ["dmg"]
    assert candidates_at_home(known, Role.ANTI_DISCRIMINATION, "haren", away={"dmg"}) == []
    assert candidates_at_home(known, Role.VICTIM_SUPPORT, "haren") == []
    assert candidates_at_home(known, Role.ANTI_DISCRIMINATION, "emmen") == []


def test_who_is_said_to_serve_a_town_comes_before_the_chain_there(tmp_path: Path):
    line = "discriminatie-nl-amsterdam, roles: [anti_discrimination], districts: all"
    members = MEMBERS.replace(line, f"{line}, home_towns: [haren]")
    chains, _ = written(tmp_path, members=members, extra=ELSEWHERE, beside={"buur": OTHER})
    assert candidates_at_home(chains.by_name["lus"], Role.ANTI_DISCRIMINATION, "haren") == [
        "discriminatie-nl-amsterdam"
    ]


# --- when a digest is due


@pytest.mark.parametrize(
    ("how", "every", "at", "due"),
    [
        ("per_case", "day", "2026-03-28T12:00:00+00:00", "2026-03-28T12:00:00+00:00"),
        ("digest", "day", "2026-03-28T12:00:00+00:00", "2026-03-28T23:00:00+00:00"),
        ("digest", "day", "2026-03-29T12:00:00+00:00", "2026-03-29T22:00:00+00:00"),  # an hour shorter
        ("digest", "week", "2026-03-25T12:00:00+00:00", "2026-03-29T22:00:00+00:00"),
        ("digest", "week", "2026-03-30T00:00:00+02:00", "2026-04-05T22:00:00+00:00"),
    ],
)
def test_a_digest_is_due_at_the_midnight_that_ends_the_day_or_the_week(how: str, every: str, at: str, due: str):
    rule = Feedback(partner="dmg", how=how, every=every)
    assert rule.due(datetime.fromisoformat(at), "Europe/Amsterdam") == datetime.fromisoformat(due)


# --- faulty files

FAULTS = [
    ("joined:\n  - {municipality: haren, since: 2026-01-01}\n", "joined", "`haren` is not in `municipalities`"),
    (
        "joined:\n  - {municipality: amsterdam, since: 2026-02-01, until: 2026-01-01}\n",
        "joined",
        "exchange the two days",
    ),
    ('instead:\n  - {role: coordinator, by: [coordinator], source: "keuze: x"}\n', "instead", "instead of itself"),
    (
        'instead:\n  - {role: coordinator, by: [police], source: "keuze: x"}\n  - {role: coordinator, by: [police], source: "keuze: y"}\n',
        "instead",
        "two lines under `instead`",
    ),
    (
        "feedback:\n  - {partner: slachtoferhulp, how: none}\n",
        "feedback",
        "`slachtoferhulp` is not in the chain's members",
    ),
    ("feedback:\n  - {partner: dmg, how: sometimes}\n", "feedback", "cannot be 'sometimes'"),
    (
        'elsewhere:\n  - {chain: nergens, roles: [police], source: "keuze: x"}\n',
        "elsewhere",
        "`nergens` is not in the chain files",
    ),
]


@pytest.mark.parametrize(("extra", "section", "what"), FAULTS)
def test_a_mistake_in_a_chains_terms_has_its_line_and_a_remedy(tmp_path: Path, extra: str, section: str, what: str):
    with pytest.raises(DefinitionError) as error:
        written(tmp_path, extra=extra)
    [problem] = [one for one in error.value.problems if one.is_error]
    assert what in str(problem)
    lines = (tmp_path / "chains" / "lus.yaml").read_text(encoding="utf-8").splitlines()
    first = lines.index(f"{section}:") + 1
    assert first < problem.line <= first + 2
    assert problem.fault.remedy


@pytest.mark.parametrize("hours", ["9-5", "ma-vr 09:00", "maandag 09:00-17:00"])
def test_hours_that_cannot_be_read_are_refused(tmp_path: Path, hours: str):
    line = "slachtofferhulp, roles: [victim_support], districts: all"
    with pytest.raises(DefinitionError, match="are no hours"):
        written(tmp_path, members=MEMBERS.replace(line, f'{line}, hours: ["{hours}"]'))


def test_a_neighbour_whose_role_is_not_held_everywhere_is_refused(tmp_path: Path):
    text = ELSEWHERE.replace("anti_discrimination", "coordinator")
    with pytest.raises(DefinitionError, match="for the whole of the chain buur"):
        written(tmp_path, extra=text, beside={"buur": OTHER})


def test_the_chain_that_is_wrong_is_left_out_and_the_others_are_kept(tmp_path: Path):
    with pytest.raises(DefinitionError):
        written(tmp_path, extra=ELSEWHERE.replace("buur", "nergens"), beside={"buur": OTHER})
    from backbone.protocols import load_protocols

    chains, problems = check_chains(tmp_path / "chains", load_protocols(tmp_path / "protocols"))
    assert list(chains.by_name) == ["buur"]
    assert any(problem.is_error for problem in problems)
    assert CHAIN.startswith("chain: lus")
