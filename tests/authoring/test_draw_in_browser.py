"""The pictures in a real browser, on a telephone and on a screen: no text over another, none outside its box, nothing cut off.

Chromium comes from the machine; without one these are skipped, and the gate installs it. SCHAKEL_SKIP_BROWSER=1 leaves them out.
"""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backbone.authoring import hers
from backbone.authoring.picture import USUAL_PX, WIDE_PX, Route, draw
from backbone.authoring.route import route
from backbone.protocols import load_protocols
from schakel.her_copy import LANGUAGES
from tests.protocols.samples import ROOT
from tests.support.browser import Tab, chromium, tab
from tests.support.pdf import bare, pages

_LEFT_OUT = chromium() is None and os.environ.get("SCHAKEL_REQUIRE_BROWSER") != "1"
pytestmark = pytest.mark.skipif(
    _LEFT_OUT or os.environ.get("SCHAKEL_SKIP_BROWSER") == "1", reason="no Chromium on this machine"
)


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Tab]:
    async with tab(tmp_path / "profile") as opened:
        yield opened


def pictures() -> list[tuple[str, Route]]:
    found = []
    for one in load_protocols(ROOT / "protocols"):
        found.append((one.ref, route(one)))
        found += [(f"{one.ref} {language}", hers.route(one, language)) for language in LANGUAGES]
    return found


FAULTS = """(() => {
  const box = one => one.getBoundingClientRect();
  const texts = [...document.querySelectorAll('svg text')].map(one => [one.textContent, box(one)]);
  const cards = [...document.querySelectorAll('svg rect.card')].map(box);
  const points = [...document.querySelectorAll('svg g.arrow path')].flatMap(one => {
    const long = one.getTotalLength(), inside = [];
    for (let along = 0; along <= long; along += 4) inside.push(one.getPointAtLength(along).matrixTransform(one.getScreenCTM()));
    return inside.map(at => [one.parentNode.dataset.to, at]);
  });
  const whole = box(document.querySelector('svg')), faults = [];
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5;
  texts.forEach(([said, at], number) => {
    if (at.left < whole.left || at.right > whole.right + 0.5 || at.bottom > whole.bottom) faults.push('outside: ' + said);
    for (const [to, point] of points) if (point.x > at.left && point.x < at.right && point.y > at.top + 1 && point.y < at.bottom - 1)
      faults.push('arrow to ' + to + ' over: ' + said);
    for (const [other, there] of texts.slice(number + 1)) if (meet(at, there)) faults.push(said + ' / ' + other);
    for (const card of cards) if (meet(at, card) && (at.left < card.left || at.right > card.right || at.top < card.top
      || at.bottom > card.bottom)) faults.push('over its box: ' + said);
  });
  cards.forEach((card, number) => cards.slice(number + 1).forEach(other => {
    if (meet(card, other)) faults.push('two boxes'); }));
  document.querySelectorAll('svg g.arrow').forEach(one => {
    const [from, to] = ['from', 'to'].map(end => box(document.querySelector(`svg [data-part="${one.dataset[end]}"]`)));
    if (to.bottom <= from.bottom && to.left <= from.right) faults.push('back: ' + one.dataset.from + ' ' + one.dataset.to);
    const head = box(one.lastElementChild), touches = Math.abs(head.right - to.left) < 2 || Math.abs(head.bottom - to.top) < 2;
    if (!touches) faults.push('leads to nothing: ' + one.dataset.from + ' ' + one.dataset.to);
  });
  return JSON.stringify([faults, texts.length, Math.ceil(document.documentElement.scrollWidth)]);
})()"""


TEXTS = "JSON.stringify([...document.querySelectorAll('svg text')].map(one => one.textContent))"


A4 = "@page { size: A4; margin: 1cm }"


def page(tmp_path: Path, svg: str) -> str:
    path = tmp_path / "picture.html"
    head = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>x</title>'
    path.write_text(f"{head}<style>{A4} body {{ margin: 0 }}</style>{svg}", encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize(("screen_px", "width_px"), [(360, USUAL_PX), (1280, WIDE_PX)])
async def test_nothing_lies_over_anything(browser: Tab, tmp_path: Path, screen_px: int, width_px: int) -> None:
    for name, drawn in pictures():
        await browser.show(page(tmp_path, draw(drawn, width_px)), screen_px)
        faults, count, wide = json.loads(await browser.ask(FAULTS))
        assert faults == [], name
        assert count >= 5  # a scheme whose text nobody holds has little to show
        assert wide <= screen_px


async def test_what_overlaps_would_be_noticed(browser: Tab, tmp_path: Path) -> None:
    drawn = next(one for name, one in pictures() if name == "groningen-protocolkaart@2017.2")
    await browser.show(page(tmp_path, draw(drawn)), 360)
    await browser.ask("document.querySelectorAll('svg text')[7].setAttribute('y', 60)")
    await browser.ask("document.querySelectorAll('svg text')[9].textContent = 'w'.repeat(60)")
    await browser.ask("document.querySelectorAll('svg rect.card')[2].setAttribute('y', 150)")
    await browser.ask("document.querySelectorAll('svg g.arrow')[1].setAttribute('transform', 'translate(60 0)')")
    await browser.ask("document.querySelectorAll('svg g.arrow')[2].dataset.to = 'door:0'")
    faults, _, _ = json.loads(await browser.ask(FAULTS))
    found = " ".join(faults)
    for fault in ("/", "over its box", "two boxes", "leads to nothing", "back:", "over: "):
        assert fault in found


async def test_it_prints(browser: Tab, tmp_path: Path) -> None:
    """Every word of every picture is on paper, on a few sheets."""
    for name, drawn in pictures():
        await browser.show(page(tmp_path, draw(drawn, WIDE_PX)), 1280)
        said = json.loads(await browser.ask(TEXTS))
        paper = pages(await browser.printed())
        whole = "".join(sheet.text for sheet in paper)
        assert len(said) >= 5
        assert [text for text in said if bare(text) not in whole] == [], name
        assert len(paper) <= 6, name
