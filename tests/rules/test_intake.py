"""Intake: what may enter the ledger, and the one reason, field and remedy when it may not."""

import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from backbone.chains import Chains
from schakel.case_state import State
from schakel.envelope import Envelope
from schakel.events import Event, Told
from schakel.events.case import TrendSignalled
from schakel.events.consent import ConsentGranted
from schakel.events.contact import ComplaintTaken
from schakel.events.report import CaseOpened
from schakel.ids import partner_source
from schakel.messages import Refusal
from services.intake import mediation, moments, rules
from services.intake.rules import Submission, refusal
from tests.support import telling
from tests.support.casebook import CASE, Story, World, given, repository
from tests.support.telling import ADV, CITY, COC, DMG, GRONINGEN, HELP, POLICE, RITA, Tell, moment, terms

NOW = moment("2026-03-03 12:00")
OTHER_CASE = "c0ffee00-0000-4000-8000-00000000dead"
SAID = "00000000-0000-7000-8000-0000000000aa"
chains, _ = repository()


def submission(told: Tell, case: State | None = None, named: str | None = None, **envelope: object) -> Submission:
    """What `told.by` sends at half past eleven, about `case` when there is one; `named` is the case id it names instead."""
    partner = chains.partner(told.by)
    assert partner is not None
    event: Event = told.event(case or State(id=CASE)) if callable(told.event) else told.event
    plain = Envelope(
        id="01890000-0000-7000-8000-000000000001",
        source=partner_source(partner.oin),
        type=event.TYPE,
        time=NOW - timedelta(minutes=30),
        case=named or (case.id if case else None),
    )
    return Submission(replace(plain, **envelope), event, partner, case)  # type: ignore[arg-type]


def answer(told: Tell, case: State | None = None, named: str | None = None, **envelope: object) -> Refusal | None:
    return refusal(submission(told, case, named, **envelope), chains, NOW)


def code(told: Tell, case: State | None = None, named: str | None = None, **envelope: object) -> str | None:
    found = answer(told, case, named, **envelope)
    return found.code if found else None


@pytest.fixture(scope="module")
def amsterdam() -> State:
    """Reported by the police; Slachtofferhulp has its referral, the city waits for consent."""
    return given(telling.report(consents=(terms(HELP),)), telling.granted(HELP, id=SAID)).case


@pytest.fixture(scope="module")
def groningen() -> State:
    return given(telling.report_in_groningen()).case


# --- lets in


def test_a_plain_report_enters():
    assert answer(telling.report()) is None


@pytest.mark.parametrize(
    "told",
    [
        telling.corrected(POLICE, natures=("assault",)),
        telling.granted(ADV),
        telling.contact_made(HELP, "2026-03-03 11:00"),
        telling.accepted(HELP),
        telling.completed(HELP),
        telling.close_requested(CITY),
        telling.requested(ADV, role="anti_discrimination"),
        telling.retracted(SAID),
        telling.invoked(HELP, until="2026-03-05 00:00"),
        telling.label_refused(HELP),
    ],
    ids=lambda told: f"{told.by} {told.event.TYPE if isinstance(told.event, Told) else 'answers'}",
)
def test_those_in_the_case_may_add_to_it(told: Tell, amsterdam: State):
    assert answer(told, amsterdam) is None


@pytest.mark.parametrize(
    "told", [telling.withdrawn(HELP, COC), telling.refused(CITY, by=COC)], ids=["withdrawn", "refused"]
)
def test_a_no_is_taken_from_any_member_of_the_chain(told: Tell, amsterdam: State):
    """It can only protect (chains/rights.yaml)."""
    assert answer(told, amsterdam) is None


def test_the_receiver_may_answer_before_our_own_record_of_the_delivery_is_back():
    """The message goes out first; an answer within a millisecond is no stranger's."""
    world = World()
    world.tell(telling.report(consents=(terms(HELP),)))
    for name in ("routing", "routing", "consent"):
        world.read(name)
        world.land(name)
    case = world.state()
    assert [referral.state for referral in case.referrals.values() if referral.to == HELP] == ["released"]
    assert answer(telling.accepted(HELP), case) is None


