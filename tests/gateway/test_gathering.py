"""What the gateway lets gather while somebody reads: requests, until their answers come. Nothing else, and no longer than it says."""

import asyncio
from types import SimpleNamespace

from backbone.engine.gathering import Gathering
from backbone.engine.processor import Offers
from backbone.kafka.names import LEDGER
from schakel.events.base import ce_type
from schakel.events.consent import ConsentWithdrawn
from schakel.events.data import DisclosureDenied, DisclosurePermitted, DisclosureRequested
from services.gateway.ledger import Watch
from services.gateway.processor import GatewayProcessor

PLACE, TOKEN = (LEDGER, 0), 1


def record(event: type) -> SimpleNamespace:
    return SimpleNamespace(topic=LEDGER, headers=(("ce_id", b"x"), ("ce_type", ce_type(event.TYPE).encode())))  # type: ignore[attr-defined]


async def _nobody(surroundings: object) -> None:
    return None


async def test_a_request_waits_for_its_answer_and_all_else_is_folded_at_once() -> None:
    watch = Watch()
    gathering = Gathering(Offers(GatewayProcessor(watch, _nobody)).patience)
    request, answer, no = map(record, (DisclosureRequested, DisclosurePermitted, ConsentWithdrawn))
    watch.expect("r")
    assert gathering.add(PLACE, TOKEN, [request], 0.0) is None
    assert gathering.add(PLACE, TOKEN, [answer], 0.01) == [request, answer], "both in one transaction"
    assert gathering.add(PLACE, TOKEN, [request], 1.0) is None
    assert gathering.add(PLACE, TOKEN, [no], 1.01) == [request, no]
    assert gathering.add(PLACE, TOKEN, [request], 2.0) is None
    assert [records for *_, records in gathering.due(2.0 + GatewayProcessor.gather_s)] == [[request]]


async def test_nothing_gathers_while_a_place_of_the_log_is_waited_for() -> None:
    watch = Watch()
    gathering = Gathering(Offers(GatewayProcessor(watch, _nobody)).patience)
    waiting = asyncio.create_task(watch.folded(0, 7))
    await asyncio.sleep(0)
    request = record(DisclosureRequested)
    assert gathering.add(PLACE, TOKEN, [request], 0.0) == [request]
    watch.reached(0, 7, ())
    await waiting
    watch.expect("r")
    assert gathering.add(PLACE, TOKEN, [request], 1.0) is None


async def test_it_says_where_the_newest_answer_stands_when_somebody_waits() -> None:
    watch, said = Watch(), []
    watch.coming = lambda partition, offset: said.append((partition, offset))
    processor = GatewayProcessor(watch, _nobody)
    records = [record(DisclosurePermitted), record(DisclosureDenied), record(ConsentWithdrawn)]
    for offset, one in enumerate(records, 7):
        one.offset = offset
    processor.coming(PLACE, records)
    assert said == [], "nobody waits"
    watch.expect("r")
    processor.coming(PLACE, records[2:])
    processor.coming(("in.politie-amsterdam", 0), records)
    assert said == []
    processor.coming(PLACE, records)
    assert said == [(0, 8)]
