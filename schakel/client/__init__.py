"""What a partner's system talks to the backbone with: `Partner`, what it gives, and what it raises."""

from schakel.client.access import Access, Profile
from schakel.client.errors import CannotTell, ClientError, NoReceipt, NoTopic, ProfileProblem, Refused, TooLarge
from schakel.client.inbox import Inbox, InboxTaken, Incoming
from schakel.client.partner import Partner
from schakel.client.sending import Pending
from schakel.kafka_errors import BrokerAway, KafkaProblem, NotAllowed, WrongCredentials, WrongListener
from schakel.sealing import CannotSeal

__all__ = [
    "Access",
    "BrokerAway",
    "CannotSeal",
    "CannotTell",
    "ClientError",
    "Inbox",
    "InboxTaken",
    "Incoming",
    "KafkaProblem",
    "NoReceipt",
    "NoTopic",
    "NotAllowed",
    "Partner",
    "Pending",
    "Profile",
    "ProfileProblem",
    "Refused",
    "TooLarge",
    "WrongCredentials",
    "WrongListener",
]
