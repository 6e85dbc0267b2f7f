"""The gate against a model of its own: a hundred thousand steps of partners who tell and services that lag (design 6).

Never a delivery or a release in effect without what permits it before it. Never a needless hold, and the right reason with it. A
withdrawal wins from where it stands. A case at rest is quiet. `SCHAKEL_EXAMPLES=20` takes twenty times as many steps.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from schakel import case_consent, case_derived, case_mediation, case_opening, case_reads, case_told_consent
from schakel.case_state import Grant, No, Referral, Side, State
from schakel.entry import HANDLERS, Entry
from schakel.events.referral import ReferralReleased
from schakel.events.vocab import Person
from services.consent import disclosures, gate, rules
from tests.properties.effort import FACTOR
from tests.properties.gate_walk import Fault, Walk, walk
from tests.support.casebook import Unsettled

STEPS = 100_000 * (FACTOR or 1)
ENOUGH = 400
"""Walks within which a broken gate has to be found out."""


@pytest.mark.timeout(
    0
)  # about 40 processor seconds for each hundred thousand; how long that takes is the machine's affair
def test_a_hundred_thousand_steps_and_never_a_step_too_many_or_too_few() -> None:
    taken = number = 0
    while taken < STEPS:
        taken += walk(number)
        number += 1


def test_the_walks_meet_what_they_are_for() -> None:
    """Both sides of every question, often enough that the judgements say something."""
    seen: set[tuple[str, ...]] = set()
    for number in range(150):
        tour = Walk(number)
        tour.take(40)
        for entry, effect in zip(tour.ledger, tour.effects, strict=True):
            event: Any = entry.event
            kind = entry.envelope.type.removeprefix("referral.")
            seen.add((kind, effect.value))
            if isinstance(event, ReferralReleased):
                seen.add((kind, effect.value, event.basis))
            elif kind == "held":
                seen.add((kind, event.reason))
            elif kind == "disclosure.permitted":
                opened = tour.judge_of.requests[event.request].referral not in tour.judge_of.proposals
                seen.add((kind, effect.value, "opened" if opened else "referred"))
            elif kind == "disclosure.denied":
                seen.add((kind, event.reason))
    bases = ("consent", "scheme", "vital_interest", "agreement")
    reasons = (
        "not_asked",
        "no_answer",
        "refused",
        "withdrawn",
        "too_narrow",
        "provisional",
        "other_side",
        "not_allowed",
    )
    wanted = {("released", "effective", basis) for basis in bases} | {("held", reason) for reason in reasons}
    wanted |= {(kind, "overtaken") for kind in ("released", "consent.granted", "basis.invoked", "disclosure.permitted")}
    wanted |= {("disclosure.permitted", "effective", how) for how in ("opened", "referred")}
    wanted |= {("disclosure.denied", reason) for reason in ("unknown", "too_narrow", "withdrawn", "ended")}
    assert wanted - seen == set()


# --- and it can fail: the gate broken in one place at a time

Patch = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Patch] = {}


def mutant(change: Patch) -> Patch:
    MUTANTS[change.__name__.replace("_", " ")] = change
    return change


def everywhere(patch: pytest.MonkeyPatch, name: str, value: object) -> None:
    """In every module that knows it by this name."""
    for module in (case_consent, case_derived, case_opening, case_reads, case_told_consent, disclosures, gate, rules):
        if hasattr(module, name):
            patch.setattr(module, name, value)


@mutant
def a_yes_covers_every_purpose(patch: pytest.MonkeyPatch) -> None:
    def grants_for(case: State, recipient: str, purpose: str, side: Side = Side.HERS) -> list[Grant]:
        assert case.time is not None
        mine = [grant for grant in case.grants.values() if grant.recipient == recipient and grant.side is side]
        return [grant for grant in mine if grant.in_force(case.time) and not case_consent.provisional(case, grant)]

    everywhere(patch, "grants_for", grants_for)


@mutant
def an_old_yes_lifts_a_no(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, "stands_against", lambda noes, scopes: False)


@mutant
def a_delivery_may_land_behind_a_withdrawal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_derived, "still_allowed", lambda case, referral: True)


@mutant
def nothing_is_revoked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "still_allowed", lambda case, referral: True)


@mutant
def a_release_lands_whatever_was_said_meanwhile(patch: pytest.MonkeyPatch) -> None:
    real = HANDLERS[ReferralReleased]

    def released(case: State, entry: Entry) -> Any:
        before = {grant.id: (grant.standing, list(grant.scopes)) for grant in case.grants.values()}
        for grant in case.grants.values():
            grant.standing, grant.scopes = True, ["contact_details", "story", "label"]
        effect = real(case, entry)
        for grant in case.grants.values():
            grant.standing, grant.scopes = before[grant.id]
        return effect

    patch.setitem(HANDLERS, ReferralReleased, released)
    patch.setattr(case_told_consent, "lapse_grant", lambda case, grant: setattr(grant, "standing", False))


@mutant
def a_refused_label_goes_along(patch: pytest.MonkeyPatch) -> None:
    def covered(case: State, grants: list[Grant]) -> set[str]:
        return {scope for grant in grants for scope in grant.scopes} | {"case_facts"} if grants else set()

    everywhere(patch, "covered", covered)


@mutant
def a_yes_has_no_end(patch: pytest.MonkeyPatch) -> None:
    def in_force(grant: Grant, at: datetime) -> bool:
        return grant.standing

    patch.setattr(Grant, "in_force", in_force)


@mutant
def one_of_two_is_enough(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, "both_must_agree", lambda referral: False)


@mutant
def two_may_talk_whatever_is_known(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, "forbidden", lambda case, referral: False)


@mutant
def the_gate_forgets_the_rule(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "forbidden", lambda case, referral: False)


@mutant
def only_the_door_suspects(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_mediation, "_assessed", lambda case, check: {})


@mutant
def the_beneficiary_is_believed(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, "provisional", lambda case, grant: False)


@mutant
def always_forward_overrides_her_no(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(No, "whole", False)


@mutant
def what_would_be_nice_is_needed(patch: pytest.MonkeyPatch) -> None:
    real = case_consent.enough

    def enough(case: State, referral: Referral) -> list[Grant]:
        grants = real(case, referral)
        return grants if {*referral.needs, *referral.wants} <= case_consent.covered(case, grants) else []

    patch.setattr(gate, "enough", enough)


@mutant
def anybodys_yes_is_hers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_told_consent, "OWN_WORD", frozenset(Person))


@mutant
def an_agreement_survives_her_no(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_told_consent, "YIELDING", frozenset({"consent"}))


@mutant
def the_accused_stops_her_help(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_told_consent, "side_of", lambda person: Side.HERS)


@mutant
def danger_opens_the_newspaper(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_told_consent, "HERS_ALONE", frozenset())
    everywhere(patch, "hers_alone", lambda referral: False)


@mutant
def not_asked_and_no_answer_are_one(patch: pytest.MonkeyPatch) -> None:
    def permits(case: State, referral: Referral) -> gate.Permit | gate.Hold:
        answer = real(case, referral)
        same = isinstance(answer, gate.Hold) and answer.reason == "no_answer"
        return gate.Hold("not_asked") if same else answer  # type: ignore[arg-type]

    real = gate.permits
    patch.setattr(rules, "permits", permits)


@mutant
def who_once_got_it_reads_for_ever(patch: pytest.MonkeyPatch) -> None:
    def readable(case: State, referral: Referral, by: str) -> set[str]:
        return set(referral.scopes) - {"case_facts"} if by == referral.to else set()

    everywhere(patch, "readable", readable)


@mutant
def anybody_reads_what_was_sent_to_somebody(patch: pytest.MonkeyPatch) -> None:
    real = case_consent.readable
    everywhere(patch, "readable", lambda case, referral, by: real(case, referral, referral.to))
    everywhere(patch, "answers", _answers_anybody)


def _answers_anybody(case: State, away: Any = ()) -> Any:
    for request in case.reading.values():
        referral = case.referrals.get(request.referral)
        if referral and (scopes := case_consent.readable(case, referral, referral.to)):
            yield disclosures._yes(case, request, scopes)


@mutant
def an_auditor_reads_more_than_it_named(patch: pytest.MonkeyPatch) -> None:
    real = case_opening.may_read

    def may_read(case: State, reference: str, by: str) -> set[str]:
        read = real(case, reference, by)
        return read | {"contact_details", "story"} if read and case_opening.opening_of(case, reference) else read

    everywhere(patch, "may_read", may_read)


@mutant
def an_auditor_reads_on_when_its_time_is_over(patch: pytest.MonkeyPatch) -> None:
    everywhere(patch, "why_not", lambda case, opening: None)


@mutant
def what_one_opened_another_reads(patch: pytest.MonkeyPatch) -> None:
    real = case_opening.may_read
    everywhere(patch, "may_read", lambda case, reference, by: real(case, reference, _whose(case, reference)))
    patch.setattr(rules, "answers", _answers_who_did_not_open)


def _whose(case: State, reference: str) -> str:
    return case_opening.reader_of(case, reference) or ""


def _answers_who_did_not_open(case: State, away: Any = ()) -> Any:
    for request in case.reading.values():
        if scopes := case_opening.may_read(case, request.referral, _whose(case, request.referral)):
            yield disclosures._yes(case, request, scopes)


@mutant
def what_an_auditor_opens_goes_out_by_referral_too(patch: pytest.MonkeyPatch) -> None:
    def hers_alone(referral: Referral) -> bool:
        return referral.purpose in case_consent.HERS_ALONE or case_consent.both_must_agree(referral)

    everywhere(patch, "hers_alone", hers_alone)


@mutant
def somebody_opens_for_another(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_told_consent, "may_open", lambda event, author: event.basis == "legal_duty" and event.scopes)


def walks(number: int) -> None:
    for each in range(number):
        walk(each)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_gate_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    with pytest.raises((Fault, Unsettled)):
        walks(ENOUGH)
