"""A desk's words make the right events, on the case that the message names. No broker needed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from schakel.client import CannotTell, Incoming
from schakel.client.desk_verbs import DeskVerbs
from schakel.errors import Unreadable
from schakel.events import Told
from schakel.messages import ColleagueAsks, Position, Receipt, ReceiptStatus
from tests.client.fakes import CASE, NOW

RECEIPT = Receipt(
    about="x", status=ReceiptStatus.ACCEPTED, case=CASE, position=Position(partition=0, offset=1), in_offset=1
)
ASKS = ColleagueAsks(asked="q-1", case=CASE, from_partner="gemeente-amsterdam", question="earlier_reports")
MESSAGE = Incoming("m", CASE, "colleague.asks", NOW, False, 3, ASKS)
OTHER = "c0ffee00-0000-4000-8000-00000000beef"


class Recorder(DeskVerbs):
    """Keeps what would have been told."""

    def __init__(self) -> None:
        self.told: list[tuple[Told, dict[str, Any]]] = []

    def tell(self, event: Told, **options: Any) -> Receipt:
        self.told.append((event, options))
        return RECEIPT


TELLS: list[tuple[Callable[[Recorder], Receipt], str, dict[str, Any]]] = [
    (
        lambda desk: desk.needs(CASE, "legal", cannot_be_met=["new_home"], wishes=["coc"], no_wish=["mediation"]),
        "needs.recorded",
        {"needs": ["legal"], "cannot_be_met": ["new_home"], "wishes": ["coc"], "no_wish": ["mediation"]},
    ),
    (lambda desk: desk.explain(RECEIPT, "cannot_do"), "information.given", {"topic": "cannot_do"}),
    (
        lambda desk: desk.inquire(CASE, to="coc-amsterdam", question="earlier_reports"),
        "inquiry.requested",
        {"to": "coc-amsterdam", "question": "earlier_reports"},
    ),
    (lambda desk: desk.answer(MESSAGE, "yes"), "inquiry.answered", {"inquiry": "q-1", "answer": "yes"}),
    (
        lambda desk: desk.answer("q-1", "nothing_to_share", case=CASE),
        "inquiry.answered",
        {"inquiry": "q-1", "answer": "nothing_to_share"},
    ),
    (
        lambda desk: desk.ask_advice(CASE, "lecd", skips_reason="urgent"),
        "advice.requested",
        {"to": "lecd", "skips_reason": "urgent"},
    ),
    (lambda desk: desk.advise(ASKS, "camera"), "advice.given", {"request": "q-1", "advises": ["camera"]}),
    (lambda desk: desk.advise(None, "camera", case=CASE), "advice.given", {"advises": ["camera"]}),
    (
        lambda desk: desk.agree_hearing(CASE, owner="dmg", due_on=date(2026, 3, 20)),
        "action.agreed",
        {"action": "hearing_both_sides", "owner": "dmg", "due_on": "2026-03-20", "wanted_by_person": True},
    ),
    (lambda desk: desk.complain_about(CASE, "dmg"), "treatment.complaint", {"about": "dmg"}),
    (
        lambda desk: desk.link(CASE, OTHER, "same_place"),
        "report.linked",
        {"other_case": OTHER, "kind": "same_place"},
    ),
]


@pytest.mark.parametrize(("tell", "name", "said"), TELLS, ids=[f"{n}-{name}" for n, (_, name, _) in enumerate(TELLS)])
def test_each_word_tells_its_event_in_the_case(
    tell: Callable[[Recorder], Receipt], name: str, said: dict[str, Any]
) -> None:
    desk = Recorder()
    assert tell(desk) is RECEIPT
    event, options = desk.told[-1]
    assert (event.TYPE, event.model_dump(mode="json", exclude_defaults=True)) == (name, said)
    assert options["case"] == CASE


def test_an_answer_by_a_bare_id_needs_the_case() -> None:
    with pytest.raises(CannotTell, match="case"):
        Recorder().answer("q-1", "yes")


def test_a_word_that_is_on_no_list_is_refused_before_it_is_sent() -> None:
    with pytest.raises(Unreadable, match="needs"):
        Recorder().needs(CASE, "a new bicycle")
