"""`backbone protocol try` of a scheme of working together: a stretch of time of a chain that keeps it, by the services' own rules."""

from datetime import date
from pathlib import Path

import pytest

from backbone.definition_files import load_definitions
from backbone.protocols import DefinitionError, Protocol
from schakel.events.chain import RhythmDue, RhythmMissed
from schakel.her_words import LANGUAGES, Language, in_language
from schakel.messages import ChainAttention, TrendNews
from services.rehearsal import chain_words, door, scenario
from services.rehearsal.chain_play import ChainRehearsal, answers_to, play_chain
from services.rehearsal.chain_script import ChainScript
from services.rehearsal.chain_why import unsaid
from services.rehearsal.known_chain_words import KnownChainWords
from services.rehearsal.setting import setting
from tests.authoring.test_try import NOTHING_TO_PLAY, OF_CHAINS, Run, backbone, flat  # noqa: F401 (a fixture)
from tests.protocols.samples import ROOT
from tests.services.test_chain_streams import made_of, until
from tests.support.casebook import repository
from tests.support.meetings import CITY, POLICE
from tests.support.newest import newest_of
from tests.support.telling import moment

IDS = {"ids": lambda one: getattr(one, "stem", getattr(one, "protocol", ""))}
EACH = pytest.mark.parametrize(("protocol", "path"), OF_CHAINS, **IDS)
RDO = "samenwerkingsafspraken"
SCENARIO = """\
scenario: Een proef
begins: 2026-01-01
lines:
  - {at: 2026-02-03 20:00, by: prosecutor, tell: minutes.recorded, with: {consultation: sdo, items: [eenheidsrapport]}}
  - {at: 2026-03-02 12:00, case: een, by: police, tell: report.received, with: {police_record: complaint}}
  - at: 2026-03-10 12:00
    list: politielijst
    for: police
    expect: [een complaint]
  - at: 2027-01-01 00:00
    expect: [rhythm.missed rdo-vier-keer 0/4 prosecutor]
never: [rhythm.missed eenheidsrapport-jaarlijks]
"""


def written(tmp_path: Path, text: str = SCENARIO) -> Path:
    path = tmp_path / "een-proef.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def played(path: Path, tried: Protocol) -> ChainRehearsal:
    told, document = scenario.load(path)
    assert isinstance(told, scenario.ChainScenario)
    here = setting(told.chain, tried, *repository(), since=told.begins, occasions=told.occasions)
    found = play_chain(told, document, here)
    assert isinstance(found, ChainRehearsal), found
    return found


def tried(name: str, path: Path, *, why: bool = False, language: Language = "nl") -> door.Shown:
    """As the command has it done, with the files of this repository."""
    return door.try_scenario(path, newest_of(name), door.Files(*repository()), language, why=why)


def test_a_reader_of_a_play_sees_no_more_than_the_service_shows(tmp_path: Path) -> None:
    """Of what is not yet known to all only what it knows itself."""
    text = SCENARIO.replace("list: politielijst", "list: adv-bundeling").replace("    expect: [een complaint]\n", "")
    shown = {
        who: flat(tried(RDO, written(tmp_path, text.replace("for: police", f"for: {who}"))).text)
        for who in ("police", "prosecutor")
    }
    assert ["Nog niet bij iedereen bekend: een" in one for one in shown.values()] == [True, False]


# --- what it shows ----------------------------------------------------------------------------------------------------


