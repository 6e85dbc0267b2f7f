"""Which rows of a list would be refused for where they took place, found before they are sent. Pure."""

from collections import Counter
from collections.abc import Iterable

from backbone.chains import Chain, Chains
from backbone.lists.convert import Ready


def refused(rows: Iterable[Ready], partner: str, chains: Chains) -> Counter[str]:
    """Why, and how many rows for that reason. Intake asks the same of every report: that its place lies in one chain of the partner."""
    found: Counter[str] = Counter()
    for row in rows:
        place = row.event.facts.place
        chain = chains.resolve(partner, place.municipality, row.event.reported_at)
        if not isinstance(chain, Chain):
            found[str(chain)] += 1
        elif not chain.may_name(place.district):
            found[f"their district is none of the chain {chain.name}; it has {', '.join(chain.districts)}"] += 1
    return found
