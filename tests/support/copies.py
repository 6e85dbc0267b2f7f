"""A person's copy over the mini cluster: a whole story with several people in it, and the copy as the command would write it."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from backbone.casework import LEDGER
from backbone.cli.person import access_given
from backbone.keys import Opener, open_reader
from backbone.person import document, page
from backbone.person.copy import CaseCopy, names_of
from backbone.person.gather import find_state, gather
from schakel.case_links import same_person, whole_person
from schakel.case_state import State
from schakel.events import Told
from schakel.events.base import SealedField
from schakel.events.consent import ConsentAsked, ConsentGranted, ConsentRefused, ConsentTerms, ConsentWithdrawn
from schakel.events.contact import ContactAttempted, ContactMade, ContactPreferenceSet
from schakel.events.referral import ReferralAccepted
from schakel.events.report import PresumedMotive, ReportFacts, ReportLinked, ReportReceived
from schakel.her_copy import Language
from schakel.ids import new_event_id
from schakel.record import Raw
from schakel.sealing import Json, seal
from tests.support.minicluster import START, MiniCluster

DOOR, HELP, CITY, COC = "politie-amsterdam", "slachtofferhulp", "gemeente-amsterdam", "coc-amsterdam"
PHONE, STORY, WISH = (
    "06-55501947",
    "Zij riepen het mij na.\nIk durf niet <naar huis> & slaap slecht.",
    "liever na vijven",
)
HIS_PHONE, HIS_STORY = "06-55500000", "Hij zegt dat hij er niet was."
Parts = dict[str, dict[SealedField, Json]]


@dataclass
class Copies:
    """The cluster, and what is asked of it."""

    cluster: MiniCluster
    opener: Opener = field(init=False)

    def __post_init__(self) -> None:
        self.opener = open_reader(None, self.cluster._directory)

    def tell(self, by: str, event: Told, case: str | None = None, parts: Parts | None = None) -> str:
        """A partner tells it, with these parts sealed for the door. Returns the event's id."""
        event_id, key = new_event_id(), self.cluster.keys.door_keys()[0]
        sealed = tuple(seal(subject, told, key, about=event_id) for subject, told in (parts or {}).items())
        self.cluster.send(by, event.model_copy(update={"sealed": sealed}), case, event_id)
        self.cluster.settle()
        receipt = self.cluster.receipts(by)[event_id]
        assert receipt.refusal is None, receipt.refusal
        return event_id

    def report(self, by: str = DOOR, *consents: ConsentTerms, parts: Parts | None = None, **facts: Any) -> str:
        """A report with her own words and something of the accused. Returns the case."""
        told = {
            "identity": "by_name",
            "natures": ("threat",),
            "place": {"municipality": "amsterdam", "district": "oost"},
        }
        event = ReportReceived(reported_at=START, facts=ReportFacts.model_validate(told | facts), consents=consents)
        hers: dict[SealedField, Json] = {SealedField.CONTACT_DETAILS: {"phone": PHONE}, SealedField.STORY: STORY}
        his: dict[SealedField, Json] = {SealedField.CONTACT_DETAILS: {"phone": HIS_PHONE}, SealedField.STORY: HIS_STORY}
        about = self.tell(by, event, parts=parts or {"victim": hers, "accused": his})
        case = self.cluster.receipts(by)[about].case
        assert case
        return case

    def whole_story(self) -> str:
        """A case in which much has happened, also to the other side."""
        yes = ConsentTerms(
            recipient=HELP, purpose="referral", scopes=("case_facts", "contact_details", "story"), text_version="nl-3"
        )
        gay = PresumedMotive(ground="sexual_orientation", sub_ground="gay", basis="shouted")
        case = self.report(DOOR, yes, grounds=(gay,))
        self.tell(DOOR, ContactPreferenceSet(whom="victim"), case, {"victim": {SealedField.CONTACT_PREFERENCE: WISH}})
        self.tell(HELP, ReferralAccepted(referral=self.referral(case, HELP)), case)
        at = START
        self.tell(HELP, ContactAttempted(whom="victim", at=at, channel="telephone", outcome="no_answer"), case)
        self.tell(HELP, ContactMade(whom="victim", at=at, channel="telephone"), case)
        self.tell(DOOR, ContactMade(whom="offender", at=at, channel="visit"), case)
        city = ConsentTerms(recipient=CITY, purpose="referral", scopes=("case_facts",))
        self.tell(DOOR, ConsentAsked(terms=city), case)
        self.tell(DOOR, ConsentRefused(recipient=CITY, purpose="referral"), case)
        talk = {"recipient": COC, "purpose": "mediation"}
        self.tell(DOOR, ConsentGranted(terms=ConsentTerms(**talk, scopes=("case_facts",))), case)
        self.tell(DOOR, ConsentRefused(**talk, refused_by="offender"), case)
        self.tell(DOOR, ConsentWithdrawn(recipient=HELP), case)
        return case

    def referral(self, case: str, to: str) -> str:
        return next(one.id for one in self.cluster.replay(case).referrals.values() if one.to == to)

    def link(self, one: str, other: str, by: str = DOOR, kind: str = "same_person") -> str:
        return self.tell(by, ReportLinked(other_case=other, kind=kind), one)

    # -- the copy ------------------------------------------------------------------------------------------------------

    def records(self, case: str) -> list[Raw]:
        """What the ledger holds of one case."""
        every = (raw for (topic, _), log in list(self.cluster.topics.items()) if topic == LEDGER for raw in log)
        return [raw for raw in every if raw.key == case.encode()]

    def made(self, case: str, subject: str = "victim") -> list[CaseCopy]:
        """As the command: logged in each case first, then gathered."""

        def find(case_id: str) -> State | None:
            found = find_state(case_id, self.records(case_id))
            return found[0] if found else None

        first = find(case)
        assert first
        states = whole_person(case, find) if subject == "victim" else [first]
        for state in states:
            partition = self.records(state.id)[0].partition
            self.cluster.append(access_given(state, partition, subject, "her_request", case))
        links = {link.other_case: link for state in states for link in same_person(state)}
        return [
            CaseCopy(
                gather(state.id, self.records(state.id)), self.opener, subject, links.get(state.id) if number else None
            )
            for number, state in enumerate(states)
        ]

    def json(self, copies: list[CaseCopy]) -> dict[str, Any]:
        file = io.BytesIO()
        document.write(file, copies, [])
        found: dict[str, Any] = orjson.loads(file.getvalue())
        return found

    def html(self, copies: list[CaseCopy], language: Language = "nl", left_out: tuple[str, ...] = ()) -> str:
        names, drawn = names_of(self.cluster.chains.partners), self.cluster.protocols.by_ref
        return "".join(page.write(copies, left_out, language, names, protocols=drawn))


def copies_in(directory: Path) -> Copies:
    """Over an empty cluster."""
    return Copies(MiniCluster(directory))


__all__ = ["CITY", "COC", "DOOR", "HELP", "HIS_PHONE", "HIS_STORY", "PHONE", "STORY", "WISH", "Copies", "copies_in"]
