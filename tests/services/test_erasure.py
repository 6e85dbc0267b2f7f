"""An erasure through all services: the key goes when the ledger says so and not before, whatever is killed or rebuilt in between."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from backbone.casework import LEDGER
from backbone.keys import KeysAway, NoKey
from backbone.keys.tables import person_key
from schakel.case_state import fingerprint
from schakel.codec import schema_id
from schakel.events import Told
from schakel.events.base import SealedField
from schakel.events.case import CloseRequested
from schakel.events.consent import ConsentTerms
from schakel.events.data import ErasureRequested, HoldLifted, HoldPlaced, StatementRetracted, SubjectErased
from schakel.events.report import AssessmentRecorded, Place, ReportFacts, ReportLinked, ReportReceived
from schakel.events.vocab import Answer, Check, CloseReason, Identity, Nature, Person, Purpose, Scope
from schakel.ids import new_event_id
from schakel.messages import Erased, ReferralWithdrawn
from schakel.sealing import seal
from services.cases.by_itself import incident
from services.cases.overview import overview
from services.consent.erasing import ConsentProcessor
from services.gateway import tables
from tests.support.minicluster import PARTITIONS, MiniCluster, Service

DOOR, HELP, CITY = "politie-amsterdam", "slachtofferhulp", "gemeente-amsterdam"
PHONE = "06-55501947"
COOLED_OFF = timedelta(days=16)


def service(cluster: MiniCluster, name: str) -> Service:
    return next(one for one in cluster.services if one.processor.name == name)


def sealed(cluster: MiniCluster, event_id: str, subject: str = "victim"):
    return seal(subject, {SealedField.CONTACT_DETAILS: {"phone": PHONE}}, cluster.keys.door_keys()[0], about=event_id)


def reported(cluster: MiniCluster) -> str:
    """A case whose referral to victim support was delivered; sealed are her contact details and those of the accused."""
    event_id = new_event_id()
    scopes = (Scope.CASE_FACTS, Scope.CONTACT_DETAILS)
    told = ReportReceived(
        reported_at=cluster.time.now(),
        facts=ReportFacts(
            identity=Identity.BY_NAME,
            natures=(Nature.ASSAULT,),
            place=Place(municipality="amsterdam", district="oost"),
        ),
        consents=(ConsentTerms(recipient=HELP, purpose=Purpose.REFERRAL, scopes=scopes),),
        sealed=(sealed(cluster, event_id), sealed(cluster, event_id, "accused")),
    )
    cluster.send(DOOR, told, event_id=event_id)
    cluster.settle()
    case = cluster.receipts(DOOR)[event_id].case
    assert case
    return case


def tell(cluster: MiniCluster, event: Told, case: str, by: str = DOOR) -> str:
    event_id = cluster.send(by, event, case)
    cluster.settle()
    return event_id


def refusal(cluster: MiniCluster, event: Told, case: str, by: str = DOOR, event_id: str | None = None) -> str | None:
    sent = cluster.send(by, event, case, event_id=event_id)
    cluster.settle()
    why = cluster.receipts(by)[sent].refusal
    return why.code if why else None


def request(cluster: MiniCluster, case: str, subject: str = "victim", person: Person = Person.VICTIM) -> None:
    """Asked and proved."""
    for proof in (None, "called_back"):
        tell(cluster, ErasureRequested(subject=subject, requested_by=person, second_proof=proof), case)


def key_lives(cluster: MiniCluster, case: str, subject: str = "victim") -> bool:
    with cluster.keys._engine.connect() as db:
        hers = (person_key.c.case_id == case) & (person_key.c.subject == subject)
        return bool(db.execute(select(func.count()).select_from(person_key).where(hers)).scalar())


def said(cluster: MiniCluster, case: str) -> list[str]:
    return [e.envelope.type for e in cluster.ledger(case) if e.envelope.type.startswith(("erasure.", "subject."))]


def rows(cluster: MiniCluster, case: str) -> int:
    """What the gateway keeps of her."""
    with service(cluster, "gateway").store.reading() as db:
        return int(
            db.execute(select(func.count()).select_from(tables.sealed).where(tables.sealed.c.case_id == case)).scalar()
            or 0
        )


def test_the_key_lives_until_the_period_is_over_and_then_it_is_gone(cluster: MiniCluster) -> None:
    case, other = reported(cluster), reported(cluster)
    request(cluster, case)
    cluster.advance(timedelta(days=13))
    assert key_lives(cluster, case)
    assert said(cluster, case) == ["erasure.requested", "erasure.requested", "erasure.scheduled"]
    cluster.advance(timedelta(days=3))
    assert said(cluster, case)[-1] == "subject.erased"
    assert not key_lives(cluster, case)
    assert key_lives(cluster, case, "accused")
    assert key_lives(cluster, other)
    assert (rows(cluster, case), rows(cluster, other)) == (0, 1)


def test_whoever_knew_is_told_and_lists_no_longer_show_the_case(cluster: MiniCluster) -> None:
    case = reported(cluster)
    request(cluster, case)
    cluster.advance(COOLED_OFF)
    for partner in (DOOR, HELP, CITY):
        assert [m.subject for m in cluster.out(partner) if isinstance(m, Erased)] == ["victim"], partner
    assert [m.reason for m in cluster.out(HELP) if isinstance(m, ReferralWithdrawn)] == ["erased"]
    with service(cluster, "cases").store.reading() as db:
        row = db.execute(select(overview).where(overview.c.case_id == case)).one()
        words = db.execute(select(incident.c.words).where(incident.c.case_id == case)).scalar_one()
    assert json.loads(words).keys() == {"nature", "ground"}, "nothing that counts are not made of"
    assert (row.status, row.door, row.reported_at, row.identity, row.natures) == (
        "erased",
        None,
        None,
        None,
        " assault ",
    )


@pytest.mark.parametrize("name", ["intake", "routing", "consent", "followup", "cases", "gateway"])
def test_a_rebuilt_service_ends_equal_and_says_nothing_again(cluster: MiniCluster, name: str) -> None:
    case, other = reported(cluster), reported(cluster)
    request(cluster, case)
    cluster.advance(COOLED_OFF)
    before = {place: len(raws) for place, raws in cluster.topics.items()}
    live = {one: fingerprint(desk.case) for one, desk in cluster.desks()[name].items()}
    cluster.rebuild(name)
    assert {place: len(raws) for place, raws in cluster.topics.items()} == before
    assert {one: fingerprint(desk.case) for one, desk in cluster.desks()[name].items()} == live
    assert live[case] == fingerprint(cluster.replay(case))
    assert (key_lives(cluster, case), key_lives(cluster, other), key_lives(cluster, case, "accused")) == (
        False,
        True,
        True,
    )
    assert (rows(cluster, case), rows(cluster, other)) == (0, 1)


def test_a_rebuilt_consent_still_knows_when(cluster: MiniCluster) -> None:
    case = reported(cluster)
    request(cluster, case)
    cluster.rebuild("consent")
    cluster.advance(COOLED_OFF)
    assert not key_lives(cluster, case)


class Killed(Exception):
    """The process ends here, as by kill -9: nothing of its transaction is kept."""


class DyingKeys:
    """The real keys, which are reached only after a number of attempts at whose place something else happens."""

    def __init__(self, cluster: MiniCluster, raises: list[Exception], *, after: bool) -> None:
        self.cluster, self.raises, self.after = cluster, raises, after

    def destroy(self, case_id: str, subject: str) -> bool:
        had = self.after and self.cluster.keys.destroy(case_id, subject)
        if self.raises:
            raise self.raises.pop()
        return had or self.cluster.keys.destroy(case_id, subject)


@pytest.mark.parametrize("after", [False, True], ids=["before the key is destroyed", "after it"])
@pytest.mark.parametrize("error", [Killed, lambda: KeysAway("the keys are away")], ids=["killed", "keys away"])
def test_killed_between_the_event_and_the_commit_it_is_done_at_the_next_start(
    cluster: MiniCluster, after: bool, error: Callable[[], Exception]
) -> None:
    case = reported(cluster)
    request(cluster, case)
    consent = service(cluster, "consent")
    assert isinstance(consent.processor, ConsentProcessor)
    dying = DyingKeys(cluster, [error()], after=after)
    consent.processor._keys = lambda: dying
    with suppress(Killed, KeysAway):
        cluster.advance(COOLED_OFF)
    assert said(cluster, case)[-1] == "subject.erased"
    assert key_lives(cluster, case) is not after
    assert case not in {one for one, desk in cluster.desks()["consent"].items() if desk.case.erased}, "rolled back"
    cluster.settle()
    assert not key_lives(cluster, case)
    assert said(cluster, case).count("subject.erased") == 1
    assert [m.subject for m in cluster.out(HELP) if isinstance(m, Erased)] == ["victim"]


def test_killed_before_the_event_lands_nothing_is_destroyed(cluster: MiniCluster) -> None:
    """The conclusion waits in the outbox; the key lives until it stands in the ledger and was read back."""
    case = reported(cluster)
    request(cluster, case)
    consent = service(cluster, "consent")
    cluster.services.remove(consent)
    cluster.advance(COOLED_OFF)
    partition = next(p for p in range(PARTITIONS) if any(r.key == case.encode() for r in cluster.topics[LEDGER, p]))
    before = len(cluster.topics[LEDGER, partition])
    start = consent.store.checkpoints()[LEDGER, partition].next_offset
    cluster._process(consent, LEDGER, partition, cluster.topics[LEDGER, partition][start:])
    landed = [e for e in cluster.ledger(case) if isinstance(e.event, SubjectErased)]
    assert len(cluster.topics[LEDGER, partition]) == before + 1
    assert landed
    assert key_lives(cluster, case), "it has not been read back"
    cluster.services.append(consent)
    cluster.settle()
    assert not key_lives(cluster, case)


# --- a change of mind, a hold


def test_a_change_of_mind_that_was_sent_in_time_counts_however_late_it_is_read(cluster: MiniCluster) -> None:
    case = reported(cluster)
    first = tell(cluster, ErasureRequested(subject="victim"), case)
    tell(cluster, ErasureRequested(subject="victim", second_proof="called_back"), case)
    cluster.time.at += timedelta(days=13)
    cluster.send(DOOR, StatementRetracted(event=first, reason="changed_mind"), case)
    cluster.advance(timedelta(days=3))
    assert "subject.erased" not in said(cluster, case)
    assert key_lives(cluster, case)


def test_a_hold_keeps_the_key_until_it_is_lifted_or_its_last_day_is_over(cluster: MiniCluster) -> None:
    case = reported(cluster)
    request(cluster, case)
    last = (cluster.time.now() + timedelta(days=60)).date()
    tell(cluster, HoldPlaced(legal_ground="criminal_case", until=last), case)
    cluster.advance(COOLED_OFF)
    assert said(cluster, case)[-1] == "erasure.refused"
    assert key_lives(cluster, case)
    cluster.advance(timedelta(days=60))
    assert not key_lives(cluster, case)


def test_lifted_it_goes_on_at_once(cluster: MiniCluster) -> None:
    case = reported(cluster)
    hold = tell(cluster, HoldPlaced(legal_ground="criminal_case", until=date(2026, 12, 31)), case)
    request(cluster, case)
    cluster.advance(COOLED_OFF)
    assert key_lives(cluster, case)
    tell(cluster, HoldLifted(hold=hold), case)
    assert not key_lives(cluster, case)


def test_the_term_for_keeping_ends_without_a_request(cluster: MiniCluster) -> None:
    case = reported(cluster)
    tell(cluster, CloseRequested(reason=CloseReason.ENOUGH_HELP), case, by=CITY)
    cluster.advance(timedelta(days=190))
    assert (key_lives(cluster, case, "accused"), key_lives(cluster, case)) == (False, True)
    cluster.advance(timedelta(days=560))
    assert not key_lives(cluster, case)


# --- what intake says


def test_what_is_told_about_the_erased_is_refused(cluster: MiniCluster) -> None:
    case = reported(cluster)
    request(cluster, case)
    cluster.advance(COOLED_OFF)
    event_id = new_event_id()
    told = AssessmentRecorded(check=Check.MINOR, answer=Answer.NO, sealed=(sealed(cluster, event_id, "victim"),))
    assert refusal(cluster, told, case, event_id=event_id) == "sealed.subject_erased"
    about_him = new_event_id()
    told = AssessmentRecorded(check=Check.MINOR, answer=Answer.NO, sealed=(sealed(cluster, about_him, "accused"),))
    assert refusal(cluster, told, case, event_id=about_him) is None


def test_why_a_request_or_a_hold_is_refused(cluster: MiniCluster) -> None:
    case = reported(cluster)
    asked = ErasureRequested(subject="victim")
    assert refusal(cluster, ErasureRequested(subject="witness", requested_by=Person.WITNESS), case) == "subject.unknown"
    assert (
        refusal(cluster, ErasureRequested(subject="victim", requested_by=Person.OFFENDER), case) == "erasure.not_theirs"
    )
    assert refusal(cluster, asked, case) is None
    assert refusal(cluster, asked, case) == "erasure.already_requested"
    assert refusal(cluster, asked, case, by=CITY) is None
    assert refusal(cluster, asked, case, by=HELP) == "erasure.already_requested"
    ended = HoldPlaced(legal_ground="criminal_case", until=date(2026, 1, 1))
    assert refusal(cluster, ended, case) == "hold.ended"
    assert refusal(cluster, HoldLifted(hold="nothing"), case) == "hold.not_yours"
    assert (
        refusal(cluster, HoldPlaced(legal_ground="criminal_case", until=date(2027, 1, 1)), case, by=CITY)
        == "right.missing"
    )
    cluster.advance(COOLED_OFF)
    assert refusal(cluster, asked, case) == "subject.erased_already"


def test_anothers_request_and_hold_are_not_taken_back(cluster: MiniCluster) -> None:
    case = reported(cluster)
    asked = tell(cluster, ErasureRequested(subject="victim"), case)
    assert refusal(cluster, StatementRetracted(event=asked, reason="mistake"), case, by=HELP) == "statement.not_yours"
    assert refusal(cluster, StatementRetracted(event=asked, reason="mistake"), case) is None


def test_nothing_sealed_for_her_is_opened_any_more(cluster: MiniCluster) -> None:
    case = reported(cluster)
    (report,) = [e for e in cluster.ledger(case) if isinstance(e.event, ReportReceived)]
    request(cluster, case)
    cluster.advance(COOLED_OFF)
    (hers,) = [part for part in report.event.sealed if part.subject == "victim"]
    with pytest.raises(NoKey):
        cluster.keys.open(
            case, "victim", report.id, "report.received", schema_id(ReportReceived), hers.fields[0], hers.body
        )


def test_of_two_linked_cases_one_is_erased_and_the_other_goes_on(cluster: MiniCluster) -> None:
    """Her request is of a case. The other keeps its key and its link, so that nothing is destroyed that nobody asked for, and her copy
    there still says that there is another."""
    case, other = reported(cluster), reported(cluster)
    tell(cluster, ReportLinked(other_case=other, kind="same_person"), case)
    request(cluster, case)
    cluster.advance(COOLED_OFF)
    assert (key_lives(cluster, case), key_lives(cluster, other)) == (False, True)
    assert (rows(cluster, case), rows(cluster, other)) == (0, 1)
    assert said(cluster, other) == []
    assert [link.other_case for link in cluster.replay(other).links.values()] == [case]
    (report,) = [e for e in cluster.ledger(other) if isinstance(e.event, ReportReceived)]
    (hers,) = [part for part in report.event.sealed if part.subject == "victim"]
    opened = cluster.keys.open(
        other, "victim", report.id, "report.received", schema_id(ReportReceived), hers.fields[0], hers.body
    )
    assert opened == {"phone": PHONE}
