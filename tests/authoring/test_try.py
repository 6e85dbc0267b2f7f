"""`backbone protocol try`: the scenarios beside the protocols hold, what differs is shown, and a faulty scenario says where."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backbone.cli.main import app
from backbone.protocols import Protocol, load_protocols
from backbone.protocols.cooperation import EMPTY
from backbone.protocols.schemes import Scheme
from schakel.events import TOLD
from schakel.events.report import ReportFacts
from services.rehearsal import words
from services.rehearsal.scenario import ChainScenario, beside, load
from tests.protocols.samples import ROOT

Run = Callable[..., Result]
EVERY = load_protocols(ROOT / "protocols")
ACTING = [one for one in EVERY if one.steps or one.clocks or one.informs or one.opens or one.scheme != Scheme()]
"""Of a version that does nothing yet there is nothing to try in a case."""
WORKING_TOGETHER = [one for one in EVERY if one.cooperation != EMPTY]
NOTHING_TO_PLAY = {"haaglanden-aanpak", "landelijke-zoekvraag"}
"""A text that nobody holds, and figures of a closed quarter."""


def shipped(tried: list[Protocol], *, of_chains: bool) -> list[tuple[Protocol, Path]]:
    """The scenarios beside these versions, of one of the two kinds."""
    found = [(one, path) for one in tried for path in beside(ROOT / "protocols", one.protocol, one.version)]
    return [(one, path) for one, path in found if isinstance(load(path)[0], ChainScenario) is of_chains]


OF_CASES = shipped(ACTING, of_chains=False)
OF_CHAINS = shipped(WORKING_TOGETHER, of_chains=True)
SHIPPED = [*OF_CASES, *OF_CHAINS]
SCENARIO = """\
scenario: Een proef
lines:
  - at: 2026-03-02 12:00
    by: police
    tell: report.received
    with: {natures: [threat], acute: true}
    expect: [case.opened, referral.held victim_support not_asked, party.informed mayor, clock.started contact]
"""


@pytest.fixture
def backbone(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(ROOT)
    return lambda *words: CliRunner().invoke(app, ["protocol", "try", *map(str, words)])


@pytest.fixture
def small(tmp_path: Path) -> Path:
    from tests.protocols.samples import PROTOCOL

    path = tmp_path / "proef" / "1.0.yaml"
    path.parent.mkdir()
    path.write_text(PROTOCOL, encoding="utf-8")
    return path


def scenario(tmp_path: Path, text: str = SCENARIO) -> Path:
    path = tmp_path / "een-proef.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("protocol", "path"), SHIPPED, ids=lambda one: getattr(one, "stem", getattr(one, "protocol", ""))
)
def test_a_scenario_beside_a_protocol_holds(backbone: Run, protocol, path: Path):
    result = backbone(f"{protocol.protocol}@{protocol.version}", path)
    assert result.exit_code == 0, result.output
    assert "Alles volgde zoals verwacht." in result.stdout
    assert [line for line in result.stdout.splitlines() if len(line) > 80] == []
    assert "\x1b" not in result.stdout


def test_every_protocol_that_does_something_has_a_scenario():
    tried = {protocol.protocol for protocol, _ in OF_CASES}
    assert tried == {one.protocol for one in ACTING}
    assert {one.protocol for one in EVERY} - {protocol.protocol for protocol, _ in SHIPPED} == NOTHING_TO_PLAY


def test_a_version_is_held_to_what_the_scenarios_say_from_it_on(tmp_path: Path):
    """2017.10 comes after 2017.9; a scenario without a version is everybody's, and a faulty one is never left out."""
    folder = tmp_path / "proef" / "scenarios"
    folder.mkdir(parents=True)
    (folder / "altijd.yaml").write_text(SCENARIO)
    (folder / "fout.yaml").write_text("since: [")
    (folder / "later.yaml").write_text('since: "2017.9"\n' + SCENARIO)
    held = {
        version: [path.stem for path in beside(tmp_path, "proef", version)]
        for version in ("2017.8", "2017.9", "2017.10")
    }
    assert held == {
        "2017.8": ["altijd", "fout"],
        "2017.9": ["altijd", "fout", "later"],
        "2017.10": ["altijd", "fout", "later"],
    }
    assert [path.stem for path in beside(tmp_path, "proef")] == ["altijd", "fout", "later"]


