"""Starts routing."""

from backbone.casework import CaseProcessor
from backbone.definition_files import load_definitions
from backbone.settings import Settings
from services.routing.processor import RoutingRules


def build(settings: Settings) -> CaseProcessor:
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    return CaseProcessor("routing", RoutingRules(chains, protocols))
