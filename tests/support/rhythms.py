"""Cases in which a rhythm of contact is agreed with her, in a chain whose clock follows it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.audit import audit
from auditor.report import Report
from backbone.chains import Chains
from backbone.protocols import Protocols
from schakel import codec
from schakel.entry import Entry
from schakel.events.contact import ContactPreferenceSet
from tests.auditor.material import receipts
from tests.auditor.writer import Ledger, definitions, held, in_memory, lines, record_of
from tests.support import variants
from tests.support.telling import POLICE, Tell, moment

RHYTHM = "ritme"
CLOCK = """\
clocks:
  - id: ritme
    starts: last_word
    stops: {{{{on: word, with: [{with_}]}}}}
    by_preference: true
    limit: {limit}
    promise: {promise}
    responsible: coordinator
    on_breach: [coordinator]
    source: "keuze: proef"
"""
USE = "  - {use: een@1.0, districts: all}\n"


@cache
def chain(limit: str | None = "14 dagen", with_: str = "victim") -> tuple[Chains, Protocols]:
    """A chain under one clock; limit: the file's own, None where it only measures."""
    with TemporaryDirectory() as folder:
        return variants.written(Path(folder), {"een": clock(limit, with_)}, USE)


def clock(limit: str | None = "14 dagen", with_: str = "victim") -> str:
    return CLOCK.format(limit=limit or "null", promise="our_choice" if limit else "measured", with_=with_)


def agreed(
    days: int,
    by: str = POLICE,
    *,
    whom: str = "victim",
    only_by: tuple[str, ...] = (),
    logged: str | datetime | None = None,
    id: str | None = None,
) -> Tell:
    """What is agreed with her; 0 for nothing any more."""
    event = ContactPreferenceSet(whom=whom, only_by=only_by, contact_every_days=days)
    return Tell(by, event, moment(logged) if logged else None, id)


def audited(entries: Sequence[Entry], of: tuple[Chains, Protocols]) -> Report:
    """The audit of a whole export of this ledger, under the definitions of the test's own chain."""
    log = [record_of(entry, offset, codec.encode(entry.event)) for offset, entry in enumerate(entries)]
    files = {name: raw for name, raw in held().items() if name.startswith("schemas/")}
    protocol = next(iter(of[1]))
    text = variants.HEAD.format(name="een") + clock_of(of).format(source=variants.SOURCE)
    files[f"protocols/een/{protocol.version}.yaml"] = text.encode()
    files["definitions.jsonl"] = lines(definitions(*of))
    ledger = Ledger({0: log}, topics=receipts(log), definitions=files)
    return audit(in_memory(ledger.export()), [ledger.head(0)])


def clock_of(of: tuple[Chains, Protocols]) -> str:
    """The text of the clock in this chain's protocol."""
    (rule,) = next(iter(of[1])).clocks
    return clock(str(rule.limit) if rule.limit else None, rule.stops.with_[0])
