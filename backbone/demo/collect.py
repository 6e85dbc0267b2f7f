"""Gathers the evidence after the month: topics read from their beginning, databases and the queryable state as they are now."""

import json
import urllib.request
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from backbone.casework import LEDGER
from backbone.demo.evidence import Answer, Evidence, Offer, Sent
from backbone.demo.quiet import Services
from backbone.demo.stage import LiveStage
from backbone.desks import load_desk
from backbone.store import tables
from schakel.case_state import State
from schakel.client.inbox import read
from schakel.ledger import understand
from schakel.messages import Receipt, ReferralOffered
from schakel.reading import read_to_end
from schakel.record import Raw

_CASES_AT_MOST = 1_000
KEEP_NO_CASES = ("audit",)
"""What these hold of the ledger is no projection of cases; their own tests hold them against it."""
_READERS = 6


def collect(
    stage: LiveStage, connection: Mapping[str, Any], partners: Collection[str], services: Services, cases_url: str
) -> Evidence:
    """Everything the checks look at. connection: kafka-python arguments of a user who may read every topic."""
    answers, offers = [], []
    with ThreadPoolExecutor(
        _READERS
    ) as readers:  # each topic is read by a consumer of its own, which takes its time to connect
        sent_to = dict(
            zip(partners, readers.map(lambda name: _topic(connection, f"schakel.in.{name}"), partners), strict=True)
        )
        came_to = dict(
            zip(partners, readers.map(lambda name: _topic(connection, f"schakel.out.{name}"), partners), strict=True)
        )
    for partner, records in came_to.items():
        for record in records:
            body = read(record).body
            if isinstance(body, Receipt):
                answers.append(Answer(partner, body))
            elif isinstance(body, ReferralOffered):
                offers.append(Offer(partner, body))
    records = _topic(connection, LEDGER)
    acts = [told.act for told in stage.told]
    sent = [Sent(act.partner, act.id, act.opens, act.expect, act.again) for act in acts]
    sent += asked_again(sent, sent_to)
    sent += [Sent(garbage.partner, None, False, garbage.expect) for garbage in stage.garbage]
    return Evidence(
        sent=sent,
        answers=answers,
        offers=offers,
        ledger=[understand(record) for record in records],
        in_records={partner: len(records) for partner, records in sent_to.items()},
        live=dict(_states(services)),
        rows=overview(cases_url),
        reads=stage.reads,
        records=records,
    )


def asked_again(sent: Iterable[Sent], sent_to: Mapping[str, Sequence[Raw]]) -> list[Sent]:
    """What the client sent once more by itself, since no receipt had come in ten seconds. sent_to: by partner, what stands on its topic."""
    acted = Counter((one.partner, one.id) for one in sent)
    known = {(one.partner, one.id): one for one in sent}
    stand = Counter(
        (partner, value.decode("ascii", "replace"))
        for partner, records in sent_to.items()
        for record in records
        for name, value in record.headers
        if name == "ce_id"
    )
    more = [key for key, count in stand.items() for _ in range(count - acted[key]) if key in known]
    return [replace(known[key], again=True) for key in more]


def _topic(connection: Mapping[str, Any], topic: str) -> list[Raw]:
    return list(read_to_end(connection, topic))


def _states(services: Services) -> Iterable[tuple[str, dict[str, State]]]:
    for name, store in services.stores.items():
        if name in KEEP_NO_CASES:
            continue
        with store.reading() as connection:
            rows = connection.execute(select(tables.snapshot.c.case_id, tables.snapshot.c.state)).all()
        yield name, {row.case_id: load_desk(row.state).case for row in rows}


def overview(cases_url: str) -> dict[str, dict[str, object]]:
    """The `cases` service's own answer to a list of cases."""
    with urllib.request.urlopen(f"{cases_url}/cases?limit={_CASES_AT_MOST}", timeout=30) as answer:
        return {row["case_id"]: row for row in json.loads(answer.read())["cases"]}
