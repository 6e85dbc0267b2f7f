"""`backbone protocol explain`: everything the file says, nothing dropped, and each role's part of it."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, get_args

import pytest
from pydantic import BaseModel, Field, create_model
from ruamel.yaml import YAML
from typer.testing import CliRunner

from backbone.authoring import labels, sentences, words
from backbone.authoring.explaining import GROUPS, HEADER, items, roles_in, sections
from backbone.authoring.layout import as_markdown, as_text
from backbone.authoring.route import route
from backbone.cli.main import app
from backbone.person.plain import lists
from backbone.protocols import FACTS, Protocol, Protocols, load_protocols
from backbone.protocols.clock_rules import ClockStart, StopOn
from backbone.protocols.conditions import Condition
from backbone.protocols.cooperation import Cooperation
from backbone.protocols.desk import DeskRules
from backbone.protocols.load import protocol_files
from backbone.protocols.model import Note
from backbone.protocols.rhythms import Rhythm
from backbone.protocols.schemes import Scheme
from backbone.protocols.versions import by_age, newest, suggested
from schakel.events.vocab import Purpose, Role
from tests.protocols.samples import ROOT

FILES = protocol_files(ROOT / "protocols")
TEXTS = ("id", "source", "text", "question", "says", "title", "duty", "form", "adopted_by")


def flat(text: str) -> str:
    return " ".join(text.split())


def said(data: Any, name: str = "") -> Iterator[str]:
    """Every text of the file that stands in the explanation word for word."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from said(value, key if not name.startswith("text:") else name)
    elif isinstance(data, list):
        for value in data:
            yield from said(value, name)
    elif isinstance(data, str) and name in TEXTS:
        yield data


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("shape", [as_text, as_markdown], ids=["text", "markdown"])
def test_nothing_that_the_file_says_is_left_out(protocols: Protocols, path, shape):
    data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    text = flat(shape(protocols.get(data["protocol"], data["version"])))
    unsaid = [one for one in said(data) if flat(one).rstrip(".") not in text]
    assert unsaid == []


ENGLISH = re.compile(
    r"\b(the|and|are|that|with|who|whoever|what|which|nobody|where|she|her|to|by|not|for|before|until|their|its|this|from|"
    r"when|have|has|than|does|says|said|each|every)\b"
)
"""Common words that are no Dutch ones."""
NEWEST = {one.protocol: one for one in sorted(load_protocols(ROOT / "protocols"), key=lambda one: by_age(one.version))}


@pytest.mark.parametrize("name", sorted(NEWEST))
def test_what_a_policy_officer_reads_is_dutch(name: str):
    """Of the newest version of each file. Quotes are the document's own words, code stands between backticks, ids are names."""
    assert english(NEWEST[name]) == []


def english(protocol: Protocol) -> list[str]:
    texts = (text for item in items(protocol) for text in (item.title, *item.lines, item.source))
    return [text for text in texts if ENGLISH.search(re.sub(r"«[^»]*»|`[^`]*`", "", text.lower()))]


def test_every_section_of_the_model_has_a_heading():
    """A new section of the model needs its words here, or a policy officer reads its name in code."""
    known = {*words.SECTIONS, *HEADER}
    assert sorted(set(Protocol.model_fields) - known) == [], "add the section's heading to backbone/authoring/words.py"
    assert {name.partition(".")[0] for name in sections_of(Protocol)} == set(Protocol.model_fields) - set(HEADER)
    nested = [name for name in sections_of(Protocol) if "." in name]
    assert {name.partition(".")[0] for name in nested} == set(GROUPS)
    assert set(nested) == set(labels.SECTIONS), "add the heading to backbone/authoring/labels.py"


