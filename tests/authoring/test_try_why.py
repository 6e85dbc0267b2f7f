"""`backbone protocol try --why`: each part of a file that did nothing in a play, and what kept it."""

from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from backbone.definition_files import load_definitions
from backbone.protocols import Protocol, load_protocols
from schakel.events.clock import ClockStarted
from schakel.events.contact import AftercareDue
from schakel.events.referral import PartyInformed, ReferralProposed
from schakel.her_words import LANGUAGES
from services.rehearsal import scenario
from services.rehearsal.play import Rehearsal, play
from services.rehearsal.script import Script
from services.rehearsal.setting import setting
from services.rehearsal.why_not import undone
from tests.authoring.test_try import OF_CASES, Run, backbone, flat  # noqa: F401 (a fixture)
from tests.protocols.samples import PROTOCOL, ROOT

REPORT = {"at": "2026-03-02 12:00", "by": "police", "tell": "report.received"}
SECOND = """\
  - {{id: nog-een, refer: {{to: {to}, purpose: referral, needs: [contact_details], if_refused: hold}}, source: "[0]"{more}}}
"""
LATE = """\
clocks:
  - {id: actie, starts: action.agreed, stops: {on: done}, limit: null, promise: measured, responsible: coordinator, source: "[0]"}
"""


@cache
def definitions():
    return load_definitions(ROOT / "protocols", ROOT / "chains")


def played(path: Path, tried: Protocol, *, others: bool = False) -> Rehearsal:
    told, document = scenario.load(path)
    chains, protocols = definitions()
    found = play(told, document, setting(told.chain, tried, chains, protocols, others=others))
    assert isinstance(found, Rehearsal)
    return found


@pytest.fixture
def tried(tmp_path: Path):
    """Plays one report, and what else is told, under a small file: what it says of the parts that did nothing."""

    def reasons(
        file: str,
        *told: dict[str, object],
        chain: str = scenario.EXAMPLE,
        language: str = "nl",
        others: bool = False,
        **facts: object,
    ):
        folder = tmp_path / "protocols" / "proef"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "1.0.yaml").write_text(file, encoding="utf-8")
        lines = [{**REPORT, "with": {"natures": ["threat"], "identity": "by_name", **facts}}, *told]
        path = tmp_path / "spel.yaml"
        with path.open("w", encoding="utf-8") as out:
            YAML().dump({"scenario": "Een proef", "chain": chain, "lines": lines}, out)
        (protocol,) = load_protocols(tmp_path / "protocols")
        found = played(path, protocol, others=others)
        return {one.id or one.part: list(one.why) for one in undone(found, protocol, language)}  # type: ignore[arg-type]

    return reasons


def with_step(to: str, more: str = "") -> str:
    """Behind the first one."""
    return PROTOCOL.replace("informs:\n", SECOND.format(to=to, more=more) + "informs:\n")


@pytest.mark.parametrize(
    ("protocol", "path"), OF_CASES, ids=lambda one: getattr(one, "stem", getattr(one, "protocol", ""))
)
def test_every_part_did_something_or_it_is_said_why_not(protocol: Protocol, path: Path):
    found = played(path, protocol)
    events = [entry.event for scene in found.scenes for entry in scene.concluded]
    did = {event.step for event in events if isinstance(event, ReferralProposed) and event.protocol}
    did |= {event.inform for event in events if isinstance(event, PartyInformed)}
    did |= {event.clock for event in events if isinstance(event, ClockStarted)}
    did |= {event.kind for event in events if isinstance(event, AftercareDue)}
    did |= {one.rung.id for one in found.climbed.values()}
    after = [protocol.aftercare] if protocol.aftercare else []
    for language in LANGUAGES:
        said = list(undone(found, protocol, language))
        assert all(one.why and all(one.why) for one in said)
        if not any(one.part == "case" for one in said):
            parts = {one.id for one in (*protocol.steps, *protocol.informs, *protocol.clocks, *protocol.ladder, *after)}
            assert {one.id for one in said} | did >= parts
            assert {one.id for one in said if one.part not in ("inform", "aftercare")}.isdisjoint(did)
        text = Script(found, protocol, language, why=True).text()
        assert [line for line in text.splitlines() if len(line) > 80] == []


def test_a_condition_is_said_line_by_line_with_what_the_case_says(tried):
    assert tried(PROTOCOL) == {"bestuur": ["alleen als: er is nu gevaar of onrust; hier: nee"]}
    assert tried(PROTOCOL, language="en") == {"bestuur": ["only if acute: true; here: false"]}
    assert tried(PROTOCOL, acute=True) == {}
    assert tried(PROTOCOL, acute=True, identity="one_way", record_kind="lead") == {
        "hulp": [
            "alleen als: de persoon is op naam bekend; hier: eenzijdig",
            "niet als: het is een spoor, nog geen melding",
        ]
    }


