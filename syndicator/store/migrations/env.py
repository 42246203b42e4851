"""Alembic runs this script: it runs the migrations in the transaction of `upgrade.upgrade`."""

from alembic import context

from syndicator.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
