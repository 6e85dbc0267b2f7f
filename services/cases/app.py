"""Starts the queryable state."""

from backbone.definition_files import load_definitions
from backbone.engine.processor import Surroundings
from services.cases.processor import CasesProcessor


def build(surroundings: Surroundings) -> CasesProcessor:
    settings = surroundings.settings
    return CasesProcessor(*load_definitions(settings.protocols_dir, settings.chains_dir))
