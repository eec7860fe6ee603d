"""What else reports count beside the deals of a company: climbs, activities, calls, leads, changes.

Written by SQL from the deals themselves, so that it is the same in every run.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from salesman_core.db import make_engine
from salesman_core.testing.people import Make

CALLERS: Final = 5

_SOURCES: Final = """
UPDATE core_client SET source = CASE id % 6
    WHEN 1 THEN 'site' WHEN 2 THEN 'exhibition' WHEN 3 THEN 'advice' WHEN 4 THEN 'letter'
    WHEN 5 THEN 'cold call' ELSE '' END
"""
_PLANS: Final = "UPDATE core_stage SET planned_days = 5 + percent / 10 WHERE percent < 90"
_CLIMBS: Final = """
INSERT INTO core_rung_move (
    client_id, of_client_id, from_rung_id, to_rung_id, at, actor_name, automatic, reason
)
SELECT id, id, former, rung_id, at, '', true, '' FROM (
    SELECT c.id, r.id AS rung_id, lag(r.id) OVER way AS former,
        TIMESTAMP '2024-01-05' + r.position * INTERVAL '90 days' + (c.id % 150) * INTERVAL '1 day'
            AS at
    FROM core_client c JOIN core_rung r ON r.position % 4 <> c.id % 7
    WINDOW way AS (PARTITION BY c.id ORDER BY r.position)
) climbed WHERE former IS NOT NULL
"""
_FALLS: Final = """
INSERT INTO core_rung_move (
    client_id, of_client_id, from_rung_id, to_rung_id, at, actor_name, automatic, reason
)
SELECT client_id, client_id, to_rung_id, from_rung_id, at + INTERVAL '200 days', '', false, ''
FROM core_rung_move WHERE client_id % 10 = 0
"""
_ACTIVITIES: Final = """
INSERT INTO calendar_activity (
    kind_id, subject, search_subject, text, owner_id, client_id, deal_id, apart, day, due_at,
    priority, done_at, done_by_id, result_text, created_at, updated_at, version
)
SELECT (SELECT min(id) FROM calendar_kind), name, search_name, '', owner_id, client_id, id, false,
    opened_on + (id % 30)::int, created_at + INTERVAL '1 day', 'normal',
    CASE WHEN outcome IS NULL AND id % 2 = 0 THEN NULL
         ELSE created_at + (id % 30) * INTERVAL '1 day' END,
    owner_id, '', created_at, updated_at, 1
FROM core_deal
"""
_LEADS: Final = """
INSERT INTO leads_lead (
    title, search_title, name, company, text, source, channel, utm_source, utm_medium, utm_campaign,
    utm_content, utm_term, referrer, page, ip, region, language, no_mailing, no_calls, suspicion,
    status, result, comment, owner_id, client_id, imported, attempts, created_at, updated_at,
    version
)
SELECT name, search_name, name, '', '', CASE id % 3 WHEN 0 THEN 'site' WHEN 1 THEN 'letter'
    ELSE '' END, '', '', '', '', '', '', '', '', '', '', '', false, false,
    CASE WHEN id % 50 = 0 THEN 'links' ELSE '' END,
    CASE WHEN id % 4 = 0 THEN 'closed' ELSE 'open' END,
    CASE WHEN id % 4 = 0 THEN 'converted' END, '', owner_id,
    CASE WHEN id % 4 = 0 THEN client_id END, '{}', 0, created_at, updated_at, 1
FROM core_deal WHERE id % 2 = 0
"""
_CALLS: Final = """
INSERT INTO inquiries_inquiry (
    title, search_title, direction, channel_id, happened_at, day, subject, text, source,
    taken_by_id, owner_id, name, company, result_id, next_step, status, became_kind, became_id,
    created_at, updated_at, version
)
SELECT d.name, d.search_name, 'outgoing', h.id, d.created_at, d.opened_on, '', '', '',
    caller.id, caller.id, '', '', CASE WHEN d.id % 5 <> 0 THEN r.id END, '',
    CASE WHEN d.id % 40 = 0 THEN 'cancelled' ELSE 'processed' END,
    CASE WHEN l.id IS NOT NULL THEN 'lead' END, l.id, d.created_at, d.updated_at, 1
FROM core_deal d
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM core_user
    WHERE name LIKE 'Caller %') caller ON caller.place = d.id % {callers}
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many
    FROM inquiries_channel) h ON h.place = d.id % h.many
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many
    FROM inquiries_result) r ON r.place = d.id / 7 % r.many
LEFT JOIN leads_lead l ON l.id = d.id AND d.id % 8 = 0
"""
_CHANGES: Final = """
INSERT INTO core_audit (at, actor_name, kind, record_id, label, action, changes, address, way)
SELECT created_at + INTERVAL '200 days', '', 'deal', id, name, 'changed',
    CASE id % 8
        WHEN 0 THEN json_build_object('amount', json_build_array(
            to_char(amount / 200.0, 'FM9999999990.00'), to_char(amount / 100.0, 'FM9999999990.00')))
        WHEN 4 THEN json_build_object('expected_on', json_build_array(
            to_char(opened_on + 90, 'YYYY-MM-DD'), to_char(expected_on, 'YYYY-MM-DD')))
        ELSE json_build_object('name', json_build_array('', name)) END, '', ''
FROM core_deal WHERE id % 2 = 0
"""
_BEFORE: Final = (_SOURCES, _PLANS, _CLIMBS, _FALLS, _ACTIVITIES, _LEADS)
_TABLES: Final = (
    "core_client",
    "core_stage",
    "core_rung_move",
    "core_audit",
    "calendar_activity",
    "leads_lead",
    "inquiries_inquiry",
)


def keep_busy(url: str, make: Make) -> None:
    """Let a company on PostgreSQL have worked: its clients climbed, and its people called."""
    for number in range(CALLERS):
        make.user("telemarketer", name=f"Caller {number}")
    calls = _CALLS.format(callers=CALLERS)
    engine = make_engine(url)
    with engine.begin() as connection:
        for statement in (*_BEFORE, calls, _CHANGES):
            connection.exec_driver_sql(statement.replace("%", "%%"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in _TABLES:  # as a database does by itself in time
            connection.execute(sa.text(f"VACUUM ANALYZE {table}"))
    engine.dispose()
