"""What is open on a case's desk: what somebody still has to answer, ask, explain or look at. Pure; a list, never a limit.

Nothing here is a clock: what has a term stands among the clocks. An item goes away by the event that does it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from backbone.beyond import cannot, not_passed_on, not_said
from backbone.case_facts import facts_of
from backbone.chains import Chain
from backbone.desk.danger import danger_without_receiver
from backbone.desk.duties import not_explained
from backbone.desk.home import home_not_known, homes_without_receiver
from backbone.desk.who import adviser, sees_advice, sees_grievance, sees_request, takes_grievance
from backbone.protocols import CheckRule, Protocol, Protocols
from backbone.protocols.clock_rules import StopOn
from backbone.protocols.desk import TalkRule
from schakel.case_complaint import departure_not_explained, end_not_explained, missing_items, wished_complaint
from schakel.case_hearing import Stage, stage
from schakel.case_loop import owner_of, referrer_of
from schakel.case_needs import hopes_not_explained, noted, wants_no_call
from schakel.case_state import ClockState, ReferralState, State
from schakel.events.vocab import Answer, Check, LinkKind, Role

UNANSWERED = "referral_unanswered"


@dataclass(frozen=True, slots=True)
class Open:
    """One thing. `who` has it to do; null: the coordinator looks. `what`: codes of what is asked, missing or meant."""

    kind: str
    who: str | None = None
    what: tuple[str, ...] = ()
    since: datetime | None = None
    concerning: str | None = None
    """The event that it comes from."""


def open_items(case: State, chain: Chain, protocols: Protocols) -> list[Open]:
    """All that is open, the coordinator's view. Empty for imported history."""
    if case.history or not case.report:
        return []
    running = list(_running(case, protocols))
    facts = facts_of(case, chain.roles_of(case.door or ""))
    found = [*_colleagues(case, chain), *_explaining(case), *_complaints(case, chain, protocols), *_hearing(case)]
    for protocol in running:
        for rule in protocol.desk.talks_for(facts):
            found += _talk(case, chain, rule)
        found += [
            Open("check_open", case.door, (check.id,))
            for check in protocol.checks
            if check.when.matches(facts)
            and set(check.asked_by) & set(chain.roles_of(case.door or ""))
            and _answered_by_door(case, check) == Answer.UNKNOWN
        ]
    found += _unanswered(case, running)
    found += [Open("not_explained", case.door, (duty.topic,)) for duty in not_explained(case, facts, iter(running))]
    found += _beyond(case, chain)
    if missing := danger_without_receiver(case, chain, facts):
        found.append(Open("danger_without_receiver", case.door, tuple(missing)))
    if home_not_known(case, facts, running):
        found.append(Open("home_not_known"))
    if roles := homes_without_receiver(case, chain, facts, running):
        found.append(Open("home_without_receiver", None, tuple(roles)))
    found += _links(case)
    return found


def seen_by(case: State, chain: Chain, partner: str, items: list[Open]) -> list[Open]:
    """What of it this partner may see. Who is not in the case sees what it has to do itself, and nothing else.

    Nothing of a complaint about itself before that was handed in; of advice within the police only who is of it; of a referral that nobody
    answers only whoever looks after the case, and whoever referred.
    """
    desk, inside = noted(case), partner in case.parties
    found: list[Open] = []
    for item in items:
        grievance, wanted = desk.grievances.get(item.concerning or ""), desk.asked_advice.get(item.concerning or "")
        if grievance is not None:
            sees = sees_grievance(case, chain, partner, grievance)
        elif item.kind == UNANSWERED:
            referral = case.referrals[item.concerning or ""]
            sees = partner in (owner_of(case), referrer_of(case, referral))
        elif wanted is not None:
            sees = item.who == partner or sees_request(chain, partner, wanted.by, inside)
        else:
            sees = inside or item.who == partner
        if sees:
            found.append(item)
    return found


def advice_for(case: State, chain: Chain, partner: str | None) -> list[str]:
    """Ids of the advice on the case that this partner may see; null: everybody's, for who runs the backbone."""
    return [one.id for one in noted(case).advice.values() if partner is None or sees_advice(case, chain, partner, one)]


def lacking_items(case: State, chain: Chain, protocols: Protocols) -> tuple[str, ...]:
    """What the complaint that was taken lacks, by the case's protocols."""
    facts = facts_of(case, chain.roles_of(case.door or ""))
    required = [item for protocol in _running(case, protocols) for item in protocol.desk.items_for(facts)]
    return missing_items(case, tuple(dict.fromkeys(required)))


def _running(case: State, protocols: Protocols) -> Iterator[Protocol]:
    for ref in case.protocols:
        name, _, version = ref.partition("@")
        yield protocols.get(name, version)


