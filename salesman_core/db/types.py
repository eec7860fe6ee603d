"""Column types: exact amounts as scaled integers, moments in UTC, text made fit for searching.

SQLite has no decimal type and PostgreSQL sums integers faster than numerics, so every amount is a
whole number of its smallest unit in the table and a :class:`~decimal.Decimal` in Python.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_MOMENT: Final = len("2026-01-31 23:59:59.123456")

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Identity of a row: SQLite counts up only columns that are INTEGER to the letter."""


class ScaledDecimal(TypeDecorator[Decimal]):
    """A decimal number with a fixed count of digits after the point, kept as an integer."""

    impl = sa.BigInteger
    cache_ok = True
    scale = 0

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Give the whole number of smallest units; refuse what would have to be rounded."""
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.scale)
        whole = int(scaled)
        if whole != scaled:
            message = f"{value} has more than {self.scale} digits after the point"
            raise InvalidOperation(message)
        return whole

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Give the number with exactly ``scale`` digits after the point."""
        number: Decimal | None = self.result_processor(dialect, None)(value)
        return number

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Give what makes a number with exactly ``scale`` digits after the point of a column."""
        places = -self.scale

        def number(value: Any) -> Decimal | None:
            return None if value is None else Decimal(int(value)).scaleb(places)

        return number


class Money(ScaledDecimal):
    """An amount in hundredths of its currency (see ADR 0003 for currencies with other digits)."""

    cache_ok = True
    scale = 2


class MoneySum(Money):
    """A sum of amounts, which may be more than 64 bits hold."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Keep a number without end where the database has them (PostgreSQL)."""
        endless = dialect.name == "postgresql"
        return dialect.type_descriptor(sa.Numeric() if endless else sa.BigInteger())


class Thousandths(ScaledDecimal):
    """A number with up to three digits after the point: a weight, a length, a rate of hours."""

    cache_ok = True
    scale = 3


class Rate(ScaledDecimal):
    """What one unit of a currency is worth in another, to eight digits after the point."""

    cache_ok = True
    scale = 8


class Percent(ScaledDecimal):
    """A share in hundredths of a percent: 40 % is ``Decimal("40.00")``."""

    cache_ok = True
    scale = 2


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the table."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Keep the zone where the database can (PostgreSQL)."""
        zoned = dialect.name == "postgresql"
        return dialect.type_descriptor(sa.DateTime(timezone=zoned))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC; a moment without a zone is a mistake of the caller."""
        moment = _in_utc(value)
        if moment is None or dialect.name == "postgresql":
            return moment
        return moment.replace(tzinfo=None)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Give what makes UTC of a moment: an import writes a hundred thousand of them."""
        return _in_utc if dialect.name == "postgresql" else _text_in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Give what makes an aware moment in UTC of a column: lists have hundreds of them."""
        return _zoned if dialect.name == "postgresql" else _read


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        message = f"{value!r} has no time zone"
        raise ValueError(message)
    return value.astimezone(UTC)


def _text_in_utc(value: datetime | None) -> str | None:
    """Give a moment as SQLAlchemy writes it for SQLite."""
    moment = _in_utc(value)
    return None if moment is None else moment.isoformat(" ", "microseconds")[:_MOMENT]


def _zoned(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def normalised(text: str) -> str:
    """Give *text* as it is compared: NFKC, case folded, ё as е, runs of space as one.

    Both databases search this form, because SQLite's own ``lower`` and ``LIKE`` know only ASCII.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return " ".join(folded.split())


class Norm(TypeDecorator[str]):
    """Text that is normalised on its way into the table."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Give the normalised text."""
        return None if value is None else normalised(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Give the text as it stands."""
        return value
