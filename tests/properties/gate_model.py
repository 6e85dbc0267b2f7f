"""What design 6 says about the gate, once more, in as few words as possible: told words in, a verdict out.

Written from the text and the decisions (docs/adr/0006, 0019, 0042, 0043), not from the code: nothing here imports `schakel.case_consent`,
`schakel.case_state` or `services.consent`. There is no state that is kept up to date. A verdict walks through all that was said, from
the beginning, each time it is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.consent import BasisInvoked, ConsentAsked, ConsentGranted, ConsentRefused, ConsentWithdrawn
from schakel.events.data import ErasureRequested, StatementRetracted
from schakel.events.referral import ReferralProposed, ReferralReleased
from schakel.events.report import (
    AssessmentRecorded,
    CaseOpened,
    LabelGiven,
    LabelRefused,
    LabelWithdrawn,
    ReportCorrected,
    ReportReceived,
)

ONLY_HER_OWN_YES = {"mediation", "board_contact", "publication", "later_research", "victim_network"}
AUDIT, CAN_BE_OPENED = "audit", {"contact_details", "contact_preference", "story", "label"}
POLICE_FIRST = {
    "threat",
    "intimidation",
    "stalking",
    "assault",
    "robbery",
    "sexual_offence",
    "arson",
    "weapon",
    "homicide",
}
LAW = {"vital_interest", "legal_duty"}
SPEAKS_FOR_HER = {"victim", "representative", "professional"}
FACTS, HER = "case_facts", "victim"


@dataclass
class Yes:
    """A consent or another basis that stands, with what is left of it."""

    id: str
    basis: str
    scopes: set[str]
    until: datetime | None
    by: str
    giver: str


@dataclass
class Stand:
    """Where one side stands on one recipient and purpose at the end of what was said."""

    yes: list[Yes]
    unconfirmed: bool
    noes: list[tuple[str, frozenset[str], bool]]
    """(id, scopes, withdrawn), oldest first; no scopes: to the step itself."""
    asked: bool

    @property
    def never(self) -> bool:
        """She has said no to the step itself."""
        return any(_whole(scopes) for _, scopes, _ in self.noes)


@dataclass(frozen=True)
class Verdict:
    """`go` with the widest data, or wait for a reason."""

    go: bool
    scopes: frozenset[str] = frozenset()
    nameless: bool = False
    reason: str = ""
    missing: frozenset[str] = frozenset()


@dataclass
class Model:
    """Everything that was said in a case, in the order of the ledger."""

    said: list[tuple[str, str, Any]] = field(default_factory=list)
    """(id, author, event)"""
    now: datetime | None = None
    erased: bool = False
    """Whether the ledger says that she has been erased."""

    def hear(self, entry: Entry) -> None:
        """One record that is no repetition. Of the backbone's own only the opening is kept: it pins what the chain doubts."""
        logged = entry.envelope.logged_at
        self.now = max(self.now, logged) if self.now else logged
        if not isinstance(entry.event, Derived) or isinstance(entry.event, CaseOpened):
            self.said.append((entry.id, entry.author, entry.event))

    # -- the three questions -------------------------------------------------------------------------------------------

    def forgetting(self) -> str | None:
        """Why nothing new about her goes out or is read, whatever she agreed to: she was erased, or somebody has asked for it."""
        asked: dict[str, str] = {}
        for word_id, by, event in self.said:
            if isinstance(event, ErasureRequested) and (event.subject, event.requested_by in SPEAKS_FOR_HER) == (
                HER,
                True,
            ):
                asked[word_id] = by
            elif isinstance(event, StatementRetracted) and asked.get(event.event) == by:
                del asked[event.event]
        return "erased" if self.erased else "erasure_requested" if asked else None

    def verdict(self, asks: ReferralProposed) -> Verdict:
        """May this go out now?"""
        if why := self.forgetting():
            return Verdict(False, reason=why)
        if self._no_talk(asks):
            return Verdict(False, reason="not_allowed")
        hers, needs = self._stand(asks, other=False), set(asks.needs)
        usable = self._usable(asks, hers)
        consents = [yes for yes in usable if yes.basis == "consent"]
        for some in (consents, usable):
            data = self._data(some)
            if some and needs <= data:
                if self._needs_both(asks) and not self._stand(asks, other=True).yes:
                    return Verdict(False, reason="other_side")
                return Verdict(True, frozenset(data & (needs | set(asks.wants) | {FACTS})))
        always_forwarded = asks.strip_if_refused and not self._only_she(asks) and not hers.never
        if always_forwarded and (hers.noes or self._fact("identity") != "by_name"):
            return Verdict(True, frozenset({FACTS}), nameless=True)
        if hers.noes:
            return Verdict(False, reason="withdrawn" if hers.noes[-1][2] else "refused")
        if usable:
            return Verdict(False, reason="too_narrow", missing=frozenset(needs - self._data(usable)))
        if hers.unconfirmed:
            return Verdict(False, reason="provisional")
        return Verdict(False, reason="no_answer" if hers.asked else "not_asked")

    def against(self, asks: ReferralProposed, release: ReferralReleased, *, new: bool) -> Iterator[str]:
        """What is wrong with this release standing here. new: it lands here; else it stands already."""
        hers = self._stand(asks, other=False)
        usable = self._usable(asks, hers)
        if release.basis == "consent":
            usable = [yes for yes in usable if yes.basis == "consent"]
        data, carried = self._data(usable), set(release.scopes)
        if new and self.forgetting():
            yield "she asked to be forgotten"
        if release.to != asks.to:
            yield f"to {release.to}, which nobody proposed"
        if self._no_talk(asks):
            yield "a talk with violence, suspicion, honour or household about"
        if self._needs_both(asks) and not self._stand(asks, other=True).yes:
            yield "one of two has not agreed"
        if release.basis != "scheme" and usable and carried <= data and (not new or set(asks.needs) <= data):
            if new and release.basis not in {yes.basis for yes in usable}:
                yield f"on {release.basis}, which is not what it rests on"
            return
        nameless = release.mode == "stripped" and carried <= {FACTS} and asks.strip_if_refused
        unknown = bool(hers.noes) or self._fact("identity") != "by_name"
        if not nameless or self._only_she(asks) or hers.never or (new and not (release.basis == "scheme" and unknown)):
            yield f"{sorted(carried)} on {release.basis}; allowed are {sorted(data)}"

    def readable(self, asks: ReferralProposed, release: ReferralReleased) -> set[str]:
        """What the receiver may read here of what was sent, beside the facts that came with it."""
        usable = self._usable(asks, self._stand(asks, other=False))
        if release.basis in ("consent", "scheme"):
            usable = [yes for yes in usable if yes.basis == "consent"]
        return (set(release.scopes) & self._data(usable)) - {FACTS}

    def opened(self, reference: str, by: str) -> set[str]:
        """What an auditor may read here under the duty by law that it invoked: for itself, what it named, until its end, as it stands."""
        named, teller = set[str](), None
        for word_id, author, event in self.said:
            if isinstance(event, BasisInvoked) and word_id == reference and event.recipient == author:
                fits = (event.purpose, event.basis) == (AUDIT, "legal_duty") and set(event.scopes) <= CAN_BE_OPENED
                ended = self.now is not None and self.now >= event.until
                named, teller = set(event.scopes) if fits and not ended else set(), author
            elif isinstance(event, StatementRetracted) and event.event == reference and author == teller:
                named = set()
        return named - self._never() if teller == by else set()

    def may_be_asked(self, asks: ReferralProposed, *, other: bool) -> bool:
        """Nobody is asked twice, and the other side not before she has agreed."""
        stand = self._stand(asks, other=other)
        said = stand.asked or stand.noes or (stand.yes if other else self._usable(asks, stand))
        if other and not (self._needs_both(asks) and self.verdict(asks).reason == "other_side"):
            return False
        return not said and not self._no_talk(asks)

    # -- what follows from the words -----------------------------------------------------------------------------------

    def _stand(self, asks: ReferralProposed, *, other: bool) -> Stand:
        """Through everything that was said by this side about this recipient and purpose."""
        about = (asks.to, asks.purpose)
        yes: dict[str, Yes] = {}
        noes: list[tuple[str, frozenset[str], bool]] = []
        asked, doubts, honour = False, frozenset[str](), Honour()
        for word_id, by, event in self.said:
            honour.hear(by, event)
            if isinstance(event, CaseOpened) and not doubts:
                doubts = frozenset(event.provisional)
            elif isinstance(event, ConsentAsked):
                terms = event.terms
                asked |= (terms.recipient, terms.purpose) == about and (terms.given_by == "offender") is other
            elif isinstance(event, ReportReceived | ConsentGranted):
                for yes_id, terms, supersedes in _grants(word_id, event):
                    speaks = terms.given_by == "offender" if other else terms.given_by in SPEAKS_FOR_HER
                    if speaks and (terms.recipient, terms.purpose) == about:
                        said = Yes(yes_id, "consent", set(terms.scopes), terms.until, by, terms.given_by)
                        _agree(said, supersedes, yes, noes, _doubted(said, asks.to, doubts, honour))
            elif isinstance(event, BasisInvoked) and not other and (event.recipient, event.purpose) == about:
                blocked = any(_whole(scopes) or scopes & set(event.scopes) for _, scopes, _ in noes)
                if event.basis in LAW or (event.basis == "agreement" and not blocked):
                    yes[word_id] = Yes(word_id, event.basis, set(event.scopes), event.until, by, "")
            elif isinstance(event, ConsentRefused | ConsentWithdrawn):
                if _concerns(event, about, other):
                    _refuse(word_id, event, yes, noes)
            elif isinstance(event, StatementRetracted) and event.event in yes and yes[event.event].by == by:
                del yes[event.event]
        assert self.now is not None
        standing = [one for one in yes.values() if one.until is None or self.now < one.until]
        firm = [one for one in standing if not _doubted(one, asks.to, doubts, honour)]
        return Stand(firm, len(firm) < len(standing), noes, asked)

    def _usable(self, asks: ReferralProposed, hers: Stand) -> list[Yes]:
        return [yes for yes in hers.yes if yes.basis == "consent" or not self._only_she(asks)]

    def _data(self, yes: list[Yes]) -> set[str]:
        if not yes:
            return set()
        return ({scope for one in yes for scope in one.scopes} - self._never()) | {FACTS}

    def _never(self) -> set[str]:
        """What reaches nobody, whatever was agreed."""
        return {"label"} if any(isinstance(event, LabelRefused) for _, _, event in self.said) else set()

    def _needs_both(self, asks: ReferralProposed) -> bool:
        return asks.purpose == "mediation" or asks.role in ("mediation", "restorative_mediation")

    def _only_she(self, asks: ReferralProposed) -> bool:
        return asks.purpose in ONLY_HER_OWN_YES or asks.purpose == AUDIT or self._needs_both(asks)

    def _no_talk(self, asks: ReferralProposed) -> bool:
        """Mediation, and something about that calls for the police, or for somebody who looks at discrimination, before any talk."""
        if "mediation" not in (asks.purpose, asks.role):
            return False
        suspected = {*self._answered("discrimination"), *self._answered("discrimination_or_violence")}
        closed = {*self._answered("honour_related", report_stays=True), *self._answered("domestic", report_stays=True)}
        violent = POLICE_FIRST & {*self._fact("natures")}
        return bool(suspected != {"no"} or "yes" in closed or violent or self._labels())

    def _answered(self, check: str, *, report_stays: bool = False) -> list[str]:
        """What each of those who were asked said last. report_stays: what the report says counts beside what its door says later."""
        door = next(by for _, by, event in self.said if isinstance(event, ReportReceived))
        last = {"" if report_stays else door: answer.answer for answer in self._fact("checks") if answer.check == check}
        for _, by, event in self.said:
            if isinstance(event, AssessmentRecorded) and event.check == check:
                last[by] = event.answer
        return [*last.values()]

    def _labels(self) -> list[str]:
        """Those that stand. Once she has refused the label there is none."""
        found: dict[str, str] = {}
        for word_id, by, event in self.said:
            if isinstance(event, LabelGiven) or (isinstance(event, ReportReceived) and event.label):
                found[word_id] = by
            elif isinstance(event, LabelWithdrawn):
                found = {one: who for one, who in found.items() if who != by or event.label not in (None, one)}
        return [] if self._never() else [*found]

    def _fact(self, name: str) -> Any:
        """As it was corrected last."""
        value: Any = None
        for _, _, event in self.said:
            first = isinstance(event, ReportReceived) and value is None
            if first or (isinstance(event, ReportCorrected) and name in event.replaces and value is not None):
                value = getattr(event.facts, name)
        return value


