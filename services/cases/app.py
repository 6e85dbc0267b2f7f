"""Starts the queryable state."""

from backbone.engine.processor import Surroundings
from services.cases.processor import CasesProcessor


def build(surroundings: Surroundings) -> CasesProcessor:
    return CasesProcessor()
