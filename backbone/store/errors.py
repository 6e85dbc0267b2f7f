"""What can be wrong with a database, and which of the drivers' many errors means that it is away rather than misused."""

import sqlite3
import sys

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Busy or locked by a process that holds on to it, read-only, disk broken, disk full, cannot open, locking protocol.
_SQLITE_AWAY = frozenset({5, 6, 8, 10, 13, 14, 15})
# Classes of SQLSTATE: connection, transaction rolled back (deadlock), resources (disk full), operator (shut down, cancelled),
# system; and lock not available.
_POSTGRES_AWAY = ("08", "40", "53", "57", "58", "55P03", "25006")


class StoreError(Exception):
    """Root of what the store raises on purpose."""


class DatabaseAway(StoreError):
    """The database cannot be worked with now, though nothing is wrong with what was asked: wait, then do it again.

    The transaction may have been committed or not; the checkpoint says which.
    """

    what = "database"
    """The word under which a worker says that it is away, and that it is back."""


class SchemaUnknown(StoreError):
    """The tables are of a version that this program does not have; trying again changes nothing."""


class OtherFold(StoreError):
    """What is kept was folded by another version of the fold than this program's; trying again changes nothing."""


class CheckpointMissing(StoreError):
    """A transaction over a partition that was never taken up."""


def as_away(error: BaseException, where: str) -> DatabaseAway | None:
    """`error` as DatabaseAway when that is what it means, else None. where: the database, without its password."""
    if isinstance(error, PoolTimeout):
        return DatabaseAway(f"the database {where} gives no connection; it is overloaded or away, we try again")
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        if getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SQLITE_AWAY:
            return DatabaseAway(f"the database {where} cannot be used now ({cause}); we try again")
        return None
    psycopg = sys.modules.get("psycopg")  # where nobody speaks PostgreSQL it is not loaded, and this is no error of it
    if psycopg is None or not isinstance(
        cause, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.InternalError_
    ):
        return None
    # Without a state the connection itself broke; the driver's text then names hosts, never values.
    if cause.sqlstate is None or cause.sqlstate.startswith(_POSTGRES_AWAY):
        what = cause.sqlstate or type(cause).__name__
        return DatabaseAway(f"the database {where} does not answer ({what}); is it running? we try again")
    return None
