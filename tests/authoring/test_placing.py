"""Where everything of a picture stands, and its arrows: none over anything, all forward, and only where the file says so."""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backbone.authoring import hers, sentences
from backbone.authoring.boxes import Card, Lane, Route
from backbone.authoring.measuring import width_of
from backbone.authoring.moments import ANSWERED_BY, door_groups
from backbone.authoring.picture import USUAL_PX, WIDE_PX, draw
from backbone.authoring.placing import SPINE_PX, Box, Line, Placed, Wire, place, tracks
from backbone.authoring.route import route
from backbone.protocols import Protocol, Protocols
from schakel.events.vocab import Answer
from schakel.her_copy import LANGUAGES
from tests.protocols.samples import ROOT

WIDTHS = (300, USUAL_PX, 599, 600, WIDE_PX, 1200)


def faults(placed: Placed) -> Iterator[str]:
    """What lies over something else, runs out of its box, or goes back."""
    for one, other in combinations(placed.boxes, 2):
        if min(one.right, other.right) > max(one.left, other.left) and min(one.bottom, other.bottom) > max(
            one.top, other.top
        ):
            yield f"two boxes: {one.key} {other.key}"
    for box in placed.boxes:
        if box.left < 0 or box.right > placed.width or box.bottom > placed.height:
            yield f"outside: {box.key}"
    for line in placed.lines:
        box = (
            placed.boxes[line.in_box]
            if line.in_box >= 0
            else Box(0, 0, placed.width, placed.height, placed.boxes[0].mark, "")
        )
        right = line.x + width_of(line.said, line.size, bold=line.bold)
        if line.x < box.left or right > box.right or line.base - line.size < box.top or line.base > box.bottom:
            yield f"over its box: {line.said}"
    numbers = [
        Box(SPINE_PX - 13, at - 13, SPINE_PX + 13, at + 13, placed.boxes[0].mark, "number") for at in placed.stops
    ]
    for wire in placed.wires:
        (x, y), (end_x, end_y) = wire.points[-2:]
        if not ((end_x > x and end_y == y) or (end_y > y and end_x == x)):
            yield f"goes back: {wire.begin} {wire.end}"
        for begin, end in pairwise(wire.points):
            if end[1] < begin[1]:
                yield f"goes up: {wire.begin} {wire.end}"
            yield from (
                f"through {box.key}: {wire.begin} {wire.end}"
                for box in (*placed.boxes, *numbers)
                if _through(begin, end, box)
            )
            yield from (f"over {line.said}" for line in placed.lines if _over(begin, end, line))


def _through(begin: tuple[float, float], end: tuple[float, float], box: Box) -> bool:
    """Through its inside; an end on its edge is where it belongs."""
    left, right = sorted((begin[0], end[0]))
    top, bottom = sorted((begin[1], end[1]))
    return left < box.right and right > box.left and top < box.bottom and bottom > box.top


def _over(begin: tuple[float, float], end: tuple[float, float], line: Line) -> bool:
    right = line.x + width_of(line.said, line.size, bold=line.bold)
    return _through(begin, end, Box(line.x, line.base - line.size, right, line.base + line.size * 0.25, None, ""))  # type: ignore[arg-type]


def drawn(protocols: Protocols) -> Iterator[tuple[str, Route]]:
    for one in protocols:
        yield one.ref, route(one)
        yield from ((f"{one.ref} {language}", hers.route(one, language)) for language in LANGUAGES)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_lies_over_anything_and_every_arrow_goes_forward(protocols: Protocols, width: int):
    count = 0
    for name, one in drawn(protocols):
        placed = place(one, width)
        assert list(faults(placed)) == [], name
        beside = sum(len(stack) for lane in one.lanes for card in lane.cards for stack in card.beside)
        assert len(placed.wires) == len(one.arrows) + beside, name
        count += len(placed.wires)
    assert count > 60


