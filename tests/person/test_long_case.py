"""A case of ten thousand events goes through: what is held in memory does not grow with it, and the page stays one that can be read."""

import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import orjson
import pytest

from backbone.keys.parts import Place
from backbone.person import document, page
from backbone.person.copy import CaseCopy
from backbone.person.gather import Gathered, gather
from schakel import codec
from schakel.case import fold
from schakel.case_state import State
from schakel.envelope import Envelope
from schakel.events import Event
from schakel.events.base import Sealed, SealedField
from schakel.events.contact import ContactPreferenceSet
from schakel.events.data import DisclosurePermitted, DisclosureRequested
from schakel.ids import new_event_id, partner_source, service_source
from schakel.ledger import understand
from schakel.record import Raw
from schakel.sealing import Json
from tests.support.casebook import CASE, given
from tests.support.conclusions import delivered
from tests.support.telling import HELP, report, terms

EVENTS = 10_000
MOST_BYTES = 12 * 1024 * 1024
"""Most of it is 200 records at a time, and the reads as values. All steps at once take 18 MiB."""


class Opens:
    """Opens everything; the values say where they stood."""

    def open_all(self, case_id: str, subject: str, fields: Sequence[tuple[Sequence[Place], bytes]]) -> list[Json]:
        return [f"{case_id} {subject} {len(body)}" for _, body in fields]


class Nowhere:
    """A file that keeps only what it was told last, and how much."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, piece: bytes) -> int:
        self.size += len(piece)
        return len(piece)


@pytest.fixture(scope="module")
def beginning() -> tuple[list[Raw], str, str]:
    """A delivered referral, as records: what all reads are about."""
    story = given(report(consents=(terms(HELP),)))
    story.then_among(delivered(HELP))
    referral = story.referral(HELP)
    raws = [raw(entry.event, entry.envelope, number) for number, entry in enumerate(story.world.ledger)]
    assert referral.released
    return raws, referral.id, referral.released


def raw(event: Event, envelope: Envelope, offset: int) -> Raw:
    return Raw("schakel.ledger", 0, offset, 0, CASE.encode(), codec.encode(event), envelope.headers())


def records(beginning: tuple[list[Raw], str, str]) -> Iterator[Raw]:
    """The beginning, then reads and wishes until there are enough, made as they are asked for."""
    first, referral, release = beginning
    yield from first
    at = fold_of(first).time
    assert at
    for number in range(len(first), EVENTS):
        moment, turn = at + timedelta(seconds=number), (number - len(first)) % 4
        event: Event
        if turn == 0:
            sealed = Sealed(subject="victim", fields=(SealedField.CONTACT_PREFERENCE,), body=b"x" * 200)
            event = ContactPreferenceSet(whom="victim", sealed=(sealed,))
            source, partner = partner_source("0" * 20), HELP
        elif turn in (1, 3):
            event, source, partner = DisclosureRequested(referral=referral, by=HELP, scopes=()), "", ""
            request = new_event_id()
        else:
            premises = (referral, release, request)
            event, source, partner = DisclosurePermitted(request=request, scopes=("story",), premises=premises), "", ""
        about = request if isinstance(event, DisclosureRequested) else new_event_id()
        source = source or service_source(event.OWNER)  # type: ignore[attr-defined]
        envelope = Envelope(about, source, event.TYPE, moment, CASE, logtime=moment, partner=partner or None)
        yield raw(event, envelope, number)


def fold_of(raws: Sequence[Raw]) -> State:
    return fold(CASE, [understand(one) for one in raws])


def test_writing_it_takes_no_more_room_than_a_short_one(beginning: tuple[list[Raw], str, str]) -> None:
    gathered: Gathered = gather(CASE, records(beginning))
    assert gathered.state.events == EVENTS
    copy, nowhere, written = CaseCopy(gathered, Opens(), "victim"), Nowhere(), 0
    tracemalloc.start()
    document.write(nowhere, [copy], [])  # type: ignore[arg-type]
    for piece in page.write([copy], [], "nl", {}):
        written += len(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert nowhere.size > 3_000_000
    assert written > 1_000_000
    assert peak < MOST_BYTES, f"{peak / 1024 / 1024:.1f} MiB"


def test_every_event_is_in_the_json_and_many_reads_are_one_line_on_the_page(
    beginning: tuple[list[Raw], str, str],
) -> None:
    pieces: list[bytes] = []

    class File:
        def write(self, piece: bytes) -> int:
            pieces.append(piece)
            return len(piece)

    copy = CaseCopy(gather(CASE, records(beginning)), Opens(), "victim")
    document.write(File(), [copy], [])  # type: ignore[arg-type]
    (found,) = orjson.loads(b"".join(pieces))["cases"]
    steps: list[dict[str, Any]] = found["steps"]
    assert len(steps) == EVENTS
    reads = [read for one in found["who_knows"] for read in one["reads"]]
    permitted = [one for one in steps if one["type"] == DisclosurePermitted.TYPE and one["effect"] == "effective"]
    assert len(reads) == len(permitted) > 1_000
    text = "".join(page.write([copy], [], "en", {}))
    assert f"Fetched {len(reads)} times, the first time on" in text
    assert text.count("Fetched") == 1