def test_the_receiver_of_a_message_that_she_overtook_may_still_answer():
    """It has the message; our record of the delivery landed behind her no, and the word to stop has not reached it yet."""
    world = World()
    world.tell(telling.report(consents=(terms(HELP),)))
    for name in ("routing", "consent"):
        world.read(name)
        world.land(name)
    world.read("consent")  # the delivery is decided, and its message sent with it
    world.tell(telling.withdrawn(HELP))
    world.settle()
    case = world.state()
    assert [referral.state for referral in case.referrals.values() if referral.to == HELP] == ["revoked"]
    assert HELP not in case.parties
    assert answer(telling.accepted(HELP), case) is None
    assert code(telling.contact_made(COC, "2026-03-03 11:00"), case) == "case.not_yours"


def test_a_clock_that_runs_five_minutes_ahead_is_forgiven():
    assert answer(telling.report(at="2026-03-03 12:05"), time=NOW + timedelta(minutes=5)) is None


def test_a_correction_within_the_chain_is_no_surprise(amsterdam: State):
    assert answer(telling.corrected(POLICE, place={"municipality": "amsterdam", "district": "zuid"}), amsterdam) is None


# --- refuses, once for every code there is


def derived() -> Tell:
    event = CaseOpened(chain="amsterdam", chain_version="1", protocols=(), fold_version=1, door=POLICE)
    return Tell(POLICE, event)  # type: ignore[arg-type]


def signalled() -> Tell:
    return Tell(ADV, TrendSignalled(municipality="amsterdam", district="oost", to=(CITY,)))


REFUSED: dict[str, tuple[Callable[[], Tell], str, dict[str, object]]] = {
    "type.mismatch": (telling.report, "ce_type", {"type": "contact.made"}),
    "type.not_yours": (derived, "ce_type", {}),
    "drill.no_case": (signalled, "ce_drill", {"drill": True}),
    "id.not_a_uuid": (telling.report, "ce_id", {"id": "dossier-17"}),
    "source.not_yours": (telling.report, "ce_source", {"source": partner_source("0" * 20)}),
    "time.in_the_future": (telling.report, "ce_time", {"time": NOW + timedelta(minutes=6)}),
    "time.long_ago": (telling.report, "ce_time", {"time": datetime(1899, 12, 31, tzinfo=UTC)}),
    "case.not_expected": (telling.report, "ce_subject", {"named": CASE}),
    "case.missing": (lambda: telling.withdrawn(HELP), "ce_subject", {}),
    "chain.unknown": (lambda: telling.report(place={"municipality": "haarlem"}), "facts.place.municipality", {}),
    "place.unknown_district": (lambda: telling.report(place={"district": "jordaan"}), "facts.place.district", {}),
    "recipient.unknown": (
        lambda: telling.report(consents=(terms("slachtofferhulp-oost"),)),
        "consents.0.recipient",
        {},
    ),
    "occurrence.backwards": (
        lambda: telling.report(occurrence={"first_day": "2026-03-02", "last_day": "2026-03-01"}),
        "facts.occurrence.last_day",
        {},
    ),
}
IN_CASE: dict[str, tuple[Tell, str]] = {
    "case.not_yours": (telling.contact_made(RITA, "2026-03-03 11:00"), "ce_subject"),
    "right.missing": (telling.close_requested(HELP), "ce_type"),
    "referral.not_yours": (telling.accepted(CITY), "referral"),
    "statement.not_yours": (telling.retracted(SAID, by=HELP), "event"),
    "supersedes.no_such_no": (
        Tell(POLICE, ConsentGranted(terms=terms(HELP), supersedes=SAID)),
        "supersedes",
    ),
    "role.not_held": (telling.requested(COC, role="mediation"), "role"),
    "chain.another": (telling.corrected(POLICE, place={"municipality": "groningen"}), "facts.place.municipality"),
    "mediation.refused": (telling.requested(CITY, role="coordinator", purpose="mediation"), "purpose"),
    "close.not_yet": (telling.close_requested(CITY, "suspicion_removed_and_content"), "reason"),
}


@pytest.mark.parametrize("wanted", REFUSED)
def test_refused_before_any_case(wanted: str):
    tell, field, envelope = REFUSED[wanted]
    found = answer(tell(), **envelope)
    assert found is not None
    assert (found.code, found.field) == (wanted, field)
    assert found.expected
    assert found.remedy


@pytest.mark.parametrize("wanted", IN_CASE)
def test_refused_in_a_case(wanted: str, amsterdam: State):
    told, field = IN_CASE[wanted]
    found = answer(told, amsterdam)
    assert found is not None
    assert (found.code, found.field) == (wanted, field)
    assert found.expected
    assert found.remedy


