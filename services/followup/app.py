"""Starts follow-up."""

from backbone.definition_files import load_definitions
from backbone.engine.processor import Surroundings
from services.followup.processor import FollowupProcessor, FollowupRules


def build(surroundings: Surroundings) -> FollowupProcessor:
    settings = surroundings.settings
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    return FollowupProcessor("followup", FollowupRules(chains, protocols))
