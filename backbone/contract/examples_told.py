"""One believable example of every event that partners tell. Invented people, invented organisations' numbers, fixed forever.

Test vectors and the examples in docs/asyncapi.yaml are made of these. A new told type needs its line here; a test says so.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from backbone.contract.sealed import sealed_parts
from schakel.events import TOLD, Told, case, chain, consent, contact, data, overview, partners, referral, report, scheme
from schakel.events.report import ReportFacts

CASE = "6f1c2b60-7d0e-4b8a-9a55-0c3f5d1e7a42"
OTHER_CASE = "0b9d4a17-3c65-4e2f-8d21-7e64f0a9c3b8"
REFERRAL = "5b7d1c0e-42a9-5f63-9f0b-8b1de2a7c954"
"""A referral's id is the id of the backbone's `referral.proposed`: a UUIDv5."""
DOOR, SUPPORT, MUNICIPALITY = "politie-amsterdam", "slachtofferhulp", "gemeente-amsterdam"


def example_id(event_type: str) -> str:
    """The id of a type's example: a UUIDv7 of 28 March 2026, different for each type and always the same."""
    digest = hashlib.sha256(event_type.encode()).hexdigest()
    return f"019d3470-{digest[:4]}-7{digest[4:7]}-8{digest[7:10]}-{digest[10:22]}"


_HEARD = "2026-03-28T11:40:00+01:00"
_TERMS = {
    "recipient": SUPPORT,
    "purpose": "referral",
    "scopes": ["contact_details", "story"],
    "until": "2026-09-28T00:00:00+02:00",
    "given_by": "victim",
    "way": "spoken",
    "text_version": "nl-2026.1",
}
_FACTS: dict[str, Any] = {
    "record_kind": "report",
    "identity": "by_name",
    "reporter": "victim",
    "target": "person",
    "channel": "telephone",
    "natures": ["scolding", "threat"],
    "grounds": [{"ground": "sexual_orientation", "sub_ground": "lesbian", "basis": "shouted"}],
    "origin": "presumed_in_public",
    "occurrence": {"first_day": "2026-03-27", "last_day": "2026-03-27", "day_part": "evening"},
    "place": {"municipality": "amsterdam", "district": "oost", "place_type": "street"},
    "residence": {"elsewhere": "no", "municipality": "amsterdam"},
    "relation": "unknown_person",
    "checks": [{"check": "danger_now", "answer": "no"}, {"check": "discrimination", "answer": "yes"}],
    "severity": [{"scale": "injury", "severity": "less_serious"}],
    "police_record": "report",
}
FACTS = ReportFacts.model_validate(_FACTS)