def test_it_says_what_was_not_kept_to_whom_and_where_that_stands(tmp_path: Path):
    text = flat(tried(RDO, written(tmp_path)).text)
    late = "vr 1 jan 2027 00:00 > Niet gehaald: Regionaal Discriminatie Overleg, casusoverleg (rdo-vier-keer), 0 van 4 keer"
    assert late in text
    assert "Bericht aan Meldpunt discriminatie, Politie en Openbaar Ministerie." in text
    assert "Waar dit staat: [0] bijlage 2 §6 «Per eenheid (politie-indeling)" in text
    assert "gehouden op di 3 feb 2026, onderwerpen: 'Concept van het Eenheidsrapport'." in text
    assert "- een: gemeld op: ma 2 mrt 2026;" in text
    assert "bij de politie: aangifte; doorlooptijd: dagen sinds de melding: 8" in text
    english = flat(tried(RDO, written(tmp_path), language="en").text)
    assert "> Not kept: Regionaal Discriminatie Overleg, casusoverleg (rdo-vier-keer), 0 of 4 times" in english
    assert "records: complaint; lead time: since report 8, since last step 8, suspended 0, days suspended 0." in english


TRENDS = """\
scenario: Een signaal
begins: 2026-01-01
occasions:
  - occasion: feest
    title: Een feest
    days: [{first: 2026-06-15}]
    remind: {before: 2 weken, tell: [police], since: 2026-01-01}
    source: "keuze: voor deze proef"
lines:
  - at: 2026-04-01 12:00
    by: anti_discrimination
    tell: trend.signalled
    with: {district: oost, to: [municipality, police], place_type: nightlife, answer_by: 2026-04-10}
  - {at: 2026-04-02 12:00, by: police, tell: trend.answered, with: {trend: newest, measures: [camera]}}
  - {at: 2026-04-02 13:00, by: coc, tell: trend.answered, with: {trend: newest, measures: [camera]}, expect: []}
  - {at: 2026-04-10 23:59, expect: []}
  - {at: 2026-04-11 00:00, expect: [trend.unanswered municipality anti_discrimination mayor]}
  - {at: 2026-06-01 00:00, expect: [rhythm.due feest-2026 police events]}
never: [trend.unanswered police]
"""


def test_a_signal_is_heard_answered_or_called_late_and_an_event_is_ahead(tmp_path: Path):
    path = written(tmp_path, TRENDS)
    shown = tried("ecad-p-zaaksoverzicht", path)
    assert shown.good, shown.text
    text = flat(shown.text)
    assert (
        "Geen antwoord van Gemeente op een signaal. Bericht aan Meldpunt discriminatie, Burgemeester en Gemeente."
        in text
    )
    assert "Op komst: Een feest, vanaf ma 15 jun 2026. Bericht aan Politie." in text
    assert "(Dit heeft geen gevolg.)" in text, "it was not signalled to the COC"
    found = played(path, newest_of("ecad-p-zaaksoverzicht"))
    news = [
        (partner, one.reason) for told in found.heard.values() for partner, one in told if isinstance(one, TrendNews)
    ]
    assert news[:3] == [
        ("municipality", "trend_signalled"),
        ("police", "trend_signalled"),
        ("anti-discrimination", "trend_answered"),
    ]


