"""Questions and advice between partners: who may be asked what, on what ground, and whose answer it is. Pure.

Her own word for it comes first. Neither a landlord nor a neighbour is asked anything where somebody of the household, or honour, is in
it, and a landlord only where the home is rented (domain-detail A08, A26, B23).
"""

from collections.abc import Iterator

from backbone.chains import Chain, Partner
from backbone.desk.who import adviser, gets_advice, holds, may_ask
from schakel.case_colleagues import open_inquiry
from schakel.case_lock_down import locked_down
from schakel.case_needs import noted
from schakel.case_state import State
from schakel.events import Event
from schakel.events.contact import ActionAgreed
from schakel.events.partners import AdviceGiven, AdviceRequested, InquiryAnswered, InquiryRequested
from schakel.events.referral import ReferralRequested
from schakel.events.vocab import ActionType, Purpose, Role, Tenure
from schakel.messages import Refusal

ASK_LANDLORDS = (
    Role.COORDINATOR,
    Role.AREA_MANAGER,
    Role.MUNICIPALITY,
    Role.SAFETY_ADVISER,
    Role.DISTRICT_DIRECTOR,
)
"""Who asks a landlord: the municipality, which asks about many things. Anybody else's name would say which."""


def objections(event: Event, case: State, sender: Partner, chain: Chain) -> Iterator[Refusal]:
    """The first thing wrong first."""
    if isinstance(event, InquiryRequested):
        yield from _inquiry(event, case, sender, chain)
    elif isinstance(event, InquiryAnswered):
        yield from _answer(event, case, sender)
    elif isinstance(event, AdviceRequested):
        yield from _advice_wanted(event, case, sender, chain)
    elif isinstance(event, AdviceGiven):
        yield from _advice(event, case, sender, chain)
    elif isinstance(event, ReferralRequested) and event.purpose is Purpose.INQUIRY:
        yield Refusal(
            code="inquiry.no_referral",
            field="purpose",
            found=event.purpose,
            expected="another purpose, or inquiry.requested",
            remedy="a question goes without anything of her: send inquiry.requested, which carries the question and the district",
        )
    elif isinstance(event, ActionAgreed) and event.action is ActionType.NEIGHBOURHOOD_TALK:
        yield from _neighbours(event, case)


def _inquiry(event: InquiryRequested, case: State, sender: Partner, chain: Chain) -> Iterator[Refusal]:
    roles = set(chain.roles_of(event.to))
    if not roles or event.to == sender.id:
        yield Refusal(
            code="inquiry.to_whom",
            field="to",
            found=event.to,
            expected=f"another member of the chain {chain.name}",
            remedy="ask a member of the chain; whom it is not open to, nothing about her may be asked",
        )
    if Role.HOUSING in roles:
        if not holds(chain, sender.id, ASK_LANDLORDS):
            yield Refusal(
                code="inquiry.who_asks",
                field="to",
                found=event.to,
                expected=f"one of the roles {', '.join(ASK_LANDLORDS)}",
                remedy="let the coordinator ask: to a landlord, the name of who asks may say what it is about",
            )
        yield from _locked_down(case, "to")
        tenure = case.facts["place"]["tenure"]
        if tenure != Tenure.RENTED:
            yield Refusal(
                code="inquiry.not_rented",
                field="to",
                found=f"tenure {tenure}",
                expected="a home that is rented",
                remedy="find out, and correct the report (facts.place.tenure); who owns her home has no landlord to ask",
            )
    if not may_ask(case, event.to, Purpose.INQUIRY):
        yield Refusal(
            code="inquiry.not_agreed",
            field="to",
            expected="a yes of hers to this recipient for the purpose inquiry, or another basis, in force now",
            remedy="ask her, and send consent.granted for this recipient with purpose inquiry; then ask",
        )


def _locked_down(case: State, field: str) -> Iterator[Refusal]:
    if locked_down(case):
        yield Refusal(
            code="inquiry.locked_down",
            field=field,
            expected="a case in which neither honour nor the household plays a part",
            remedy="ask nobody of the house or the neighbourhood; consult the partner that knows such cases",
        )


def _answer(event: InquiryAnswered, case: State, sender: Partner) -> Iterator[Refusal]:
    if open_inquiry(case, event.inquiry, sender.id) is None:
        yield Refusal(
            code="inquiry.not_yours",
            field="inquiry",
            expected="a question in this case that was put to you and has no answer yet",
            remedy="send the id in `asked` of the message colleague.asks; an answer stands once given",
        )


def _advice_wanted(event: AdviceRequested, case: State, sender: Partner, chain: Chain) -> Iterator[Refusal]:
    if adviser(case, chain, event.to, sender.id) is None:
        yield Refusal(
            code="advice.nobody",
            field="to",
            found=event.to,
            expected="a role that another member of the chain holds",
            remedy="ask another role; the chain's owner sees the empty place with `backbone protocol check`",
        )
    skipped = _skipped(event, case, chain)
    if skipped and event.skips_reason is None:
        yield Refusal(
            code="advice.rung_skipped",
            field="skips_reason",
            found="none",
            expected=f"a reason for not asking {' or '.join(skipped)} first",
            remedy="ask the nearer one first, or say in skips_reason why not",
        )


def _skipped(event: AdviceRequested, case: State, chain: Chain) -> list[str]:
    """Rungs of the case's ladder below this one that somebody holds and nobody asked."""
    asked = {wanted.to for wanted in noted(case).asked_advice.values()}
    for ref in case.protocols:
        protocol = chain.runs(ref)
        ladder = protocol.desk.advice if protocol else None
        if ladder and event.to in ladder.rungs:
            below = ladder.rungs[: ladder.rungs.index(event.to)]
            return [role for role in below if role not in asked and chain.partners_for(role, None)]
    return []


def _advice(event: AdviceGiven, case: State, sender: Partner, chain: Chain) -> Iterator[Refusal]:
    asked = noted(case).asked_advice.get(event.request or "")
    if event.request and (asked is None or Role(asked.to) not in chain.roles_of(sender.id)):
        yield Refusal(
            code="advice.not_asked",
            field="request",
            expected="a request for advice in this case, to a role of yours",
            remedy="send the id in `asked` of the message colleague.asks, or leave the field out: advice may come unasked",
        )
    elif gets_advice(case, chain, sender.id, event.request) is None:
        yield Refusal(
            code="advice.no_team",
            field="request",
            expected="a team of yours that works on this case",
            remedy="unasked advice goes to your own team on the case, and there is none; let a partner in the case ask you",
        )


def _neighbours(event: ActionAgreed, case: State) -> Iterator[Refusal]:
    yield from _locked_down(case, "action")
    if not may_ask(case, event.owner, Purpose.INQUIRY):
        yield Refusal(
            code="neighbours.not_agreed",
            field="action",
            found=event.action,
            expected="a yes of hers to the owner for the purpose inquiry, in force now",
            remedy="neighbours may come to know of her: ask her first, and send consent.granted for the owner, purpose inquiry",
        )