_EXAMPLES: dict[type[Told], Mapping[str, Any]] = {
    report.ReportReceived: {
        "reported_at": _HEARD,
        "facts": _FACTS,
        "consents": [_TERMS],
        "informed": ["report_vs_complaint", "what_happens_next"],
        "label": "said_by_victim",
    },
    report.ReportCorrected: {
        "replaces": ["place"],
        "facts": {
            "identity": "by_name",
            "place": {"municipality": "amsterdam", "district": "west", "place_type": "nightlife"},
        },
    },
    report.ReportLinked: {"other_case": OTHER_CASE, "kind": "series"},
    report.LabelGiven: {"basis": "said_by_victim", "explained": True},
    report.LabelWithdrawn: {"label": example_id("label.given")},
    report.LabelRefused: {"explained": True},
    report.AssessmentRecorded: {
        "check": "discrimination",
        "answer": "yes",
        "severity": {"scale": "impact", "severity": "high_impact"},
    },
    report.ListMatched: {"query": "lhbti-list", "query_version": "2026.1"},
    report.ListScreened: {"relevant": "yes", "reason": "motive_in_statement"},
    report.SettlementChosen: {
        "settlement": "talk",
        "wish": example_id("needs.recorded"),
        "together_with": ["om-amsterdam", "discriminatie-nl-amsterdam"],
    },
    consent.ConsentAsked: {
        "terms": _TERMS,
        "needed": "c2a51c1e-9d4e-5b0a-8f37-51f0a7c4d9e6",
        "explained": ["what_happens_next"],
    },
    consent.ConsentGranted: {"terms": _TERMS, "asked": example_id("consent.asked")},
    consent.ConsentRefused: {
        "recipient": SUPPORT,
        "purpose": "referral",
        "scopes": ["story"],
        "asked": example_id("consent.asked"),
    },
    consent.ConsentWithdrawn: {"recipient": SUPPORT, "purpose": "referral"},
    consent.BasisInvoked: {
        "basis": "vital_interest",
        "recipient": SUPPORT,
        "purpose": "referral",
        "scopes": ["contact_details"],
        "motive": "acute_danger",
        "until": "2026-03-30T12:00:00+02:00",
    },
    referral.ReferralRequested: {
        "to": "coc-amsterdam",
        "role": "coc",
        "purpose": "referral",
        "needs": ["contact_details"],
        "wants": ["story"],
    },
    referral.ReferralAccepted: {"referral": REFERRAL},
    referral.ReferralDeclined: {"referral": REFERRAL, "reason": "no_capacity"},
    referral.ReferralCompleted: {"referral": REFERRAL, "helped": "partly"},
    referral.FeedbackGiven: {"referral": REFERRAL, "topic": "first_contact_made"},
    contact.ContactAttempted: {
        "whom": "victim",
        "at": "2026-03-28T16:05:00+01:00",
        "channel": "telephone",
        "outcome": "left_details",
    },
    contact.ContactMade: {
        "whom": "victim",
        "at": "2026-03-28T18:30:00+01:00",
        "channel": "telephone",
        "answered": ["how_are_you", "what_do_you_expect"],
        "wants_call": "yes",
    },
    contact.ContactPreferenceSet: {"whom": "victim", "wishes": ["no_visit", "no_voicemail"]},
    contact.InformationGiven: {"topic": "report_vs_complaint", "text_version": "nl-2026.1", "channel": "telephone"},
    contact.NeedsRecorded: {
        "needs": ["be_heard", "practical"],
        "own_codes": ["SHN-12"],
        "cannot_be_met": ["new_home"],
        "wishes": ["victim_support"],
        "no_wish": ["mediation"],
    },
    contact.ActionAgreed: {
        "action": "video_doorbell",
        "owner": MUNICIPALITY,
        "due_on": "2026-04-11",
        "wanted_by_person": True,
    },
    contact.ActionDone: {"agreed": example_id("action.agreed"), "helped": "yes"},
    contact.AftercareAnswered: {"of": "neighbourhood", "answer": "not_wanted"},
    contact.ComplaintAppointed: {"appointed_on": "2026-03-31", "at_home": True},
    contact.ComplaintTaken: {"taken_on": "2026-03-27", "record": "complaint"},
    contact.ComplaintSettled: {"outcome": "dismissed", "reason": "no_evidence"},
    contact.TreatmentComplaint: {"about": DOOR, "handed_in": False},
    case.ThreadClosed: {
        "reason": "enough_help",
        "situation_stopped": "yes",
        "recovered": "partly",
        "wants_call": "yes",
    },
    case.CloseRequested: {"reason": "enough_help", "situation_stopped": "yes", "recovered": "unknown"},
    case.ReopenRequested: {"reason": "happened_again"},
    case.EscalationRequested: {"to": "top_team", "reason": "means_exhausted"},
    case.LevelSet: {"level": "heavy"},
    case.EvaluationRecorded: {"process": "yes", "results": "partly"},
    case.PlaceWatched: {"until_reviewed": True},
    case.TrendSignalled: {
        "municipality": "amsterdam",
        "district": "oost",
        "to": [MUNICIPALITY, DOOR],
        "place_type": "nightlife",
        "period": "2025-Q4",
        "issue": hashlib.sha256(b"an issue").hexdigest(),
        "answer_by": "2026-04-30",
    },
    case.TrendAnswered: {
        "municipality": "amsterdam",
        "trend": example_id("trend.signalled"),
        "measures": ["patrol", "lighting"],
    },
    partners.InquiryRequested: {"to": DOOR, "question": "is_there_a_complaint"},
    partners.InquiryAnswered: {"inquiry": example_id("inquiry.requested"), "answer": "nothing_to_share"},
    partners.AdviceRequested: {"to": "ecad_p"},
    partners.AdviceGiven: {"request": example_id("advice.requested"), "advises": ["secure_footage"]},
    partners.MinutesRecorded: {
        "consultation": "rdo-amsterdam",
        "held_on": "2026-03-26",
        "present": [DOOR, "om-amsterdam", "discriminatie-nl-amsterdam"],
        "cases": [CASE],
        "chain": "amsterdam",
    },
    data.ErasureRequested: {"subject": "victim", "requested_by": "victim"},
    data.HoldPlaced: {"legal_ground": "criminal_case", "until": "2027-03-28"},
    data.HoldLifted: {"hold": example_id("hold.placed")},
    data.StatementRetracted: {"event": example_id("contact.made"), "reason": "wrong_case"},
    scheme.CategorySet: {"protocol": "amsterdam-treiteraanpak", "category": "complex", "lead": "district_director"},
    scheme.ChecklistAnswered: {
        "protocol": "weert-sociaal-calamiteitenplan",
        "checklist": "ketenpartners",
        "line": "politie",
        "answer": "yes",
    },
    scheme.DeliberationRecorded: {"step": "decision", "existing_suffices": "no"},
    scheme.StatementPublished: {"speaker": "mayor", "target_group": "buurt", "purpose": "informeren"},
    chain.PartnerSuspended: {"partner": "rita", "reason": "agreement_ended"},
    chain.PartnerRestored: {"partner": "rita"},
    chain.AgreementSigned: {
        "agreement": "convenant-voorbeeld",
        "parties": [DOOR, MUNICIPALITY],
        "purposes": ["consultation"],
        "valid_from": "2026-01-01",
        "valid_until": "2027-12-31",
    },
    chain.AgreementEnded: {"agreement": "convenant-voorbeeld", "party": MUNICIPALITY, "ended_on": "2026-12-31"},
    overview.OverviewReleased: {
        "chain": "amsterdam",
        "period": "2026-02",
        "issue": hashlib.sha256(b"an issue").hexdigest(),
        "form": "page",
        "audience": "public",
        "decided_by": "mayor",
        "decided_on": "2026-03-27",
        "reason": "accountability",
    },
    overview.OverviewReleaseWithdrawn: {"chain": "amsterdam", "period": "2026-02", "reason": "decided_anew"},
    chain.EventVoided: {"event": example_id("level.set"), "reason": "cannot_be_read"},
}


def told_example(name: str) -> Told:
    """The example of a told type, by its catalogue name. Raises KeyError for a type without one."""
    model = TOLD[name]
    return model.model_validate({**_EXAMPLES[model], "sealed": sealed_parts(name)})