def test_the_services_say_the_same_at_the_same_moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A year of two schemes through the real services, and on the table: the same conclusions, the same messages to the same partners."""
    schemes = ("utrecht-driehoek@2017.1", "ecad-p-zaaksoverzicht@2025.1")
    cluster = made_of(tmp_path, monkeypatch, *schemes)
    until(cluster, moment("2027-01-02 12:00"))
    text = "scenario: Een jaar\nbegins: 2026-03-01\nchain: proef\nlines:\n  - {at: 2027-01-02 12:00}\n"
    path, chains, protocols = written(tmp_path, text), *load_definitions(ROOT / "protocols", tmp_path / "chains")
    said: dict[str, tuple[object, ...]] = {}
    messages: list[tuple[str, ChainAttention]] = []
    for ref in schemes:
        told, document = scenario.load(path)
        assert isinstance(told, scenario.ChainScenario)
        tried = protocols.get(*ref.split("@"))
        found = play_chain(told, document, setting("proef", tried, chains, protocols, since=told.begins))
        assert isinstance(found, ChainRehearsal)
        said |= {entry.id: (entry.event.rhythm, entry.event.tell) for entry in found.concluded}  # type: ignore[attr-defined]
        messages += [
            (to, one) for heard in found.heard.values() for to, one in heard if isinstance(one, ChainAttention)
        ]
    ledger = [entry for entry in cluster.ledger() if isinstance(entry.event, RhythmDue | RhythmMissed)]
    assert said == {entry.id: (entry.event.rhythm, entry.event.tell) for entry in ledger}
    assert len(said) == 23
    sent = [(to, one) for to in (CITY, POLICE) for one in cluster.out(to) if isinstance(one, ChainAttention)]
    assert sorted(sent, key=str) == sorted(messages, key=str)


def test_what_comes_due_in_between_is_said_at_its_own_moment(tmp_path: Path):
    """ECD-1: 26 in 2026, also when nothing is told in all that time."""
    year = "scenario: Een jaar\nbegins: 2026-01-01\nlines:\n  - {at: 2026-12-31 12:00}\n"
    said = played(written(tmp_path, year), newest_of("ecad-p-zaaksoverzicht")).concluded
    due = [entry for entry in said if isinstance(entry.event, RhythmDue)]
    assert len(due) == len(said) == 26
    assert [entry.envelope.time for entry in due] == [entry.event.due_at for entry in due]


def test_a_case_runs_under_a_file_only_when_that_acts_in_cases(tmp_path: Path):
    """And under the chain's other protocols with `others`, which brings its other schemes too."""
    files, since = repository(), date(2026, 1, 1)
    meetings, alliance = newest_of("utrecht-driehoek"), newest_of("noord-nederland-alliantie")
    assert not setting("groningen", meetings, *files, since=since).chain.protocols
    both = setting("groningen", alliance, *files, since=since).chain
    assert (set(both.protocols), set(both.schemes)) == ({alliance.ref}, {alliance.ref})
    more = setting("groningen", meetings, *files, others=True, since=since).chain
    assert set(more.protocols) == {one.use for one in files[0].get("groningen").file.protocols}
    assert {ref.partition("@")[0] for ref in more.schemes} == {"utrecht-driehoek", "noord-nederland-alliantie"}
    assert not setting("groningen", meetings, *files).chain.schemes, "a play of a case keeps none"


@EACH
def test_every_rhythm_and_agreement_said_something_or_it_is_said_why_not(protocol: Protocol, path: Path):
    found = played(path, protocol)
    said = {event.rhythm for entry in found.concluded if isinstance(event := entry.event, RhythmDue | RhythmMissed)}
    here = protocol.cooperation
    why = {one.id: one.why for one in unsaid(found, protocol)}
    assert all(why.values())
    assert why.keys().isdisjoint(said)
    assert {one.id for one in here.rhythms} <= why.keys() | said
    assert {one.id for one in here.agreements if {f"{one.id}-review", f"{one.id}-end"}.isdisjoint(said)} <= why.keys()
    for language in LANGUAGES:
        text = ChainScript(found, protocol, language, why=True).text()
        assert [line for line in text.splitlines() if len(line) > 80] == []
        heading = in_language(chain_words.WHY, language)["heading" if here.rhythms or here.agreements else "no_parts"]
        assert flat(heading) in flat(text)


def test_why_counts_what_was_held_and_names_the_day_that_is_ahead(tmp_path: Path):
    text = flat(tried(RDO, written(tmp_path), why=True).text)
    kept = (
        "Ritme 'eenheidsrapport-jaarlijks': - van do 1 jan 2026 tot en met do 31 dec 2026 is het gehaald: 1 van 1 keer."
    )
    assert kept in text
    assert "Afspraak 'samenwerkingsafspraken': - alle dagen liggen voor het begin." in text
    early = SCENARIO.partition("  - at: 2027")[0]
    text = flat(tried(RDO, written(tmp_path, early), why=True).text)
    assert "Ritme 'rdo-vier-keer': - de termijn tot en met do 31 dec 2026 is nog niet voorbij." in text
    early = "scenario: Kort\nbegins: 2026-01-01\nlines:\n  - {at: 2026-01-03 12:00}\n"
    text = flat(tried("ecad-p-zaaksoverzicht", written(tmp_path, early), why=True).text)
    assert "Ritme 'elke-veertien-dagen': - de eerste keer is ma 5 jan 2026 09:00." in text
    text = flat(tried("amsterdam-overleggen", written(tmp_path, early), why=True).text)
    assert "Ritme 'bto-wekelijks': - dit wordt alleen gemeten: er gaat geen bericht over uit." in text