def test_every_code_of_the_rules_is_refused_here_once():
    source = "".join(Path(module.__file__).read_text(encoding="utf-8") for module in (rules, mediation, moments))
    assert set(re.findall(r'code="([a-z_.]+)"', source)) == {*REFUSED, *IN_CASE}


# --- in particular


def test_an_unknown_case_and_somebody_elses_get_the_same_answer(amsterdam: State, groningen: State):
    """Whoever guesses case ids learns nothing, not even that there is one."""
    told = telling.contact_made(COC, "2026-03-03 11:00")
    unknown = answer(told, None, OTHER_CASE)
    assert unknown is not None
    assert (
        unknown == answer(told, amsterdam) == answer(told, groningen) == answer(told, State(id=OTHER_CASE), OTHER_CASE)
    )
    assert unknown.code == "case.not_yours"


def test_a_no_about_an_unknown_case_or_another_chains_gets_that_answer_too(groningen: State):
    told = telling.withdrawn(HELP, COC)
    assert answer(told, None, OTHER_CASE) == answer(told, groningen)
    assert code(told, groningen) == "case.not_yours"


def test_a_referral_that_was_never_sent_is_nobodys_to_answer(amsterdam: State):
    """It waits for consent: its receiver cannot know it, and gets the answer that a wrong id gets."""
    waiting = answer(telling.accepted(CITY), amsterdam)
    event = telling.accepted(HELP).event(amsterdam)  # type: ignore[operator]
    assert waiting is not None
    assert waiting == answer(Tell(CITY, event), amsterdam)


def test_no_statement_and_somebody_elses_get_the_same_answer(amsterdam: State):
    assert answer(telling.retracted("no-such-event"), amsterdam) == answer(telling.retracted(SAID, by=HELP), amsterdam)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (telling.report(at="2026-03-03 12:06"), "reported_at"),
        (telling.report(occurrence={"first_day": "2026-03-05"}), "facts.occurrence.first_day"),
        (telling.report(occurrence={"first_day": "2026-03-01", "last_day": "2026-03-05"}), "facts.occurrence.last_day"),
    ],
    ids=["reported", "first day", "last day"],
)
def test_what_has_not_happened_yet_cannot_be_told(told: Tell, field: str):
    found = answer(told)
    assert found is not None
    assert (found.code, found.field) == ("time.in_the_future", field)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (telling.report(at="0001-01-01 12:00"), "reported_at"),
        (telling.report(occurrence={"first_day": "1066-10-14"}), "facts.occurrence.first_day"),
        (telling.report(occurrence={"first_day": "0001-01-01"}), "facts.occurrence.first_day"),
    ],
    ids=["reported", "the battle of Hastings", "the first day there is"],
)
def test_a_date_that_a_system_sends_when_it_knows_none_is_refused(told: Tell, field: str):
    found = answer(told)
    assert found is not None
    assert (found.code, found.field) == ("time.long_ago", field)


def test_the_days_of_a_correction_and_of_a_complaint_are_looked_at_too(amsterdam: State):
    wrong = telling.corrected(POLICE, occurrence={"first_day": "2026-03-05"})
    taken = Tell(POLICE, ComplaintTaken(taken_on=date(2026, 3, 5)))
    for told, field in ((wrong, "facts.occurrence.first_day"), (taken, "taken_on")):
        found = answer(told, amsterdam)
        assert found is not None
        assert (found.code, found.field) == ("time.in_the_future", field)


def test_a_contact_that_is_still_to_come_is_an_appointment(amsterdam: State):
    found = answer(telling.contact_made(HELP, "2026-03-03 12:30"), amsterdam)
    assert found is not None
    assert (found.code, found.field) == ("time.in_the_future", "at")


def test_a_partner_of_two_chains_names_the_municipality():
    found = answer(telling.report(by=HELP, place={"municipality": None, "district": None}))
    assert found is not None
    assert found.code == "chain.unknown"
    assert "amsterdam, groningen" in found.remedy