def test_it_shows_what_follows_with_the_passage(backbone: Run):
    text = flat(backbone("groningen-protocolkaart").stdout)
    assert "> Voorstel: naar Discriminatie Meldpunt Groningen" in text
    assert "Waar dit staat: [0] flyer «De partners verwijzen de melding altijd door" in text
    assert "mag Discriminatie Meldpunt Groningen dit hebben?" in text
    english = flat(backbone("groningen-protocolkaart", "--language", "en").stdout)
    assert "> Proposed: to Discriminatie Meldpunt Groningen" in english
    assert "Where it says so:" in english


def test_clocks_come_due_as_time_passes(backbone: Run):
    text = flat(backbone("handreiking-negen-stappen").stdout)
    assert "vr 1 mei 2026 22:00 > Herinnering aan Gemeente Groningen: klok 'contact-met-melder'." in text
    assert "za 2 mei 2026 22:00 > Te laat: klok 'contact-met-melder'. Gemeente Groningen hoort dat." in text
    assert "ma 30 mrt 2026 13:00" in text, "48 hours over the night in which the clock goes forward"


def test_whatever_a_partner_tells_of_a_case_has_words():
    """No codes in front of a policy officer: every event of the catalogue, every yes, in both languages."""
    assert TOLD.keys() <= words.TOLD.keys()
    yes = {
        name
        for model in (*TOLD.values(), ReportFacts)
        for name, field in model.model_fields.items()
        if field.annotation is bool
    }
    assert yes <= words.MARKS.keys()


def test_what_she_does_not_want_is_not_shown_as_what_she_needs(backbone: Run, tmp_path: Path):
    told = """scenario: Wat zij nodig heeft
lines:
  - {at: 2026-03-02 12:00, by: police, tell: report.received, with: {residence: {elsewhere: "yes", abroad: true}}}
  - at: 2026-03-02 13:00
    by: police
    tell: needs.recorded
    with: {needs: [emotional], wishes: [victim_support], no_wish: [mediation]}
"""
    text = flat(backbone("handreiking-negen-stappen", scenario(tmp_path, told)).stdout)
    assert "woont elders: ja, in het buitenland" in text, "also of what stands inside a field"
    assert "schrijft op wat de persoon nodig heeft: emotioneel, graag: Slachtofferhulp, niet: buurtbemiddeling." in text


def test_a_case_that_no_protocol_holds_for_is_said_to_run_under_nothing(backbone: Run, small: Path, tmp_path: Path):
    opens = 'opens: {when: {municipality: [elders]}, source: "keuze: alleen elders"}\n'
    small.write_text(small.read_text(encoding="utf-8") + opens, encoding="utf-8")
    told = SCENARIO.partition("    expect:")[0]
    assert "onder geen enkel protocol: er loopt geen klok" in flat(backbone(small, scenario(tmp_path, told)).stdout)


def test_a_protocol_that_no_chain_has_plays_in_an_example(backbone: Run, small: Path, tmp_path: Path):
    result = backbone(small, scenario(tmp_path))
    assert result.exit_code == 0, result.output
    assert "Slachtofferhulp krijgt niets. Reden: niet gevraagd." in flat(result.stdout)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("expect: [case.opened,", "expect: [case.closed,", "NIET ZOALS VERWACHT: dit volgde niet: case.closed"),
        ("clock.started contact]", "clock.started hulp]", "NIET ZOALS VERWACHT: dit volgde niet: clock.started hulp"),
        ("    expect: [case.opened, referral.held victim_support not_asked, party.informed mayor, clock.started contact]",
         "    expect: []", "NIET ZOALS VERWACHT: er mocht niets volgen"),
        ("clock.started contact]", "clock.started contact]\nnever: [party.informed mayor]", "dit mocht niet volgen: party.informed mayor"),
    ],
)  # fmt: skip
def test_what_is_not_as_expected_is_said_and_is_the_exit_code(
    backbone: Run, small: Path, tmp_path: Path, old: str, new: str, said: str
):
    assert old in SCENARIO
    result = backbone(small, scenario(tmp_path, SCENARIO.replace(old, new)))
    assert result.exit_code == 1
    assert said in flat(result.stdout)


