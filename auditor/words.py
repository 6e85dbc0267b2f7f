"""What a person's words allow at one place of a case's history.

`Said` is what stands of a case there: who agreed to what, who refused, which referrals are where; and what follows from it. How it comes
to stand there is told in `history`, and what must not be is asked in `consent`. Written from the rules (docs/adr/0006, 0019, 0020, 0021,
0041, 0042, 0043, 0058), not from the backbone's code:

- a yes counts for just its recipient, purpose and data, until its end, and only from her, her representative, or a professional;
- a no ends every yes that it concerns, and a later yes counts only when it names that no;
- vital interest and legal duty stand beside her no, an agreement between partners does not; mediation, the board, publication, later
  research and the victims' network are opened by nothing but her own yes, and mediation only by the yes of both;
- no mediation, whoever agreed, with violence or threat, with a suspicion that anybody who was asked has not answered with no, while the
  label stands, or where somebody says that honour or the household is in it;
- a yes to honour or the household, or an open question about honour, is a word of its own on how she is to be reached;
- "always forward" goes without anything that points to her, unless she has said no to the step itself;
- an auditor's legal duty for the purpose `audit` opens, without a referral, the data that it names: for whoever invoked it, until its end;
  a referral for that purpose needs her own yes;
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
AUDIT, OPENED_BY_AUDIT = "audit", {"contact_details", "contact_preference", "story", "label"}
MEDIATORS = {"mediation", "restorative_mediation"}
VIOLENCE = {"threat", "intimidation", "stalking", "assault", "robbery", "sexual_offence", "arson", "weapon", "homicide"}
SUSPICION = ("discrimination_or_violence", "discrimination")
RUNNING = {"released", "delivered", "accepted"}
TAKEN_UP = {"accepted", "completed"}


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
    after: str | None = None
    """In the place of which referral it was proposed."""

    @property
    def two_sided(self) -> bool:
        return self.purpose == "mediation" or self.role in MEDIATORS

    @property
    def mediation(self) -> bool:
        """A talk between neighbours. Restorative contact after a crime is another thing."""
        return "mediation" in (self.purpose, self.role)

    @property
    def hers_alone(self) -> bool:
        return self.purpose in HERS_ALONE or self.purpose == AUDIT or self.two_sided


class Said:
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
        self.assessed: dict[tuple[str, str], str] = {}
        """(check, partner) -> what it answered last, beside the report."""
        self.labels: dict[str, str] = {}
        """Of each label that stands, its author."""
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
        self.rest_on: dict[str, tuple[str, ...]] = {}
        self.erased = False
        self.reading: dict[str, Event] = {}
        self.preference: str | None = None
        self.reached_as = ""
        """What stood of honour and the household when `preference` was said."""

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
        return yes.giver == "representative" and not {"yes", "unknown"}.isdisjoint(self.answers("honour_related"))

    @property
    def lock_down(self) -> str:
        """What honour and the household ask of whoever reaches her: nothing, some care while it is not known, or more."""
        if "yes" in (*self.answers("honour_related"), *self.answers("domestic")):
            return "locked"
        return "careful" if "unknown" in self.answers("honour_related") else ""

    def answers(self, check: str) -> list[str]:
        """The report's, and the last of everybody who was asked."""
        told = [one["answer"] for one in self.facts.get("checks", ()) if one["check"] == check]
        return [*told, *self._assessed(check).values()]

    def _reported(self, check: str) -> dict[str, str]:
        """By the door."""
        answers = [one["answer"] for one in self.facts.get("checks", ()) if one["check"] == check]
        return {self.report.author: answers[-1]} if self.report and answers else {}

    def _assessed(self, check: str) -> dict[str, str]:
        """By partner."""
        return {by: answer for (asked, by), answer in self.assessed.items() if asked == check}

    def forbids(self, referral: Referral) -> bool:
        """Whether the rule above all protocols stands against this step now. The door's newest answer takes the place of its report's."""
        if not referral.mediation:
            return False
        suspected = {
            answer for check in SUSPICION for answer in (self._reported(check) | self._assessed(check)).values()
        }
        return (
            suspected != {"no"}
            or bool(self.labels)
            or not VIOLENCE.isdisjoint(self.facts.get("natures", ()))
            or self.lock_down == "locked"
        )

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
        if self.forbids(referral) or (referral.two_sided and not self.other_side_agrees(referral)):
            return False
        rests_on = self.resting_on(referral)
        if rests_on and referral.scopes <= self.covered(rests_on):
            return True
        nameless = referral.strip and referral.mode == "stripped" and not referral.hers_alone
        return nameless and not any(no.whole for no in self.noes_to(referral.to, referral.purpose))

    def taken_by_another(self, referral: str) -> bool:
        """Whether another of its line (those proposed one in the place of the other) has taken the step up: a step has one receiver."""
        first = self._first_of(referral)
        others = (one for one in self.referrals.values() if one.id != referral and one.state in TAKEN_UP)
        return any(self._first_of(one.id) == first for one in others)

    def _first_of(self, referral: str) -> str:
        while referral in self.referrals and (before := self.referrals[referral].after):
            referral = before
        return referral

    def readable(self, referral: Referral, by: str) -> set[str]:
        """What somebody may read now under a referral, beyond the case facts that came with it."""
        if by != referral.to or referral.state not in RUNNING or self.stopped or not self.still_allowed(referral):
            return set()
        return (referral.scopes & self.covered(self.resting_on(referral))) - {FACTS}

    def open_to(self, opening: Yes, by: str) -> set[str]:
        """What an auditor may read now under an opening of its own."""
        in_force = opening.until is not None and self.now is not None and self.now < opening.until
        if by != opening.recipient or not in_force or self.stopped:
            return set()
        return self.covered([opening]) - {FACTS}
