"""Nothing that points to a person stands anywhere outside of what is sealed: no topic, no database, no log, no metric."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backbone.supervisor.up import SERVICES
from schakel import codec
from schakel.events.base import Sealed, SealedField
from schakel.events.report import Place
from schakel.ids import new_event_id
from schakel.messages import Receipt
from schakel.sealing import PublicKey, seal
from tests.support import canaries
from tests.support.partners import NAME, PERSONAL, PHONE, STORY, Partners
from tests.support.poison import Sender
from tests.support.realcluster import RealCluster
from tests.system.conftest import check

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
FORMS = [
    form
    for text in PERSONAL
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    for form in (text.encode(encoding), text.encode("unicode_escape").replace(b" ", b"\\u0020"))
]
"""The words as they could be written down."""


SLUG = NAME.lower().replace(" ", "-")
SEARCH = re.compile(b"|".join(re.escape(form) for form in [*FORMS, SLUG.encode()]))
NUMBERS = (".index", ".timeindex")
"""Files of Kafka that hold offsets and moments alone; megabytes of nothing."""


def found_in(content: bytes) -> bool:
    return SEARCH.search(content) is not None or canaries.found_in(content)


def everything_kept(var_dir: Path) -> Iterator[tuple[str, bytes]]:
    """Every file: Kafka's logs, databases with what waits to be written into them, logs, run files."""
    for path in sorted(var_dir.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix not in NUMBERS:
            yield str(path.relative_to(var_dir)), path.read_bytes()


def everything_said(cluster: RealCluster) -> Iterator[tuple[str, bytes]]:
    """Every record of every topic as it is read, since what lies on disk may be packed; and what the services show."""
    for (topic, partition), raws in cluster.wire.records.items():
        parts = (part for raw in raws for part in (raw.key, raw.value, *(value for _, value in raw.headers)))
        yield f"{topic}/{partition}", b"\n".join(part for part in parts if part)
    for service in SERVICES:
        yield f"{service}: /metrics", cluster.page(f"{service}-0", "/metrics")
        yield f"{service}: /readyz", cluster.page(f"{service}-0", "/readyz")
    for path in ("/cases?limit=1000", "/counts/grounds"):
        yield path, cluster.page("cases-0", path)


def places(cluster: RealCluster) -> list[str]:
    """Where somebody is named."""
    kept = [name for name, content in everything_kept(cluster.var_dir) if found_in(content)]
    return kept + [name for name, content in everything_said(cluster) if found_in(content)]


def badly_sealed(key: PublicKey, event_id: str) -> Iterator[Sealed]:
    """What may be refused must not be repeated in the refusal."""
    parts = {SealedField.CONTACT_DETAILS: {"name": NAME, "phone": PHONE}, SealedField.STORY: STORY}
    good = seal("victim", parts, key, about=event_id)
    yield good.model_copy(update={"fields": (SealedField.STORY,)})
    yield seal("victim", parts, key, about=new_event_id())
    yield seal("victim", parts, PublicKey("no-such-key", key.x, key.y), about=event_id)


def test_nobody_is_named_anywhere(cluster: RealCluster, partners: Callable[[int], Partners]) -> None:
    cluster.up()
    at_work, key = partners(53), cluster.keys.door_keys()[0]
    for _ in range(20):
        at_work.report()
    for number, code in enumerate(("sealed.fields_differ", "sealed.wrong_event", "sealed.unknown_key")):
        event_id = new_event_id()
        good = at_work.report()
        report = good.event.model_copy(update={"sealed": (list(badly_sealed(key, event_id))[number],)})
        at_work.tell(good.partner, report, event_id=event_id, expect=code)
    _canaries_fly(cluster, at_work.report("rita").id)
    evidence = check(cluster, at_work)
    assert any(getattr(entry.event, "sealed", ()) for entry in evidence.ledger)
    names = [name for name, _ in everything_kept(cluster.var_dir)]
    for kind in (
        "kafka/data/schakel.ledger-",
        "kafka/data/schakel.in.",
        "db/intake.db",
        "db/cases.db-wal",
        "log/intake-0.log",
    ):
        assert any(name.startswith(kind) for name in names), f"{kind} was looked into"
    assert places(cluster) == []
    _would_be_found(cluster)
    _of_a_partner_that_does_not_seal(cluster)


def _canaries_fly(cluster: RealCluster, report: str) -> None:
    """Every told type, with unique words in each of its personal fields: let in or refused, as it comes."""
    cluster.settle()
    received = (codec.decode_message(raw.value) for raw in cluster.wire.records["schakel.out.rita", 0])
    case = next(one.case for one in received if isinstance(one, Receipt) and one.about == report)
    sender = Sender(cluster.chains.partners["rita"].oin, cluster.time.now(), "", "", cluster.keys.door_keys()[0])
    for event_id, event in canaries.Canaries().told(sender.key):
        in_case = case if event.IN_CASE and event.TYPE != "report.received" else None
        headers = sender.headers(event, in_case, ce_id=event_id.encode())
        cluster.wire.put("schakel.in.rita", codec.encode(event), headers)


def _would_be_found(cluster: RealCluster) -> None:
    """The search finds what is put beside a database, and each of the words in each form."""
    planted = cluster.var_dir / "db" / "planted"
    try:
        planted.write_bytes(b"...." + PHONE.encode() + b"....")
        assert places(cluster) == ["db/planted"]
    finally:
        planted.unlink()
    assert all(found_in(b"...." + form + b"....") for form in [*FORMS, *canaries.forms(canaries.WORD)])


def _of_a_partner_that_does_not_seal(cluster: RealCluster) -> None:
    """Its own topic holds what it wrote; it is told so in its own words at most, and nothing of it goes further."""
    sender = Sender(cluster.chains.partners["rita"].oin, cluster.time.now(), "", "", cluster.keys.door_keys()[0])
    report = sender.report(place=Place(municipality=SLUG))
    cluster.wire.put("schakel.in.rita", codec.encode(report), sender.headers(report))
    for text in PERSONAL:
        for headers in (sender.headers(report, ce_id=text.encode()), sender.headers(report, ce_subject=text.encode())):
            cluster.wire.put("schakel.in.rita", text.encode(), headers, key=text.encode())
            cluster.wire.put("schakel.in.rita", codec.encode(report), [*headers, (text, text.encode())])
    check(cluster)
    assert {name for name, content in everything_said(cluster) if found_in(content)} == {
        "schakel.in.rita/0",
        "schakel.out.rita/0",
    }
    kept = [name for name, content in everything_kept(cluster.var_dir) if found_in(content)]
    # Its receipt, which tells it what it sent, went through intake's outbox.
    assert {name.partition("-0/")[0].partition(".db")[0] for name in kept} <= {
        "kafka/data/schakel.in.rita",
        "kafka/data/schakel.out.rita",
        "db/intake",
    }
