"""What is wrong in a section `cooperation`, in a door, or in a chain that binds them: file, line, found, expected, remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backbone.chains import check_chains
from backbone.cli.main import app
from backbone.protocols import Problem, Protocol, Protocols, check_protocol
from backbone.protocols.door_files import check_door
from backbone.protocols.door_rules import QUESTIONS
from tests.support.casebook import repository
from tests.support.doors import ANSWERS, DOORS
from tests.support.meetings import HEAD, ROOT
from tests.support.newest import filled_in

GOOD = """\
protocol: proef
version: "1.0"
title: Proef
status: held
sources: {"0": een document}
cooperation:
  agreements:
    - id: convenant
      title: Convenant
      parties: [police, prosecutor]
      source: "[0] «samen»"
  consultations:
    - id: overleg
      title: Overleg
      members: [police, prosecutor]
      parties_to: convenant
      cases:
        stays: settled
        source: "[0] «zaken»"
      guests:
        - {role: municipality, if_all_agree: true, sees: numbers, source: "[0] «gemeente»"}
      items:
        - {id: analyse, title: Analyse, source: "[0] «analyse»"}
      source: "[0] «overleg»"
  overviews:
    - {id: cijfers, title: Cijfers, of: numbers, readers: [police], by: [nature], smallest_cell: 5, source: "[0] «x»"}
  rhythms:
    - id: vier-keer
      of: overleg
      at_least: 4
      each: year
      promise: promised
      tell: [police]
      source: "[0] «vier keer per jaar»"
"""

WRONG = [
    (("at_least: 4", "every: 14 dagen\n      at_least: 4"), "rhythms[0]", "one of at_least, every and within"),
    (("each: year", "each: jaar"), "each: jaar", "each` cannot be 'jaar'"),
    (("      each: year\n", ""), "- id: vier-keer", "at_least and each belong together"),
    (("of: overleg\n", "of: praatje\n"), "of: praatje", "names `praatje`, which is not among"),
    (("tell: [police]\n      source", "tell: []\n      source"), "tell: []", "nobody hears that rhythm `vier-keer`"),
    (("promise: promised", "promise: measured"), "tell:", "never missed, and yet somebody is told"),
    (("«vier keer per jaar»", "vier keer"), 'source: "[0] vier keer"', "is promised but its source quotes nothing"),
    (("[0] «vier keer per jaar»", "[7] «vier keer per jaar»"), "[7]", "the source names [7]"),
    (("parties_to: convenant", "parties_to: verdrag"), "parties_to: verdrag", "names `verdrag`, which is not among"),
    (("members: [police, prosecutor]", "members: [police, coc]"), "members:", "would sit in `overleg` and is no party"),
    (("if_all_agree: true, ", ""), "- {role: municipality", "sees something without the members' agreement"),
    (("role: municipality", "role: police"), "- {role: police", "is a guest of `overleg` and a member too"),
    ((", smallest_cell: 5", ""), "- {id: cijfers", "the numbers of `cijfers` have no smallest cell"),
    (("smallest_cell: 5", "smallest_cell: 4"), "- {id: cijfers", "smallest_cell` is 4"),
    (("smallest_cell: 5", "smallest_cell: 10"), "- {id: cijfers", "smallest_cell` is 10"),
    (("of: numbers", "of: measures"), "- {id: cijfers", "is of measures and is counted by nature"),
    (("id: analyse", "id: overleg"), "- {id: overleg, title: Analyse", "bears the id of one of the consultations"),
    (
        ("id: cijfers", "id: overleg"),
        "- {id: overleg, title: Cijfers",
        "stands under overviews and under consultations",
    ),
    (("title: Overleg\n", "title: Overleg\n      chair: mayor\n"), "members:", "mayor chairs or keeps the papers"),
]


@pytest.fixture
def checked(tmp_path: Path) -> Callable[[str], tuple[Protocol | None, list[Problem], str]]:
    def check(text: str) -> tuple[Protocol | None, list[Problem], str]:
        path = tmp_path / "proef" / "1.0.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return *check_protocol(path), text

    return check


def test_a_good_section_has_no_faults(checked) -> None:  # type: ignore[no-untyped-def]
    protocol, problems, _ = checked(GOOD)
    assert [str(problem) for problem in problems] == []
    assert protocol.cooperation.consultation("overleg").guests[0].if_all_agree


@pytest.mark.parametrize(
    ("signed", "warned"), [("signed_on: 2017-09-21, in_force: 2017-09-21", False), ("in_force: 2017-09-21", True)]
)
def test_how_often_is_promised_by_a_text_that_is_held_or_by_a_paper_that_was_signed(
    checked, signed: str, warned: bool
) -> None:  # type: ignore[no-untyped-def]
    """A start document may say it, while the scheme's own protocol is only mentioned. NOT one that nobody signed."""
    paper = f'    - {{id: startdocument, title: Start, parties: [police, coc], {signed}, source: "[0] «wij»"}}\n'
    text = GOOD.replace("status: held", "status: mentioned").replace("  agreements:\n", f"  agreements:\n{paper}")
    _, problems, _ = checked(text)
    found = [problem for problem in problems if "yet the file has rhythms" in problem.fault.what]
    assert [problem.is_error for problem in found] == [False] * warned


