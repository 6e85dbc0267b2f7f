"""A case as a page: what it says, and what it never says. How it looks is `test_page_in_browser`'s."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html

from schakel.case_state import Effect
from schakel.entry import Entry
from schakel.events import CATALOGUE, Derived
from schakel.events.report import LabelRefused
from schakel.history import History, Step
from services.hindsight import door
from services.hindsight.bars import Kind, lasting
from services.hindsight.chart import EDGE, TICKS_APART, Axis
from services.hindsight.sentences import CONCLUDED, TOLD
from tests.hindsight.story import groningen, placed, read
from tests.support.copies import HIS_PHONE, HIS_STORY, PHONE, STORY
from tests.support.histories import FOLDER, replay

Read = tuple[History, list[Entry]]


@pytest.fixture(scope="module")
def page(told: Read) -> str:
    return "".join(door.report(*told))


@pytest.fixture(scope="module")
def overtaken() -> str:
    golden = replay(FOLDER / "a-withdrawal-overtakes-a-release.jsonl")
    steps = [Step(entry, step.found) for entry, step in zip(placed(golden), golden.steps, strict=True)]
    history = History(golden.state, steps)
    history.state.chain = "amsterdam"
    return "".join(door.report(history, []))


def test_nothing_that_is_sealed_stands_in_it(page: str) -> None:
    for text in (PHONE, HIS_PHONE, HIS_STORY, *STORY.splitlines()):
        assert text not in page
    assert "Verzegeld, over het slachtoffer: contactgegevens." in page
    assert "Verzegeld, over de andere kant: verhaal." in page


def test_it_loads_nothing_and_runs_nothing(page: str) -> None:
    tree = html.fromstring(page.encode())
    assert tree.xpath("//script | //link | //img | //iframe | //@onclick") == []
    assert re.findall(r"(?:src|href)=\"(?!#)", page) == []
    assert "url(" not in page.replace("url(#", "")


def test_each_event_stands_in_it_once_and_every_reference_leads_somewhere(page: str, told: Read) -> None:
    tree = html.fromstring(page.encode())
    assert tree.xpath("//ol[@class='steps']/li/@id") == [f"e-{number}" for number in range(1, len(told[0].steps) + 1)]
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {target.removeprefix("#") for target in tree.xpath("//a/@href")} <= set(ids)


def test_each_conclusion_says_why(page: str, told: Read) -> None:
    tree = html.fromstring(page.encode())
    reasons = tree.xpath("//div[@class='reason']")
    assert len(reasons) == sum(isinstance(step.entry.event, Derived) for step in told[0].steps)
    texts = [" ".join(reason.text_content().split()) for reason in reasons]
    assert all("Opnieuw berekend: dezelfde conclusie." in text for text in texts)
    assert any("groningen-protocolkaart/2017.4.yaml:" in text and "naar-dmg" in text for text in texts)


def test_what_was_overtaken_is_struck_and_says_by_what(overtaken: str) -> None:
    tree = html.fromstring(overtaken.encode())
    struck = [item for item in tree.xpath("//ol[@class='steps']/li") if item.xpath(".//s")]
    assert struck
    assert "Ingehaald door nr. 4: het telt niet." in struck[0].text_content()
    assert "Telt niet: dit staat er al, als nr. 5." in struck[1].text_content()


def test_consent_lasts_from_yes_to_no_and_ends_by_itself_where_it_says_so(told: Read) -> None:
    history = told[0]
    words = {(word.recipient, word.kind): word for word in lasting(history.state.id, history.entries).words}
    yes, week, no = words["dmg", Kind.YES], words["slachtofferhulp", Kind.YES], words["dmg", Kind.NO]
    assert yes.end == no.start
    assert not yes.ran_out
    assert week.ran_out
    assert week.end
    assert week.end - week.start == timedelta(days=3)
    assert no.withdrawn
    assert no.end is None


def test_a_clock_that_was_in_time_after_all_is_not_shown_as_late(page: str) -> None:
    assert "contact met melder: <span>op tijd gedaan, later opgeschreven</span>" in page


def test_every_kind_of_event_has_a_sentence() -> None:
    kinds = {name: model for name, model in CATALOGUE.items() if model.IN_CASE}
    assert {name for name, model in kinds.items() if issubclass(model, Derived)} - set(CONCLUDED) == set()
    assert {name for name, model in kinds.items() if not issubclass(model, Derived)} - set(TOLD) == set()


def test_a_refused_label_is_not_told(tmp_path: Path) -> None:
    copies, case = groningen(tmp_path)
    assert "homo" in "".join(door.report(*read(copies, case)))
    copies.tell("politie-noord", LabelRefused(), case)
    page = "".join(door.report(*read(copies, case)))
    copies.cluster.close()
    assert "homo" not in page
    assert "seksuele gerichtheid" not in page


def test_the_axis_keeps_order_and_room() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    moments = [start, start + timedelta(seconds=1), start + timedelta(days=1), start + timedelta(days=300)]
    axis = Axis(moments)
    places = [axis.at(moment) for moment in moments]
    assert places == sorted(places)
    assert places[0] == EDGE
    assert round(places[-1], 6) == 100 - EDGE
    assert axis.at(start + timedelta(days=2)) < axis.at(start + timedelta(days=3))
    assert axis.at(start - timedelta(days=1)) == EDGE
    assert axis.at(start + timedelta(days=999)) == places[-1]
    ticks = [place for place, _ in axis.ticks()]
    assert all(later - earlier >= TICKS_APART for earlier, later in pairwise(ticks))
    assert Axis([start]).at(start) == EDGE


def test_effects_that_do_not_count_are_all_said() -> None:
    """Whoever adds an effect has to say on the page whether it counts."""
    assert set(Effect) == {Effect.EFFECTIVE, Effect.RECORDED, Effect.OVERTAKEN, Effect.NOT_UNDERSTOOD, Effect.DUPLICATE}
