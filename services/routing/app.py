"""Starts routing."""

from backbone.definition_files import load_definitions
from backbone.engine.processor import Surroundings
from services.routing.processor import RoutingProcessor, RoutingRules


def build(surroundings: Surroundings) -> RoutingProcessor:
    settings = surroundings.settings
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    return RoutingProcessor(RoutingRules(chains, protocols))
