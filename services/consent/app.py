"""Starts the gatekeeper."""

from backbone.casework import CaseProcessor
from backbone.engine.processor import Surroundings
from services.consent.processor import ConsentRules


def build(surroundings: Surroundings) -> CaseProcessor:
    return CaseProcessor("consent", ConsentRules())
