"""A chain of tests' own with the desks that no chain of the repository has yet: a landlord, advisers, who hears both sides."""

from pathlib import Path
from typing import Any

import yaml

from backbone.chains import Chains, load_chains
from backbone.protocols import Protocols, load_protocols
from schakel.events.contact import (
    ActionAgreed,
    ActionDone,
    ComplaintAppointed,
    ComplaintSettled,
    ComplaintTaken,
    ContactMade,
    NeedsRecorded,
    TreatmentComplaint,
)
from schakel.events.partners import AdviceGiven, AdviceRequested, InquiryAnswered, InquiryRequested
from schakel.events.report import ReportLinked, SettlementChosen
from tests.support.telling import ADV, CITY, COC, HELP, POLICE, Tell, moment

ROOT = Path(__file__).parents[2]
LANDLORD, ADVISERS, CONTACT, WORKERS = "woningcorporatie", "ecad", "aanspreekpunt", "wijkteam"
PROSECUTOR, MEDIATORS, INTEREST = "om-amsterdam", "bemiddelaars", "belangengroep"
_MEMBERS = {
    POLICE: ["police"],
    CITY: ["municipality", "area_manager", "coordinator"],
    ADV: ["anti_discrimination"],
    HELP: ["victim_support"],
    COC: ["coc"],
    PROSECUTOR: ["prosecutor"],
    LANDLORD: ["housing"],
    ADVISERS: ["ecad_p"],
    CONTACT: ["discrimination_contact"],
    WORKERS: ["social_work"],
    MEDIATORS: ["restorative_mediation"],
    INTEREST: ["other"],
}

PROTOCOL: dict[str, Any] = {
    "protocol": "proef",
    "version": "1.0",
    "title": "Proef",
    "status": "held",
    "sources": {"0": "een document"},
}
SOURCE = "[0] «proef»"


def step(name: str, role: str, purpose: str = "referral", **when: Any) -> dict[str, Any]:
    """A step that refers to `role`, with contact details and on her yes."""
    refer = {"to": role, "purpose": purpose, "needs": ["contact_details"], "if_refused": "hold"}
    known = {"identity": ["known_to_door", "by_name"]}
    return {"id": name, "when": {**known, **when}, "refer": refer, "source": SOURCE}


def desk_files(folder: Path, **parts: Any) -> tuple[Chains, Protocols]:
    """The chain `proef` in Amsterdam under one protocol with these parts."""
    protocol, chains = folder / "protocols" / "proef" / "1.0.yaml", folder / "chains"
    protocol.parent.mkdir(parents=True)
    chains.mkdir()
    protocol.write_text(yaml.safe_dump({**PROTOCOL, **parts}, allow_unicode=True), encoding="utf-8")
    register = yaml.safe_load((ROOT / "chains" / "partners.yaml").read_text(encoding="utf-8"))["partners"]
    known = {partner["id"] for partner in register}
    register += [
        {"id": partner, "name": partner, "oin": f"99999999300000{number:06d}", "kind": "partner"}
        for number, partner in enumerate(_MEMBERS)
        if partner not in known
    ]
    file = {
        "chain": "proef",
        "version": "1",
        "title": "Proefketen",
        "time_zone": "Europe/Amsterdam",
        "calendar": "nl",
        "municipalities": ["amsterdam"],
        "districts": ["oost", "centrum"],
        "members": [{"partner": who, "roles": roles, "districts": "all"} for who, roles in _MEMBERS.items()],
        "protocols": [{"use": "proef@1.0", "districts": "all"}],
    }
    (chains / "proef.yaml").write_text(yaml.safe_dump(file), encoding="utf-8")
    (chains / "partners.yaml").write_text(yaml.safe_dump({"partners": register}), encoding="utf-8")
    (chains / "rights.yaml").write_text((ROOT / "chains" / "rights.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    loaded = load_protocols(folder / "protocols")
    return load_chains(chains, loaded), loaded


# --- what the desks tell


def needs(
    by: str, *wanted: str, cannot: tuple[str, ...] = (), wishes: tuple[str, ...] = (), not_: tuple[str, ...] = ()
) -> Tell:
    return Tell(by, NeedsRecorded(needs=wanted, cannot_be_met=cannot, wishes=wishes, no_wish=not_))


def talk(
    by: str, at: str, *answered: str, whom: str = "victim", call: str = "unknown", channel: str = "telephone"
) -> Tell:
    event = ContactMade(whom=whom, at=moment(at), channel=channel, answered=answered, wants_call=call)
    return Tell(by, event, moment(at))


def inquiry(by: str, to: str, question: str = "earlier_reports", id: str | None = None) -> Tell:
    return Tell(by, InquiryRequested(to=to, question=question), id=id)


def answer(by: str, said: str = "nothing_to_share") -> Tell:
    """To the newest question that was put to this partner."""

    def told(case: Any) -> InquiryAnswered:
        asked = [one.id for one in case.desk.inquiries.values() if one.to == by]
        return InquiryAnswered(inquiry=asked[-1], answer=said)

    return Tell(by, told)


def advice_wanted(by: str, role: str, skips: str | None = None) -> Tell:
    return Tell(by, AdviceRequested(to=role, skips_reason=skips))


def advice(by: str, *actions: str, asked: bool = False) -> Tell:
    """Unasked; or to the newest request."""

    def told(case: Any) -> AdviceGiven:
        request = list(case.desk.asked_advice)[-1] if asked else None
        return AdviceGiven(request=request, advises=actions)

    return Tell(by, told)


def agreed(by: str, action: str, owner: str | None = None, wanted: bool = True, id: str | None = None) -> Tell:
    event = ActionAgreed(
        action=action, owner=owner or by, due_on=moment("2026-03-20 12:00").date(), wanted_by_person=wanted
    )
    return Tell(by, event, id=id)


def done(by: str, action: str) -> Tell:
    return Tell(by, ActionDone(agreed=action))


def appointed(by: str = POLICE) -> Tell:
    return Tell(by, ComplaintAppointed(appointed_on=moment("2026-03-05 12:00").date()))


def taken(by: str = POLICE, *items: str, supplement: bool = False) -> Tell:
    return Tell(by, ComplaintTaken(taken_on=moment("2026-03-02 12:00").date(), items=items, supplement=supplement))


def settled(by: str = POLICE, outcome: str = "dismissed") -> Tell:
    return Tell(by, ComplaintSettled(outcome=outcome, reason="no_evidence"))


def chosen(by: str, settlement: str, wish: str | None = None, motive: str | None = None, departs: bool = False) -> Tell:
    return Tell(by, SettlementChosen(settlement=settlement, wish=wish, motive=motive, departs_from_wish=departs))


def treated(by: str, about: str, handed_in: bool = False) -> Tell:
    return Tell(by, TreatmentComplaint(about=about, handed_in=handed_in))


def linked(by: str, other: str, kind: str = "same_place") -> Tell:
    return Tell(by, ReportLinked(other_case=other, kind=kind))
