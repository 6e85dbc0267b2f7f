"""A picture as pieces: everything once, nothing cut, a heading with what stands below it."""

import re
from itertools import pairwise

import pytest

from backbone.authoring import hers
from backbone.authoring.picture import NARROWEST_PX, USUAL_PX, WIDE_PX, draw, draw_in_pieces
from backbone.authoring.pieces import cuts, pieces
from backbone.authoring.placing import Placed, place
from backbone.authoring.route import route
from backbone.protocols import Protocols
from schakel.her_copy import LANGUAGES


def hers_of(protocols: Protocols, width: int) -> list[tuple[str, Placed]]:
    return [
        (f"{protocol.ref} {language}", place(hers.route(protocol, language), width))
        for protocol in protocols
        for language in LANGUAGES
    ]


@pytest.mark.parametrize("width", [NARROWEST_PX, USUAL_PX, WIDE_PX])
def test_everything_is_in_one_piece_once_and_nothing_is_cut(protocols: Protocols, width: int):
    for name, whole in hers_of(protocols, width):
        found = pieces(whole)
        assert (found[0][0], found[-1][1]) == (0, whole.height)
        assert all(one[1] == after[0] and one[0] < one[1] for one, after in pairwise(found)), name
        for kind in ("boxes", "lines", "signs"):
            there = [one for _, _, part in found for one in getattr(part, kind)]
            assert len(there) == len(getattr(whole, kind)), name
            assert all(one in there for one in getattr(whole, kind)), name
        for top, bottom, part in found:
            assert all(top <= box.top and box.bottom <= bottom for box in part.boxes), name
            assert all(top <= line.base - line.size * 0.8 and line.base + 2 <= bottom for line in part.lines), name
            assert all(top <= sign.y and sign.y + 16 <= bottom for sign in part.signs), name


def test_a_heading_stands_with_its_first_card(protocols: Protocols):
    """A piece holds a card, or is what stands below the last one."""
    for name, whole in hers_of(protocols, USUAL_PX):
        found = pieces(whole)
        assert all(part.boxes for _, _, part in found[:-1]), name
        assert len(found) >= len(whole.boxes), name
        stops = [sum(top <= stop - 13 and stop + 13 <= bottom for stop in whole.stops) for top, bottom, _ in found]
        assert sum(stops) == len(whole.stops), name


def test_what_arrows_join_is_not_cut(protocols: Protocols):
    drawn = place(route(protocols.get("groningen-protocolkaart", "2017.2")), USUAL_PX)
    assert drawn.wires
    assert cuts(drawn) == []
    assert len(pieces(drawn)) == 1


def test_the_pieces_say_what_the_picture_says(protocols: Protocols):
    for protocol in protocols:
        one = hers.route(protocol)
        together = "\n".join(draw_in_pieces(one))
        texts = r"<text [^>]*>([^<]*)</text>"
        assert sorted(re.findall(texts, together)) == sorted(re.findall(texts, draw(one))), protocol.ref
        assert together.count("<title ") == together.count('role="img"') == 1
        assert together.count('<rect class="card"') == draw(one).count('<rect class="card"')
    with pytest.raises(ValueError, match="at least 300"):
        list(draw_in_pieces(hers.route(protocol), NARROWEST_PX - 1))
