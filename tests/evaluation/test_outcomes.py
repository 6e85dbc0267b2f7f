"""What came of it, for outside: a referral is not a case, and no figure's sum tells how few are not in it."""

from datetime import timedelta

from backbone.evaluation.conformance import Chosen
from backbone.evaluation.outcomes import Figure, outcomes
from backbone.evaluation.period import Period
from backbone.evaluation.small_cells import REST, Reader
from backbone.evaluation.trail import Trail
from schakel.case_state import Referral, State
from tests.evaluation.logs import BEGIN
from tests.support.casebook import repository


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


def test_of_fewer_than_five_cases_nothing_is_shown():
    cases = [closed(n) for n in range(4)]
    assert shown(cases, Reader.OUTSIDE) == {}
    assert set(shown(cases, Reader.INSIDE)) > {"state", "closing reason"}
