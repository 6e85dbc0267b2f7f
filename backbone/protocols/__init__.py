"""Protocols as data: what a scheme prescribes, read from `protocols/<name>/<version>.yaml` and checked on the way in.

A policy officer can read the files; a case is pinned to the version it began under. `backbone protocol check`
answers every fault with file and line. Who fills the roles of a chain is not here, but in `backbone.chains`.
"""

from backbone.protocols.conditions import ALWAYS, Condition
from backbone.protocols.facts import ABSENT, FACTS, Facts, FactValue
from backbone.protocols.load import (
    Protocols,
    UnknownProtocolError,
    check_protocol,
    check_protocols,
    load_protocol,
    load_protocols,
)
from backbone.protocols.model import (
    REPORTER,
    Aftercare,
    CheckRule,
    ClockRule,
    ClockStart,
    Explain,
    IfRefused,
    Inform,
    Protocol,
    Refer,
    Status,
    Step,
    Stops,
    Where,
)
from backbone.protocols.reading import DefinitionError, Fault, Level, Problem
from backbone.protocols.rules import expired

__all__ = [
    "ABSENT",
    "ALWAYS",
    "FACTS",
    "REPORTER",
    "Aftercare",
    "CheckRule",
    "ClockRule",
    "ClockStart",
    "Condition",
    "DefinitionError",
    "Explain",
    "FactValue",
    "Facts",
    "Fault",
    "IfRefused",
    "Inform",
    "Level",
    "Problem",
    "Protocol",
    "Protocols",
    "Refer",
    "Status",
    "Step",
    "Stops",
    "UnknownProtocolError",
    "Where",
    "check_protocol",
    "check_protocols",
    "expired",
    "load_protocol",
    "load_protocols",
]
