"""`backbone deploy apply` on PostgreSQL: each service's user in the database of keys gets its rights, any number of times."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from backbone.cli.deploy import _grant
from backbone.cli.output import Undoable
from backbone.deployment.model import keys_role
from backbone.keys.grants import GRANTS
from backbone.settings import Settings
from tests.support.postgres import Postgres

pytestmark = pytest.mark.postgres


def test_each_user_gets_what_it_needs_and_one_that_is_missing_is_named(postgres: Postgres, tmp_path: Path) -> None:
    url = str(postgres.database())
    settings = Settings(var_dir=tmp_path, keys_url=url)
    with pytest.raises(Undoable, match=r"the database of keys has no user keys_\w+; make it there first"):
        _grant(settings)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for service in GRANTS:
            connection.exec_driver_sql(f"CREATE ROLE {keys_role(service)} LOGIN")
    try:
        assert _grant(settings) == _grant(settings) == len(GRANTS)
        may = sa.text("SELECT has_table_privilege(:role, 'person_key', :what)")
        with engine.begin() as connection:
            said = {
                (service, what): connection.execute(may, {"role": keys_role(service), "what": what}).scalar()
                for service in GRANTS
                for what in ("SELECT", "INSERT", "DELETE")
            }
        assert {key for key, allowed in said.items() if allowed} == {
            ("gateway", "SELECT"), ("intake", "INSERT"), ("consent", "DELETE")
        }  # fmt: skip
    finally:
        with engine.begin() as connection:
            for service in GRANTS:
                connection.exec_driver_sql(f"DROP OWNED BY {keys_role(service)}")
                connection.exec_driver_sql(f"DROP ROLE {keys_role(service)}")
        engine.dispose()


def test_without_postgresql_there_is_nothing_to_give(tmp_path: Path) -> None:
    assert _grant(Settings(var_dir=tmp_path, keys_url=None)) == 0
