"""What a person's words allow at one place of a case's history.

A `Case` is told its events in the order of the log and remembers who agreed to what, who refused, and which referrals are where. It
judges nothing itself: `consent` asks it. Written from the rules (docs/adr/0006, 0019, 0020, 0021), not from the backbone's code:

- a yes counts for just its recipient, purpose and data, until its end, and only from her, her representative, or a professional;
- a no ends every yes that it concerns, and a later yes counts only when it names that no;
- vital interest and legal duty stand beside her no, an agreement between partners does not; mediation, the board, publication, later
  research and the victims' network are opened by nothing but her own yes, and mediation only by the yes of both;
- "always forward" goes without anything that points to her, unless she has said no to the step itself;
- from the first request to forget her on, nothing new goes out and nothing is read.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from auditor.events import Event

HER, FACTS, LABEL = "victim", "case_facts", "label"
SPEAK_FOR_HER = {"victim", "representative", "professional"}
LAW = {"vital_interest", "legal_duty"}
HERS_ALONE = {"mediation", "board_contact", "publication", "later_research", "victim_network"}
MEDIATORS = {"mediation", "restorative_mediation"}
RUNNING = {"released", "delivered", "accepted"}


@dataclass
class Yes:
    """A consent, or another basis, that stands, with what is left of it. `side`: hers, or that of the accused."""

    id: str
    recipient: str
    purpose: str
    scopes: set[str]
    by: str
    basis: str = "consent"
    until: datetime | None = None
    giver: str = HER
    side: str = "hers"


@dataclass(frozen=True)
class No:
    """A refusal or withdrawal. No recipient or purpose: all of them. No data, or the case facts: no to the step itself."""

    id: str
    recipient: str | None
    purpose: str | None
    scopes: frozenset[str]
    side: str

    @property
    def whole(self) -> bool:
        return not self.scopes or FACTS in self.scopes

    def concerns(self, recipient: str, purpose: str) -> bool:
        return self.recipient in (None, recipient) and self.purpose in (None, purpose)


@dataclass
class Referral:
    """A proposed step, and how far it came."""

    id: str
    to: str
    purpose: str
    role: str
    needs: set[str]
    strip: bool
    protocol: tuple[str, str] | None
    requested: str | None
    state: str = "proposed"
    release: str | None = None
    basis: str = ""
    mode: str = ""
    scopes: set[str] = field(default_factory=set)
    known_by_name: bool = False
    """What went out by name reached its receiver, and was not called back."""
    answers: set[str] = field(default_factory=set)
    asked_by: str | None = None

    @property
    def two_sided(self) -> bool:
        return self.purpose == "mediation" or self.role in MEDIATORS

    @property
    def hers_alone(self) -> bool:
        return self.purpose in HERS_ALONE or self.two_sided


class Case:
    """One case as far as it was told."""

    def __init__(self) -> None:
        self.now: datetime | None = None
        self.seen: set[str] = set()
        self.lapsed: set[str] = set()
        self.report: Event | None = None
        self.facts: dict[str, Any] = {}
        self.history = False
        self.opened = False
        self.doubts: set[str] = set()
        self.honour: dict[str, str] = {}
        self.label_refused = False
        self.yes: dict[str, Yes] = {}
        self.noes: list[No] = []
        self.past: set[tuple[str, str, str]] = set()
        self.referrals: dict[str, Referral] = {}
        self.requests: dict[str, str] = {}
        self.forget: dict[str, tuple[str, str]] = {}
        """Requests to forget somebody: id -> (who told it, whom)."""
        self.holds: dict[str, tuple[str, object]] = {}
        self.terms: dict[str, datetime] = {}
        """Of each `erasure.scheduled` that stands, when it is over."""
        self._rest_on: dict[str, tuple[str, ...]] = {}
        self.erased = False
        self.reading: dict[str, Event] = {}
        self.preference: str | None = None

    # -- questions -----------------------------------------------------------------------------------------------------

    @property
    def stopped(self) -> bool:
        """She asked to be forgotten, or has been."""
        return self.erased or any(whom == HER for _, whom in self.forget.values())

    def usable(self, to: str, purpose: str, side: str = "hers") -> list[Yes]:
        """Every yes for just this recipient and purpose that is in force and that nobody has to confirm first."""
        return [
            one
            for one in self.yes.values()
            if (one.recipient, one.purpose, one.side) == (to, purpose, side)
            and (one.until is None or self.now is None or self.now < one.until)
            and not self.doubted(one)
        ]

    def doubted(self, yes: Yes) -> bool:
        """Said by somebody whose word alone is not enough in this chain, or may not be her own."""
        if yes.basis != "consent":
            return False
        if yes.by == yes.recipient and "recorded_by_beneficiary" in self.doubts:
            return True
        if yes.giver == "professional":
            return "on_a_professionals_word" in self.doubts
        return yes.giver == "representative" and not {"yes", "unknown"}.isdisjoint(self.honour.values())

    def noes_to(self, to: str, purpose: str, side: str = "hers") -> list[No]:
        """Every no to this that no later yes has named, oldest first."""
        return [
            no
            for no in self.noes
            if no.side == side and no.concerns(to, purpose) and (no.id, to, purpose) not in self.past
        ]

    def carrying(self, referral: Referral) -> list[Yes]:
        """What on her side counts for a referral."""
        found = self.usable(referral.to, referral.purpose)
        return [one for one in found if one.basis == "consent"] if referral.hers_alone else found

    def covered(self, yes: list[Yes]) -> set[str]:
        """The data that these allow: with one of them also the case facts, never a label that she refused."""
        found = {FACTS, *(scope for one in yes for scope in one.scopes)} if yes else set()
        return found - {LABEL} if self.label_refused else found

    def other_side_agrees(self, referral: Referral) -> list[Yes]:
        return self.usable(referral.to, referral.purpose, "other")

    def may_go_nameless(self, referral: Referral) -> bool:
        """A scheme that says "always forward": when the name is refused or unknown, and the step itself is not refused."""
        noes = self.noes_to(referral.to, referral.purpose)
        unnamed = bool(noes) or self.facts.get("identity") != "by_name"
        return referral.strip and not referral.hers_alone and unnamed and not any(no.whole for no in noes)

    def resting_on(self, referral: Referral) -> list[Yes]:
        """What a released referral may rest on now: what went on her consent does not stay on another basis."""
        found = self.carrying(referral)
        return (
            found if referral.basis not in ("consent", "scheme") else [one for one in found if one.basis == "consent"]
        )

    def still_allowed(self, referral: Referral) -> bool:
        """Whether all that a released referral carries may be with its receiver now."""
        if referral.two_sided and not self.other_side_agrees(referral):
            return False
        rests_on = self.resting_on(referral)
        if rests_on and referral.scopes <= self.covered(rests_on):
            return True
        nameless = referral.strip and referral.mode == "stripped" and not referral.hers_alone
        return nameless and not any(no.whole for no in self.noes_to(referral.to, referral.purpose))

    def readable(self, referral: Referral, by: str) -> set[str]:
        """What somebody may read now under a referral, beyond the case facts that came with it."""
        if by != referral.to or referral.state not in RUNNING or self.stopped or not self.still_allowed(referral):
            return set()
        return (referral.scopes & self.covered(self.resting_on(referral))) - {FACTS}

    # -- what is told --------------------------------------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """The next event of the case, once. What is concluded counts as it is said: `consent` has looked at it first."""
        self.now = event.at if self.now is None else max(self.now, event.at)
        self.seen.add(event.id)
        handler = getattr(self, "_on_" + event.type.replace(".", "_"), None)
        if handler:
            handler(event)

    def pass_over(self, event: Event) -> None:
        """The next event, which has no effect. A delivery that was overtaken was on its way: its receiver may know it all the same."""
        self.now = event.at if self.now is None else max(self.now, event.at)
        self.seen.add(event.id)
        referral = self.referrals.get(event.get("referral", ""))
        if event.type == "referral.delivered" and referral and referral.state == "released":
            referral.known_by_name = referral.known_by_name or referral.mode == "by_name"
        elif event.type == "case.opened":
            self.lapsed.add(event.id)

    def _on_report_received(self, event: Event) -> None:
        if self.report:
            return
        self.report, self.facts, self.history = event, dict(event["facts"]), bool(event.get("history"))
        self._honour_in_report()
        for number, terms in enumerate(event.get("consents", ())):
            self._agree(event, terms, f"{event.id}#{number}", None)

    def _on_report_corrected(self, event: Event) -> None:
        if self.report:
            self.facts.update({name: event["facts"][name] for name in event["replaces"] if name in event["facts"]})
            self._honour_in_report()

    def _honour_in_report(self) -> None:
        said = {one["check"]: one["answer"] for one in self.facts.get("checks", ())}
        self.honour["report"] = said.get("honour_related", "")

    def _on_assessment_recorded(self, event: Event) -> None:
        if event["check"] == "honour_related":
            self.honour["/" + event.author] = event["answer"]

    def _on_label_refused(self, event: Event) -> None:
        self.label_refused = True

    def _on_case_opened(self, event: Event) -> None:
        if self.report and not self.opened:
            self.opened, self.doubts = True, set(event.get("provisional", ()))

    def _on_consent_granted(self, event: Event) -> None:
        self._agree(event, event["terms"], event.id, event.get("supersedes"))

    def _agree(self, event: Event, terms: dict[str, Any], yes_id: str, supersedes: str | None) -> None:
        giver = terms.get("given_by", HER)
        side = "other" if giver == "offender" else "hers"
        if side == "hers" and giver not in SPEAK_FOR_HER:
            return
        to, purpose, scopes = terms["recipient"], terms["purpose"], set(terms["scopes"])
        yes = Yes(yes_id, to, purpose, scopes, event.author, until=terms.get("until"), giver=giver, side=side)
        noes = self.noes_to(to, purpose, side)
        if supersedes and noes and supersedes == noes[-1].id:
            if self.doubted(yes):
                return
            self.past |= {(no.id, to, purpose) for no in noes}
        elif any(no.whole or no.scopes & scopes for no in noes):
            return  # an old yes, forwarded late, brings nothing back
        self.yes[yes_id] = yes

    def _on_basis_invoked(self, event: Event) -> None:
        basis, to, purpose, scopes = event["basis"], event["recipient"], event["purpose"], set(event["scopes"])
        if basis not in LAW | {"agreement"} or purpose in HERS_ALONE:
            return
        if basis == "agreement" and any(no.whole or no.scopes & scopes for no in self.noes_to(to, purpose)):
            return
        self.yes[event.id] = Yes(event.id, to, purpose, scopes, event.author, basis=basis, until=event["until"])

    def _on_consent_refused(self, event: Event) -> None:
        self._refuse(event, event.get("refused_by", HER), frozenset(event.get("scopes", ())))

    def _on_consent_withdrawn(self, event: Event) -> None:
        self._refuse(event, event.get("withdrawn_by", HER), frozenset())

    def _refuse(self, event: Event, who: str, scopes: frozenset[str]) -> None:
        side = "other" if who == "offender" else "hers"
        no = No(event.id, event.get("recipient"), event.get("purpose"), scopes, side)
        self.noes.append(no)
        for yes in list(self.yes.values()):
            if yes.side != side or yes.basis in LAW or not no.concerns(yes.recipient, yes.purpose):
                continue
            if no.whole or (yes.scopes and yes.scopes <= scopes):
                self._end(yes.id)
            yes.scopes -= scopes

    def _end(self, yes_id: str) -> None:
        del self.yes[yes_id]
        self.lapsed.add(yes_id)

    def _on_consent_expired(self, event: Event) -> None:
        yes = self.yes.get(event["grant"])
        if yes and yes.until is not None and self.now is not None and yes.until <= self.now:
            self._end(yes.id)

    def _on_statement_retracted(self, event: Event) -> None:
        """Only its author takes a word back."""
        said = event["event"]
        if said in self.yes and self.yes[said].by == event.author:
            self._end(said)
        elif said in self.forget and self.forget[said][0] == event.author:
            del self.forget[said]
            self._fall(said)
        elif said in self.holds and self.holds[said][0] == event.author:
            del self.holds[said]

    def _fall(self, event_id: str) -> None:
        """A word that was taken back, and the terms that began with it."""
        fallen = {event_id, *(term for term, premises in self._rest_on.items() if event_id in premises)}
        self.lapsed |= fallen
        self.terms = {term: due_at for term, due_at in self.terms.items() if term not in fallen}

    def _on_hold_placed(self, event: Event) -> None:
        self.holds[event.id] = (event.author, event["until"])

    def _on_hold_lifted(self, event: Event) -> None:
        if self.holds.get(event["hold"], ("", None))[0] == event.author:
            del self.holds[event["hold"]]

    def _on_erasure_scheduled(self, event: Event) -> None:
        self.terms[event.id] = event["due_at"]
        self._rest_on[event.id] = tuple(event.premises)

    def _on_case_reopened(self, event: Event) -> None:
        for term, premises in list(self._rest_on.items()):
            if set(premises) & set(event.premises):
                self.lapsed.add(term)
                self.terms.pop(term, None)

    def _on_erasure_requested(self, event: Event) -> None:
        """Nobody asks for another: the accused does not have her forgotten."""
        for_her = event.get("requested_by", HER) in SPEAK_FOR_HER and not self.erased
        if self.report and (event["subject"] != HER or for_her):
            self.forget[event.id] = (event.author, event["subject"])

    def _on_subject_erased(self, event: Event) -> None:
        self.erased = self.erased or event["subject"] == HER
        self.forget = {asked: said for asked, said in self.forget.items() if said[1] != event["subject"]}

    def _on_contact_preference_set(self, event: Event) -> None:
        if event.get("whom", HER) == HER:
            self.preference = event.id

    # -- referrals -----------------------------------------------------------------------------------------------------

    def _on_referral_requested(self, event: Event) -> None:
        self.requests[event.id] = event.author

    def _on_referral_proposed(self, event: Event) -> None:
        ref = event.get("protocol")
        protocol = (ref["name"], ref["version"]) if ref else None
        requested = next((one for one in event.premises if one in self.requests), None)
        for other in self.referrals.values():
            same = protocol and (other.to, other.purpose) == (event["to"], event["purpose"])
            if same or (requested and other.requested == requested):
                return  # she is contacted once
        if self.report:
            self.referrals[event.id] = Referral(
                event.id,
                event["to"],
                event["purpose"],
                event["role"],
                set(event["needs"]),
                bool(event.get("strip_if_refused")),
                protocol,
                requested,
                asked_by=self.requests.get(requested or ""),
            )

    def _on_referral_released(self, event: Event) -> None:
        referral = self.referrals[event["referral"]]
        referral.state, referral.release = "released", event.id
        referral.basis, referral.mode, referral.scopes = event["basis"], event["mode"], set(event["scopes"])

    def _on_referral_delivered(self, event: Event) -> None:
        referral = self.referrals[event["referral"]]
        referral.state = "delivered"
        referral.known_by_name = referral.known_by_name or referral.mode == "by_name"

    def _answer(self, event: Event, answer: str, *states: str) -> None:
        referral = self.referrals.get(event["referral"])
        if referral and referral.to == event.author and referral.state in states:
            referral.state = answer
            referral.answers.add(answer)
            referral.known_by_name = referral.known_by_name or referral.mode == "by_name"

    def _on_referral_accepted(self, event: Event) -> None:
        self._answer(event, "accepted", "released", "delivered")

    def _on_referral_declined(self, event: Event) -> None:
        self._answer(event, "declined", "released", "delivered", "accepted")

    def _on_referral_completed(self, event: Event) -> None:
        self._answer(event, "completed", "accepted")

    def _on_referral_exhausted(self, event: Event) -> None:
        referral = self.referrals.get(event["referral"])
        if referral and referral.state == "declined":
            referral.state = "exhausted"

    def _on_referral_revoked(self, event: Event) -> None:
        referral = self.referrals.get(event["referral"])
        if referral and referral.state in RUNNING and referral.release in event.premises:
            referral.state, referral.release, referral.scopes = "revoked", None, set()
            referral.basis = referral.mode = ""
            referral.known_by_name = False

    # -- reading -------------------------------------------------------------------------------------------------------

    def _on_disclosure_requested(self, event: Event) -> None:
        if self.report:
            self.reading[event.id] = event

    def _on_disclosure_permitted(self, event: Event) -> None:
        self.reading.pop(event["request"], None)

    def _on_disclosure_denied(self, event: Event) -> None:
        self.reading.pop(event["request"], None)