def test_who_may_not_tell_it_is_refused_as_intake_would(backbone: Run, small: Path, tmp_path: Path):
    more = "  - {at: 2026-03-02 13:00, by: school, tell: close.requested, with: {reason: enough_help}}\n"
    result = backbone(small, scenario(tmp_path, SCENARIO + more))
    assert result.exit_code == 1
    assert "GEWEIGERD (" in result.stdout
    code = re.search(r"GEWEIGERD \(([a-z_.]+)\)", result.stdout)
    assert code
    expected = more.replace("}}\n", f"}}, refused: {code[1]}}}\n")
    assert backbone(small, scenario(tmp_path, SCENARIO + expected)).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("by: police", "by: polise", 4, "`polise` is no partner and no role"),
        ("tell: report.received", "tell: report.recieved", 5, "`report.recieved` is nothing that a partner tells"),
        ("natures: [threat]", "natures: [thread]", 6, "of report.received is not right"),
        ("at: 2026-03-02 12:00", "at: morgen", 3, "no moment"),
        ("lines:", "line:", 2, "`line` is not a field"),
    ],
)
def test_a_faulty_scenario_says_where(
    backbone: Run, small: Path, tmp_path: Path, old: str, new: str, line: int, said: str
):
    result = backbone(small, scenario(tmp_path, SCENARIO.replace(old, new)))
    assert result.exit_code == 2
    assert f"een-proef.yaml:{line}:" in result.stderr
    assert said in flat(result.stderr)


ACCEPTED = (
    "  - {at: 2026-03-02 13:00, by: victim_support, tell: referral.accepted, with: {referral: slachtofferhulp}}\n"
)


@pytest.mark.parametrize(
    ("old", "new", "do"),
    [
        ("natures: [threat]", "natures: [bedreiging]", "write `threat`: that is «bedreiging» here"),
        ("natures: [threat]", "natures: [thread]", "did you mean `threat`?"),
        ("natures: [threat]", "nature: [threat]", "did you mean `natures`?"),
        ("by: police", "by: politie", "write `police`: that is «politie» here"),
        ("by: police", "by: polise", "did you mean `police`?"),
        ("tell: report.received", "tell: report.recieved", "did you mean `report.received`?"),
        ("clock.started contact]\n", f"clock.started contact]\n{ACCEPTED}", "write `victim_support`: that is «slachtofferhulp» here"),
    ],
)  # fmt: skip
def test_a_word_in_dutch_or_almost_right_is_answered_with_the_right_one(
    backbone: Run, small: Path, tmp_path: Path, old: str, new: str, do: str
):
    assert old in SCENARIO
    result = backbone(small, scenario(tmp_path, SCENARIO.replace(old, new)))
    assert result.exit_code == 2
    assert f"do: {do}" in flat(result.stderr)


def test_against_another_version_shows_what_differs(backbone: Run, small: Path, tmp_path: Path):
    newer = small.with_name("1.1.yaml")
    text = small.read_text().replace('"1.0"', '"1.1"').replace('limit: "48h"', 'limit: "24h"').replace('["24h"]', "[]")
    newer.write_text(text.replace("promised", "our_choice"))
    result = backbone(newer, scenario(tmp_path), "--against", small)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "- alleen in proef@1.0, + alleen in proef@1.1" in lines
    changed = [line for line in lines if line[:2] in ("- ", "+ ") and "alleen" not in line]
    assert any("wo 4 mrt 2026 12:00" in line for line in changed if line[0] == "-")
    assert any("di 3 mrt 2026 12:00" in line for line in changed if line[0] == "+")
    assert not [line for line in changed if "Voorstel" in line], "what is the same is no difference"
    assert "Geen verschil." in backbone(small, scenario(tmp_path), "--against", small).stdout