def test_two_versions_beside_each_other(backbone: Run, tmp_path: Path):  # noqa: F811
    folder = tmp_path / "proef"
    folder.mkdir()
    text = (ROOT / "protocols" / "utrecht-driehoek" / "2017.1.yaml").read_text(encoding="utf-8")
    for version, at_least in (("1.0", 1), ("1.1", 2)):
        named = text.replace("utrecht-driehoek", "proef").replace('"2017.1"', f'"{version}"')
        (folder / f"{version}.yaml").write_text(named.replace("at_least: 1", f"at_least: {at_least}"), encoding="utf-8")
    half = "scenario: Half\nbegins: 2026-01-01\nlines:\n  - {at: 2026-07-01 00:00}\n"
    result = backbone(folder / "1.1.yaml", written(tmp_path, half), "--against", folder / "1.0.yaml")
    assert result.exit_code == 0, result.output
    changed = [line for line in result.stdout.splitlines() if line[:2] in ("- ", "+ ") and "alleen" not in line]
    assert len(changed) == 2
    assert ("0 van 1 keer" in changed[0], "0 van 2 keer" in changed[1]) == (True, True)
    same = backbone(folder / "1.0.yaml", tmp_path / "een-proef.yaml", "--against", folder / "1.0.yaml")
    assert "Geen verschil." in same.stdout


def test_of_a_file_with_nothing_to_play_it_says_what_can_be_done(backbone: Run):  # noqa: F811
    said = {name: flat(backbone(name).stderr) for name in sorted(NOTHING_TO_PLAY)}
    assert (
        "its text is not held; read it with `backbone protocol explain haaglanden-aanpak`" in said["haaglanden-aanpak"]
    )
    figures = "`backbone overview CHAIN --of gevonden-en-gescreend --period 2026-Q1`"
    assert figures in said["landelijke-zoekvraag"]


# --- what is not as expected --------------------------------------------------------------------------------------------

MISSED = "rhythm.missed rdo-vier-keer 0/4 prosecutor"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (MISSED, "rhythm.missed rdo-vier-keer 1/4", "dit volgde niet: rhythm.missed rdo-vier-keer 1/4"),
        (MISSED, "rhythm.missed rdo-vier-keer mayor", "dit volgde niet: rhythm.missed rdo-vier-keer mayor"),
        (MISSED, "rhythm.due rdo-vier-keer", "dit volgde niet: rhythm.due rdo-vier-keer"),
        (f"expect: [{MISSED}]", "expect: []", "er mocht niets volgen"),
        ("never: [rhythm.missed eenheidsrapport", "never: [rhythm.missed ldo-twee-keer, rhythm.missed eenheidsrapport",
         "dit mocht niet volgen: rhythm.missed ldo-twee-keer"),
        (", items: [eenheidsrapport]", "", "dit mocht niet volgen: rhythm.missed eenheidsrapport-jaarlijks"),
        ("expect: [een complaint]", "expect: []", "er mocht niets op staan"),
        ("expect: [een complaint]", "expect: [een log_entry]", "dit staat er niet op: een log_entry"),
        ("expect: [een complaint]", "expect: [een since_report=9]", "dit staat er niet op: een since_report=9"),
        ("expect: [een complaint]", "lacks: [complaint]", "dit staat erop en mag niet: complaint"),
        ("expect: [een complaint]", "lacks: [een]", "dit staat erop en mag niet: een"),
        ("for: police", "for: mayor", "het werd geweigerd (not_a_reader)"),
        ("expect: [een complaint]", "refused: not_a_reader", "het werd niet geweigerd (not_a_reader)"),
        ("by: prosecutor", "by: mayor", "het werd geweigerd (consultation.not_a_member)"),
        ("by: police, tell: report.received,", "by: police, tell: report.received, refused: right.missing,",
         "het werd niet geweigerd (right.missing)"),
        ("items: [eenheidsrapport]", "items: [koffie]", "het werd geweigerd (consultation.another_item)"),
    ],
)  # fmt: skip
def test_what_is_not_as_expected_is_said_and_it_is_not_good(tmp_path: Path, old: str, new: str, said: str):
    assert old in SCENARIO
    shown = tried(RDO, written(tmp_path, SCENARIO.replace(old, new, 1)))
    assert not shown.good
    assert said in flat(shown.text)