@pytest.mark.parametrize("width", [600, WIDE_PX])
def test_no_sheet_of_paper_cuts_a_card_or_a_line(protocols: Protocols, width: int):
    """A4, as a browser prints it from its top: the picture is as wide as the sheet."""
    cut = []
    for name, one in drawn(protocols):
        placed = place(one, width)
        sheet = width * 277 / 190
        spans = [(f"{box.key} of {name}", box.top, box.bottom) for box in placed.boxes]
        spans += [(f"{line.said} of {name}", line.base - line.size, line.base) for line in placed.lines]
        cut += [what for what, top, bottom in spans if int(top / sheet) != int(bottom / sheet)]
        heights = [stop - 13 for stop in placed.stops]
        for heading in heights:
            after = next(box.top for box in placed.boxes if box.top > heading)
            assert int(heading / sheet) == int(after / sheet), f"a heading at the foot of a sheet, {name}"
    assert cut == []


words = st.lists(st.sampled_from(["a", "melding", "w" * 30, "Mmmm", "de persoon", "i" * 50]), max_size=6).map(" ".join)


@st.composite
def routes(draw: st.DrawFn) -> Route:
    """Any cards, some with stacks beside them, and arrows to cards further on."""
    keys = [f"card:{number}" for number in range(draw(st.integers(1, 9)))]
    cards = [
        Card(
            draw(words), tuple(draw(st.lists(words, max_size=3))), draw(words), says=draw(words), key=key,
            since=draw(st.sampled_from(["", "", "Daarna"])),
            beside=tuple(
                tuple(Card(draw(words), key=f"{key}:{stack}:{place}") for place in range(draw(st.integers(1, 3))))
                for stack in range(draw(st.sampled_from([0, 0, 1, 2])))
            ),
        )
        for key in keys
    ]  # fmt: skip
    cut = draw(st.integers(0, len(cards)))
    lanes = tuple(Lane(f"kop {place}", tuple(part)) for place, part in enumerate((cards[:cut], cards[cut:])) if part)
    pairs = list(combinations(keys, 2))
    arrows = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12)) if pairs else []
    return Route("titel", "over", "beschrijving", lanes, arrows=tuple(arrows))


@given(routes(), st.sampled_from(WIDTHS))
def test_no_route_has_anything_over_anything(one: Route, width: int):
    placed = place(one, width)
    assert list(faults(placed)) == []
    assert {(wire.begin, wire.end) for wire in placed.wires} >= set(one.arrows)


@given(routes())
def test_no_two_arrows_run_along_the_same_track(one: Route):
    """Of two cards from which arrows leave on one track, the first has come to its end before the second begins."""
    order = [card.key for lane in one.lanes for card in lane.cards]
    taken = tracks(one)
    spans = {
        begin: (order.index(begin), max(order.index(end) for at, end in one.arrows if at == begin)) for begin in taken
    }
    for first, second in combinations(sorted(taken, key=order.index), 2):
        assert taken[first] != taken[second] or spans[first][1] < spans[second][0]


def test_what_lies_over_something_would_be_noticed():
    placed = place(
        Route("t", "a", "d", (Lane("k", (Card("een", key="a"), Card("twee", key="b"))),), arrows=(("a", "b"),)), 360
    )
    assert list(faults(placed)) == []
    one, other = placed.boxes
    placed.boxes[1] = Box(one.left, one.bottom - 2, other.right, other.bottom, other.mark, "b")
    placed.boxes.append(Box(one.left, other.bottom + 5, placed.width + 1, other.bottom + 9, one.mark, "c"))
    placed.lines.append(Line("w" * 60, one.left, one.top + 20, 14, False, "#000000", 0))
    middle = (one.top + one.bottom) / 2
    placed.wires.append(
        Wire("b", "a", ((other.right + 5, other.bottom), (other.right + 5, middle), (one.left, middle)), 0)
    )
    found = " / ".join(faults(placed))
    for fault in (
        "two boxes: a b",
        "outside: c",
        "over its box: www",
        "goes back: b a",
        "goes up: b a",
        "through a: b a",
        "over een",
    ):
        assert fault in found


# --- which arrows there are -------------------------------------------------------------------------------------------


def test_the_arrows_of_the_card_of_groningen(protocols: Protocols):
    """Its own arrows are lost: here only what the file's conditions name."""
    one = protocols.get("groningen-protocolkaart", "2017.2")
    groups = {sentences.roles(group): f"door:{number}" for number, group in enumerate(door_groups(one))}
    municipality = groups["de gemeente, het loket van de gemeente en de protocolfunctionaris van de gemeente"]
    (others,) = set(groups.values()) - {municipality}
    later = ("maatwerk", "herstelbemiddeling", "procedure", "aangifte", "afstemming")
    assert set(route(one).arrows) == {
        (municipality, "step:naar-dmg"), (others, "step:naar-dmg"), ("check:vermoeden", "step:naar-dmg"),
        (municipality, "inform:burgemeester-en-wethouder"), (others, "inform:gemeente"), ("check:vermoeden", "inform:gemeente"),
        *((f"check:{check}", f"step:{step}") for check in ("hoor-wederhoor", "melder-tevreden") for step in later),
    }  # fmt: skip


