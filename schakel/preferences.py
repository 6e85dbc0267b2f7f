"""What a case keeps of how she wants to be reached: plain values. What they mean stands in `schakel.case_preferences`."""

from datetime import datetime

import msgspec

LONGEST_DAYS = 366
"""A rhythm of contact is no longer than this; intake lets nothing longer in."""


class Agreed(msgspec.Struct, frozen=True):
    """That another rhythm of contact was agreed with her: by which word, from when on and by whom. every_days: 0 for none any more."""

    id: str
    every_days: int
    at: datetime
    by: str


class Preferences(msgspec.Struct, omit_defaults=True):
    """Her newest word, who has it, and what went otherwise."""

    id: str
    wishes: list[str]
    """`ContactWish`."""
    only_by: list[str]
    """Roles; empty: anybody who helps her."""
    by_rule: list[str] = []
    """`ContactWish` that hold whatever she said (`schakel.case_lock_down`)."""
    told: dict[str, str] = {}
    """Partner -> the id of the preference that it has."""
    broken: list[str] = []
    """Ids of contacts that broke her word as it stood then."""
    contacts: dict[str, list[str]] = {}
    """Contact -> the roles by which she wanted to be contacted when it was told."""
    agreed: list[Agreed] = []
    """Each other rhythm of contact than the one before, as they were told; the last one holds."""
    found: list[str] = []
    """`<rule>/<event>` of what a `nonconformance.found` says."""
