"""Starts the queryable state."""

from backbone.settings import Settings
from services.cases.processor import CasesProcessor


def build(settings: Settings) -> CasesProcessor:
    return CasesProcessor()