@pytest.mark.parametrize(
    "told",
    [
        telling.granted("nobody-we-know"),
        telling.asked("nobody-we-know"),
        telling.refused("nobody-we-know"),
        telling.withdrawn("nobody-we-know"),
        telling.invoked("nobody-we-know"),
    ],
    ids=["granted", "asked", "refused", "withdrawn", "invoked"],
)
def test_a_word_about_somebody_who_is_not_there_would_be_lost(told: Tell, amsterdam: State):
    assert code(told, amsterdam) == "recipient.unknown"


def test_another_basis_than_consent_is_for_whom_the_chain_names(amsterdam: State):
    """What else is asked of it: tests/rules/test_bases.py."""
    assert code(telling.invoked(HELP, by=CITY, until="2026-03-04 12:00"), amsterdam) == "basis.not_allowed"
    assert code(telling.invoked(HELP), amsterdam) == "basis.too_long"


def test_a_withdrawal_from_everybody_names_nobody(amsterdam: State):
    assert answer(telling.withdrawn(), amsterdam) is None


def test_a_referral_by_hand_stays_in_the_chain(amsterdam: State):
    found = answer(telling.requested(GRONINGEN, role="municipality"), amsterdam)
    assert found is not None
    assert (found.code, found.field, found.found) == ("role.not_held", "to", GRONINGEN)


def test_a_referral_by_hand_may_go_to_a_chain_that_the_file_names_in_the_roles_that_it_names(amsterdam: State):
    assert answer(telling.requested(DMG, role="anti_discrimination"), amsterdam) is None
    found = answer(telling.requested(DMG, role="coc"), amsterdam)
    assert found is not None
    assert (found.code, found.field) == ("role.not_held", "role")


def test_mediation_is_refused_with_its_passage(amsterdam: State):
    found = answer(telling.requested(CITY, role="coordinator", purpose="mediation"), amsterdam)
    assert found is not None
    assert "[0] Fase 4" in found.remedy


@pytest.mark.parametrize("check", ["honour_related", "domestic"])
def test_mediation_is_refused_where_the_household_or_honour_is_in_it(check: str):
    """Whoever assessed it: nobody of the household or the neighbourhood is brought in."""
    mediation = telling.requested(CITY, role="coordinator", purpose="mediation")
    quarrel = given(telling.report(natures=("neighbour_quarrel",)), telling.assessed(POLICE, "discrimination", "no"))
    assert answer(mediation, quarrel.case) is None
    assert answer(mediation, quarrel.when(telling.assessed(HELP, check, "unknown")).case) is None
    found = answer(mediation, quarrel.when(telling.assessed(HELP, check, "yes")).case)
    assert found is not None
    assert found.code == "mediation.refused"
    assert "[0] Fase 2" in found.remedy


def test_closing_as_removed_and_content_needs_both(groningen: State):
    found = answer(telling.close_requested(GRONINGEN, "suspicion_removed_and_content"), groningen)
    assert found is not None
    assert (found.code, found.field) == ("close.not_yet", "reason")
    assert found.found == "no yes to suspicion_removed and reporter_content"


def test_a_role_without_the_right_is_told_which_relation_it_has(amsterdam: State):
    found = answer(telling.close_requested(HELP), amsterdam)
    assert found is not None
    assert found.expected == "a partner whose role may tell this in a case that it coordinates or was referred"


def test_a_role_without_the_right_hears_so_outside_a_case_too():
    silent = Chains({chain.name: dataclasses.replace(chain, shared_rights=()) for chain in chains}, chains.partners)
    found = refusal(submission(telling.report()), silent, NOW)
    assert found is not None
    assert (found.code, found.expected) == (
        "right.missing",
        "a partner whose role may tell this without being in a case",
    )


def test_nothing_that_was_told_stands_in_a_refusal():
    """Only identifiers, codes and what we expect: a receipt repeats no sealed part and no story."""
    story: Story = given(telling.report())
    for told, _ in IN_CASE.values():
        found = answer(told, story.case)
        if found:
            assert "sealed bytes" not in found.model_dump_json()


def test_groningens_own_desk_closes_there_and_not_in_amsterdam(groningen: State, amsterdam: State):
    """«Einde proces» is the Meldpunt's to say, by the chain's own right; elsewhere only the coordinator closes."""
    reported = given(telling.report_in_groningen(by=DMG)).case
    assert answer(telling.close_requested(DMG, "anonymous"), reported) is None
    assert answer(telling.close_requested(GRONINGEN, "for_information_only"), groningen) is None
    assert code(telling.close_requested(POLICE), amsterdam) == "right.missing"