def models(kind: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """A model and every model inside it."""
    if kind in seen:
        return
    seen.add(kind)
    yield kind
    for info in kind.model_fields.values():
        for inner in types_in(info.annotation):
            if issubclass(inner, BaseModel):
                yield from models(inner, seen)


def types_in(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from types_in(inner)


GENERIC = [kind for group in (DeskRules, Scheme, Cooperation) for kind in models(group, set())]
NAMED_ELSEWHERE = {DeskRules, Scheme, Cooperation, Rhythm}
"""The groups, whose lists have headings, and rhythms, which have sentences of their own."""


def test_every_field_of_what_partners_do_together_has_its_dutch():
    fields = {
        info.alias or name
        for kind in GENERIC
        if kind not in NAMED_ELSEWHERE
        for name, info in kind.model_fields.items()
    }
    assert sorted(fields - set(labels.FIELDS)) == [], "add the field to backbone/authoring/labels.py"


def test_every_word_of_every_closed_list_has_its_dutch():
    """Of events in the glossary, of protocol files in `labels`, of clocks in `words`."""
    kinds = {
        inner
        for kind in models(Protocol, set())
        for info in kind.model_fields.values()
        for inner in types_in(info.annotation)
        if issubclass(inner, StrEnum)
    }
    said = {Role: words.ROLES, Purpose: words.PURPOSES, ClockStart: words.STARTS, StopOn: words.STOPS}
    known = {kind: set(said.get(kind) or labels.WORDS.get(kind) or lists().get(kind.__name__, {})) for kind in kinds}
    assert len(kinds) > 25
    assert {
        kind.__name__: missing for kind in kinds if (missing := {*map(str, kind)} - set(map(str, known[kind])))
    } == {}
    assert set(words.CLOCKS) == set(words.STOPS)


def test_every_word_that_a_condition_may_ask_for_has_its_dutch():
    said = {
        f"{fact.name}: {word}": sentences.condition(Condition.of({fact.name: [word]}))[0]
        for fact in FACTS.values()
        for word in fact.words or ()
    }
    untold = [
        name for name, text in said.items() if "_" in text or name.partition(": ")[2] in text.split(": ")[-1].split()
    ]
    assert [name for name in untold if name.partition(": ")[2] not in SAME_IN_DUTCH] == []


SAME_IN_DUTCH = (
    "app",
    "camera",
    "evaluator",
    "media",
    "object",
    "online",
    "park",
    "professional",
    "relevant",
    "school",
)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("2025-10-01..", "er is gemeld vanaf 1 oktober 2025"),
        ("..2025-06-30", "er is gemeld tot en met 30 juni 2025"),
        ("2026-01-01..2026-12-31", "er is gemeld van 1 januari 2026 tot en met 31 december 2026"),
    ],
)
def test_spans_of_days_are_said(span: str, said: str):
    assert sentences.condition(Condition.of({"reported_on": [span]})) == [said]


def test_every_clock_of_every_file_is_said_whole(protocols: Protocols):
    for clock in (clock for protocol in protocols for clock in protocol.clocks):
        said = " ".join(sentences.clock(clock))
        for limit in (clock.limit, clock.waits, *clock.reminders):
            assert limit is None or sentences.limit(limit) in said, clock.id
        assert clock.every is None or f"elke {sentences.each(clock.every)} " in said, clock.id
        assert all(sentences.role(role) in said for role in (*clock.on_breach, *clock.stops.by)), clock.id
        assert "{" not in said


def sections_of(model: type[Protocol]) -> list[str]:
    one = model(protocol="proef", version="1", title="Proef", status="held", sources={})
    return sections(one)


def test_a_section_that_nobody_taught_it_is_shown_all_the_same():
    model = create_model("Wider", __base__=Protocol, passes=(tuple[Note, ...], Field(())))
    note = Note(id="gele-kaart", source="[0] «geel»", text="Eerst een gele kaart.", roles=["police"])
    one = model(protocol="proef", version="1", title="Proef", status="held", sources={}, passes=(note,))
    text = flat(as_text(one))
    for part in ("Passes", "gele-kaart", "[0] «geel»", "Eerst een gele kaart.", "Wie: de politie."):
        assert part in text
    assert roles_in(one) == [Role.POLICE]


def test_every_role_fact_and_purpose_has_its_words():
    assert set(words.ROLES) == set(Role)
    assert set(words.FACTS) == set(FACTS)
    assert set(words.PURPOSES) == {purpose.value for purpose in Purpose}


@pytest.mark.parametrize(
    ("when", "only", "never"),
    [
        ({}, [], []),
        ({"acute": True}, ["er is nu gevaar of onrust"], []),
        ({"not": {"acute": [True]}}, ["niet: er is nu gevaar of onrust"], []),
        ({"suspicion": ["yes"]}, ["er is een vermoeden van discriminatie of geweld"], []),
        ({"natures": ["threat", "assault"]}, ["er was sprake van bedreiging of mishandeling"], []),
        ({"not": {"door": ["police"]}}, [], ["de melding kwam binnen bij de politie"]),
        ({"label": ["absent", "given"]}, ["het label lhbtiqa+ is gegeven of nog niet gezegd"], []),
    ],
)
def test_conditions_are_sentences(when: dict[str, Any], only: list[str], never: list[str]):
    condition = Condition.of(when)
    assert sentences.condition(condition) == only
    assert sentences.exceptions(condition) == never


def test_it_fits_80_columns(protocols: Protocols):
    for protocol in protocols:
        assert [line for line in as_text(protocol).splitlines() if len(line) > 80 and " " in line.strip()] == []


def test_a_measured_clock_promises_nothing(protocols: Protocols):
    text = flat(as_text(protocols.get("amsterdam-handelingskader", "2023.2")))
    assert "Er is geen grens beloofd." in text
    assert "Die grens is beloofd" not in text
    assert "De grens is 48 uur. Die grens is beloofd" in flat(
        as_text(protocols.get("handreiking-negen-stappen", "2017.1"))
    )


def test_a_clock_that_follows_what_was_agreed_says_so_before_its_own_limit(protocols: Protocols):
    text = flat(as_text(protocols.get("amsterdam-handelingskader", "2023.4")))
    assert "hoe vaak er contact is, dan is dat de grens, en die is beloofd. Anders: Er is geen grens beloofd." in text