def test_who_gets_it_may_be_nobody_or_who_reported_or_have_it_already(tried):
    none = tried(with_step("health_service"), acute=True, chain="amsterdam")
    assert none == {"nog-een": ["niemand is hier de GGD"]}
    assert tried(with_step("police"), acute=True) == {
        "nog-een": ["wie het krijgt, Politie (voorbeeld), heeft zelf gemeld"]
    }
    twice = {
        "nog-een": ["Slachtofferhulp (voorbeeld) is hiervoor al voorgesteld"]
    }  # and got nothing: she was not asked yet
    assert tried(with_step("victim_support"), acute=True) == twice


def test_a_step_that_waits_for_another_and_a_clock_that_has_not_begun(tried):
    assert tried(with_step("coc", ", after: hulp"), acute=True) == {"nog-een": ["pas als de stap 'hulp' is aangenomen"]}
    late = tried(PROTOCOL.replace("clocks:\n", LATE), acute=True)
    assert late == {"actie": ["nog niet begonnen: de tijd loopt vanaf het moment dat een actie is afgesproken"]}


def line(at: str, by: str, tell: str, **said: object) -> dict[str, object]:
    return {"at": at, "by": by, "tell": tell, "with": said}


CLOSED = line("2026-03-03 12:00", "coordinator", "close.requested", reason="other")
FORGOTTEN = line("2026-03-03 12:00", "police", "erasure.requested", subject="victim")
NOW = {"identity": "by_name", "natures": ["threat"], "acute": True}
ACUTE = line("2026-03-04 12:00", "police", "report.corrected", replaces=["acute"], facts=NOW)
TIMED = """\
clocks:
  - id: later
    starts: report.received
    stops: {on: made, with: [reporter], by: any}
    limit: null
    promise: measured
    responsible: coordinator
    when: {acute: true}
    source: "[0]"
"""


def test_what_a_closed_case_or_one_to_be_forgotten_keeps_is_not_said_to_be_vacant_or_still_to_begin(tried):
    """There is a mayor, and the report was received."""
    later = PROTOCOL.replace("clocks:\n", TIMED)
    closed, more = ["de zaak was gesloten"], with_step("coc", ", when: {acute: true}")
    assert tried(later, CLOSED, ACUTE) == {"bestuur": closed, "later": closed}
    assert tried(later, FORGOTTEN, ACUTE) == {"later": ["de persoon wil gewist worden"]}
    assert tried(more, CLOSED, ACUTE) == {"bestuur": closed, "nog-een": closed}
    opens = 'opens: {when: {acute: true}, source: "[0]"}\nsteps:\n'
    assert tried(PROTOCOL.replace("steps:\n", opens), CLOSED, ACUTE) == {"case": closed}


LADDER = """\
ladder:
  - {id: na-een-dag, of: [contact], after: "24h", to: coordinator, source: "[0]"}
  - {id: na-een-week, of: [contact], after: "168h", to: mayor, escalates: true, source: "[0]"}
aftercare: {id: nabellen, after: "1 maand", promise: our_choice, responsible: coordinator, source: "[0]"}
"""
CONTACT = line("2026-03-03 12:00", "police", "contact.made", whom="victim", channel="telephone")


def day(at: str, *expect: str) -> dict[str, object]:
    return {"at": f"2026-{at} 12:00", "expect": list(expect)}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([], {"na-een-dag": "klok 'contact' was niet te laat", "na-een-week": "klok 'contact' was niet te laat"}),
        ([CONTACT, day("03-20")], {"na-een-dag": "klok 'contact' was niet te laat", "na-een-week": "klok 'contact' was niet te laat"}),
        ([day("03-04")], {"na-een-dag": "zo laat was klok 'contact' nog niet", "na-een-week": "zo laat was klok 'contact' nog niet"}),
        ([day("03-06")], {"na-een-week": "zo laat was klok 'contact' nog niet"}),
        ([day("03-06"), CONTACT | {"at": "2026-03-07 12:00"}], {"na-een-week": "klok 'contact' stopte eerder"}),
        ([day("03-06"), CLOSED | {"at": "2026-03-07 12:00"}], {"na-een-week": "de zaak was gesloten"}),
        ([day("03-06"), FORGOTTEN | {"at": "2026-03-07 12:00"}], {"na-een-week": "de persoon wil gewist worden"}),
        ([day("03-12")], {}),
    ],
)  # fmt: skip
def test_a_rung_that_was_not_reached_says_so(tried, told, why: dict[str, str]):
    said = tried(PROTOCOL + LADDER, *told, acute=True)
    del said["nabellen"]
    assert said == {rung: [kept] for rung, kept in why.items()}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([], "nog niet begonnen: de tijd loopt vanaf het sluiten van de zaak"),
        ([CLOSED, day("03-20")], "het was nog geen tijd"),
        ([CLOSED, day("04-20")], None),
    ],
)
def test_aftercare_that_was_not_asked_for_says_so(tried, told, why: str | None):
    said = tried(PROTOCOL + LADDER, *told, acute=True)
    assert said.get("nabellen") == ([why] if why else None)


