"""The base of every table, the core's and the plugins'."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column
from sqlalchemy.orm import registry as Registry  # noqa: N812  # a class, named as one

from salesman_core.db.types import BigId, UtcDateTime

AnyRow: TypeAlias = sa.Row[*tuple[Any, ...]]
"""A row of columns that a query names; a page or an answer reads them by those names."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints: SQLite's batch changes and every downgrade need to know them."""


BESIDE: Final = "salesman_beside"
"""Key of a column's ``info`` where its row goes with either of two records and is a part of the
other: as what of a payment went to an invoice, which is the invoice's. It may not be null."""

TOGETHER: Final = "salesman_together"
"""Under this name a table's ``info`` holds groups of columns that mean something only together, as
an amount and its currency: who puts values back puts a group back as a whole, or not at all."""


_METADATA: Final = sa.MetaData(naming_convention=NAMING)


@functools.cache
def _registry_of(package: str) -> Registry:
    """Give where the classes of a package look each other up by name.

    One for all would let two plugins with a class of the same name break each other.
    """
    del package  # it only tells the registries apart
    return Registry(metadata=_METADATA, type_annotation_map={datetime: UtcDateTime})


class Base(DeclarativeBase):
    """A table. Its name begins with its owner and an underscore: ``core_deal``, ``leads_lead``.

    Annotations of relationships name classes of the same package; one of another package is given
    to ``relationship`` itself.
    """

    registry = _registry_of("salesman_core")

    def __init_subclass__(cls, **options: Any) -> None:
        """Let a table look others up among those of its own package."""
        cls._sa_registry = _registry_of(cls.__module__.partition(".")[0])
        super().__init_subclass__(**options)


def identity() -> MappedColumn[int]:
    """Give the column of a row's identity, counted up by the database."""
    return mapped_column(BigId, primary_key=True, autoincrement=True)


def refers(column: str, *, ondelete: str, index: bool = True, **options: Any) -> MappedColumn[Any]:
    """Give a column that refers to another table's row.

    :param column: the target, as ``core_client.id``.
    :param ondelete: ``CASCADE``, ``SET NULL`` or ``RESTRICT``: said each time, because an absent
        plugin must never block a deletion in silence.
    :param index: False where another index already begins with this column.
    """
    return mapped_column(BigId, sa.ForeignKey(column, ondelete=ondelete), index=index, **options)


def table_of(model: type[Base]) -> sa.Table:
    """Give the table behind a class, for statements that read columns and make no objects."""
    return Base.metadata.tables[model.__tablename__]


def owner_of_table(name: str) -> str:
    """Give the owner of a table by its prefix, as ``leads`` for ``leads_lead``."""
    return name.split("_", 1)[0]
