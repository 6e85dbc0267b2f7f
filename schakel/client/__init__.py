"""What a partner's system talks to the backbone with: `Partner`, what it gives, and what it raises."""

from schakel.case_party import CaseSeen
from schakel.client.access import Access, Profile
from schakel.client.errors import (
    CannotTell,
    ClientError,
    Erased,
    GatewayAway,
    GatewayProblem,
    NoReceipt,
    NothingToRead,
    NoTopic,
    ProfileProblem,
    ReadRefused,
    Refused,
    TooLarge,
    Withdrawn,
)
from schakel.client.inbox import Inbox, InboxTaken, Incoming
from schakel.client.meeting_verbs import Incident, NotAllRegistered
from schakel.client.opening import Gateway, PersonalData
from schakel.client.partner import Partner
from schakel.client.sending import Pending
from schakel.kafka_errors import BrokerAway, KafkaProblem, NotAllowed, WrongCredentials, WrongListener
from schakel.sealing import CannotSeal

__all__ = [
    "Access",
    "BrokerAway",
    "CannotSeal",
    "CannotTell",
    "CaseSeen",
    "ClientError",
    "Erased",
    "Gateway",
    "GatewayAway",
    "GatewayProblem",
    "Inbox",
    "InboxTaken",
    "Incident",
    "Incoming",
    "KafkaProblem",
    "NoReceipt",
    "NoTopic",
    "NotAllRegistered",
    "NotAllowed",
    "NothingToRead",
    "Partner",
    "Pending",
    "PersonalData",
    "Profile",
    "ProfileProblem",
    "ReadRefused",
    "Refused",
    "TooLarge",
    "Withdrawn",
    "WrongCredentials",
    "WrongListener",
]
