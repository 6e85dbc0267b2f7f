"""The pictures: drawable, complete, of enough contrast, and current in docs. What a browser makes of them: `test_draw_in_browser.py`."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backbone.authoring import her_words, hers, pages, picture, sentences
from backbone.authoring.her_voice import Voice
from backbone.authoring.picture import ALWAYS_ON, CLOCK, INK, PAPER, PLAIN, SOFT, TOLD, YES, Card, Lane, Route, draw
from backbone.authoring.route import route
from backbone.chains import Chains
from backbone.cli.main import app
from backbone.protocols import Protocol, Protocols
from schakel.calendar import Limit
from schakel.events.report import FIRST_QUESTION
from schakel.events.vocab import CloseReason, InformationTopic
from schakel.her_copy import LANGUAGES
from tests.outing.scan import outs
from tests.protocols.samples import ROOT

SVG = "{http://www.w3.org/2000/svg}"
MARKS = (YES, ALWAYS_ON, TOLD, CLOCK, PLAIN)


def words(svg: str) -> str:
    root = ElementTree.fromstring(svg)
    return " ".join(
        " ".join(one.itertext()) for one in root.iter() if one.tag in (f"{SVG}text", f"{SVG}title", f"{SVG}desc")
    )


def test_it_can_be_drawn_and_says_what_it_is(protocols: Protocols):
    for protocol in protocols:
        root = ElementTree.fromstring(draw(route(protocol)))
        assert root.get("viewBox", "").startswith("0 0 360 ")
        assert root.get("role") == "img"
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert title.text == protocol.title
        assert description is not None
        assert len(description.text or "") > 60
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_every_part_of_a_case_is_in_the_picture(protocols: Protocols):
    """By its id, once; a rung of the ladder at every clock that it stands above. Nothing else of a case is drawn."""
    for protocol in protocols:
        keys = [card.key for lane in route(protocol).lanes for card in lane.all() if card.key]
        wanted = [
            *(f"check:{one.id}" for one in protocol.checks),
            *(f"explain:{one.id}" for one in protocol.explain),
            *(f"step:{one.id}" for one in protocol.steps),
            *(f"inform:{one.id}" for one in protocol.informs),
            *(f"clock:{one.id}" for one in protocol.clocks),
            *(f"late:{one.id}" for one in protocol.clocks if one.on_breach),
            *(f"rung:{clock}:{one.id}" for one in protocol.ladder for clock in one.of),
            *([f"aftercare:{protocol.aftercare.id}"] if protocol.aftercare else []),
        ]
        kinds = tuple({one.partition(":")[0] + ":" for one in wanted})
        assert sorted(key for key in keys if key.startswith(kinds)) == sorted(wanted), protocol.ref
        assert len(keys) == len(set(keys)), protocol.ref


def test_what_the_file_says_of_them_is_in_the_picture(protocols: Protocols):
    for protocol in protocols:
        lanes = {lane.heading: lane.cards for lane in route(protocol).lanes}
        said = bare(words(draw(route(protocol))))
        assert len(lanes.get("Wie krijgt de melding", ())) == len(protocol.steps)
        assert len(lanes.get("Wie hoort het alleen", ())) == len(protocol.informs)
        urgent = [one.question for one in protocol.checks if one.check in FIRST_QUESTION]
        others = [one.question for one in protocol.checks if one.check not in FIRST_QUESTION]
        assert [card.title for card in lanes.get("Er wordt gevraagd", ())] == urgent + others
        told = [reason.text for reason in protocol.closing.reasons]
        told += [text for check in protocol.checks for text in check.consequences.values()]
        told += [
            sentences.role(role)
            for clock in protocol.clocks
            for role in (*clock.on_breach, *filter(None, [clock.role]))
        ]
        told += [sentences.limit(clock.limit) for clock in protocol.clocks if clock.limit]
        told += [sentences.scopes(step.refer.needs) for step in protocol.steps]
        assert [text for text in told if bare(text).lower() not in said.lower()] == [], protocol.ref


def test_where_a_case_begins_only_at_some_doors_it_says_which(protocols: Protocols):
    first = route(protocols.get("zwb-aanspreekpunt", "2017.2")).lanes[0].cards[0]
    assert first.lines == ("De politie of het regionaal aanspreekpunt discriminatiezaken",)
    anywhere, only = route(protocols.get("utrecht-alert", "2017.2")).lanes[0].cards[0].lines
    assert anywhere == "Elk loket van de keten", "whoever answers a question later is no door by that"
    assert only.startswith("Alleen als: het is een melding")


def bare(text: str) -> str:
    """Without spaces: lines break anywhere."""
    return "".join(text.split())


def test_nothing_is_loaded_from_elsewhere(protocols: Protocols):
    for protocol in protocols:
        assert set(re.findall(r"https?://[^\s\"']+", draw(route(protocol)))) == {"http://www.w3.org/2000/svg"}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.name)
def test_there_is_contrast_enough(mark: picture.Mark):
    for ink in (INK, SOFT, mark.edge):
        assert contrast(ink, mark.fill) >= 7
        assert contrast(ink, PAPER) >= 7


def test_no_mark_is_told_apart_by_colour_alone():
    shapes = {re.sub(r"#[0-9a-f]{6}", "", picture._shape(mark, 0, 0)) for mark in MARKS}
    assert len(shapes) == len(MARKS)


def test_a_long_word_is_broken():
    long = "w" * 80
    svg = draw(Route("x", "y", "z", (Lane("kop", (Card(long),)),)))
    lines = [one.text or "" for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert "".join(line for line in lines if set(line) == {"w"}) == long
    assert max(map(len, lines)) < 30


def test_too_narrow_is_refused():
    with pytest.raises(ValueError, match="at least 300 pixels"):
        draw(Route("x", "y", "z", ()), 200)


# --- for who reported -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_her_picture_outs_nobody(protocols: Protocols, language):
    for protocol in protocols:
        assert outs(words(draw(hers.route(protocol, language)))) is None
    assert outs(words(draw(route(protocols.get("groningen-protocolkaart", "2017.1"))))), "and this would notice"


def test_no_word_that_may_stand_in_it_outs():
    tables = [table for name, table in vars(her_words).items() if isinstance(table, dict) and name[0] != "_"] + [
        {"help": her_words.HELP}
    ]
    assert len(tables) == 8
    assert [(said, word) for table in tables for pair in table.values() for said in pair if (word := outs(said))] == []
    assert set(her_words.TOPICS) == set(InformationTopic)


@pytest.mark.parametrize("language", LANGUAGES)
def test_advice_before_going_public_stands_beside_what_is_hers_to_decide(protocols: Protocols, language):
    """A32: advice, in the last lane; NOT a warning where she tells, NOT where nothing begins a case."""
    advice = {"nl": "Vraag ons eerst om advies.", "en": "Ask us for advice first."}[language]
    for protocol in protocols:
        lanes = hers.route(protocol, language).lanes
        holding = [lane for lane in lanes if any(advice in line for card in lane.cards for line in card.lines)]
        assert holding == ([lanes[-1]] if protocol.is_about_cases else []), protocol.ref


def test_her_picture_promises_no_more_than_the_protocol(protocols: Protocols):
    said = {one.protocol: words(draw(hers.route(one))) for one in protocols}
    before = words(draw(hers.route(protocols.get("handreiking-negen-stappen", "2017.2"))))
    assert "Binnen 48 uur. Dat is beloofd" in " ".join(before.split())
    now = " ".join(said["handreiking-negen-stappen"].split())
    assert "48 uur" in now, "what a chain chose to keep to is told"
    assert "Dat is beloofd" not in now, "and not as what a text promised"
    assert "geen tijd beloofd" not in said["handreiking-negen-stappen"], "beside a promise of the same contact"
    assert "Hier is geen tijd beloofd" in said["amsterdam-handelingskader"]
    assert "beloofd" not in said["amsterdam-handelingskader"].replace("geen tijd beloofd", "")


def test_who_is_no_part_of_the_same_scheme_gets_another_picture(protocols: Protocols):
    """What differs from scheme to scheme is what she wants to know: who gets it, when, who calls."""
    newest = {one.protocol: one for one in sorted(protocols, key=lambda one: one.version)}
    for language in LANGUAGES:
        drawn: dict[object, list[str]] = {}
        for one in newest.values():
            drawn.setdefault(hers.route(one, language).lanes, []).append(one.ref)
        assert len(drawn) > 20
        assert [alike for alike in drawn.values() if len(alike) > 1] == []


def test_what_only_measures_is_no_time_to_her(protocols: Protocols):
    """No length that a measured clock has, as a limit or as a reminder, nor how often partners happen to meet."""
    for one in protocols:
        said = " ".join(words(draw(hers.route(one))).split())
        voice = Voice("nl")
        promised = {voice.limit(clock.limit) for clock in one.clocks if clock.limit}
        promised |= {
            voice.every(rhythm.every)
            for rhythm in one.cooperation.rhythms
            if rhythm.every and rhythm.promise == "promised"
        }
        promised |= {voice.limit(one.aftercare.after)} if one.aftercare else set()
        times = re.findall(r"(?:Binnen|Elke|Ongeveer) (\d* ?\w+)", said)
        assert [time for time in times if time not in promised] == [], one.ref


def test_a_reminder_to_whoever_has_to_call_is_no_time_to_her(protocols: Protocols):
    one = protocols.get("utrecht-alert", "2017.2")
    (clock,) = one.clocks
    measured = clock.model_copy(update={"reminders": (Limit.parse("7 dagen"),), "every": Limit.parse("9 dagen")})
    said = words(draw(hers.route(one.model_copy(update={"clocks": (measured,)}))))
    assert "Hier is geen tijd beloofd" in said
    assert "dagen" not in said


def test_she_reads_who_calls_what_a_no_does_and_how_to_stop_it(protocols: Protocols):
    said = {one.ref: " ".join(words(draw(hers.route(one))).split()) for one in protocols}
    card = said["groningen-protocolkaart@2017.2"]
    assert "alleen zonder uw naam" in card
    assert "Contact met u: de gemeente" in card
    assert "Pas nadat met u is besproken wat u verder wilt." in card
    nine = said["handreiking-negen-stappen@2017.2"]
    assert "Contact met u: wie de hulp bij elkaar houdt" in nine
    assert "Zegt u nee, dan krijgt niemand iets." in nine
    assert "Ongeveer 1 maand later" in said["amsterdam-handelingskader@2023.1"]
    assert all("U mag elk ja weer intrekken." in one for one in said.values())
    assert set(her_words.ENDS) == set(CloseReason)


def test_a_step_that_strips_is_told_as_it_is(protocols: Protocols):
    said = " ".join(words(draw(hers.route(protocols.get("groningen-protocolkaart", "2017.1"), "en"))).split())
    assert "Always. Without your name if you say no" in said
    assert "Only if you say yes" not in said


# --- the pages and the command ----------------------------------------------------------------------------------------


def test_the_pages_are_current(protocols: Protocols, chains: Chains):
    wanted = pages.pages(protocols, chains)
    stale = [name for name, text in wanted.items() if not _is(ROOT / "docs" / name, text)]
    assert stale == [], "run python -m backbone.authoring.pages"
    there = {
        f"protocols/{path.relative_to(ROOT / 'docs' / 'protocols')}" for path in (ROOT / "docs/protocols").rglob("*.*")
    }
    assert there <= set(wanted)


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def test_the_list_says_which_schemes_run_here_and_what_a_region_needs_for_the_others(
    protocols: Protocols, chains: Chains
):
    """By what the chains bind, under whatever version. NOT a scheme left out."""
    page = pages.pages(protocols, chains)["protocols.md"]
    lines = page.partition("## Every version")[0].splitlines()
    told = {line.split(" | ")[0].removeprefix("| "): line.split(" | ")[1:] for line in lines if line.startswith("| ")}
    told.pop("scheme")
    names = {one.protocol for one in protocols}
    assert len(told) == len(names)
    bound = {use.partition("@")[0] for chain in chains for use in (*chain.protocols, *chain.schemes)}
    assert sum(not where.startswith("no:") for where, _ in told.values()) == len(bound)
    assert told["Protocolkaart Discriminatie en Geweld LHBTI's"][0] == "cases of groningen"
    assert told["Handelingskader Mannenontmoetingsplaatsen"][0] == "some cases of amsterdam"
    assert told["Basisteamoverleg en wekelijks casusoverleg"][0] == "kept by amsterdam"
    assert told["Veertiendaags zaaksoverzicht van ECAD-P"] == ["no: a region binds it", "`ecad_p` |"]


def test_pages_change_only_what_differs(tmp_path: Path, protocols: Protocols, chains: Chains):
    assert set(pages.write(tmp_path, protocols, chains)) == set(pages.pages(protocols, chains))
    assert pages.write(tmp_path, protocols, chains) == []
    one: Protocol = protocols.get("groningen-protocolkaart", "2017.1")
    gone = pages.write(tmp_path, [one], chains)
    assert "protocols/amsterdam-handelingskader-2023.1.md" in gone
    assert not (tmp_path / "protocols/amsterdam-handelingskader-2023.1.md").exists()


def test_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(ROOT)
    run = lambda *more: CliRunner().invoke(app, ["protocol", "draw", "groningen-protocolkaart", *more])  # noqa: E731
    assert ElementTree.fromstring(run().stdout).tag == f"{SVG}svg"
    to = tmp_path / "route.svg"
    assert f"{to} is there" in run("--to", str(to), "--for-person", "--language", "en").stdout
    assert "What happens with what you tell" in to.read_text(encoding="utf-8")
    assert run("--language", "en").exit_code == 2
    assert "at least 300 pixels" in run("--width", "100").stderr


def test_several_pictures_on_a_page_have_ids_of_their_own(protocols: Protocols):
    one = hers.route(protocols.get("groningen-protocolkaart", "2017.1"))
    ids = [re.findall(r' id="([^"]+)"', draw(one, name=name)) for name in ("route-1-1", "route-1-2")]
    assert ids == [["route-1-1-title", "route-1-1-description"], ["route-1-2-title", "route-1-2-description"]]
