"""A14: the bundle of the bureau, of cases with a side of criminal law that all three know [0 bijlage 2 §3]; A04: the six-weekly talk."""

from datetime import date
from pathlib import Path

import pytest

from backbone.chains import Chains
from backbone.meetings import Line, case_list
from backbone.overviews.lines import tables
from backbone.protocols import Protocols
from schakel.case_state import State
from services.cases.together import made_of
from tests.support.meetings import ADV, CITY, OM, POLICE, Stream, case, case_id, joined, keeping, missed, scheme
from tests.support.telling import Tell, accepted, granted, moment, report, requested, terms, withdrawn

RDO = "samenwerkingsafspraken"
Files = tuple[Chains, Protocols]


@pytest.fixture
def rdo(tmp_path: Path) -> Files:
    return keeping(tmp_path, RDO)


def bundle(files: Files, *cases: State, reader: str | None = None) -> tuple[list[Line], list[Line]]:
    chain, here = files[0].get("proef"), scheme(files, RDO)
    one = here.overview("adv-bundeling")
    assert chain is not None
    assert one is not None
    return case_list(chain, here, one, cases, moment("2026-03-12 12:00"), reader)


def to_the_prosecutor(*more: Tell) -> tuple[Tell, ...]:
    ask = requested(OM, role="prosecutor", purpose="complaint")
    return (ask, granted(OM, purpose="complaint"), accepted(OM), *more)


def at_the_police(**more: object) -> Tell:
    return report(**{"police_record": "complaint", **more})


def test_a14_only_what_all_three_know_is_in_the_bundle(rdo: Files):
    """Police, prosecutor and bureau know it, and criminal law is applied in it: it is in the bundle.

    NOT what two of them know: that stands apart, as not yet known to all. NOT, in either, a case without a side of criminal law.
    """
    all_three = case(rdo, 1, at_the_police(consents=(terms(ADV),)), accepted(ADV), *to_the_prosecutor())
    without_om = case(rdo, 2, at_the_police(consents=(terms(ADV),)), accepted(ADV))
    without_adv = case(rdo, 3, at_the_police(), *to_the_prosecutor())
    no_crime = case(rdo, 4, report(consents=(terms(ADV),)), accepted(ADV), *to_the_prosecutor())
    known, not_yet = bundle(rdo, all_three, without_om, without_adv, no_crime)
    assert [line.cases for line in known] == [(case_id(1),)]
    assert [line.cases for line in not_yet] == [(case_id(2),), (case_id(3),)]
    assert known[0].records == ("complaint",)


def test_a14_two_cases_of_one_incident_are_known_to_whoever_knows_one_of_them(rdo: Files):
    """What the bureau knows of the one and the prosecutor of the other is one incident that all know. NOT without somebody's link."""
    of_adv = case(rdo, 1, at_the_police(consents=(terms(ADV),)), accepted(ADV))
    of_om = case(rdo, 2, at_the_police(at="2026-03-03 12:00"), *to_the_prosecutor())
    assert [len(lines) for lines in bundle(rdo, of_adv, of_om)] == [0, 2]
    known, not_yet = bundle(rdo, joined(of_adv, 2), joined(of_om, 1))
    assert ([line.cases for line in known], not_yet) == ([(case_id(1), case_id(2))], [])


def test_a14_whoever_does_not_know_a_case_learns_nothing_of_it_from_what_is_not_yet_known(rdo: Files):
    """To the prosecutor not a line of a case that never reached the prosecutor; the bureau sees its own. NOT a way around the referral."""
    without_om = case(rdo, 2, at_the_police(consents=(terms(ADV),)), accepted(ADV))
    without_adv = case(rdo, 3, at_the_police(), *to_the_prosecutor())
    seen = {
        who: [line.cases for line in bundle(rdo, without_om, without_adv, reader=who)[1]] for who in (OM, ADV, POLICE)
    }
    assert seen == {OM: [(case_id(3),)], ADV: [(case_id(2),)], POLICE: [(case_id(2),), (case_id(3),)]}


def test_a14_whoever_was_told_to_stop_no_longer_sees_the_case_there(rdo: Files):
    """She took her yes to the bureau back. NOT a line of her in what the bureau gets."""
    told = at_the_police(consents=(terms(ADV),))
    before = case(rdo, 2, told, accepted(ADV))
    after = case(rdo, 2, told, accepted(ADV), withdrawn(ADV))
    assert [[line.cases for line in bundle(rdo, one, reader=ADV)[1]] for one in (before, after)] == [
        [(case_id(2),)],
        [],
    ]
    of_all = case(rdo, 3, told, accepted(ADV), *to_the_prosecutor(withdrawn(ADV)))
    assert bundle(rdo, of_all, reader=ADV) == ([], []), "what all three knew is no longer what all three know"
    assert [line.cases for line in bundle(rdo, of_all, reader=OM)[1]] == [(case_id(3),)]


def test_a14_it_is_handed_out_as_two_tables(rdo: Files):
    chain, here = rdo[0].get("proef"), scheme(rdo, RDO)
    one = here.overview("adv-bundeling")
    assert chain is not None
    assert one is not None
    made = made_of(chain, here, one, [case(rdo, 3, at_the_police(), *to_the_prosecutor())], moment("2026-03-12 12:00"))
    assert isinstance(made, dict)
    assert (made["lines"], [line.cases for line in made["not_yet_known_to_all"]]) == ([], [(case_id(3),)])
    shown = tables({"lines": [], "not_yet_known_to_all": [{"door": POLICE}]})
    assert [title for title, _ in shown] == ["Zaken", "Nog niet bij iedereen bekend"]


def test_a04_six_weeks_without_a_meeting_are_told_to_the_municipality(tmp_path: Path):
    """Utrecht and Amersfoort meet every six weeks, counted from Monday 12 January 2026: six weeks without minutes are missed, once.

    NOT after five weeks, NOT where somebody wrote minutes of it, NOT kept by another consultation.
    """
    stream = Stream.of(keeping(tmp_path, "utrecht-werkoverleg", "utrecht-driehoek")[0])
    stream.minutes("lhbt-werkoverleg", "2026-01-20", by=CITY)
    assert of_six_weeks(stream, "2026-02-24 00:00") == []
    stream.minutes("driehoek", "2026-03-10", by=CITY)
    assert of_six_weeks(stream, "2026-04-05 23:59") == []
    assert of_six_weeks(stream, "2026-04-06 00:00") == [(date(2026, 2, 23), date(2026, 4, 5), 0, (CITY,))]
    stream.minutes("lhbt-werkoverleg", "2026-04-07", by=CITY)
    assert of_six_weeks(stream, "2026-05-18 00:00") == []


def of_six_weeks(stream: Stream, at: str) -> list[tuple[date, date, int, tuple[str, ...]]]:
    """First and last day, meetings held, and who is told, of each six weeks that are found missed at this moment."""
    said = (one for one in missed(stream.passes(at)) if one.rhythm == "elke-zes-weken")
    return [(one.first_day, one.last_day, one.held, one.tell) for one in said]