@pytest.mark.parametrize(
    ("old", "new", "line", "said", "do"),
    [
        ("tell: minutes.recorded", "tell: minutes.record", 4, "`minutes.record` is nothing that a partner tells",
         "did you mean `minutes.recorded`?"),
        ("by: prosecutor", "by: openbaar ministerie", 4, "is no partner and no role",
         "write `prosecutor`: that is «openbaar ministerie» here"),
        ("consultation: sdo", "consultatie: sdo", 4, "of minutes.recorded is not right", "did you mean `consultation`?"),
        ("list: politielijst", "list: politielijsten", 7, "`politielijsten` is no overview that the chain keeps",
         "did you mean `politielijst`?"),
        ("list: politielijst", "agenda: rdo", 7, "`rdo` is no consultation that the chain keeps", ""),
        ("list: politielijst", "list: strategische-cijfers", 7, "is counted of a closed period", "backbone overview"),
        ("expect: [een complaint]", "expect: [en complaint]", 9, "`en` is no word that occurs in this play", "did you mean `een`?"),
        ("expect: [een complaint]", "expect: [een complaintt]", 9, "`complaintt` is no word", "did you mean `complaint`?"),
        ("expect: [een complaint]", "expect: [een contact=1]", 9, "`contact=1` is no word", ""),
        ("expect: [een complaint]", "lacks: [aangifte]", 9, "`aangifte` is no word", "write `complaint`: that is «aangifte» here"),
        ("rhythm.missed rdo-vier-keer", "rhythm.mised rdo-vier-keer", 11, "`rhythm.mised` is nothing that the backbone concludes",
         "did you mean `rhythm.missed`?"),
        ("rdo-vier-keer", "rdo-vierkeer", 11, "`rdo-vierkeer` of `rhythm.missed` is no word", "did you mean `rdo-vier-keer`?"),
        ("eenheidsrapport-jaarlijks", "eenheidsraport-jaarlijks", 12, "is no word that occurs in this play",
         "did you mean `eenheidsrapport-jaarlijks`?"),
        ("never: [rhythm.missed eenheidsrapport-jaarlijks", "never: [referral.held", 12, "is nothing that the backbone",
         "tried with the protocol that the case runs under"),
        ("begins: 2026-01-01\n", "", 1, "`begins` is missing", "add the line `begins: ...`"),
        ("begins: 2026-01-01", "begins: vroeg", 2, "`begins` is 'vroeg'", ""),
        ("    for: police\n", "    for: police\n    agenda: sdo\n", 6, "a line does one thing, found agenda and list", ""),
        ("    list: politielijst\n", "", 6, "`for` and `lacks` belong to a line with `agenda` or `list`", ""),
        ("  - {at: 2026-03-02 12:00,", "  - {at: 2026-03-02 12:00, by: police, tell: report.received}\n  - {at: 2026-03-02 12:00,", 5,
         "`report.received` is told in a case, and the line names none", "add `case: een`"),
        ("by: prosecutor", "case: een, by: prosecutor", 4, "`minutes.recorded` is told of the chain, and in no case", "leave `case` out"),
        ("tell: report.received, with: {police_record: complaint}", "tell: label.refused", 5,
         "`een` is no case that was reported before this line", ""),
        ("sdo, items", "sdo, cases: [twee], items", 4, "`twee` is no case that was reported before this line", ""),
        ("by: prosecutor", "by: operator", 4, "`minutes.recorded` is nothing that the operator tells", "name the partner or role"),
        ("by: police", "by: operator", 5, "`report.received` is nothing that the operator tells", "name the partner or role"),
        ("at: 2026-03-02", "at: 2026-01-02", 5, "this line lies before the one above it", ""),
        ("    for: police\n", "    voor: police\n", 8, "`lines[2].voor` is not a field", ""),
    ],
)  # fmt: skip
def test_a_faulty_scenario_says_where_and_what_to_do(tmp_path: Path, old: str, new: str, line: int, said: str, do: str):
    assert old in SCENARIO
    with pytest.raises(DefinitionError) as caught:
        tried(RDO, written(tmp_path, SCENARIO.replace(old, new, 1)))
    problems = flat("\n".join(map(str, caught.value.problems)))
    assert f"een-proef.yaml:{line}: error:" in problems
    assert said in problems
    assert do in problems


