"""Starts intake."""

from backbone.definition_files import load_definitions
from backbone.keys import open_keys
from backbone.settings import Settings
from schakel.timesource import time_source
from services.intake.processor import IntakeProcessor


def build(settings: Settings) -> IntakeProcessor:
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    time = time_source(settings.clock)
    return IntakeProcessor(chains, open_keys(settings.keys_url, settings.var_dir, time=time), time)
