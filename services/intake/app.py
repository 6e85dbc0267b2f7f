"""Starts intake."""

from functools import cache

from backbone.definition_files import load_definitions
from backbone.engine.processor import Surroundings
from backbone.keys import KeyFiles, open_sealer
from schakel.timesource import time_source
from services.intake.ahead import Ahead
from services.intake.processor import IntakeProcessor
from services.intake.scout import TopicScout


def build(surroundings: Surroundings) -> IntakeProcessor:
    settings = surroundings.settings
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    time = time_source(settings.clock)
    # Opened by `begin`, in the worker thread: a database of keys that is away is waited for.
    files = KeyFiles.of(settings)
    keys = cache(lambda: open_sealer(settings.keys_url, settings.var_dir, files=files, time=time))
    return IntakeProcessor(chains, keys, time, surroundings.log_end, ahead=Ahead(TopicScout(settings)))