@pytest.mark.parametrize(("change", "line", "words"), WRONG, ids=[words for *_, words in WRONG])
def test_what_is_wrong_is_said_with_its_line(checked, change: tuple[str, str], line: str, words: str) -> None:  # type: ignore[no-untyped-def]
    before, after = change
    assert before in GOOD
    _, problems, text = checked(GOOD.replace(before, after, 1))
    found = [problem for problem in problems if words in problem.fault.what]
    assert found, [str(problem) for problem in problems]
    assert found[0].fault.expected
    assert found[0].fault.remedy
    if line != "rhythms[0]":
        assert line in text.splitlines()[found[0].line - 1]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("schemes:\n  - {use: nergens@1, since: 2026-01-01}\n", "the scheme `nergens@1` is not in the protocol files"),
        (
            "schemes:\n  - {use: amsterdam-handelingskader@2023.2, since: 2026-01-01}\n",
            "has no section `cooperation`",
        ),
        ("schemes:\n  - {use: utrecht-driehoek@2017.1}\n", "`schemes[0].since` is missing"),
        ("doors:\n  - {use: nergens@1, partner: rita}\n", "the door `nergens@1` is not in the folder doors"),
    ],
)
def test_a_chain_that_binds_what_is_not_there(tmp_path: Path, protocols: Protocols, more: str, words: str) -> None:
    for name in ("partners.yaml", "rights.yaml"):
        (tmp_path / name).write_text((ROOT / "chains" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "proef.yaml").write_text(filled_in(HEAD + more), encoding="utf-8")
    _, problems = check_chains(tmp_path, protocols)
    assert [problem for problem in problems if words in problem.fault.what and problem.is_error]


def test_a_role_that_nobody_holds_is_a_warning(tmp_path: Path, protocols: Protocols) -> None:
    for name in ("partners.yaml", "rights.yaml"):
        (tmp_path / name).write_text((ROOT / "chains" / name).read_text(encoding="utf-8"), encoding="utf-8")
    more = "schemes:\n  - {use: samenwerkingsafspraken@2017.1, since: 2026-01-01}\n"
    (tmp_path / "proef.yaml").write_text(filled_in(HEAD + more), encoding="utf-8")
    chains, problems = check_chains(tmp_path, protocols)
    assert chains.get("proef")
    assert any("nobody holds the role lecd" in problem.fault.what for problem in problems)


# --- doors


def test_a_shipped_door_that_no_chain_binds_waits_for_its_answers_and_for_nothing_else() -> None:
    bound = {door.door for chain in repository()[0] for door in chain.doors.values()}
    for path in DOORS.glob("*.yaml"):
        _, problems = check_door(path)
        if path.stem in bound:
            assert problems == [], path.name
            continue
        assert len(problems) == len(QUESTIONS), path.name
        assert {problem.fault.at[0] for problem in problems} == {"answers"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("drops: [ip_address, device]", "drops: [device]"), "draagt ongezien ip_address mee"),
        (("routes: [help, criminal_law]", "routes: [help]"), "laat de strafrechtelijke route niet zien"),
        (("goals: [insight_nature", "emergency: {shows: [politie]}\ngoals: [insight_nature"), "verschijnt 112 niet"),
        (("goals: [insight_nature, insight_size]", "goals: [norm]"), "belooft meer dan inzicht"),
        (("field: natures", "field: contact-details"), "vraagt toch om contact-details"),
        (("permanent: true", "permanent: false"), "een tijdelijk meldpunt zonder laatste dag"),
        (("  reachable: Op werkdagen van negen tot vijf\n", ""), "Wanneer is het meldpunt bereikbaar?"),
    ],
)
def test_what_keeps_a_door_shut(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    good = (DOORS / "almere-veilige-buurtapp.yaml").read_text(encoding="utf-8") + ANSWERS
    path = tmp_path / "almere-veilige-buurtapp.yaml"
    path.write_text(good, encoding="utf-8")
    assert check_door(path)[1] == []
    assert change[0] in good
    path.write_text(good.replace(*change, 1), encoding="utf-8")
    found = [problem for problem in check_door(path)[1] if words in problem.fault.what]
    assert found
    assert found[0].fault.remedy


def test_the_command_prints_a_door_in_dutch(tmp_path: Path) -> None:
    run = CliRunner()
    shut = run.invoke(app, ["door", "check", str(DOORS / "zaanstreek-straatintimidatie.yaml")])
    assert shut.exit_code == 1
    assert "blijft dicht: 13 te doen" in shut.output
    assert "ja: 112, politie, Centrum Seksueel Geweld" in shut.output
    path = tmp_path / "zaanstreek-straatintimidatie.yaml"
    path.write_text((DOORS / path.name).read_text(encoding="utf-8") + ANSWERS, encoding="utf-8")
    ready = run.invoke(app, ["door", "check", str(path)])
    assert (ready.exit_code, "kan open" in ready.output) == (0, True)
    assert run.invoke(app, ["door", "check"]).exit_code != 0
