"""Alembic runs this: the migrations on the connection that `upgrade.upgrade` hands over, in its
transaction."""

from alembic import context

from syndicator.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
