"""Starts the gatekeeper."""

from backbone.casework import CaseProcessor
from backbone.settings import Settings
from services.consent.processor import ConsentRules


def build(settings: Settings) -> CaseProcessor:
    return CaseProcessor("consent", ConsentRules())
