"""Runs the migrations on the connection that `upgrade` passes to Alembic."""

from alembic import context

from chatrooms.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
