"""What a desk tells after the first contact, in the words of the trade: needs, questions and advice between colleagues, hearing.

The same way as `schakel.client.verbs`: each builds one event and waits for its receipt. What is personal (her answers, the advice in
words) goes in `personal` and is sealed.
"""

from abc import abstractmethod
from collections.abc import Iterable
from datetime import date
from typing import Any

from schakel.client.inbox import Incoming
from schakel.client.sending import Personal
from schakel.client.verbs import Case, made, named
from schakel.events import Told
from schakel.events.contact import ActionAgreed, InformationGiven, NeedsRecorded, TreatmentComplaint
from schakel.events.partners import AdviceGiven, AdviceRequested, InquiryAnswered, InquiryRequested
from schakel.events.report import ReportLinked
from schakel.events.vocab import ActionType, InformationTopic, InquiryAnswer, LinkKind, Need, Question, Role
from schakel.messages import ColleagueAsks, Receipt

Asked = ColleagueAsks | Incoming | str
"""A question or a request for advice: the message, or the id that stands in its `asked`."""


class DeskVerbs:
    """The verbs of a desk, over `Partner.tell`. Options of `tell` (`event_id`, `drill`, `personal`, `timeout_s`) may be given to each."""

    @abstractmethod
    def tell(self, event: Told, *, case: str | None = None, personal: Personal | None = None) -> Receipt: ...

    def needs(
        self,
        case: Case,
        *needs: Need | str,
        cannot_be_met: Iterable[Need | str] = (),
        wishes: Iterable[Role | str] = (),
        no_wish: Iterable[Role | str] = (),
        **options: Any,
    ) -> Receipt:
        """What she needs, hopes for in vain, wants to be brought in touch with, and does not. Who was not spoken of stands nowhere."""
        event = made(
            NeedsRecorded,
            needs=needs,
            cannot_be_met=tuple(cannot_be_met),
            wishes=tuple(wishes),
            no_wish=tuple(no_wish),
        )
        return self.tell(event, case=named(case), **options)

    def explain(self, case: Case, topic: InformationTopic | str, **options: Any) -> Receipt:
        """You explained this to her."""
        return self.tell(made(InformationGiven, topic=topic), case=named(case), **options)

    def inquire(self, case: Case, *, to: str, question: Question | str, **options: Any) -> Receipt:
        """A closed question to another partner; refused without her own yes to that, or another basis. The answer comes as a message."""
        return self.tell(made(InquiryRequested, to=to, question=question), case=named(case), **options)

    def answer(self, asked: Asked, answer: InquiryAnswer | str, *, case: Case | None = None, **options: Any) -> Receipt:
        """`yes`, or `nothing_to_share`, which is the one word for no and for not allowed. case: needed beside a bare id."""
        event = made(InquiryAnswered, inquiry=_asked(asked), answer=answer)
        return self.tell(event, case=_case_of(asked, case), **options)

    def ask_advice(self, case: Case, role: Role | str, *, skips_reason: str | None = None, **options: Any) -> Receipt:
        """Advice of whoever holds this role. Case facts go with it where her consent to a consultation covers that."""
        return self.tell(made(AdviceRequested, to=role, skips_reason=skips_reason), case=named(case), **options)

    def advise(
        self, about: Asked | None = None, *actions: ActionType | str, case: Case | None = None, **options: Any
    ) -> Receipt:
        """Your advice, to a request or (`about` null, with a case) unasked. It changes no owner, level or clock."""
        event = made(AdviceGiven, request=_asked(about) if about is not None else None, advises=actions)
        return self.tell(event, case=_case_of(about, case), **options)

    def agree_hearing(self, case: Case, *, owner: str, due_on: date, **options: Any) -> Receipt:
        """The reporter agreed that the other side is heard (hoor en wederhoor). Before that nobody approaches the other side."""
        event = made(
            ActionAgreed, action=ActionType.HEARING_BOTH_SIDES, owner=owner, due_on=due_on, wanted_by_person=True
        )
        return self.tell(event, case=named(case), **options)

    def complain_about(self, case: Case, partner: str, *, handed_in: bool = False, **options: Any) -> Receipt:
        """She was not treated well by this partner. It is told to somebody else, and to that partner only once it is handed in."""
        return self.tell(made(TreatmentComplaint, about=partner, handed_in=handed_in), case=named(case), **options)

    def link(self, case: Case, other: Case, kind: LinkKind | str, **options: Any) -> Receipt:
        """Two cases, in both of which you are, have to do with each other. Nothing of the one is shown in the other."""
        return self.tell(made(ReportLinked, other_case=named(other), kind=kind), case=named(case), **options)


def _asked(asked: Asked) -> str:
    if isinstance(asked, str):
        return asked
    message = asked.body if isinstance(asked, Incoming) else asked
    found: str | None = getattr(message, "asked", None)
    return found or ""


def _case_of(asked: Asked | None, case: Case | None) -> str:
    if case is not None:
        return named(case)
    message = asked.body if isinstance(asked, Incoming) else asked
    return named(str(getattr(message, "case", None) or ""))
