"""A case of 200 events at any moment of it, from the ledger's bytes to the state: `python -m bench.travel [quick]`.

By its own processor time, without a broker: the records are at hand as a reader of the partition gets them. A recorded case of a demo
is made longer by contacts and corrections, each under an id of its own. Beside it: what an explanation of one event costs.
"""

import gc
import json
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

from backbone.definition_files import load_definitions
from bench import stand
from schakel import codec
from schakel.entry import Entry
from schakel.envelope import Envelope, read_headers
from schakel.events import Event
from schakel.events.contact import ContactMade, InformationGiven
from schakel.events.report import AssessmentRecorded
from schakel.ledger import understand
from schakel.record import Raw
from schakel.travel import Cut, travel
from services.hindsight.around import Around
from services.hindsight.explaining import explain
from services.hindsight.passages import Passages
from services.hindsight.retrace import rules_of

EVENTS, WANTED_MS = 200, 50.0
RECORDED = stand.ROOT / "tests" / "histories" / "recorded" / "0.1.0" / "demo.jsonl"


def records() -> list[Raw]:
    """The first recorded case, and after it so much more of what partners tell that it has `EVENTS` records."""
    found: list[Raw] = []
    with RECORDED.open(encoding="utf-8") as file:
        case_id = json.loads(next(file))["case"]
        for line in file:
            data = json.loads(line)
            if "fingerprint" in data:
                break
            headers = tuple((name, text.encode()) for name, text in data["headers"].items())
            found.append(_raw(len(found), case_id, bytes.fromhex(data["value"]), headers))
    told = [one for one in map(understand, found) if one.envelope.partner]
    last = max(understand(raw).envelope.logged_at for raw in found)
    while len(found) < EVENTS:
        number = len(found)
        at, like = last + timedelta(minutes=number), told[number % len(told)]
        event = _more(number, at - timedelta(seconds=30))
        envelope = Envelope(
            str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))), like.envelope.source, type(event).TYPE, at, case_id,
            logtime=at, partner=like.envelope.partner,
        )  # fmt: skip
        found.append(_raw(number, case_id, codec.encode(event), envelope.headers()))
    return found


def _more(number: int, at: object) -> Event:
    kinds: tuple[dict[str, object], ...] = (
        {"whom": "victim", "at": at, "channel": "telephone"},
        {"topic": "what_happens_next", "whom": "victim"},
        {"check": "discrimination", "answer": "yes"},
    )
    model = (ContactMade, InformationGiven, AssessmentRecorded)[number % 3]
    return model.model_validate(kinds[number % 3])


def _raw(offset: int, case_id: str, value: bytes, headers: tuple[tuple[str, bytes], ...]) -> Raw:
    assert read_headers(headers)
    return Raw(stand.LEDGER, 0, offset, 0, case_id.encode(), value, headers)


def _took_ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def main() -> None:
    raws = records()
    case_id = (raws[0].key or b"").decode()
    entries = list(map(understand, raws))
    moments = sorted({entry.envelope.logged_at for entry in entries})
    cuts = [Cut(at=moment) for moment in moments] + [Cut(as_known_at=moment) for moment in moments]
    if stand.quick():
        cuts = cuts[:: max(len(cuts) // 20, 1)]
    gc.collect()
    gc.freeze()  # else one of the folds pays for looking through the whole program
    first = _took_ms(lambda: travel(case_id, map(understand, raws), cuts[0]))  # reads the schemas too
    took = [_took_ms(lambda cut=cut: travel(case_id, map(understand, raws), cut)) for cut in cuts]  # type: ignore[misc]
    result = {
        "events": len(raws),
        "moments": len(cuts),
        "median_ms": statistics.median(took),
        "p99_ms": stand.percentile(took, 0.99),
        "worst_ms": max(took),
        "first_ms": first,
        "wanted_ms": WANTED_MS,
        "why_ms": _why_ms(case_id, entries),
    }
    stand.write("travel", result)


def _why_ms(case_id: str, entries: Sequence[Entry]) -> float:
    """One conclusion explained; files and rules are at hand."""
    chains, protocols = load_definitions(stand.ROOT / "protocols", stand.ROOT / "chains")
    rules, passages = rules_of(chains, protocols), Passages(stand.ROOT / "protocols")
    wanted = next(one for one in entries if one.envelope.type == "clock.started")
    explain(case_id, entries, Around(), rules, passages, {wanted.id})
    return _took_ms(lambda: explain(case_id, entries, Around(), rules, passages, {wanted.id}))


if __name__ == "__main__":
    main()
