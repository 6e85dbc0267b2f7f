"""The matrix of rights, whole: every event that is told, in every role, in every relation to a case, through intake's real rules.

What must come out is written by hand in `rights.md` beside this file. Whatever else a message needs to be let in, it has here, so that
only the rights can refuse it.
"""

import copy
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from backbone.chains import Chains, Partner
from backbone.chains.model import Member, OtherBasis
from backbone.contract.examples_told import CASE, REFERRAL, told_example
from backbone.contract.tables import told_table
from backbone.protocols import Protocol
from schakel.case_desk_state import AdviceAsked, Inquiry, Needs
from schakel.case_marks import Action
from schakel.case_needs import desk_of
from schakel.case_state import Grant, LegalHold, ReferralState, State
from schakel.envelope import Envelope
from schakel.events import TOLD, Told
from schakel.events.contact import ActionDone
from schakel.events.data import HoldLifted, StatementRetracted
from schakel.events.overview import OverviewReleased
from schakel.events.partners import AdviceGiven, AdviceRequested, InquiryAnswered, InquiryRequested
from schakel.events.referral import ReferralRequested
from schakel.events.report import ReportLinked, ReportReceived, SettlementChosen
from schakel.events.scheme import CategorySet, StatementPublished
from schakel.events.vocab import Basis, Role
from schakel.ids import partner_source
from services.intake.rules import Submission, refusal
from tests.house.papers import table_rows
from tests.support import telling
from tests.support.casebook import World, repository
from tests.support.telling import ADV, HELP, POLICE, moment, terms

NOW = moment("2026-03-28 20:00")
RELATIONS = ("no case", "reporter", "party", "member")
STRANGE = ("another chain", "no such case")
NOT_YOURS = {"case.not_yours", "right.missing", "referral.not_yours", "case.not_expected", "case.missing"}
"""How rights say no, and how a relation that an event cannot have does."""
TEXT = (Path(__file__).parent / "rights.md").read_text(encoding="utf-8")
WANTED: Mapping[str, Mapping[str, str]] = {
    row[0]: dict(zip(RELATIONS, row[1:], strict=True)) for row in table_rows(TEXT)
}


def may(cell: str, role: Role) -> bool:
    return cell == "yes" or role.value in cell.split(", ")


def holder(role: Role) -> str:
    """The partner that has just this role."""
    return f"x-{role.value.replace('_', '-')}"


@cache
def one_role_each() -> Chains:
    """Amsterdam with one partner a role, and nothing but the shared rights; it keeps no scheme, whose members alone tell minutes."""
    known, _ = repository()
    amsterdam = known.by_name["amsterdam"]
    newcomers = {
        holder(role): Partner(id=holder(role), name=role.value, oin=f"9999999920000{number:07d}", kind="partner")
        for number, role in enumerate(Role)
    }
    partners = {**known.partners, **newcomers}
    members = tuple(Member(partner=holder(role), roles=(role,), districts="all") for role in Role)
    bases = (OtherBasis(basis=Basis.VITAL_INTEREST, roles=tuple(Role), at_most="30 dagen", source="keuze: test"),)
    changed = {"members": (*amsterdam.members, *members), "rights": (), "bases": bases, "schemes": ()}
    protocols = {**amsterdam.protocols, **schemes_for_everybody()}
    file = amsterdam.file.model_copy(update=changed)
    chain = replace(amsterdam, file=file, partners=partners, protocols=protocols, schemes={})
    return replace(known, by_name={**known.by_name, "amsterdam": chain}, partners=partners)


def schemes_for_everybody() -> dict[str, Protocol]:
    """The protocols that the examples name, with what they name, and every role let in: who may answer is a protocol's, not a right."""
    anybody = {"answered_by": list(Role), "source": "[0]"}
    schemes = {
        "amsterdam-treiteraanpak": {"levels": [{"id": "complex", "text": "x", "source": "[0]"}]},
        "weert-sociaal-calamiteitenplan": {
            "checklists": [
                {"id": "ketenpartners", "title": "x", "lines": [{"id": "politie", "text": "x"}], **anybody},
            ]
        },
    }
    head = {"version": "1", "title": "x", "status": "held", "sources": {"0": "x"}}
    made = (Protocol.model_validate({**head, "protocol": name, "scheme": scheme}) for name, scheme in schemes.items())
    return {protocol.ref: protocol for protocol in made}


@cache
def running() -> State:
    """A case in which victim support has its referral, under the ids of the examples."""
    world = World(case_id=CASE)
    world.tell(telling.report(POLICE, consents=(terms(HELP),)))
    world.settle()
    case = world.state()
    theirs = telling.referral_to(case, HELP)
    assert theirs.state is ReferralState.DELIVERED
    del case.referrals[theirs.id]
    theirs.id = REFERRAL
    case.referrals[REFERRAL] = theirs
    case.protocols += schemes_for_everybody()
    case.assessments |= {f"{POLICE}/suspicion_removed": "yes", f"{POLICE}/reporter_content": "yes"}
    return case


def case_of(partner: str, relation: str) -> State:
    case = copy.deepcopy(running())
    if relation == "reporter":
        case.door = partner
        case.parties = [partner]
    elif relation == "party":
        case.referrals[REFERRAL].to = partner
        case.parties.append(partner)
    return case


