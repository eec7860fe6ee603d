"""Invoices beside the deals of a company: one for each, most of them paid, some in two parts."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.db import make_engine

_INVOICES: Final = """
INSERT INTO invoices_invoice (
    search_text, deal_id, client_id, owner_id, currency, rate, rate_currency, state, number,
    issued_on, due_on, net, vat, amount, cost, paid, paid_on, purpose, language, comment,
    snapshot, imported, cancel_reason, created_at, updated_at, version
)
SELECT '', id, client_id, owner_id, currency, rate, rate_currency, 'issued', CAST(id AS TEXT),
    coalesce(closed_on, expected_on, opened_on), NULL, amount, 0, amount, cost,
    CASE WHEN id % 4 = 0 THEN 0 ELSE amount END,
    CASE WHEN id % 4 = 0 THEN NULL ELSE coalesce(closed_on, expected_on, opened_on) END,
    '', 'ru', '', '{}', '{}', '', created_at, updated_at, 1
FROM core_deal WHERE amount > 0 AND deleted_at IS NULL
"""
_LINES: Final = """
INSERT INTO invoices_line (
    invoice_id, position, article, name, unit, quantity, price, vat_on_top, net, vat, amount,
    cost_amount, by_amount
)
SELECT id, 1, '', 'Boiler', '', 2000, amount / 2, FALSE, net, 0, amount, cost, FALSE
FROM invoices_invoice
"""
_PAYMENTS: Final = """
INSERT INTO invoices_payment (
    search_text, client_id, owner_id, day, amount, allotted, returned, currency, direction,
    reference, comment, taken_back, imported, created_at, updated_at, version
)
SELECT '', client_id, owner_id, issued_on, {part}, {part}, 0, currency, 'in', CAST(id AS TEXT),
    '', '[]', '{{}}', created_at, updated_at, 1
FROM invoices_invoice WHERE paid > 0 AND {part} > 0
"""
_HALF: Final = "CASE WHEN id % 4 = 2 THEN amount / 2 ELSE amount END"
_REST: Final = "CASE WHEN id % 4 = 2 THEN amount - amount / 2 ELSE 0 END"
_ALLOTMENTS: Final = """
INSERT INTO invoices_allotment (payment_id, invoice_id, day, amount, net, margin)
SELECT p.id, i.id, p.day, p.amount, p.amount, p.amount - i.cost * p.amount / i.amount
FROM invoices_payment p JOIN invoices_invoice i ON i.id = CAST(p.reference AS INTEGER)
"""
_STATEMENTS: Final = (
    _INVOICES,
    _LINES,
    _PAYMENTS.format(part=_HALF),
    _PAYMENTS.format(part=_REST),
    _ALLOTMENTS,
)
_TABLES: Final = ("invoices_invoice", "invoices_line", "invoices_payment", "invoices_allotment")


def bill(url: str) -> int:
    """Bill every deal that has an amount; give how many invoices there are now."""
    engine = make_engine(url)
    with engine.begin() as connection:
        for statement in _STATEMENTS:
            connection.execute(sa.text(statement))
        number = connection.scalar(sa.text("SELECT count(*) FROM invoices_invoice"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in _TABLES:  # as a database does by itself in time
            connection.execute(sa.text(f"ANALYZE {table}"))
    engine.dispose()
    return int(number or 0)