def test_an_arrow_from_a_door_stands_only_where_the_condition_names_the_door(protocols: Protocols):
    for one in protocols:
        parts = {
            **{f"step:{step.id}": step.when for step in one.steps},
            **{f"inform:{part.id}": part.when for part in one.informs},
        }
        groups = door_groups(one)
        wanted = {
            (f"door:{number}", key)
            for key, when in parts.items()
            for number, group in enumerate(groups)
            if set(group) & set(sentences.doors(when))
        }
        assert {arrow for arrow in route(one).arrows if arrow[0].startswith("door:")} == wanted, one.ref
        for key, when in parts.items():
            from_doors = {
                role for number, group in enumerate(groups) if (f"door:{number}", key) in wanted for role in group
            }
            assert from_doors == set(sentences.doors(when)), f"{one.ref} {key}: from these doors, and no other"


def test_an_arrow_from_a_question_stands_only_where_the_condition_asks_for_its_answer(protocols: Protocols):
    for one in protocols:
        checks = {f"check:{check.id}": check for check in one.checks}
        whens = {
            **{f"step:{step.id}": step.when for step in one.steps},
            **{f"inform:{part.id}": part.when for part in one.informs},
        }
        for begin, end in route(one).arrows:
            if begin in checks:
                asked = dict(whens[end].must)
                own = {f"{checks[begin].id}-{answer}" for answer in Answer} & set(asked.get("answered", ()))
                assert own or any(checks[begin].check in ANSWERED_BY.get(name, ()) for name in asked), (
                    f"{one.ref} {begin} {end}"
                )


def chained(protocol: Protocol) -> Protocol:
    first, second, *rest = protocol.steps
    return protocol.model_copy(update={"steps": (first, second.model_copy(update={"after": first.id}), *rest)})


def test_a_step_that_comes_after_another_stands_below_it_with_an_arrow(protocols: Protocols):
    one = chained(protocols.get("groningen-protocolkaart", "2017.2"))
    arrow = ("step:naar-dmg", "step:maatwerk")
    assert arrow in route(one).arrows
    assert arrow not in route(protocols.get("groningen-protocolkaart", "2017.2")).arrows
    assert ("step:gebiedsmanager", "step:coc-als-adviseur") in route(protocols.get("utrecht-alert", "2017.2")).arrows


def test_a_step_waits_below_the_one_it_comes_after_however_early_it_could_be(protocols: Protocols):
    """`after` a step of later on: the heading of that moment, not of its own."""
    one = protocols.get("groningen-protocolkaart", "2017.2")
    at_once, *later = one.steps
    moved = one.model_copy(update={"steps": (*later, at_once.model_copy(update={"after": later[0].id}))})
    cards = next(lane.cards for lane in route(moved).lanes if lane.heading == "Wie krijgt de melding")
    assert next(card.key for card in cards) == f"step:{later[0].id}"
    assert [card.since for card in cards] == ["Na hoor en wederhoor", *[""] * (len(cards) - 1)]


# --- the same again ---------------------------------------------------------------------------------------------------

_SAME = """
from hashlib import sha256
from pathlib import Path
from backbone.authoring import hers
from backbone.authoring.picture import draw
from backbone.authoring.route import route
from backbone.protocols import load_protocols
drawn = [draw(made) for one in load_protocols(Path("protocols")) for made in (route(one), hers.route(one))]
print(sha256("".join(drawn).encode()).hexdigest())
"""


def test_it_is_drawn_the_same_whatever_the_order_of_sets(protocols: Protocols):
    here = {
        subprocess.run(
            [sys.executable, "-c", _SAME],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(here) == 1
    one = protocols.get("groningen-protocolkaart", "2017.2")
    assert draw(route(one), WIDE_PX) == draw(route(one), WIDE_PX)
