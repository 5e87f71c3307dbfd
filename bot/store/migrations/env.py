"""Run by alembic, in process (`bot/store/history.py`), inside the transaction of the connection it is given."""

from alembic import context

from bot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_as_batch=True,  # SQLite alters a table by writing a new one
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
