"""Bringing a service's tables up to this program's version, with Alembic, at every start.

Several workers of one service may start at once: one of them does it in one transaction, the others wait and find it done.
Only going up is here: going back is restoring a backup, or rebuilding from the ledger. Alembic is loaded where there is something to
do: it takes a tenth of the time in which a killed worker should be back.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, MetaData, inspect, text

from backbone.store.errors import SchemaUnknown

_HOME = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"""^revision = "([^"]+)"$""", re.MULTILINE)
_FOLLOWS = re.compile(r"""^down_revision = "([^"]+)"$""", re.MULTILINE)


def upgrade(connection: Connection, schema: str, versions: Sequence[Path] = ()) -> None:
    """Run the versions that are missing, inside the connection's transaction.

    schema: of the service, made when missing (PostgreSQL). versions: folders with the service's own versions, whose first
    one has `down_revision = None` and a branch label. Raises SchemaUnknown.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"schakel {schema}"})
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    if _applied(connection) == _newest((_HOME / "versions", *versions)):
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_HOME).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    folders = "\n".join(str(folder) for folder in (_HOME / "versions", *versions))
    config.set_main_option("version_locations", folders.replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "heads")
    except CommandError as error:
        raise SchemaUnknown(
            f"the tables of {schema} are of a version that this program does not have ({error}); run the newer program, "
            "or restore the backup from before it; its state can also be rebuilt from the ledger into an empty database"
        ) from error


def _applied(connection: Connection) -> set[str]:
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def _newest(folders: Sequence[Path]) -> set[str]:
    """The versions that no other follows, by what their files say."""
    files = [path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("[0-9]*.py")]
    found = {name for content in files for name in _REVISION.findall(content)}
    return found - {name for content in files for name in _FOLLOWS.findall(content)}


def differences(connection: Connection, *metadata: MetaData) -> list[object]:
    """What the database has otherwise than these tables say; empty when a service's versions and tables agree. For tests."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    ours = [*metadata]
    names = {table.name for one in ours for table in one.tables.values()}

    def concerns(found: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
        return kind != "table" or name in names

    context = MigrationContext.configure(connection, opts={"include_object": concerns, "target_metadata": ours})
    return list(compare_metadata(context, ours))  # type: ignore[arg-type]
