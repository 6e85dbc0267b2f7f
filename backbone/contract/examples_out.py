"""One believable example of every message that partners receive, and of the record that operators find on `schakel.refused`."""

from collections.abc import Mapping
from typing import Any

from backbone.contract.examples_told import CASE, DOOR, FACTS, MUNICIPALITY, REFERRAL, SUPPORT, example_id
from schakel import messages
from schakel.messages import Message

_PROTOCOL = {"name": "amsterdam-handelingskader", "version": "2023.1"}
_REFUSAL = {
    "code": "case.not_yours",
    "field": "ce_subject",
    "expected": "a case that you reported, coordinate, or were referred",
    "remedy": "check the case id; if you should be in this case, ask the partner that reported it",
}

_HEAD = (
    "schakel/schakel.ledger/4\n"
    "1180\n"
    "czAIcfRMFo58lJ3ix1DmDCybuP9TABfFomcjTpy0244=\n"
    "\n"
    "— schakel/schakel.ledger/4 FB94xHNZJ9krVmc6vW5EXkRFbWpN3UdvnoOjPVQQzyyuO+dofHIBhWB4wEN4OT/L3N3vqo41PsJLIDUT27iJhE5XsgI=\n"
)

_EXAMPLES: dict[str, tuple[type[Message], str, str, Mapping[str, Any]]] = {
    "receipt": (
        messages.Receipt,
        DOOR,
        "intake",
        {
            "about": example_id("report.received"),
            "status": "accepted",
            "case": CASE,
            "position": {"partition": 4, "offset": 1207},
            "in_offset": 311,
            "head": _HEAD,
        },
    ),
    "receipt-elsewhere": (
        messages.Receipt,
        DOOR,
        "intake",
        {
            "about": "5b1f7c0e-2f6a-4d0e-9c3b-0d6a1e8f4b72",
            "status": "accepted",
            "case": CASE,
            "position": {"partition": 4, "offset": 1209},
            "in_offset": 313,
            "elsewhere": [
                {
                    "protocol": {"name": "utrecht-alert", "version": "2017.3"},
                    "route": "elders-dan-thuis",
                    "role": "anti_discrimination",
                    "to": "discriminatie-nl-amsterdam",
                }
            ],
        },
    ),
    "receipt-refused": (
        messages.Receipt,
        DOOR,
        "intake",
        {"about": example_id("contact.made"), "status": "refused", "refusal": _REFUSAL, "in_offset": 312},
    ),
    "consent.question": (
        messages.ConsentQuestion,
        DOOR,
        "consent",
        {
            "needed": "c2a51c1e-9d4e-5b0a-8f37-51f0a7c4d9e6",
            "case": CASE,
            "of": "victim",
            "terms": {"recipient": SUPPORT, "purpose": "referral", "scopes": ["contact_details", "story"]},
        },
    ),
    "referral": (
        messages.ReferralOffered,
        SUPPORT,
        "consent",
        {
            "referral": REFERRAL,
            "case": CASE,
            "role": "victim_support",
            "purpose": "referral",
            "mode": "by_name",
            "basis": "consent",
            "scopes": ["case_facts", "contact_details", "story"],
            "facts": FACTS.model_dump(),
            "reported_at": "2026-03-28T11:40:00+01:00",
            "from_partner": DOOR,
            "protocol": _PROTOCOL,
            "step": "slachtofferhulp",
            "dataref": f"referrals/{REFERRAL}",
        },
    ),
    "referral.withdrawn": (
        messages.ReferralWithdrawn,
        SUPPORT,
        "consent",
        {"referral": REFERRAL, "case": CASE, "reason": "withdrawn"},
    ),
    "referral.feedback": (
        messages.ReferralFeedback,
        DOOR,
        "routing",
        {
            "case": CASE,
            "answers": [{"referral": REFERRAL, "to": SUPPORT, "answer": "completed", "helped": "yes"}],
        },
    ),
    "contact.preference": (
        messages.ContactPreference,
        SUPPORT,
        "consent",
        {"case": CASE, "wishes": ["no_visit", "no_voicemail"], "only_by": []},
    ),
    "information": (
        messages.Information,
        MUNICIPALITY,
        "routing",
        {"case": CASE, "role": "mayor", "inform": "board", "facts": FACTS.model_dump()},
    ),
    "reminder": (
        messages.Reminder,
        SUPPORT,
        "followup",
        {
            "case": CASE,
            "clock": "e07f5a8e-1b2c-5d3f-9a44-6c8d0e2f4b17",
            "name": "first-contact",
            "kind": "promised",
            "due_at": "2026-03-30T12:40:00+02:00",
            "breached": False,
        },
    ),
    "attention": (
        messages.Attention,
        MUNICIPALITY,
        "routing",
        {
            "case": CASE,
            "concerning": "91d0c6fa-7e3b-5a28-8c19-f4b2d6e8a035",
            "reason": "referral_exhausted",
            "referral": REFERRAL,
            "to": SUPPORT,
            "decline": "no_capacity",
            "owner": MUNICIPALITY,
        },
    ),
    "chain.attention": (
        messages.ChainAttention,
        MUNICIPALITY,
        "followup",
        {
            "chain": "groningen",
            "concerning": "5d2b7c1e-4f60-5a93-8e17-b0c4a6d2f815",
            "reason": "rhythm_missed",
            "scheme": {"name": "utrecht-driehoek", "version": "2017.1"},
            "rhythm": "evaluatie-elk-half-jaar",
            "last_day": "2026-06-30",
        },
    ),
    "trend": (
        messages.TrendNews,
        MUNICIPALITY,
        "followup",
        {
            "chain": "amsterdam",
            "concerning": "019d3470-3f0a-7c41-8b2d-5e6f70819a2b",
            "reason": "trend_signalled",
            "trend": "019d3470-3f0a-7c41-8b2d-5e6f70819a2b",
            "from_partner": "discriminatie-nl-amsterdam",
            "municipality": "amsterdam",
            "district": "oost",
            "place_type": "nightlife",
            "period": "2025-Q4",
            "answer_by": "2026-04-30",
        },
    ),
    "erased": (
        messages.Erased,
        SUPPORT,
        "consent",
        {
            "case": CASE,
            "subject": "victim",
            "ground": "request",
            "event": "3f6a1d0b-8c27-5e94-b1a5-0d2e7f9c4b68",
        },
    ),
    "colleague.asks": (
        messages.ColleagueAsks,
        "coc-amsterdam",
        "routing",
        {
            "asked": example_id("inquiry.requested"),
            "case": CASE,
            "from_partner": MUNICIPALITY,
            "question": "earlier_reports",
            "district": "oost",
        },
    ),
    "colleague.says": (
        messages.ColleagueSays,
        MUNICIPALITY,
        "routing",
        {
            "said": example_id("inquiry.answered"),
            "case": CASE,
            "from_partner": "coc-amsterdam",
            "asked": example_id("inquiry.requested"),
            "answer": "nothing_to_share",
        },
    ),
    "refused": (
        messages.RefusedRecord,
        DOOR,
        "intake",
        {
            "partner": DOOR,
            "topic": f"schakel.in.{DOOR}",
            "partition": 0,
            "offset": 312,
            "size_bytes": 23,
            "sha256": "9f2c1f6d9d6c1e0e6e0c2a6a1c3b5d7f8091a2b3c4d5e6f708192a3b4c5d6e7f",
            "about": example_id("contact.made"),
            "refusal": _REFUSAL,
        },
    ),
}


def out_names() -> list[str]:
    """The names of all examples; a type may have several (`receipt`, `receipt-refused`)."""
    return list(_EXAMPLES)


def out_example(name: str) -> tuple[Message, str, str]:
    """(message, the partner it is for, the service that sends it). Raises KeyError for a name without example."""
    model, partner, service, content = _EXAMPLES[name]
    return model.model_validate(content), partner, service
