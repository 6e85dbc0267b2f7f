"""Starts the gatekeeper."""

from functools import cache

from backbone.definition_files import load_definitions
from backbone.engine.processor import Surroundings
from backbone.keys.destroying import open_destroyer
from schakel.timesource import time_source
from services.consent.erasing import ConsentProcessor
from services.consent.processor import ConsentRules
from services.consent.shown import ErasuresShown


def build(surroundings: Surroundings) -> ConsentProcessor:
    settings = surroundings.settings
    chains, _ = load_definitions(settings.protocols_dir, settings.chains_dir)
    # Opened by `begin`, in the worker thread: a database of keys that is away is waited for.
    time = time_source(
        settings.clock
    )  # as for every other key: when an erasure is final is told by comparing their moments
    keys = cache(lambda: open_destroyer(settings.keys_url, settings.var_dir, time=time))
    return ConsentProcessor(ConsentRules(chains), keys, ErasuresShown(chains, settings))
