"""What was delivered and read, re-checked: the auditor agrees with the fold about every history, and with nobody about a forged one."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from auditor import consent
from auditor.events import Event, Schemas
from auditor.formats import Record, open_bundle
from auditor.report import Report
from schakel import codec
from schakel.case import apply
from schakel.case_state import Effect, State
from schakel.entry import Entry
from schakel.events.contact import ContactPreferenceTold
from schakel.events.data import DisclosurePermitted
from schakel.events.referral import ReferralReleased, ReferralReported
from tests.auditor.material import (
    READ,
    altered,
    codes,
    find,
    ledger,
    played,
    records,
    suspended,
    type_of,
    verified,
    with_event,
    without,
    wrong,
)
from tests.auditor.writer import Ledger, in_memory, record_of
from tests.properties.gate_walk import Walk
from tests.support import telling
from tests.support.casebook import given
from tests.support.histories import FOLDER, replays
from tests.support.telling import CITY, HELP

LOG = ledger().logs[0]
SCHEMAS = Schemas(open_bundle(in_memory(Ledger({0: []}).export())))
WALKS = 12


def audited(entries: Sequence[Entry]) -> tuple[Report, list[tuple[Event, bool, Effect]]]:
    """One case as the auditor and as the fold see it: (event, whether it counts, what the fold says)."""
    state, kept = State(id=entries[0].envelope.case or ""), list[tuple[Event, Effect]]()
    for offset, entry in enumerate(entries):
        if (effect := apply(state, entry)) is not Effect.DUPLICATE:
            kept.append((SCHEMAS.read(record_of(entry, offset, codec.encode(entry.event))), effect))
    report = Report("", "case")
    counted = consent.audit([event for event, _ in kept], consent.Partition(), report)
    return report, [(event, counts, effect) for (event, effect), counts in zip(kept, counted, strict=True)]


def disagreements(entries: Sequence[Entry]) -> list[str]:
    return [
        f"{event.place} {event.type}: the fold says {effect}"
        for event, counts, effect in audited(entries)[1]
        if event.type in consent.CHECKS and counts is not (effect is Effect.EFFECTIVE)
    ]


@pytest.mark.parametrize("number", range(WALKS))
def test_a_walk_of_the_gate_is_judged_as_the_fold_judges_it(number: int) -> None:
    """Partners tell, services lag and repeat themselves: what counts, counts for both, and nobody is accused."""
    walk = Walk(number)
    walk.take(40)
    entries = [entry for entry in walk.ledger if entry.envelope.case]
    assert disagreements(entries) == []
    assert wrong(audited(entries)[0]) == []


SAYS = {
    "nothing": (),
    **{answer: ({"check": "honour_related", "answer": answer},) for answer in ("yes", "unknown")},
    "yes and no": tuple({"check": "honour_related", "answer": answer} for answer in ("yes", "no")),
}


@pytest.mark.parametrize("before", SAYS)
@pytest.mark.parametrize("after", SAYS)
def test_how_she_is_reached_under_a_lock_down_is_judged_as_the_fold_judges_it(before: str, after: str) -> None:
    """Said in the report, corrected, and by somebody else: each a word that counts until the next one (docs/adr/0058)."""
    story = given(telling.report(checks=SAYS[before], consents=(telling.terms(HELP),)))
    story.when(telling.corrected(checks=SAYS[after]))
    story.when(telling.assessed(HELP, "domestic", "yes")).when(telling.assessed(HELP, "domestic", "no"))
    entries = [entry for entry in story.world.ledger if entry.envelope.case]
    assert disagreements(entries) == []
    assert wrong(audited(entries)[0]) == []
    last = max(at for at, entry in enumerate(entries) if isinstance(entry.event, ContactPreferenceTold))
    assert audited(entries)[1][last][1]
    first = ContactPreferenceTold(to=HELP, preference=entries[0].id, premises=(entries[0].id,))
    entries[last] = Entry(entries[last].envelope, first)  # an older word than her newest
    assert not audited(entries)[1][last][1]
    assert disagreements(entries) == []


def test_recorded_histories_are_judged_as_the_fold_judges_them() -> None:
    """In one of them somebody releases on a yes that came too late: no history before it permits that."""
    accused = []
    for path in (*sorted(FOLDER.glob("*.jsonl")), *sorted((FOLDER / "recorded").glob("*.jsonl"))):
        for replay in replays(path):
            entries = [step.entry for step in replay.steps]
            assert disagreements(entries) == []
            accused += [(path.stem, one.code) for one in wrong(audited(entries)[0])]
    assert accused == [("an-old-yes-comes-late", "referral_released")]


def test_what_was_overtaken_on_its_way_is_told_apart() -> None:
    (replay,) = replays(FOLDER / "a-permit-lands-behind-a-withdrawal.jsonl")
    report, _ = audited([step.entry for step in replay.steps])
    assert codes(report, "noted") == {"overtaken"}


# --- forged


def test_a_yes_that_was_taken_out() -> None:
    log = without(LOG, lambda name: name == "consent.granted")
    assert {"referral_released", "referral_delivered"} <= codes(verified(ledger(log)), question="consent")


def test_a_no_that_was_put_in_before() -> None:
    """Her withdrawal stands before the release: nothing that comes behind it was permitted."""
    no = find(LOG, "consent.withdrawn")
    first = find(LOG, "referral.proposed").offset
    log = [
        replace(r, offset=n) for n, r in enumerate([*LOG[:first], no, *LOG[first : no.offset], *LOG[no.offset + 1 :]])
    ]
    assert {"referral_released", "disclosure_permitted"} <= codes(verified(ledger(log)), question="consent")


def test_a_read_after_a_withdrawal() -> None:
    """Asked for behind her no, and permitted all the same: on a release that no longer held."""
    denied = find(LOG, "disclosure.denied")
    asked = [record for record in LOG[: denied.offset] if type_of(record) == "disclosure.requested"][-1]
    request = dict(asked.headers)["ce_id"].decode()
    told = SCHEMAS.read(find(LOG, "disclosure.permitted"))
    permit = DisclosurePermitted(request=request, scopes=("contact_details",), premises=(*told.premises[:2], request))
    log = with_event(LOG, denied.offset, permit, denied)
    assert codes(verified(ledger(log)), question="consent") == {"disclosure_permitted"}


def test_a_read_that_nobody_asked_for() -> None:
    permitted = find(LOG, "disclosure.permitted")
    log = with_event(LOG, permitted.offset + 1, codec_event(permitted), permitted)
    assert codes(verified(ledger(log)), question="consent") == set()  # answered twice: the second one was overtaken
    bare = without(LOG, lambda name: name == "disclosure.requested")
    assert codes(verified(ledger(bare)), question="consent") == {"disclosure_permitted"}


def codec_event(record: Record) -> DisclosurePermitted:
    event = codec.decode_event(record.value)
    assert isinstance(event, DisclosurePermitted)
    return event


def test_a_read_by_another_partner() -> None:
    asked = find(LOG, "disclosure.requested")
    log = altered(LOG, asked, by=CITY)
    assert codes(verified(ledger(log)), question="consent") == {"disclosure_permitted"}


def test_more_than_was_agreed() -> None:
    wider = altered(LOG, find(LOG, "referral.released"), scopes=("case_facts", "contact_details", "label"))
    assert "referral_released" in codes(verified(ledger(wider)), question="consent")


def test_to_another_than_was_proposed() -> None:
    elsewhere = altered(LOG, find(LOG, "referral.delivered"), to=CITY)
    assert "referral_delivered" in codes(verified(ledger(elsewhere)), question="consent")


def test_word_back_to_whoever_referred_needs_her_yes() -> None:
    accepted = find(LOG, "referral.accepted")
    referral = SCHEMAS.read(accepted)["referral"]
    answer = {"referral": referral, "to": HELP, "answer": "accepted"}
    report = ReferralReported.model_validate({"to": telling.POLICE, "answers": (answer,), "premises": (referral,)})
    like = find(LOG, "referral.proposed")
    log = with_event(LOG, accepted.offset + 1, report, like)
    assert codes(verified(ledger(log)), question="consent") == {"referral_reported"}


def test_whoever_is_suspended_reads_nothing() -> None:
    """The word of the operator stands in the partition before the request: a permit behind it is nobody's to give."""
    asked = find(LOG, "disclosure.requested")
    log = suspended(LOG, asked.offset)
    assert "disclosure_permitted" in codes(verified(ledger(log)), question="consent")


