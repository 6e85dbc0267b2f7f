"""Consent's part: destroying the keys of a person, and nothing else. It holds no key at all and reads none, also in wrapped form."""

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from backbone.keys.databases import open_engine, reading, scrub_log, writing
from backbone.keys.tables import offer, person, person_key
from schakel.timesource import SystemTime, TimeSource

_HERS = (person_key.c.case_id == sa.bindparam("of_case")) & (person_key.c.subject == sa.bindparam("who"))
_DELETE = sa.delete(person_key).where(_HERS)
_WHEN = sa.select(person.c.destroyed_s).where(
    person.c.case_id == sa.bindparam("of_case"), person.c.subject == sa.bindparam("who")
)
_MARK = sa.update(person).where(
    person.c.case_id == sa.bindparam("of_case"), person.c.subject == sa.bindparam("who"), person.c.destroyed_s.is_(None)
)


def open_destroyer(url: str | None, var_dir: Path | str, *, time: TimeSource | None = None) -> "SqlDestroyer":
    """A destroyer on the database of keys that `backbone.keys.open_keys` made; it needs no file of keys. Raises KeysAway."""
    return SqlDestroyer(open_engine(url, Path(var_dir) / "keys"), time or SystemTime())


class SqlDestroyer:
    """See `backbone.keys.service.Destroyer`. Safe to use from several threads and processes."""

    def __init__(self, engine: sa.Engine, time: TimeSource) -> None:
        self._engine, self._time = engine, time

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    def destroyed_at(self, case_id: str, subject: str) -> datetime | None:
        """When the person's keys were destroyed; None: they live, or there never were any. Raises KeysAway."""
        with reading(self._engine) as connection:
            at_s = connection.execute(_WHEN, {"of_case": case_id, "who": subject}).scalar_one_or_none()
        return None if at_s is None else datetime.fromtimestamp(at_s, UTC)

    def destroy(self, case_id: str, subject: str) -> bool:
        now_s = int(self._time.now().timestamp())
        hers = {"of_case": case_id, "who": subject}
        with writing(self._engine) as connection:
            # Also before there was a key: nothing may be sealed from here on. And first: a seal that is under way holds this row
            # in PostgreSQL, so that what it made is seen below.
            offer(connection, person, [{"case_id": case_id, "subject": subject, "made_s": now_s}])
            connection.execute(_MARK.values(destroyed_s=now_s), hers)
            had = connection.execute(_DELETE, hers).rowcount > 0
        scrub_log(self._engine)  # the keys still stand in the write-ahead log
        return had
