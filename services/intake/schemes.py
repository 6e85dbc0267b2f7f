"""Intake's rules for what a scheme's own parts ask for: levels, cards, checklists, deliberation, reserved words, words to the public.

Pure. A part that no protocol of the case has is not asked for; what is out of order is let in and shown (`services.routing.schemes`),
and only what a scheme says cannot be is refused, with what it says instead.
"""

from collections.abc import Iterator

from backbone.case_facts import chain_of, facts_of
from backbone.chains import Chain, Chains
from backbone.protocols import Protocol
from backbone.protocols.facts import Facts
from backbone.protocols.schemes import STAGES, Category
from schakel.case_scheme import categories, missing_step, scheme_of
from schakel.case_state import State
from schakel.events import Event, Told
from schakel.events.case import EscalationRequested
from schakel.events.consent import BasisInvoked
from schakel.events.contact import ActionAgreed, ComplaintSettled
from schakel.events.report import AssessmentRecorded, ReportCorrected, ReportReceived
from schakel.events.scheme import CategorySet, ChecklistAnswered, DeliberationRecorded
from schakel.events.vocab import ActionType, Answer, Basis, Check, ComplaintOutcome, Outcome, Role
from schakel.messages import Refusal
from services.intake import speaking

LATER = frozenset({Check.AGGRAVATING_CIRCUMSTANCE, Check.VULNERABILITY})
"""Answers that nobody gives at the door: they are somebody's own later judgement (domain-detail B06, B27)."""
BY_THE_COURT = frozenset({ComplaintOutcome.CONVICTED, ComplaintOutcome.ACQUITTED})
CARDS = (ActionType.YELLOW_CARD, ActionType.RED_CARD)


def protocols_of(case: State, chain: Chain) -> list[Protocol]:
    """The protocols that the case runs under, each in its own version; of one that is nowhere any more the chain's present one."""
    present = {protocol.protocol: protocol for protocol in chain.protocols.values()}
    found = (chain.runs(ref) or present.get(ref.partition("@")[0]) for ref in case.protocols)
    return [protocol for protocol in found if protocol]


def checked(event: Event, case: State | None, chains: Chains, sender: str) -> Iterator[Refusal]:
    """All of it, for a message about this case; case: None for a report that opens one. sender: the partner that says it."""
    if not isinstance(event, Told):
        return
    yield from at_the_door(event)
    yield from own_questions(event, case, chains)
    if case is not None and case.chain is not None:
        yield from objections(event, case, chain_of(case, chains), sender)


def at_the_door(event: Told) -> Iterator[Refusal]:
    """What a report cannot hold, whoever sends it."""
    checks = event.facts.checks if isinstance(event, ReportReceived | ReportCorrected) else ()
    said: dict[tuple[Check, str | None], Answer] = {}
    for position, answer in enumerate(checks):
        if said.setdefault((answer.check, answer.question), answer.answer) != answer.answer:
            yield Refusal(
                code="check.two_answers",
                field=f"facts.checks.{position}.answer",
                found=answer.answer,
                expected="one answer to each question: a report is one desk's word",
                remedy="send the answer that holds; what turns out otherwise later is told as assessment.recorded or report.corrected",
            )
        if answer.check in LATER:
            yield Refusal(
                code="word.not_at_the_door",
                field=f"facts.checks.{position}.check",
                found=answer.check,
                expected="a question that a desk answers when somebody reports",
                remedy="leave it out of the report; who may judge it tells it later, as assessment.recorded",
            )


def own_questions(event: Told, case: State | None, chains: Chains) -> Iterator[Refusal]:
    """An answer to a question of a protocol's own names one that a protocol of the case asks; at the door, one of any chain's."""
    if isinstance(event, AssessmentRecorded):
        said = [("question", event.check, event.question)]
    else:
        told = event.facts.checks if isinstance(event, ReportReceived | ReportCorrected) else ()
        said = [(f"facts.checks.{position}.question", one.check, one.question) for position, one in enumerate(told)]
    for field, check, question in said:
        if question is None:
            continue
        known = protocols_of(case, chain_of(case, chains)) if case is not None and case.chain is not None else []
        asking = known or [protocol for chain in chains for protocol in chain.protocols.values()]
        asked = sorted({one.id for protocol in asking for one in protocol.checks if one.check is Check.OTHER})
        if check is not Check.OTHER or question not in asked:
            yield Refusal(
                code="check.unknown_question",
                field=field,
                found=question,
                expected=f"with `check: other`, the id of a question of the protocol: {', '.join(asked) or 'it has none'}",
                remedy="name one of these; leave `question` out with any other check",
            )