def test_after_she_asked_to_be_forgotten_nothing_goes_out() -> None:
    world = played(READ, telling.report(), telling.forget(), telling.granted(HELP))
    log = records(world)
    assert wrong(verified(ledger(log)), "consent") == []
    released, proposed = find(LOG, "referral.released"), find(log, "referral.proposed")
    event = codec.decode_event(released.value)
    assert isinstance(event, ReferralReleased)
    grant = dict(find(log, "consent.granted").headers)["ce_id"].decode()
    theirs = next(r for r in log if type_of(r) == "referral.proposed" and SCHEMAS.read(r)["to"] == HELP)
    referral = dict(theirs.headers)["ce_id"].decode()
    forged = event.model_copy(update={"referral": referral, "premises": (referral, grant)})
    like = replace(
        proposed, headers=tuple((n, b"urn:schakel:consent" if n == "ce_source" else v) for n, v in proposed.headers)
    )
    assert codes(verified(ledger(with_event(log, len(log), forged, like))), question="consent") == {"referral_released"}


# --- who may say what


@pytest.mark.parametrize(
    ("event_type", "source"),
    [
        ("referral.released", b"urn:schakel:routing"),
        ("consent.granted", b"urn:schakel:consent"),
        ("consent.withdrawn", b"urn:nld:oin:99999999100000002000"),
        ("disclosure.requested", b"urn:schakel:consent"),
    ],
)
def test_under_another_name(event_type: str, source: bytes) -> None:
    record = find(LOG, event_type)
    headers = tuple((name, source if name == "ce_source" else value) for name, value in record.headers)
    log = [*LOG[: record.offset], replace(record, headers=headers), *LOG[record.offset + 1 :]]
    found = [one.place for one in wrong(verified(ledger(log)), "owners") if one.code == "another"]
    assert found == [f"0/{record.offset}"]
