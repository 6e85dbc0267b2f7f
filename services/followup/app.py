"""Starts follow-up."""

from backbone.definition_files import load_definitions
from backbone.settings import Settings
from services.followup.processor import FollowupProcessor, FollowupRules


def build(settings: Settings) -> FollowupProcessor:
    chains, protocols = load_definitions(settings.protocols_dir, settings.chains_dir)
    return FollowupProcessor("followup", FollowupRules(chains, protocols))
