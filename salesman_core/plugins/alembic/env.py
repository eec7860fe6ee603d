"""Alembic's entry for every owner; ``salesman_core.plugins.migrations`` hands over the rest."""

from alembic import context

_given = context.config.attributes
_owner = _given["owner"]

context.configure(
    connection=_given["connection"],
    version_table=_owner.version_table,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="types.",
    **_given["options"],
)
context.run_migrations()
