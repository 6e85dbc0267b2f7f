"""Starts audit."""

from backbone.engine.processor import Surroundings
from backbone.evidence.signing import SigningKeys, key_file
from services.audit.processor import AuditProcessor


def build(surroundings: Surroundings) -> AuditProcessor:
    return AuditProcessor(SigningKeys(key_file(surroundings.settings)), surroundings.log_end)
