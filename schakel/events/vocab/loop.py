"""What becomes of a referral, as its referrer hears it; and how a person wants to be reached, as every receiver gets it."""

from enum import StrEnum


class Answered(StrEnum):
    """What a receiver did with a referral."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    COMPLETED = "completed"
    OTHER = "other"


class ContactWish(StrEnum):
    """What she asks of whoever contacts her (domain-detail A40). When, and in which words, stays sealed."""

    NO_VISIT = "no_visit"
    NO_UNIFORM = "no_uniform"
    NO_TELEPHONE = "no_telephone"
    NO_VOICEMAIL = "no_voicemail"
    NO_POST = "no_post"
    NO_MESSAGE = "no_message"
    """No e-mail, no WhatsApp, nothing in an app."""
    INTERPRETER = "interpreter"
    NOT_BY_YOU = "not_by_you"
    """She wants to be contacted by somebody else: ask whoever looks after the case. Only in messages."""
    OTHER = "other"