def objections(event: Told, case: State, chain: Chain, sender: str) -> Iterator[Refusal]:
    """Why this cannot be said in this case, the first thing wrong first. sender: the partner that says it."""
    protocols, roles = protocols_of(case, chain), chain.roles_of(sender)
    match event:
        case CategorySet():
            yield from _category(event, case, chain, protocols, roles)
        case ChecklistAnswered():
            yield from _line(event, protocols, roles)
        case DeliberationRecorded():
            yield from _deliberation(event, case, protocols)
        case ActionAgreed():
            yield from _action(event, case, protocols)
        case EscalationRequested():
            yield from _escalation(case, protocols, sender)
        case AssessmentRecorded() | ComplaintSettled():
            yield from _reserved(event, protocols, roles)
            yield from _motive(event)
        case BasisInvoked():
            yield from _sharing(event, case, protocols)
        case _:
            yield from speaking.objections(event, case, chain, protocols, sender)


def _facts(case: State, chain: Chain) -> Facts:
    return facts_of(case, chain.roles_of(case.door or ""), chain.file.time_zone)


# --- levels and categories --------------------------------------------------------------------------------------------


def _category(
    event: CategorySet, case: State, chain: Chain, protocols: list[Protocol], roles: frozenset[Role]
) -> Iterator[Refusal]:
    protocol = next((one for one in protocols if one.protocol == event.protocol), None)
    category = protocol.scheme.category(event.category) if protocol else None
    if protocol is None or category is None:
        known = protocol.scheme if protocol else None
        names = [one.id for one in (*known.levels, *known.categories)] if known else [p.protocol for p in protocols]
        yield Refusal(
            code="category.unknown",
            field="category" if protocol else "protocol",
            found=event.category if protocol else event.protocol,
            expected=f"one of {', '.join(names) or 'none: it has no levels or categories'}",
            remedy="use the names of the protocol that the case runs under",
        )
        return
    if category.set_by and roles.isdisjoint(category.set_by):
        yield Refusal(
            code="category.not_yours",
            field="category",
            found=event.category,
            expected=f"the word of {' or '.join(category.set_by)}",
            remedy="let a partner in one of these roles set it; what you assess yourself is assessment.recorded",
        )
    if category.outside:
        yield Refusal(
            code="category.outside",
            field="category",
            found=event.category,
            expected="a category that this protocol covers",
            remedy=f"this one is outside the protocol; use another plan: {category.outside}. The case stays with whoever has it now",
        )
    facts = _facts(case, chain)
    for condition in category.not_when:
        if condition.matches(facts):
            yield Refusal(
                code="category.refused",
                field="category",
                found=event.category,
                expected=f"a case in which {_asks(condition.as_data())} does not hold",
                remedy="choose a heavier level; the protocol says under `not_when` why this one cannot be",
            )
    yield from _lead(event, category, roles)


def _asks(condition: dict[str, object]) -> str:
    return " and ".join(condition)


def _lead(event: CategorySet, category: Category, roles: frozenset[Role]) -> Iterator[Refusal]:
    if event.lead is not None and (event.lead is not category.lead or event.lead not in roles):
        yield Refusal(
            code="lead.not_yours",
            field="lead",
            found=event.lead,
            expected=f"{category.lead}, held by the sender" if category.lead else "no lead: this level has none",
            remedy="leave the field out, or let the partner that leads such a case say so",
        )


def _level(case: State, protocol: Protocol) -> Category | None:
    mark = categories(case).get(protocol.protocol)
    return protocol.scheme.category(mark.category) if mark else None


def _sharing(event: BasisInvoked, case: State, protocols: list[Protocol]) -> Iterator[Refusal]:
    for protocol in protocols:
        level = _level(case, protocol)
        if event.basis is Basis.AGREEMENT and level and not level.sharing:
            yield Refusal(
                code="basis.not_at_this_level",
                field="basis",
                found=event.basis,
                expected=f"a level of {protocol.protocol} in which data is shared under an agreement; this case is {level.id}",
                remedy="ask her; an agreement is for cases inside the approach",
            )


# --- actions and escalation -------------------------------------------------------------------------------------------