@dataclass
class Honour:
    """Whether honour-related violence is ruled out, by everybody who was asked."""

    by_report: str | None = None
    by_partner: dict[str, str] = field(default_factory=dict)

    def hear(self, by: str, event: Any) -> None:
        if isinstance(event, ReportReceived) or (isinstance(event, ReportCorrected) and "checks" in event.replaces):
            found = [check.answer for check in event.facts.checks if check.check == "honour_related"]
            self.by_report = found[0] if found else None
        elif isinstance(event, AssessmentRecorded) and event.check == "honour_related":
            self.by_partner[by] = event.answer

    @property
    def possible(self) -> bool:
        return bool({self.by_report, *self.by_partner.values()} & {"yes", "unknown"})


def _grants(word_id: str, event: Any) -> Iterator[tuple[str, Any, str | None]]:
    if isinstance(event, ConsentGranted):
        yield word_id, event.terms, event.supersedes
    else:
        for index, terms in enumerate(event.consents):
            yield f"{word_id}#{index}", terms, None


def _agree(said: Yes, supersedes: str | None, yes: dict[str, Yes], noes: list[Any], doubted: bool) -> None:
    """After a no a yes counts only when it names the last one; then all of them are past."""
    if noes and supersedes == noes[-1][0]:
        if doubted:
            return
        noes.clear()
    elif any(_whole(scopes) or scopes & said.scopes for _, scopes, _ in noes):
        return
    yes[said.id] = said


def _refuse(no_id: str, event: Any, yes: dict[str, Yes], noes: list[Any]) -> None:
    scopes = frozenset(getattr(event, "scopes", ()))
    noes.append((no_id, scopes, isinstance(event, ConsentWithdrawn)))
    for one in [one for one in yes.values() if one.basis not in LAW]:
        if _whole(scopes) or (one.scopes and one.scopes <= scopes):
            del yes[one.id]
        one.scopes -= scopes


def _concerns(event: Any, about: tuple[str, str], other: bool) -> bool:
    speaker = event.refused_by if isinstance(event, ConsentRefused) else event.withdrawn_by
    named = event.recipient in (None, about[0]) and event.purpose in (None, about[1])
    return named and (speaker == "offender") is other


def _doubted(yes: Yes, to: str, doubts: frozenset[str], honour: Honour) -> bool:
    """Somebody else has to confirm it."""
    if yes.basis != "consent":
        return False
    return (
        (yes.by == to and "recorded_by_beneficiary" in doubts)
        or (yes.giver == "professional" and "on_a_professionals_word" in doubts)
        or (yes.giver == "representative" and honour.possible)
    )


def _whole(scopes: frozenset[str]) -> bool:
    return not scopes or FACTS in scopes