def test_a_chain_that_is_not_there_and_no_scenarios(backbone: Run, small: Path, tmp_path: Path):
    result = backbone(small, scenario(tmp_path, SCENARIO.replace("lines:", "chain: nergens\nlines:")))
    assert result.exit_code == 2
    said = flat(result.stderr)
    assert "een-proef.yaml:2: error:" in said
    assert (
        "plays in the chain `nergens`, which has no file in chains expected: one of voorbeeld, amsterdam, groningen"
        in said
    )
    assert "do: write `chain: voorbeeld`, or name the folder with that chain: SCHAKEL_CHAINS_DIR=..." in said
    assert "has no scenarios" in backbone(small).stderr


# --- a real case ----------------------------------------------------------------------------------------------------


def history() -> str:
    """As `schakel case history --json` prints it: a case of Groningen, told and concluded, answered by the Meldpunt."""
    import json

    from schakel.cli.case import _plain_step
    from schakel.history import Step
    from tests.support.casebook import given
    from tests.support.telling import DMG, GRONINGEN, accepted, assessed, granted, report_in_groningen

    story = given(
        report_in_groningen(),
        assessed(GRONINGEN, "discrimination_or_violence", "yes"),
        granted(DMG, by=GRONINGEN),
        accepted(DMG),
    )
    steps = zip(story.world.ledger, story.world.folded()[1], strict=True)
    return "\n".join(json.dumps(_plain_step(Step(entry, effect)), default=str) for entry, effect in steps) + "\n"


def test_a_real_case_again_under_a_protocol(backbone: Run, tmp_path: Path):
    path = tmp_path / "case.jsonl"
    path.write_text(history(), encoding="utf-8")
    result = backbone("groningen-protocolkaart", "--history", path)
    assert result.exit_code == 0, result.output
    text = flat(result.stdout)
    assert "Bezorgd bij Discriminatie Meldpunt Groningen." in text
    assert "neemt de doorverwijzing aan" in text
    assert "niet is voorgesteld" not in text


def test_a_real_case_under_a_version_that_does_not_refer(backbone: Run, tmp_path: Path):
    """The answer to a referral that this version would never have made is shown as such, and breaks nothing."""
    path = tmp_path / "case.jsonl"
    path.write_text(history(), encoding="utf-8")
    text = (ROOT / "protocols/groningen-protocolkaart/2017.1.yaml").read_text(encoding="utf-8")
    newer = tmp_path / "groningen-protocolkaart" / "2099.1.yaml"
    newer.parent.mkdir()
    newer.write_text(
        text.replace('"2017.1"', '"2099.1"').replace(
            "door: [municipality, municipal_desk, protocol_officer, coc, ", "door: [coc, "
        )
    )
    result = backbone(newer, "--history", path, "--against", "groningen-protocolkaart@2017.1")
    assert result.exit_code == 0, result.output
    text = flat(result.stdout)
    assert "- > Voorstel: naar Discriminatie Meldpunt Groningen" in text
    assert "+ (Dit antwoordt op een doorverwijzing die hier niet is voorgesteld.)" in text


@pytest.mark.parametrize("text", ["", "{}\n", "no json\n", '{"type": "report.received", "logged_at": "x"}\n'])
def test_a_file_that_is_no_history(backbone: Run, tmp_path: Path, text: str):
    path = tmp_path / "case.jsonl"
    path.write_text(text)
    result = backbone("groningen-protocolkaart", "--history", path)
    assert result.exit_code == 2
    assert "schakel case history" in result.stderr
