"""PostgreSQL: what each service may do in the database of keys, when each signs on there as a user of its own. SQLite has no users.

The owner of the tables is the operator. Nobody else makes tables, retires a door key or replaces a wrapping; only the gateway reads
wrapped data keys, only intake reads wrapped door keys, and consent deletes without seeing what. It also sees since when there are keys,
and until when there were, to show whether erasures become final in time (`services.consent.shown`).
"""

import re
from collections.abc import Mapping

from backbone.keys.tables import door, kek, person, person_key

_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_KEKS = f"SELECT (id, made_s, closed_s) ON {kek.name}"
GRANTS: Mapping[str, tuple[str, ...]] = {
    "intake": (
        _KEKS,
        f"SELECT ON {door.name}",
        f"SELECT, INSERT, UPDATE (subject) ON {person.name}",
        f"INSERT ON {person_key.name}",
    ),
    "gateway": (_KEKS, f"SELECT ON {person.name}", f"SELECT ON {person_key.name}"),
    "consent": (
        f"SELECT (family, made_s, destroyed_s) ON {kek.name}",
        f"SELECT (made_s, retired_s) ON {door.name}",
        f"SELECT, INSERT, UPDATE (subject, destroyed_s) ON {person.name}",
        f"SELECT (case_id, subject), DELETE ON {person_key.name}",
    ),
}
"""By service. Writing `subject` anew locks a person's row (`tables`); its value stays."""


def statements(service: str, role: str) -> list[str]:
    """SQL that lets a role do what the service has to, and nothing else there. Raises ValueError that says what was expected."""
    if service not in GRANTS:
        raise ValueError(
            f"{service!r} has no business in the database of keys; expected one of {', '.join(sorted(GRANTS))}"
        )
    if not _ROLE.fullmatch(role):
        raise ValueError(f"{role!r} cannot be the name of a role; expected small letters, digits and _")
    tables = ", ".join(table.name for table in (kek, door, person, person_key))
    return [f"REVOKE ALL ON {tables} FROM {role};", *(f"GRANT {right} TO {role};" for right in GRANTS[service])]