def _action(event: ActionAgreed, case: State, protocols: list[Protocol]) -> Iterator[Refusal]:
    if event.action in CARDS:
        given = [p for p in protocols if p.scheme.card(event.action) and (level := _level(case, p)) and level.cards]
        if not given:
            yield Refusal(
                code="card.not_here",
                field="action",
                found=event.action,
                expected="a case under a protocol with cards, at a level in which they are given",
                remedy="set the level first (category.set), or agree on another action: cards belong to one scheme only",
            )
    last = any(one.action is event.action for protocol in protocols for one in protocol.scheme.last_resorts)
    failed = any(done.helped == Outcome.NO for done in scheme_of(case).actions)
    if last and not failed:
        yield Refusal(
            code="action.not_yet",
            field="action",
            found=event.action,
            expected="another action that was carried out and did not help (action.done with helped: no)",
            remedy="this is a last resort: try another solution first, and record that it failed",
        )


def _escalation(case: State, protocols: list[Protocol], sender: str) -> Iterator[Refusal]:
    """Where a scheme has leads, its leader says that it goes up: neither before there is one, nor somebody else."""
    if not any(level.lead for protocol in protocols for level in protocol.scheme.levels):
        return
    lead = scheme_of(case).lead
    if lead is None or lead.partner != sender:
        yield Refusal(
            code="escalation.not_by_the_lead",
            field="ce_type",
            found="nobody leads the case" if lead is None else "another partner leads the case",
            expected="the word of the partner that leads it (category.set with its lead)",
            remedy="let somebody take the lead first; a heavy case is not enough",
        )


# --- checklists, deliberation, reserved words -------------------------------------------------------------------------


def _line(event: ChecklistAnswered, protocols: list[Protocol], roles: frozenset[Role]) -> Iterator[Refusal]:
    protocol = next((one for one in protocols if one.protocol == event.protocol), None)
    may: tuple[Role, ...] | None = None
    if protocol and event.checklist == STAGES and (stage := protocol.scheme.stage(event.line)):
        may = stage.answered_by
    elif protocol and (checklist := protocol.scheme.checklist(event.checklist)):
        may = checklist.answered_by if any(line.id == event.line for line in checklist.lines) else None
    if may is None:
        yield Refusal(
            code="checklist.unknown",
            field="line",
            found=f"{event.protocol}/{event.checklist}/{event.line}",
            expected="a line of a checklist, or a stage, of a protocol that the case runs under",
            remedy="use the names of the protocol's file; stages are answered under the checklist `stages`",
        )
    elif roles.isdisjoint(may):
        yield Refusal(
            code="checklist.not_yours",
            field="line",
            found=event.line,
            expected=f"an answer by {' or '.join(may)}",
            remedy="let a partner in one of these roles answer the line",
        )


def _deliberation(event: DeliberationRecorded, case: State, protocols: list[Protocol]) -> Iterator[Refusal]:
    asked = any(protocol.scheme.deliberation for protocol in protocols)
    if asked and (missing := missing_step(case, event.step)):
        yield Refusal(
            code="deliberation.step_missing",
            field="step",
            found=f"{event.step} without {missing}",
            expected=f"{missing} recorded first (deliberation.recorded)",
            remedy=f"record the {missing} first, then the {event.step}",
        )


def _reserved(
    event: AssessmentRecorded | ComplaintSettled, protocols: list[Protocol], roles: frozenset[Role]
) -> Iterator[Refusal]:
    """A word that only some may say: by the case's protocols, and art. 44bis by the prosecutor in every case."""
    if isinstance(event, ComplaintSettled):
        check, field = Check.AGGRAVATING_CIRCUMSTANCE, "aggravating_circumstance_applied"
        if event.aggravating_circumstance_applied is None:
            return
    else:
        check, field = event.check, "check"
    by = {Role.PROSECUTOR} if check is Check.AGGRAVATING_CIRCUMSTANCE else None
    for protocol in protocols:
        for reserved in protocol.scheme.reserved:
            if reserved.check is check:
                by = set(reserved.by)
    if by is not None and by.isdisjoint(roles):
        yield Refusal(
            code="word.reserved",
            field=field,
            found=check,
            expected=f"the word of {' or '.join(sorted(by))}",
            remedy="leave it to whoever may say it; what you assess yourself is another check",
        )


def _motive(event: AssessmentRecorded | ComplaintSettled) -> Iterator[Refusal]:
    """Art. 44bis considered, and applied or not: the prosecutor says why (domain-detail B06). What the court decides is the court's."""
    if not isinstance(event, ComplaintSettled) or event.outcome in BY_THE_COURT:
        return
    if event.aggravating_circumstance_applied is not None and event.reason is None:
        yield Refusal(
            code="motive.missing",
            field="reason",
            expected="why the aggravating circumstance was applied, or was not",
            remedy="send the reason as a short code, or leave aggravating_circumstance_applied out until it is decided",
        )
