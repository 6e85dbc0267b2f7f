"""What a part without a title is called: names and abbreviations as people write them, in the explanation and in the pictures."""

import re

import pytest

from backbone.authoring.explaining import items
from backbone.authoring.layout import as_markdown, as_text
from backbone.authoring.names import PHRASES, WORDS, spoken, titled
from backbone.authoring.picture import draw
from backbone.authoring.route import route
from backbone.protocols import Protocols


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("coc-groningen-en-drenthe", "COC Groningen en Drenthe"),
        ("discriminatie-meldpunt-groningen", "Discriminatie Meldpunt Groningen"),
        ("rdo-vier-keer", "RDO vier keer"),
        ("ecad-p-overzicht", "ECAD-P overzicht"),
        ("afspraak-met-het-om", "Afspraak met het OM"),
        ("maatregelen-om", "Maatregelen OM"),
        ("vragen-om-hulp", "Vragen om hulp"),
        ("melder-tevreden", "Melder tevreden"),
        ("roze-in-blauw-belt", "Roze in Blauw belt"),
        ("recoc", "Recoc"),
    ],
)
def test_names_keep_their_capitals(name: str, said: str):
    assert titled(name) == said
    assert spoken(name).lower() == said.lower()


def test_nothing_but_capitals_and_spaces_changes():
    """Whoever looks for the id finds it: no letter is added or lost, but for the full stops of names."""
    for name in (*PHRASES, *WORDS, "-".join(WORDS), *(f"a-{phrase}-b" for phrase in PHRASES)):
        assert re.sub(r"[-. ]", "", spoken(name)).lower() == name.replace("-", "")


def test_no_abbreviation_of_the_table_is_written_small_or_with_one_capital(protocols: Protocols):
    wrong = {word.capitalize() for word in WORDS if WORDS[word].isupper()} - set(WORDS.values())
    said = [item.title for protocol in protocols for item in items(protocol)]
    said += [card.named for protocol in protocols for lane in route(protocol).lanes for card in lane.all()]
    assert "RDO" in said
    assert [title for title in said if wrong & set(re.findall(r"\w+", title))] == []


def test_a_stage_is_called_what_the_scheme_calls_it(protocols: Protocols):
    """Its id is a word for developers."""
    one = protocols.get("voorbeeldaanpak-woonomgeving", "2017.2")
    for said in (as_text(one), as_markdown(one), draw(route(one), 760)):
        assert "Keten op orde krijgen" in said
        assert "Chain in order" not in said


def test_the_condition_of_a_beginning_is_said_once(protocols: Protocols):
    text = as_text(protocols.get("zwb-aanspreekpunt", "2017.2"))
    begins = text.index("Een melding valt onder dit protocol als dit klopt:\n- de melding kwam binnen")
    assert "Dit geldt alleen als:" not in text[begins : text.index("2. ")]


def test_days_and_places_are_written_as_people_write_them(protocols: Protocols):
    text = as_text(protocols.get("versterkte-aanpak", "2026.1"))
    assert "Het geldt tot en met 31 december 2029." in text
    assert "het gebeurde in de gemeente Amsterdam" in text


def test_who_has_to_answer_has_not_taken_it_on_yet(protocols: Protocols):
    text = as_text(protocols.get("actieplan-veiligheid", "2020.3"))
    assert "Wie de doorverwijzing kreeg is hiervoor verantwoordelijk." in text
    assert "Wie het op zich nam is" not in text


def test_no_heading_is_followed_by_an_empty_line(protocols: Protocols):
    for protocol in protocols:
        assert not re.search(r"^-+\n\n", as_text(protocol), re.MULTILINE)
