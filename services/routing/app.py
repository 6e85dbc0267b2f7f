"""Starts routing."""

from backbone.casework import CaseProcessor
from backbone.definition_files import load_definitions
from backbone.engine.processor import Surroundings
from services.routing.processor import RoutingRules


def build(surroundings: Surroundings) -> CaseProcessor:
    settings = surroundings.settings
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    return CaseProcessor("routing", RoutingRules(chains, protocols))