def test_a_kind_of_case_and_an_own_question_are_called_as_the_file_calls_them(protocols: Protocols):
    weert, guide = (
        protocols.get("weert-sociaal-calamiteitenplan", "2017.2"),
        protocols.get("handreiking-negen-stappen", "2017.4"),
    )
    kinds = "de zaak heet: 'Geïsoleerd incident' of 'Reeks incidenten waarbij meer bevolkingsgroepen betrokken zijn'"
    question = "'Is het een ander conflict dat uit de hand liep, of was het motief er vanaf het begin?' met onbekend"
    levels = (
        protocols.get("amsterdam-treiteraanpak", "2013.3"),
        "de zaak heet: 'Eenvoudige zaak of burenruzie; valt buiten de aanpak'",
    )
    for protocol, line in ((weert, kinds), (guide, question), levels):
        assert [line in said for said in (flat(as_text(protocol)), flat(as_markdown(protocol)))] == [True, True]
    drawn = (line for lane in route(guide).lanes for card in lane.all() for line in card.lines)
    assert any(question in line for line in drawn)


BEHIND = """\
  - {id: nog-een, after: danger, when: {category: [danger]}, refer: {to: coc, purpose: referral, needs: [contact_details]}, source: "[0]"}
informs:
"""
KIND = """\
scheme:
  categories:
    - {id: danger, text: Gevaarlijke zaak., source: "[0]"}
informs:
"""


def test_a_step_and_a_kind_of_case_of_the_same_name_are_not_called_as_the_question_is(checked):
    steps = (("id: hulp\n", "id: danger\n"), ("before: hulp", "before: danger"))
    protocol, problems = checked(*steps, ("informs:\n", BEHIND), ("informs:\n", KIND))
    assert [str(one) for one in problems if one.is_error] == []
    said = flat(as_text(protocol))
    assert "hoort dit voor de stap 'danger'" in said
    assert "de stap 'danger' heeft opgepakt" in said
    assert "de zaak heet: 'Gevaarlijke zaak'" in said
    assert said.count("Ben je nu in gevaar?") == 1


def test_a_scheme_whose_text_is_not_held_says_so_at_once():
    one = Protocol(protocol="proef", version="1", title="Proef", status="mentioned", sources={"0": "een document"})
    assert "wij hebben de tekst van dit protocol niet" in as_text(one).splitlines()[3]


def test_the_command(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    run = lambda *more: CliRunner().invoke(app, ["protocol", "explain", *more])  # noqa: E731
    whole = run("groningen-protocolkaart")
    assert whole.exit_code == 0
    part = run("groningen-protocolkaart@2017.1", "--role", "police").stdout
    assert len(part) < len(whole.stdout)
    assert "alleen wat voor iedereen geldt, en het deel van: de politie" in flat(part)
    assert run("groningen-protocolkaart", "--markdown").stdout.startswith("# Protocolkaart")
    assert "is no role" in run("groningen-protocolkaart", "--role", "polise").stderr
    dutch = flat(run("groningen-protocolkaart", "--role", "slachtofferhulp").stderr)
    assert (
        "is no role; write `victim_support`: that is «slachtofferhulp» here; groningen-protocolkaart@2017.4 speaks of"
        in dutch
    )
    assert "there is no protocol 'utrecht'" in run("utrecht").stderr


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("handreiking", ["handreiking-negen-stappen@2017.4"]),
        ("handreiking-negen-stappen@2099.1", ["handreiking-negen-stappen@2017.4"]),
        ("protocolkaart", ["groningen-protocolkaart@2017.4"]),
        ("Groningen-protocolkaart", ["groningen-protocolkaart@2017.4"]),
        ("groningen-protokolkaart@2017.1", ["groningen-protocolkaart@2017.4"]),
        ("utrecht", ["utrecht-alert@2017.3", "utrecht-driehoek@2017.1", "utrecht-werkoverleg@2017.1"]),
    ],
)
def test_a_protocol_that_is_not_there_is_answered_with_the_newest_that_may_be_meant(
    monkeypatch: pytest.MonkeyPatch, named: str, meant: list[str]
):
    monkeypatch.chdir(ROOT)
    said = flat(CliRunner().invoke(app, ["protocol", "explain", named]).stderr)
    assert f"there is no protocol '{named}'; did you mean {meant[0]}" in said
    assert all(one in said for one in meant)
    assert len(said) < 300, "not all of them"


def test_a_protocol_that_looks_like_none_is_answered_with_all_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    said = flat(CliRunner().invoke(app, ["protocol", "explain", "zzzz"]).stderr)
    assert "expected a file, or one of actieplan-veiligheid, " in said
    assert "@" not in said, "each name once"


def test_2017_10_is_newer_than_2017_9():
    refs = ["proef@2017.10", "proef@2017.9", "ander@1.0"]
    assert newest(refs) == {"ander": "ander@1.0", "proef": "proef@2017.10"}
    assert suggested("proef@1", refs) == ["proef@2017.10"]
    assert suggested("zzzz", refs) == []


def test_items_have_ids_of_their_own(protocols: Protocols):
    for protocol in protocols:
        seen = [(item.section, item.id) for item in items(protocol)]
        assert len(seen) == len(set(seen))
        assert not [one for _, one in seen if not re.fullmatch(r"[a-z0-9_-]+", one)]
