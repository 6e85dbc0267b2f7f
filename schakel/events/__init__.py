"""The event catalogue: every fact the ledger can hold, as pydantic models.

The models are the one source of truth; `schemas/avro/` is generated from them (`make schemas`) and locked append-only.
"""

from schakel.events import case, chain, clock, consent, contact, data, overview, partners, referral, report, scheme
from schakel.events.base import Derived, Event, Observed, Told, catalogue_name, ce_type

_FAMILIES = (report, consent, referral, contact, clock, case, partners, data, chain, scheme, overview)


def _collect() -> dict[str, type[Event]]:
    models: dict[str, type[Event]] = {}
    for family in _FAMILIES:
        for model in vars(family).values():
            if isinstance(model, type) and issubclass(model, Event) and "TYPE" in vars(model):
                models[model.TYPE] = model
    return dict(sorted(models.items()))


CATALOGUE: dict[str, type[Event]] = _collect()
"""Every event model by its catalogue name, for example `report.received`."""

TOLD: dict[str, type[Told]] = {name: model for name, model in CATALOGUE.items() if issubclass(model, Told)}
DERIVED: dict[str, type[Derived]] = {name: model for name, model in CATALOGUE.items() if issubclass(model, Derived)}

__all__ = ["CATALOGUE", "DERIVED", "TOLD", "Derived", "Event", "Observed", "Told", "catalogue_name", "ce_type"]
