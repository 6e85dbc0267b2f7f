"""`backbone protocol explain`: everything the file says, nothing dropped, and each role's part of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import Field, create_model
from ruamel.yaml import YAML
from typer.testing import CliRunner

from backbone.authoring import sentences, words
from backbone.authoring.explaining import HEADER, items, roles_in, sections
from backbone.authoring.layout import as_markdown, as_text
from backbone.cli.main import app
from backbone.protocols import FACTS, Protocol, Protocols
from backbone.protocols.conditions import Condition
from backbone.protocols.load import protocol_files
from backbone.protocols.model import Note
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


def test_every_section_of_the_model_has_a_heading():
    """A new section of the model needs its words here, or a policy officer reads its name in code."""
    known = {*words.SECTIONS, *HEADER}
    assert sorted(set(Protocol.model_fields) - known) == [], "add the section's heading to backbone/authoring/words.py"
    assert set(sections_of(Protocol)) == set(Protocol.model_fields) - set(HEADER)


def sections_of(model: type[Protocol]) -> list[str]:
    one = model(protocol="proef", version="1", title="Proef", status="held", sources={})
    return sections(one)


def test_a_section_that_nobody_taught_it_is_shown_all_the_same():
    model = create_model("Wider", __base__=Protocol, cards=(tuple[Note, ...], Field(())))
    note = Note(id="gele-kaart", source="[0] «geel»", text="Eerst een gele kaart.", roles=["police"])
    one = model(protocol="proef", version="1", title="Proef", status="held", sources={}, cards=(note,))
    text = flat(as_text(one))
    for part in ("Cards", "gele-kaart", "[0] «geel»", "Eerst een gele kaart.", "Wie: de politie."):
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
    text = flat(as_text(protocols.get("amsterdam-handelingskader", "2023.1")))
    assert "Er is geen grens beloofd." in text
    assert "Die grens is beloofd" not in text
    assert "De grens is 48 uur. Die grens is beloofd" in flat(
        as_text(protocols.get("handreiking-negen-stappen", "2017.1"))
    )


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
    assert "there is no protocol 'utrecht'" in run("utrecht").stderr


def test_items_have_ids_of_their_own(protocols: Protocols):
    for protocol in protocols:
        seen = [(item.section, item.id) for item in items(protocol)]
        assert len(seen) == len(set(seen))
        assert not [one for _, one in seen if not re.fullmatch(r"[a-z0-9_-]+", one)]
