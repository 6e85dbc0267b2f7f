"""Alembic's entry: run the versions on the connection, and in the transaction, that `backbone.store.migrate` holds."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