def test_the_two_kinds_of_scenario_are_told_apart(tmp_path: Path):
    """By what it says, so that whoever forgot the beginning is told that, and whoever plays a chain with nothing to keep that."""
    minutes = "  - {at: 2026-03-02 20:00, by: police, tell: minutes.recorded, with: {consultation: sdo}}\n"
    case = "  - {at: 2026-03-02 20:00, by: police, tell: report.received}\n"
    for name, text, line, said in (
        (RDO, f"scenario: Een\nlines:\n{minutes}", 1, "`begins` is missing"),
        (RDO, f"scenario: Een\nlines:\n{case}never: [rhythm.missed]\n", 4, "add `begins: 2026-01-01` to play a chain"),
        ("groningen-protocolkaart", f"scenario: Een\nbegins: 2026-01-01\nlines:\n{minutes}", 2, "there is nothing for a chain to keep"),
    ):  # fmt: skip
        with pytest.raises(DefinitionError) as caught:
            tried(name, written(tmp_path, text))
        assert f"een-proef.yaml:{line}: error:" in str(caught.value)
        assert said in flat(str(caught.value))


def test_the_command_ends_as_for_a_case(backbone: Run, tmp_path: Path):  # noqa: F811
    """1 when not all is as expected, 2 when it cannot be played; that 0 is the end of the others, every scenario shows that is shipped."""
    wrong = SCENARIO.replace("0/4", "1/4")
    faulty = SCENARIO.replace("rdo-vier-keer", "rdo-vierkeer")
    ends = [backbone(RDO, written(tmp_path, text)) for text in (wrong, faulty)]
    assert [one.exit_code for one in ends] == [1, 2]
    assert "een-proef.yaml:11: error:" in ends[1].stderr


@EACH
def test_whatever_a_conclusion_answers_to_is_known(protocol: Protocol, path: Path):
    """No right word is refused: each under which a conclusion of these plays could be named may stand in a scenario."""
    told, _ = scenario.load(path)
    assert isinstance(told, scenario.ChainScenario)
    found = played(path, protocol)
    known = KnownChainWords.of(told, found.setting)
    expected = [
        " ".join([entry.envelope.type, *sorted(set(answers_to(entry, found.setting.chain)))])
        for entry in found.concluded
    ]
    line = scenario.ChainLine(at=told.lines[0].at, expect=tuple(expected))
    assert [fault.what for fault in known.faults(told.model_copy(update={"lines": (line,), "never": ()}))] == []