def _unanswered(case: State, running: list[Protocol]) -> Iterator[Open]:
    """A referral whose receiver was asked again and says neither yes nor no: where no term was promised, somebody has to choose."""
    waits = {(one.ref, rule.id) for one in running for rule in one.clocks if rule.stops.on is StopOn.ANSWERED}
    for clock in case.clocks.values():
        if (clock.protocol, clock.name) not in waits or not clock.reminded or clock.state is not ClockState.RUNNING:
            continue
        referral = case.referrals.get(clock.about or "")
        if referral and referral.state is ReferralState.DELIVERED:
            yield Open(UNANSWERED, None, (referral.role,), referral.delivered_at, referral.id)


def _colleagues(case: State, chain: Chain) -> Iterator[Open]:
    desk = noted(case)
    for asked in desk.inquiries.values():
        if asked.answer is None:
            yield Open("inquiry_unanswered", asked.to, (asked.question,), asked.at, asked.id)
    for wanted in desk.asked_advice.values():
        if wanted.answered_at is None:
            who = adviser(case, chain, Role(wanted.to), wanted.by)
            yield Open("advice_unanswered", who, (wanted.to,), wanted.at, wanted.id)
    for grievance in desk.grievances.values():
        who = takes_grievance(case, chain, grievance.about)
        yield Open("treatment", who, (), grievance.at, grievance.id)


def _explaining(case: State) -> Iterator[Open]:
    for record in hopes_not_explained(case):
        yield Open("hope_not_explained", record.by, tuple(record.cannot_be_met), record.at, record.id)
    complaint = noted(case).complaint
    if complaint and end_not_explained(case):
        yield Open("end_not_explained", complaint.settled_by, (complaint.outcome or "",), None, complaint.settled)
    if chosen := departure_not_explained(case):
        yield Open("departure_not_explained", chosen.by, (chosen.settlement,), chosen.at, chosen.id)


def _beyond(case: State, chain: Chain) -> Iterator[Open]:
    """What a partner cannot do: said at its first contact; and who can, as soon as it hears a need that it cannot meet."""
    for partner in not_said(case, chain):
        yield Open("cannot_not_said", partner, tuple(need.value for need in cannot(chain, partner)))
    for record, need, roles in not_passed_on(case, chain):
        yield Open("need_beyond", record.by, (need.value, *(role.value for role in roles)), record.at, record.id)


def _complaints(case: State, chain: Chain, protocols: Protocols) -> Iterator[Open]:
    complaint = noted(case).complaint
    if complaint is None or not (complaint.appointed or complaint.taken):
        if wished_complaint(case):
            yield Open("complaint_not_appointed")
    elif missing := lacking_items(case, chain, protocols):
        yield Open("complaint_incomplete", complaint.taken_by, missing, None, complaint.taken)


def _hearing(case: State) -> Iterator[Open]:
    hearing = noted(case).hearing
    if hearing and stage(case) is Stage.TO_DISCUSS:
        yield Open("next_steps_to_discuss", hearing.by, (), hearing.result_at)


def _talk(case: State, chain: Chain, rule: TalkRule) -> Iterator[Open]:
    """What a talk that was had left unasked. After "do not call me" it shows as not asked, and is nobody's to do."""
    roles = set(rule.by)
    had = [
        contact
        for contact in case.contacts
        if contact.made and contact.whom == rule.whom and roles & set(chain.roles_of(contact.by))
    ]
    if not had:
        return
    ids = {contact.id for contact in had}
    answered = {one for talk in noted(case).talks.values() if talk.contact in ids for one in talk.answered}
    if missing := tuple(question.value for question in rule.asks if question.value not in answered):
        if wants_no_call(case, rule.whom.value):
            yield Open("not_asked_she_wants_no_call", None, missing, had[-1].at, had[-1].id)
        else:
            yield Open("answers_missing", had[-1].by, missing, had[-1].at, had[-1].id)


def _answered_by_door(case: State, asked: CheckRule) -> str | None:
    """A question of the file's own by its id; an answer that names none is to each of them."""
    told, question = case.facts["checks"], asked.id if asked.check is Check.OTHER else None
    if question and (said := case.own_answers.get(f"{case.door}/{question}")):
        return said
    answers = {(entry["check"], entry.get("question")): entry["answer"] for entry in told}
    own = answers.get((asked.check, question))
    return own or case.assessments.get(f"{case.door}/{asked.check}") or answers.get((asked.check, None))


def _links(case: State) -> Iterator[Open]:
    """That there is something, and how much of it; what is there stands in the other case, for who is in that one."""
    same = {kind: {link.other_case for link in case.links.values() if link.kind == kind} for kind in LinkKind}
    if cases := same[LinkKind.SAME_PLACE]:
        yield Open("history_at_this_place", case.coordinator, (str(len(cases)),))
    if cases := same[LinkKind.SAME_PERSON]:
        yield Open("earlier_reports", case.coordinator, (str(len(cases)),))
