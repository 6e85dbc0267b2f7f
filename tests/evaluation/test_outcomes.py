"""What came of it: who was reached and who heard back. For outside: a referral is not a case, and no figure's sum tells how few are not
in it."""

from datetime import timedelta

from backbone.evaluation.conformance import Chosen
from backbone.evaluation.outcomes import Figure, outcomes
from backbone.evaluation.period import Period
from backbone.evaluation.small_cells import REST, Reader
from backbone.evaluation.trail import Trail, trails
from schakel.case_state import Referral, State
from schakel.events.referral import FeedbackGiven
from tests.evaluation.logs import BEGIN
from tests.support.casebook import given, repository
from tests.support.telling import (
    CITY,
    HELP,
    Ask,
    Tell,
    Watermark,
    close_requested,
    contact_attempted,
    contact_made,
    explained,
    referral_to,
    report,
    terms,
)
from tests.support.telling_clocks import aftercare_answered, evaluated


def closed(number: int, reason: str = "resolved", **became: str) -> Trail:
    state = State(id=f"closed-{number}", closed="the end", closed_at=BEGIN, close_reason=reason, outcomes=became)
    return Trail(state)


def still_open(number: int) -> Trail:
    return Trail(State(id=f"open-{number}"))


def referred(case: str, *helped: str) -> Trail:
    referrals = {
        str(n): Referral(str(n), "helper", "help", "referral", [], [], completed_at=BEGIN + timedelta(n), helped=word)
        for n, word in enumerate(helped)
    }
    return Trail(State(id=case, referrals=referrals))


def shown(cases: list[Trail], reader: Reader) -> dict[str, Figure]:
    chain = repository()[0].get("amsterdam")
    assert chain is not None
    found = outcomes(Chosen(chain, Period.parse("all"), BEGIN, cases), reader)
    return {one.name: one for one in found.figures}


def test_many_referrals_of_one_case_are_one_case():
    hers = [referred("hers", *["yes"] * 9)]
    assert shown(hers, Reader.INSIDE)["helped"].counts == {"yes": 9}
    assert shown(hers, Reader.OUTSIDE) == {}
    others = [referred(str(n), "yes", "no") for n in range(6)]
    several = shown([*others, referred("hers", *["partly"] * 9)], Reader.OUTSIDE)
    assert several["helped"] == Figure("helped", "completed referrals", {"yes": 6, REST: 15})


def test_a_figure_of_all_but_a_few_does_not_tell_how_few():
    cases = [closed(n, "resolved" if n < 30 else "moved_away") for n in range(40)]
    found = shown([*cases, still_open(1), still_open(2)], Reader.OUTSIDE)
    assert found["state"].counts == {REST: 42}
    assert found["closing reason"] == Figure("closing reason", "cases", {"resolved": 30, REST: 12})
    inside = shown([*cases, still_open(1), still_open(2)], Reader.INSIDE)
    assert inside["closing reason"] == Figure("closing reason", "closed cases", {"moved_away": 10, "resolved": 30})
    many = shown([*cases, *(still_open(n) for n in range(5))], Reader.OUTSIDE)
    assert many["closing reason"] == inside["closing reason"]


def test_what_became_of_it_is_what_the_case_keeps():
    found = shown([closed(1, situation_stopped="yes"), closed(2, recovered="no")], Reader.INSIDE)
    assert found["situation stopped"].counts == {"unknown": 1, "yes": 1}
    assert found["recovered"].counts == {"no": 1, "unknown": 1}


def test_a_no_keeps_its_reason_and_help_of_which_nobody_said_anything_is_unknown():
    no = Referral("1", "helper", "help", "referral", [], [], declined_at=BEGIN, decline_reason="no_capacity")
    done = Referral("2", "helper", "help", "referral", [], [], completed_at=BEGIN)
    found = shown([Trail(State(id="hers", referrals={"1": no, "2": done}))], Reader.INSIDE)
    assert found["not taken up"].counts == {"no_capacity": 1}
    assert found["helped"].counts == {"unknown": 1}


def test_of_fewer_than_five_cases_nothing_is_shown():
    cases = [closed(n) for n in range(4)]
    assert shown(cases, Reader.OUTSIDE) == {}
    assert set(shown(cases, Reader.INSIDE)) > {"state", "closing reason"}


# --- who heard back, who was reached


def of(name: str, *told: Tell | Watermark | Ask) -> str:
    """The answer of one case, with this history, to one figure."""
    (trail,) = trails(given(*told).world.ledger).cases.values()
    ((answer, count),) = shown([trail], Reader.INSIDE)[name].counts.items()
    assert count == 1
    return answer


def test_a_word_to_her_is_none_to_the_bystander_who_reported():
    for to_her in (explained("what_happens_next"), contact_made(CITY, "2026-03-03 10:00")):
        assert of("reporter heard back", report(), to_her) == "yes"  # she reported it herself
        assert of("reporter heard back", report(reporter="bystander"), to_her) == "no"


def test_a_reporter_hears_back_by_a_talk_or_by_information_at_any_time_after_the_report():
    bystander = report(reporter="bystander")
    before = contact_made(CITY, "2026-03-02 11:00", "bystander", logged="2026-03-02 13:00")
    assert of("reporter heard back", bystander) == "no"
    assert of("reporter heard back", bystander, before) == "no"
    assert of("reporter heard back", bystander, contact_attempted(CITY, "2026-03-03 10:00", "bystander")) == "no"
    for word in (
        contact_made(CITY, "2026-03-03 10:00", "bystander"),
        explained("what_happens_next", whom="bystander"),
    ):
        assert of("reporter heard back", bystander, word) == "yes"
        assert of("reporter heard back", bystander, close_requested(), word) == "yes"


CLOSED = (report(), contact_made(CITY, "2026-03-03 10:00"), close_requested())


def test_aftercare_reached_whom_it_is_for_after_the_closing():
    assert of("aftercare", *CLOSED) == "not yet"  # the talk before is no aftercare
    assert of("aftercare", *CLOSED, contact_attempted(CITY, "2026-03-20 10:00")) == "attempted"
    assert of("aftercare", *CLOSED, contact_made(CITY, "2026-03-20 10:00")) == "reached"
    assert of("aftercare", *CLOSED, contact_made(CITY, "2026-03-20 10:00", "bystander")) == "not yet"
    no_call = (report(), close_requested(wants_call="no"))
    assert of("aftercare", *no_call) == "wanted no call"
    answered = (report(), aftercare_answered(CITY, answer="not_possible"), close_requested())
    assert of("aftercare", *answered) == "answered not_possible"
    assert of("aftercare", *answered, contact_made(CITY, "2026-03-20 10:00")) == "reached"
    others = (report(), aftercare_answered(CITY, "neighbourhood"), close_requested())
    assert of("aftercare", *others) == "not yet"


def test_evaluated_is_what_somebody_recorded():
    assert of("evaluated", *CLOSED) == "no"
    assert of("evaluated", *CLOSED, evaluated(CITY)) == "yes"


def test_a_referrer_heard_back_when_the_receiver_said_how_it_went():
    referred_on = report(consents=(terms(HELP),))
    assert of("referrer heard back", referred_on) == "no"
    word = Tell(HELP, lambda case: FeedbackGiven(referral=referral_to(case, HELP).id, topic="first_contact_made"))
    assert of("referrer heard back", referred_on, word) == "yes"
