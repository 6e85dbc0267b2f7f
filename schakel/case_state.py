"""What is known of a case at a position of the ledger: plain values, nothing that decides.

`schakel.case` folds events into this; the services' rules read it. Small on purpose: it is the snapshot that every processor keeps.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from schakel.case_desk_state import DeskNotes
from schakel.case_marks import Action, Escalated, Mark
from schakel.case_marks import Clock as Clock
from schakel.case_marks import ClockState as ClockState
from schakel.case_scheme_state import SchemeState
from schakel.case_terms import Asking as Asking
from schakel.case_terms import Erasure as Erasure
from schakel.case_terms import LegalHold as LegalHold
from schakel.case_terms import Term as Term
from schakel.preferences import Preferences

FOLD_VERSION = 3
"""Of the fold that this program has. `case.opened` names the one that its case began under: a newer one may give its events another
meaning, so that nobody who lacks it goes on with the case (docs/adr/0060)."""


def knows_fold(version: int) -> bool:
    """Whether a case that was opened under this version can be folded here. What was released stays: all up to our own."""
    return version <= FOLD_VERSION


class Effect(StrEnum):
    """What an event did at its position. `recorded` events are kept and shown; the fold draws no more from them than their moment."""

    EFFECTIVE = "effective"
    RECORDED = "recorded"
    OVERTAKEN = "overtaken"
    NOT_UNDERSTOOD = "not_understood"
    DUPLICATE = "duplicate"


class Side(StrEnum):
    """Whose word it is where two have to agree: hers, or that of the other side (the accused)."""

    HERS = "hers"
    OTHER = "other"


class Grant(msgspec.Struct, omit_defaults=True):
    """One consent (or other basis) for one recipient and purpose. `scopes` shrinks when part of it is taken back."""

    id: str
    recipient: str
    purpose: str
    scopes: list[str]
    recorded_by: str
    basis: str = "consent"
    until: datetime | None = None
    standing: bool = True
    side: Side = Side.HERS
    given_by: str = "victim"
    at: datetime | None = None
    """When it was logged."""
    way: str | None = None
    wording: str | None = None
    """Which version of the text she heard or read."""
    first_scopes: list[str] = []
    """What it named before part of it was taken back; empty while nothing was."""
    motive: str | None = None
    """Why another basis than consent was invoked."""
    agreement: str | None = None

    @property
    def by_beneficiary(self) -> bool:
        """Recorded by the very partner that gains by it."""
        return self.recorded_by == self.recipient

    def in_force(self, at: datetime) -> bool:
        return self.standing and (self.until is None or at < self.until)


class No(msgspec.Struct, omit_defaults=True):
    """A refusal or withdrawal. No recipient or purpose: all of them; no scopes: everything."""

    id: str
    withdrawn: bool
    recipient: str | None = None
    purpose: str | None = None
    scopes: list[str] = []
    side: Side = Side.HERS
    at: datetime | None = None
    recorded_by: str | None = None

    @property
    def whole(self) -> bool:
        """No to the step itself: without the case facts nothing can go."""
        return not self.scopes or "case_facts" in self.scopes

    def concerns(self, recipient: str, purpose: str) -> bool:
        return self.recipient in (None, recipient) and self.purpose in (None, purpose)


class Reopened(msgspec.Struct):
    """A later grant named this no: for its recipient and purpose the no is past."""

    no: str
    recipient: str
    purpose: str


class Asked(msgspec.Struct, omit_defaults=True):
    id: str
    recipient: str
    purpose: str
    side: Side = Side.HERS
    at: datetime | None = None
    by: str | None = None
    """The partner that asked."""


class Known(msgspec.Struct, omit_defaults=True):
    """What reached a partner by one release of a referral, from when, and until when it held."""

    partner: str
    referral: str
    release: str
    purpose: str
    scopes: list[str]
    mode: str
    basis: str
    rests_on: list[str]
    since: datetime
    until: datetime | None = None
    """When the partner was told to stop; null while it has not been."""
    ended: str | None = None
    """Why it was told to stop."""


class ReferralState(StrEnum):
    PROPOSED = "proposed"
    HELD = "held"
    RELEASED = "released"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMPLETED = "completed"
    REVOKED = "revoked"
    EXHAUSTED = "exhausted"


class Referral(msgspec.Struct, omit_defaults=True):
    id: str
    to: str
    role: str
    purpose: str
    needs: list[str]
    wants: list[str]
    strip: bool = False
    basis: str = "consent"
    protocol: str | None = None
    """`name@version`, or null for a request by hand."""
    step: str | None = None
    requested: str | None = None
    state: ReferralState = ReferralState.PROPOSED
    hold_reason: str | None = None
    missing: list[str] = []
    released: str | None = None
    """Id of the release in force."""
    rests_on: list[str] = []
    """Ids of the grants that the release rests on."""
    scopes: list[str] = []
    mode: str | None = None
    released_basis: str | None = None
    decline_reason: str | None = None
    delivered_at: datetime | None = None
    """When it first reached its receiver, by the log; null for one that never did."""
    accepted_at: datetime | None = None
    # -- the referral loop (schakel.case_loop)
    by: str | None = None  # who asked for it by hand
    hands_over: bool = False  # whoever accepts it looks after the case
    after: str | None = None  # in whose place it was proposed
    declined_at: datetime | None = None
    completed_at: datetime | None = None
    helped: str | None = None
    given_up: str | None = None  # the `referral.exhausted` that found nobody else, while its receiver may still answer


class Contact(msgspec.Struct, omit_defaults=True):
    id: str
    made: bool
    whom: str
    by: str
    at: datetime
    listening_ear: bool = False
    word_given: bool = False
    """Of one that was tried: details were left, or the person put it off. Notice, and no contact."""


class Label(msgspec.Struct, omit_defaults=True):
    id: str
    by: str
    basis: str
    standing: bool = True
    at: datetime | None = None
    """When it was logged: what starts at the label starts here, not when somebody got round to reading it."""


class Thread(msgspec.Struct, omit_defaults=True):
    """One partner's own follow-up."""

    partner: str
    closed: bool = False
    reason: str | None = None


