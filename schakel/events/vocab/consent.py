"""Consent, referral and erasure: scopes, purposes, bases, why something waits or is destroyed."""

from enum import StrEnum


class Scope(StrEnum):
    """What data a consent or a delivery covers. Case facts are the readable enumerations."""

    CASE_FACTS = "case_facts"
    CONTACT_DETAILS = "contact_details"
    STORY = "story"
    LABEL = "label"
    CONTACT_PREFERENCE = "contact_preference"
    UNKNOWN = "unknown"


class Purpose(StrEnum):
    """What a consent is for; each next step has its own, and the default is no."""

    REFERRAL = "referral"
    INFORMATION = "information"
    CONSULTATION = "consultation"
    AFTERCARE = "aftercare"
    MEDIATION = "mediation"
    COMPLAINT = "complaint"
    INQUIRY = "inquiry"
    BOARD_CONTACT = "board_contact"
    PUBLICATION = "publication"
    LATER_RESEARCH = "later_research"
    VICTIM_NETWORK = "victim_network"
    AUDIT = "audit"
    """An auditor looks at how partners worked. Read under the invoked basis itself, without a referral (docs/adr/0042)."""
    OTHER = "other"


class ConsentWay(StrEnum):
    SPOKEN = "spoken"
    WRITTEN = "written"
    SELF_SERVICE = "self_service"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """On what a release rests (design §6)."""

    CONSENT = "consent"
    VITAL_INTEREST = "vital_interest"
    LEGAL_DUTY = "legal_duty"
    AGREEMENT = "agreement"
    SCHEME = "scheme"
    """The scheme says "always forward": without the name, when the name is refused or not known (domain-detail B16)."""
    UNKNOWN = "unknown"


class Provisional(StrEnum):
    """Whose word on the person's consent a chain takes only until somebody else confirms it."""

    RECORDED_BY_BENEFICIARY = "recorded_by_beneficiary"
    ON_A_PROFESSIONALS_WORD = "on_a_professionals_word"
    UNKNOWN = "unknown"


class Mode(StrEnum):
    """How a referral goes out: by name, or stripped of everything that points to the person."""

    BY_NAME = "by_name"
    STRIPPED = "stripped"
    UNKNOWN = "unknown"


class HoldReason(StrEnum):
    """Why a referral waits or a read is refused: not asked, asked without answer, refused and withdrawn are four things."""

    NOT_ASKED = "not_asked"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TOO_NARROW = "too_narrow"
    PROVISIONAL = "provisional"
    OTHER_SIDE = "other_side"
    ERASURE_REQUESTED = "erasure_requested"
    """The person has asked to be forgotten: nothing goes out while that stands."""
    ERASED = "erased"
    ENDED = "ended"
    """The time of the basis besides consent under which somebody reads is over; an auditor's, or its author took it back."""
    NOT_ALLOWED = "not_allowed"
    """A rule above all protocols forbids it, whoever agreed: mediation with violence, threat or an open suspicion (docs/adr/0043)."""
    UNKNOWN = "unknown"


class ErasureGround(StrEnum):
    """Why a person's data is destroyed: somebody asked for it, or the term for keeping it is over."""

    REQUEST = "request"
    RETENTION_TERM = "retention_term"
    UNKNOWN = "unknown"


class DeclineReason(StrEnum):
    NOT_OURS = "not_ours"
    NO_CAPACITY = "no_capacity"
    TOO_FEW_LEADS = "too_few_leads"
    PERSON_DOES_NOT_WANT = "person_does_not_want"
    ALREADY_KNOWN = "already_known"
    OTHER = "other"
