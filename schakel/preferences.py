"""What a case keeps of how she wants to be reached: plain values. What they mean stands in `schakel.case_preferences`."""

import msgspec


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
    found: list[str] = []
    """`<rule>/<event>` of what a `nonconformance.found` says."""