def test_what_was_expected_and_did_not_come_is_said_first(tried):
    assert next(iter(tried(PROTOCOL + LADDER))) == "bestuur"
    by_name = tried(PROTOCOL + LADDER, day("03-03", "clock.reminded na-een-dag"))
    assert list(by_name) == ["na-een-dag", "bestuur", "na-een-week", "nabellen"]
    by_role = tried(PROTOCOL + LADDER, day("03-03", "case.escalated mayor", "aftercare.due nabellen"))
    assert list(by_role) == ["na-een-week", "nabellen", "bestuur", "na-een-dag"]
    file = PROTOCOL.replace("identity: [by_name],", "identity: [anonymous_heard],") + LADDER
    assert list(tried(file, day("03-03", "party.informed mayor")))[:2] == ["bestuur", "hulp"]


def test_a_rung_is_named_in_what_is_expected(tried, tmp_path: Path):
    """Met, so that nothing is said to be lacking, and in that order."""
    reached = day("03-12", "clock.reminded na-een-dag coordinator", "case.escalated na-een-week mayor")
    assert list(tried(PROTOCOL + LADDER, reached, acute=True)) == ["nabellen"]
    (protocol,) = load_protocols(tmp_path / "protocols")
    assert played(tmp_path / "spel.yaml", protocol).failures == []


def test_nobody_for_the_home_town_is_not_nobody_here(tried):
    at_home = with_step("coc").replace("to: coc,", "to: coc, where: residence,")
    assert tried(at_home, acute=True) == {"nog-een": ["voor de woonplaats is niemand bekend als het COC"]}


WAITS = """\
clocks:
  - id: antwoord
    starts: referral.delivered
    of_step: STEP
    stops: {on: answered}
    limit: null
    promise: measured
    responsible: doer
    source: "[0]"
"""


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("any", "een ander protocol van de zaak wacht hier al op"),
        (
            "slachtofferhulp",
            "nog niet begonnen: de tijd loopt vanaf het moment dat de doorverwijzing 'slachtofferhulp' is bezorgd",
        ),
    ],
)
def test_what_another_file_waits_for_is_said_to_be_waited_for(tried, step: str, why: str):
    """The referral is a step's of the other file. This file's own step of that name asks nobody: the police reported it."""
    file = PROTOCOL.replace("clocks:\n", WAITS.replace("STEP", step)).replace("to: victim_support", "to: police")
    file = file.replace("id: hulp", "id: slachtofferhulp").replace("before: hulp", "before: slachtofferhulp")
    terms = {"recipient": "victim_support", "purpose": "referral", "scopes": ["contact_details"]}
    yes = line("2026-03-02 13:00", "police", "consent.granted", terms=terms)
    assert tried(file, yes, chain="amsterdam", others=True, acute=True)["antwoord"] == [why]


def test_no_case_under_it_is_one_reason_and_not_one_for_every_part(tried):
    both = [{"check": "danger_now", "answer": answer} for answer in ("yes", "no")]
    opens = 'opens: {when: {acute: true}, source: "[0]"}\nsteps:\n'
    assert tried(PROTOCOL.replace("steps:\n", opens)) == {"case": ["alleen als: er is nu gevaar of onrust; hier: nee"]}
    assert tried(PROTOCOL, checks=both) == {"case": ["er is geen melding"]}


def test_the_command_says_it_below_the_play(backbone: Run):  # noqa: F811
    file = "protocols/groningen-protocolkaart/scenarios/acuut-en-veel-aandacht.yaml"
    plain = backbone("groningen-protocolkaart", file).stdout
    result = backbone("groningen-protocolkaart", file, "--why")
    assert result.stdout.startswith(plain.rstrip())
    assert "Wat tot het einde niet gebeurde, en waarom:" in result.stdout.removeprefix(plain.rstrip())
    both = backbone("groningen-protocolkaart", file, "--why", "--against", "groningen-protocolkaart@2017.1")
    assert (both.exit_code, "leave out --against" in flat(both.output)) == (2, True)