class Link(msgspec.Struct, omit_defaults=True):
    """Somebody said that this case and another have to do with each other. The word stands in both, each with an id of its own."""

    id: str
    other_case: str
    kind: str
    by: str
    at: datetime
    twin: str
    """Its id in the other case."""
    told_here: bool = True
    """False: it was told in the other case, and intake told it here too."""


class OpenRead(msgspec.Struct, omit_defaults=True):
    """Somebody asked to read and the gate has not answered yet. No scopes: all that the referral carries."""

    id: str
    referral: str
    by: str
    scopes: list[str] = []


class Reads(msgspec.Struct, omit_defaults=True):
    """How often one partner asked to read in this case, and when last; each single read stands in the ledger."""

    permitted: int = 0
    denied: int = 0
    last_at: datetime | None = None


class State(msgspec.Struct, omit_defaults=True):
    """Everything a case's history says so far. Built only by `schakel.case.Case.apply`."""

    id: str
    fold_version: int = 0
    time: datetime | None = None
    """Case time: the highest log time so far."""
    events: int = 0
    drill: bool = False
    history: bool = False
    report: str | None = None
    """Id of `report.received`; null for a case without one (which nothing can happen in)."""
    door: str | None = None
    reported_at: datetime | None = None
    facts: dict[str, Any] = {}
    """`ReportFacts` as plain values, corrections applied."""
    opened: str | None = None
    chain: str | None = None
    chain_version: str | None = None
    coordinator: str | None = None
    provisional: list[str] = []
    """Whose word on her consent this chain wants confirmed, as it stood when the case was opened (`Provisional`)."""
    protocols: list[str] = []
    """`name@version` of every protocol the case runs under."""
    closed: str | None = None
    closed_at: datetime | None = None
    close_requested: str | None = None
    close_reason: str | None = None
    reopen_requested: str | None = None
    grants: dict[str, Grant] = {}
    noes: list[No] = []
    reopened: list[Reopened] = []
    asked: list[Asked] = []
    needed: dict[str, str] = {}
    """Referral id -> id of the `consent.needed` that asks for it."""
    needed_of_other: dict[str, str] = {}
    """The same for the question to the other side, where two have to agree."""
    referrals: dict[str, Referral] = {}
    requests: dict[str, dict[str, Any]] = {}
    """Referrals requested by hand and not yet proposed."""
    clocks: dict[str, Clock] = {}
    contacts: list[Contact] = []
    assessments: dict[str, str] = {}
    """`<author>/<check>` -> answer; several authors stand side by side."""
    own_answers: dict[str, str] = {}
    """`<author>/<question>` -> answer, to what a protocol asks in words of its own."""
    levels: dict[str, str] = {}
    """`<author>` or `<author>/<scale>` -> severity as that partner sees it now, beside those in the report."""
    labels: list[Label] = []
    label_refused: bool = False
    informed: list[str] = []
    """`<protocol>/<inform>/<partner>` of every party informed."""
    informed_at: dict[str, datetime] = {}
    """When, by the same key."""
    known: list[Known] = []
    """What reached whom by referrals, oldest first; nothing is taken off when it ends."""
    explained: list[str] = []
    threads: dict[str, Thread] = {}
    links: dict[str, Link] = {}
    """What is said to link it to other cases and was not taken back, by the id of the event that says so here."""
    parties: list[str] = []
    """Partners that reported, coordinate, or received a delivered referral."""
    reading: dict[str, OpenRead] = {}
    """Requests to read that wait for the gate's answer, by id; the newest few, since a reader waits for seconds."""
    reads: dict[str, Reads] = {}
    """By partner."""
    subjects: list[str] = []
    """Of whom something sealed was told, by handle."""
    erasures: dict[str, Erasure] = {}
    """Who is to be forgotten on request, by handle; it is here as long as the request stands and is not carried out."""
    terms: dict[str, Erasure] = {}
    """How long what is about somebody is kept, by handle; here while the case is closed."""
    holds: dict[str, LegalHold] = {}
    """Legal holds that nobody has lifted; one is past when its last day is."""
    erased: dict[str, str] = {}
    """Who was erased, by handle, and the id of the `subject.erased`."""
    answered: list[list[str]] = []
    """The newest answered requests, each with its answer: those of older ones have left `seen`, so that reading makes no case grow."""
    lapsed: list[str] = []
    """Ids of events that no longer stand: a conclusion resting on one is overtaken."""
    seen: set[bytes] = set()
    overtaken: dict[str, int] = {}
    """How often a conclusion of this content was overtaken."""
    # -- clocks and what follows them (docs/adr/0025)
    marks: list[Mark] = []
    actions: dict[str, Action] = {}
    escalated: list[Escalated] = []
    no_call: bool = False
    """She said she wants no call after the closing."""
    aftercare: dict[str, str] = {}
    """For whom (`AftercareFor`) -> the newest answer."""
    occurrence_said: str | None = None
    """Id of the correction that said last when it happened; null: the report did."""
    news: Mark | None = None
    """The newest thing that a partner told."""
    # -- the referral loop (schakel.case_loop), contact preferences (schakel.case_preferences)
    clock_of: dict[str, str] = {}  # clock id -> the referral that it waits for
    silent: dict[str, str] = {}  # referral id -> the breach of a clock that waited for its answer
    reported: list[str] = []  # `<referral>/<answer>` of what the referrer was told
    preferences: Preferences | None = None
    # The desks' own work after the first contact (schakel/case_desk_state.py)
    desk: DeskNotes | None = None
    # Schemes' own parts: levels, checklists, stages, deliberation, statements (schakel.case_scheme)
    scheme: SchemeState | None = None
    # Lists and consultations (schakel.case_listed)
    matched: list[str] = []
    """`query@version` of every query of the police that found it."""
    screened: dict[str, str] = {}
    """Author -> whether it is relevant, as that partner found."""
    # What became of it, apart from being closed (`schakel.case_outcomes`)
    outcomes: dict[str, str] = {}
    """`situation_stopped`, `recovered` -> yes, partly or no, as said last; what nobody said is not here."""
    # Versions of protocols (`schakel.case_moves`)
    moves: dict[str, tuple[str, str, str]] = {}
    """Protocol -> (id of the event that asks, version to move to, reason), until it is done."""


_encoder = msgspec.msgpack.Encoder()
_ordered = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(State)


def dump(state: State) -> bytes:
    """The snapshot of a case, as bytes."""
    return _encoder.encode(state)


def load(snapshot: bytes) -> State:
    """The case that `dump` wrote. Raises msgspec.DecodeError for anything else."""
    return _decoder.decode(snapshot)


def fingerprint(state: State) -> str:
    """Names what is known: equal for equal states, in every process (`dump` writes its sets in any order). SHA-256, hexadecimal."""
    return hashlib.sha256(_ordered.encode(state)).hexdigest()