def told_before(name: str, case: State, partner: str) -> None:
    """What the example refers to, told by this partner."""
    if name == HoldLifted.TYPE:
        hold = told_example(name).hold  # type: ignore[attr-defined]
        case.holds[hold] = LegalHold(hold, partner, "criminal_case", date(2027, 1, 1))
    elif name == ActionDone.TYPE:
        agreed = told_example(name).agreed  # type: ignore[attr-defined]
        case.actions[agreed] = Action(agreed, "camera", partner, partner, NOW, date(2026, 4, 11))
    said, desk, at = told_example(name), desk_of(case), NOW
    if isinstance(said, InquiryRequested):
        case.grants["yes"] = Grant("yes", said.to, "inquiry", ["case_facts"], HELP)
    elif isinstance(said, InquiryAnswered):
        desk.inquiries[said.inquiry] = Inquiry(said.inquiry, POLICE, partner, "earlier_reports", at)
    elif isinstance(said, AdviceGiven) and said.request:
        role = partner.removeprefix("x-").replace("-", "_")
        desk.asked_advice[said.request] = AdviceAsked(said.request, POLICE, role, at)
    elif isinstance(said, SettlementChosen) and said.wish:
        desk.needs[said.wish] = Needs(said.wish, POLICE, at)


def event_of(name: str, case: State, role: Role) -> Told:
    event = told_example(name)
    if isinstance(event, ReferralRequested):
        return event.model_copy(update={"to": ADV, "role": Role.ANTI_DISCRIMINATION})
    if isinstance(event, CategorySet):
        return event.model_copy(update={"lead": None})
    if isinstance(event, OverviewReleased):
        return event.model_copy(update={"decided_by": role})
    if isinstance(event, StatementPublished):
        return event.model_copy(update={"speaker": role})
    if isinstance(event, StatementRetracted):
        return event.model_copy(update={"event": case.report})
    if isinstance(event, AdviceRequested) and role == event.to:
        return event.model_copy(update={"to": Role.COC})  # nobody asks himself
    return event


def code(name: str, role: Role, relation: str) -> str | None:
    """Intake's answer to this event of whoever has this role and this relation; None: let in."""
    chains = one_role_each()
    partner = chains.partners["dmg" if relation == "another chain" else holder(role)]
    case = case_of(partner.id, relation)
    told_before(name, case, partner.id)
    event = event_of(name, case, role)
    named = None if relation == "no case" else CASE
    envelope = Envelope(
        "019d3470-0000-7000-8000-000000000001", partner_source(partner.oin), name, NOW - timedelta(minutes=1), named
    )
    known = case if named and relation != "no such case" else None
    said = refusal(Submission(envelope, event, partner, known, _other(name, case)), chains, NOW)
    return said.code if said else None


def _other(name: str, case: State) -> State | None:
    """For a link: another case, to which the sender stands as to this one."""
    if name != ReportLinked.TYPE:
        return None
    other = copy.deepcopy(case)
    other.id = told_example(name).other_case  # type: ignore[attr-defined]
    return other


@pytest.mark.parametrize("name", TOLD)
def test_every_role_in_every_relation(name: str) -> None:
    wrong = []
    for relation in RELATIONS:
        for role in Role:
            found, wanted = code(name, role, relation), may(WANTED[name][relation], role)
            if (found is None) is not wanted or (found and found not in NOT_YOURS):
                wrong.append(
                    f"{role} as {relation}: wanted {'let in' if wanted else 'refused'}, found {found or 'let in'}"
                )
    assert wrong == []


@pytest.mark.parametrize("name", [name for name in TOLD if TOLD[name].IN_CASE and name != ReportReceived.TYPE])
def test_a_stranger_is_refused_whether_the_case_exists_or_not(name: str) -> None:
    """One and the same answer: who asks learns nothing of what there is."""
    assert {code(name, role, relation) for role in Role for relation in STRANGE} == {"case.not_yours"}


def test_the_table_has_every_event_and_no_other() -> None:
    assert sorted(WANTED) == sorted(TOLD)
    words = {word for row in WANTED.values() for cell in row.values() for word in cell.split(", ")}
    assert words - {"yes", "no"} <= {role.value for role in Role}


# --- the table that partners read


WHO = {"anybody": "no case", "who reported the case": "reporter", "a party to the case": "party"}
ANY = "any member of the chain"


def promised(cell: str) -> dict[str, str]:
    """The words of docs/partners.md as a row of the matrix."""
    row = dict.fromkeys(RELATIONS, "no")
    for part in cell.split("; "):
        relations, _, roles = part.partition(": ")
        who = ", ".join(re.findall(r"`([a-z_]+)`", roles)) or "yes"
        for relation in relations.split(" or "):
            for one in RELATIONS[1:] if relation == ANY else (WHO[relation],):
                row[one] = who if row[one] == "no" else f"{row[one]}, {who}"
    return row


def test_partners_are_promised_just_this() -> None:
    rows = {re.findall(r"`([a-z._]+)`", row[0])[0]: promised(row[3]) for row in table_rows(told_table())}
    assert rows == {name: dict(row) for name, row in WANTED.items() if set(row.values()) != {"no"}}


@pytest.mark.parametrize("line", ["contact.made, member", "close.requested, victim_support", "hold.placed, party"])
def test_a_wrong_expectation_is_noticed(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, where = line.split(", ")
    row = {**WANTED[name]}
    if where in RELATIONS:
        row[where] = "no" if row[where] != "no" else "yes"
    else:
        row["party"] += f", {where}"
    monkeypatch.setitem(WANTED, name, row)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        test_every_role_in_every_relation(name)
