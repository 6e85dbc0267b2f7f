"""Alembic's entry: run the versions on the connection that `Store.migrate` holds."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=False)
context.run_migrations()
