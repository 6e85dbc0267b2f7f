"""What must hold of any history, judged by other code than the gate's or the fold's.

`Words` keeps what the person said, in plain dictionaries, from told events alone. It asks no service and knows no state machine.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from schakel.case_state import Effect, ReferralState, State
from schakel.entry import Entry
from schakel.events import Derived
from schakel.events.consent import (
    BasisInvoked,
    ConsentGranted,
    ConsentNeeded,
    ConsentRefused,
    ConsentTerms,
    ConsentWithdrawn,
)
from schakel.events.data import DisclosurePermitted, DisclosureRequested, StatementRetracted
from schakel.events.referral import ReferralDelivered, ReferralProposed, ReferralReleased
from schakel.events.report import CaseOpened, LabelRefused, ReportCorrected, ReportReceived
from tests.support.casebook import World

RUNNING = (ReferralState.RELEASED, ReferralState.DELIVERED, ReferralState.ACCEPTED)
OTHER_BASES = ("vital_interest", "legal_duty", "agreement")
YIELD = ("consent", "agreement")
"""What ends at her no."""
OWN_WORD = ("victim", "representative", "professional")


@dataclass
class Yes:
    to: str
    purpose: str
    scopes: set[str]
    until: datetime | None
    author: str
    basis: str = "consent"

    def lasts(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass
class Words:
    """Who may have what, by what has been told so far."""

    yes: dict[str, Yes] = field(default_factory=dict)
    noes: list[tuple[str, str | None, str | None, frozenset[str], bool]] = field(default_factory=list)
    """(id, recipient, purpose, scopes, withdrawn); no scopes: everything."""
    answered: set[tuple[str, str, str]] = field(default_factory=set)
    """(no, recipient, purpose): a later yes named this no."""
    identity: str = ""
    no_label: bool = False
    doubts_beneficiaries: bool = False
    """The chain wants a yes confirmed that the very partner recorded that gains by it."""
    now: datetime | None = None

    def hear(self, entry: Entry) -> None:
        """One record that is not a repetition."""
        self.now = max(self.now, entry.envelope.logged_at) if self.now else entry.envelope.logged_at
        event = entry.event
        if isinstance(event, ReportReceived) and not self.identity:
            self.identity = event.facts.identity
            for index, terms in enumerate(event.consents):
                self._grant(f"{entry.id}#{index}", terms, entry.author, None)
        elif isinstance(event, ReportCorrected) and "identity" in event.replaces and self.identity:
            self.identity = event.facts.identity
        elif isinstance(event, ConsentGranted):
            self._grant(entry.id, event.terms, entry.author, event.supersedes)
        elif isinstance(event, CaseOpened):
            self.doubts_beneficiaries |= "recorded_by_beneficiary" in event.provisional
        elif isinstance(event, BasisInvoked) and event.basis in OTHER_BASES:
            said = set(event.scopes)
            noes = [scopes for _, scopes, _ in self.standing(event.recipient, event.purpose)]
            if event.basis != "agreement" or not any(_whole(no) or no & said for no in noes):
                self.yes[entry.id] = Yes(event.recipient, event.purpose, said, event.until, entry.author, event.basis)
        elif isinstance(event, ConsentRefused):
            self._no(entry.id, event.recipient, event.purpose, frozenset(event.scopes), False)
        elif isinstance(event, ConsentWithdrawn):
            self._no(entry.id, event.recipient, event.purpose, frozenset(), True)
        elif isinstance(event, LabelRefused):
            self.no_label = True
        elif isinstance(event, StatementRetracted):
            taken = self.yes.get(event.event)
            if taken and taken.author == entry.author:
                del self.yes[event.event]

    def standing(self, to: str, purpose: str) -> list[tuple[str, frozenset[str], bool]]:
        """The noes about this step that no later yes has named: (id, scopes, withdrawn)."""
        return [
            (no_id, scopes, withdrawn)
            for no_id, no_to, no_purpose, scopes, withdrawn in self.noes
            if no_to in (None, to) and no_purpose in (None, purpose) and (no_id, to, purpose) not in self.answered
        ]

    def allowed(self, to: str, purpose: str) -> set[str] | None:
        """What this recipient may have for this purpose now; None when nobody ever said so."""
        assert self.now is not None
        mine = [
            yes
            for yes in self.yes.values()
            if (yes.to, yes.purpose) == (to, purpose) and yes.lasts(self.now) and not self._doubted(yes)
        ]
        scopes = {scope for yes in mine for scope in yes.scopes} - ({"label"} if self.no_label else set())
        return scopes | {"case_facts"} if mine else None

    def answered_already(self, to: str, purpose: str) -> bool:
        """She has said yes or no to this step, and it stands."""
        return bool(self.standing(to, purpose)) or self.allowed(to, purpose) is not None

    def may_go_nameless(self, to: str, purpose: str) -> bool:
        """For a scheme that always forwards: her name is refused or unknown, and she has not said no to the step itself."""
        return self.may_stay_nameless(to, purpose) and (bool(self.standing(to, purpose)) or self.identity != "by_name")

    def may_stay_nameless(self, to: str, purpose: str) -> bool:
        """What went without the name stays until she says no to the step itself."""
        return not any(withdrawn or _whole(scopes) for _, scopes, withdrawn in self.standing(to, purpose))

    def _grant(self, yes_id: str, terms: ConsentTerms, author: str, supersedes: str | None) -> None:
        if terms.given_by not in OWN_WORD:
            return
        yes = Yes(terms.recipient, terms.purpose, set(terms.scopes), terms.until, author)
        noes = self.standing(terms.recipient, terms.purpose)
        if noes and supersedes == noes[-1][0] and self._doubted(yes):
            return
        if noes and supersedes == noes[-1][0]:
            self.answered |= {(no_id, terms.recipient, terms.purpose) for no_id, _, _ in noes}
        elif any(_whole(scopes) or scopes & set(terms.scopes) for _, scopes, _ in noes):
            return
        self.yes[yes_id] = yes

    def _doubted(self, yes: Yes) -> bool:
        return self.doubts_beneficiaries and yes.basis == "consent" and yes.author == yes.to

    def _no(self, no_id: str, to: str | None, purpose: str | None, scopes: frozenset[str], withdrawn: bool) -> None:
        self.noes.append((no_id, to, purpose, scopes, withdrawn))
        for yes_id, yes in list(self.yes.items()):
            if yes.basis in YIELD and to in (None, yes.to) and purpose in (None, yes.purpose):
                if _whole(scopes) or (yes.scopes and yes.scopes <= scopes):
                    del self.yes[yes_id]
                else:
                    yes.scopes -= scopes


def _whole(scopes: frozenset[str]) -> bool:
    """No to everything: nothing can go without the case facts."""
    return not scopes or "case_facts" in scopes


@dataclass
class Standing:
    """The words at the end, the referrals as they were proposed, and the last effective release of each."""

    words: Words
    proposals: dict[str, ReferralProposed]
    releases: dict[str, ReferralReleased]


def complaints(history: list[tuple[Entry, Effect]]) -> tuple[list[str], Standing]:
    """Every effective release or delivery that what was said before its own position does not cover."""
    words, found = Words(), []
    proposals: dict[str, ReferralProposed] = {}
    releases: dict[str, ReferralReleased] = {}
    asked: dict[str, DisclosureRequested] = {}
    for entry, effect in history:
        event = entry.event
        if effect is Effect.DUPLICATE or not event.IN_CASE:
            continue
        if isinstance(event, DisclosureRequested):
            asked[entry.id] = event
        words.hear(entry)
        if not isinstance(event, Derived) or effect is not Effect.EFFECTIVE:
            continue
        if isinstance(event, ConsentNeeded) and event.of == "offender":
            continue  # her words say nothing of whether he was asked: gate_model.py does
        if isinstance(event, ConsentNeeded) and words.answered_already(event.recipient, event.purpose):
            found.append(f"asked again: {event.recipient} for {event.purpose}")
        elif isinstance(event, ReferralProposed):
            proposals[entry.id] = event
        elif isinstance(event, ReferralReleased):
            releases[event.referral] = event
            found.extend(uncovered(words, proposals[event.referral], event, words.may_go_nameless))
        elif isinstance(event, DisclosurePermitted):
            found.extend(unreadable(words, proposals, releases, asked[event.request], event))
        elif isinstance(event, ReferralDelivered):
            found.extend(uncovered(words, proposals[event.referral], releases[event.referral], words.may_stay_nameless))
    return found, Standing(words, proposals, releases)


def uncovered(
    words: Words, referral: ReferralProposed, release: ReferralReleased, nameless_allowed: Callable[[str, str], bool]
) -> Iterator[str]:
    """What is wrong with this release, measured by what has been said up to now."""
    allowed = words.allowed(referral.to, referral.purpose)
    if release.to != referral.to:
        yield f"released to {release.to}, proposed to {referral.to}"
    if allowed is not None and set(release.scopes) <= allowed:
        return
    nameless = release.mode == "stripped" and set(release.scopes) <= {"case_facts"}
    if not (referral.strip_if_refused and nameless and nameless_allowed(referral.to, referral.purpose)):
        yield f"{release.scopes} to {referral.to} for {referral.purpose}: allowed are {allowed}"


def unreadable(
    words: Words,
    proposals: Mapping[str, ReferralProposed],
    releases: Mapping[str, ReferralReleased],
    request: DisclosureRequested,
    permit: DisclosurePermitted,
) -> Iterator[str]:
    """What is wrong with this permit to read, measured by what has been said up to now."""
    referral = proposals.get(request.referral)
    if referral is None or referral.to != request.by:
        yield f"{request.by} may read what is not its own"
        return
    released = set(releases[request.referral].scopes) if request.referral in releases else set()
    wanted = set(request.scopes) or released
    may = (words.allowed(referral.to, referral.purpose) or set()) & released & wanted
    if not permit.scopes or not set(permit.scopes) <= may:
        yield f"{request.by} reads {permit.scopes}: allowed are {may}"


def still_running(case: State, standing: Standing) -> Iterator[str]:
    """What goes on at the end although her words no longer carry it."""
    for referral in case.referrals.values():
        if referral.state in RUNNING:
            proposal, release = standing.proposals[referral.id], standing.releases[referral.id]
            yield from uncovered(standing.words, proposal, release, standing.words.may_stay_nameless)


def history_of(world: World) -> list[tuple[Entry, Effect]]:
    """The ledger, and what each of its records did."""
    return list(zip(world.ledger, world.folded()[1], strict=True))
