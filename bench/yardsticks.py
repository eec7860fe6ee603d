"""Reports as one would ask for them by hand: the plainest SQL that gives the same figures.

It asks as somebody who sees everything, of one currency and of all time, as the bench does. Each
statement gives the key of a row and the figures that it names; a row of the key ``total`` is what
does not add up. What follows from other figures of a row, as a share, is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bench.bare.drivers import Driver

Figures = Mapping[tuple[str, str], Any]
"""By the keys of rows and the names of figures; what is nought is left out."""

DAY: Final = date(2025, 6, 30)
"""As of which the past is asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement by hand.

    :param names: of the figures behind the key, in the order of the columns.
    :param values: of its question marks.
    """

    names: tuple[str, ...]
    statement: str
    values: tuple[Any, ...] = ()


def by_hand(driver: Driver, asked: Sequence[Asked]) -> Figures:
    """Ask, and give the figures; money in hundredths."""
    found = {}
    for one in asked:
        for key, *values in driver.rows(one.statement, one.values):
            named = "total" if key is None else str(key)
            told = zip(one.names, values, strict=True)
            found.update({(named, name): value for name, value in told if value})
    return found


_LIVE: Final = "FROM core_deal d WHERE d.deleted_at IS NULL"
_MONTH: Final = "to_char({}, 'YYYY-MM-01')"
_CLOSED_IN: Final = _MONTH.format("d.closed_on")
_EXPECTED_IN: Final = _MONTH.format("d.expected_on")
_THIS_MONTH: Final = _MONTH.format("CURRENT_DATE")
_MOVED_IN: Final = _MONTH.format("m.at AT TIME ZONE 'Europe/Moscow'")
_OWNER: Final = "coalesce(owner_id, 0)"
_RESTS: Final = "coalesce(d.frozen_until > CURRENT_DATE, false)"

_FORECAST: Final = (
    Asked(
        ("deals", "amount", "forecast"),
        f"""
        SELECT place, sum(deals), sum(amount), sum(forecast) FROM (
            SELECT CASE WHEN {_RESTS} THEN 'frozen'
                    WHEN d.expected_on IS NULL THEN 'undated'
                    WHEN d.expected_on < CURRENT_DATE THEN 'overdue'
                    WHEN d.expected_on >= date_trunc('month', CURRENT_DATE) + INTERVAL '1 year'
                        THEN 'later'
                    ELSE {_EXPECTED_IN} END AS place,
                date_trunc('month', d.expected_on), s.percent, count(*) AS deals,
                sum(d.amount) AS amount, round(sum(d.amount) * s.percent / 100) AS forecast
            FROM core_deal d JOIN core_stage s ON s.id = d.stage_id
            WHERE d.deleted_at IS NULL AND d.outcome IS NULL GROUP BY 1, 2, 3
        ) each GROUP BY place
        """,
    ),
    Asked(
        ("won",),
        f"""
        SELECT {_THIS_MONTH}, sum(d.amount) {_LIVE} AND d.outcome = 'won'
        AND d.closed_on >= date_trunc('month', CURRENT_DATE)
        AND d.closed_on < date_trunc('month', CURRENT_DATE) + INTERVAL '1 month'
        """,
    ),
)
_CLOSED_MONTHS: Final = (
    Asked(
        ("won", "lost", "turnover", "won_days", "lost_days"),
        f"""
        SELECT {_CLOSED_IN}, count(*) FILTER (WHERE outcome = 'won'),
            count(*) FILTER (WHERE outcome = 'lost'), sum(amount) FILTER (WHERE outcome = 'won'),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY closed_on - opened_on)
                FILTER (WHERE outcome = 'won'),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY closed_on - opened_on)
                FILTER (WHERE outcome = 'lost')
        {_LIVE} AND outcome IS NOT NULL GROUP BY GROUPING SETS ((1), ())
        """,
    ),
)
_ATTENTION: Final = (
    Asked(
        ("in_work", "amount", "stalled", "overdue", "no_next"),
        f"""
        SELECT coalesce(d.owner_id, 0), count(*), sum(d.amount),
            count(*) FILTER (WHERE coalesce(d.plan_since, d.stage_since)
                < now() - (s.planned_days + 1) * INTERVAL '1 day'),
            count(*) FILTER (WHERE d.expected_on < CURRENT_DATE),
            count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM calendar_activity a
                WHERE a.deal_id = d.id AND a.done_at IS NULL AND a.deleted_at IS NULL))
        FROM core_deal d JOIN core_stage s ON s.id = d.stage_id
        WHERE d.deleted_at IS NULL AND d.outcome IS NULL AND NOT {_RESTS} GROUP BY 1
        """,
    ),
)
_STAGES: Final = (
    Asked(
        ("came", "reached", "days"),
        """
        WITH steps AS (
            SELECT m.deal_id, m.id, m.at, m.day, m.to_stage_id AS stage_id,
                m.action IN ('open', 'move', 'transfer') AS comes,
                CASE WHEN m.action = 'close' THEN 1000 ELSE s.percent END AS height
            FROM core_deal_move m
            JOIN core_deal d ON d.id = m.deal_id
            JOIN core_stage s ON s.id = m.to_stage_id
            WHERE d.deleted_at IS NULL AND (m.action IN ('open', 'move', 'transfer')
                OR m.action = 'close' AND m.outcome = 'won')
        ), firsts AS (
            SELECT DISTINCT ON (deal_id, stage_id) * FROM steps WHERE comes
            ORDER BY deal_id, stage_id, at, id
        ), ends AS (
            SELECT id, percent AS height, pipeline_id FROM core_stage WHERE pipeline_id IS NOT NULL
            UNION ALL SELECT 0, 1000, id FROM core_pipeline
        ), ways AS (
            SELECT f.stage_id, e.id, min(s.day) - f.day AS days FROM firsts f
            JOIN core_stage b ON b.id = f.stage_id
            JOIN ends e ON e.pipeline_id = b.pipeline_id AND e.height > f.height
            JOIN steps s ON s.deal_id = f.deal_id AND s.height >= e.height
                AND (s.at, s.id) >= (f.at, f.id)
            GROUP BY f.deal_id, f.stage_id, e.id, f.day
        )
        SELECT w.stage_id || '-' || w.id, came.number, count(*),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY days) FROM ways w
        JOIN (SELECT stage_id, count(*) AS number FROM firsts GROUP BY stage_id) came
            ON came.stage_id = w.stage_id
        GROUP BY w.stage_id, w.id, came.number
        """,
    ),
)
_SELLERS: Final = (
    Asked(
        ("won", "turnover", "margin"),
        f"SELECT {_OWNER}, count(*), sum(amount), sum(amount - cost) {_LIVE}"
        " AND outcome = 'won' GROUP BY 1",
    ),
    Asked(
        ("in_work", "amount", "forecast"),
        f"""
        SELECT owner, sum(deals), sum(amount), sum(forecast) FROM (
            SELECT {_OWNER} AS owner, s.percent, count(*) AS deals, sum(d.amount) AS amount,
                round(sum(d.amount) * s.percent / 100) AS forecast
            FROM core_deal d JOIN core_stage s ON s.id = d.stage_id
            WHERE d.deleted_at IS NULL AND d.outcome IS NULL AND NOT {_RESTS} GROUP BY 1, 2
        ) each GROUP BY owner
        """,
    ),
)
_SOURCES: Final = (
    Asked(
        ("leads",),
        "SELECT source, count(*) FROM leads_lead"
        " WHERE deleted_at IS NULL AND suspicion = '' GROUP BY source",
    ),
    Asked(
        ("clients",),
        "SELECT source, count(*) FROM core_client WHERE deleted_at IS NULL GROUP BY source",
    ),
    Asked(
        ("deals", "won", "turnover", "margin"),
        """
        SELECT coalesce(c.source, ''), count(*), count(*) FILTER (WHERE d.outcome = 'won'),
            sum(d.amount) FILTER (WHERE d.outcome = 'won'),
            sum(d.amount - d.cost) FILTER (WHERE d.outcome = 'won')
        FROM core_deal d
        LEFT JOIN core_client c ON c.id = d.client_id AND c.deleted_at IS NULL
        WHERE d.deleted_at IS NULL GROUP BY 1
        """,
    ),
)
_PURCHASES: Final = f"""
SELECT client_id, amount, closed_on, row_number() OVER way AS number,
    closed_on - lag(closed_on) OVER way AS days
{_LIVE} AND outcome = 'won' AND client_id IS NOT NULL
WINDOW way AS (PARTITION BY client_id ORDER BY closed_on, id)
"""
_REPEATED: Final = (
    Asked(
        ("clients", "deals", "turnover", "days"),
        f"""
        SELECT least(number, 5), count(DISTINCT client_id), count(*), sum(amount),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY days)
        FROM ({_PURCHASES}) d GROUP BY GROUPING SETS ((1), ())
        """,
    ),
    Asked(
        ("deals", "turnover"),
        f"SELECT 'lone', count(*), sum(amount) {_LIVE} AND outcome = 'won' AND client_id IS NULL",
    ),
)
_REPEATED_MONTHS: Final = (
    Asked(
        ("first_deals", "again_deals", "first_turnover", "again_turnover", "days"),
        f"""
        SELECT {_CLOSED_IN}, count(*) FILTER (WHERE number = 1),
            count(*) FILTER (WHERE number > 1), sum(amount) FILTER (WHERE number = 1),
            sum(amount) FILTER (WHERE number > 1),
            percentile_disc(0.5) WITHIN GROUP (ORDER BY days)
        FROM ({_PURCHASES}) d GROUP BY GROUPING SETS ((1), ())
        """,
    ),
)
_MOVES: Final = """
FROM core_rung_move m JOIN core_rung b ON b.id = m.from_rung_id
JOIN core_rung a ON a.id = m.to_rung_id JOIN core_client c ON c.id = m.client_id
WHERE m.of_client_id = m.client_id AND c.deleted_at IS NULL
"""
_UP, _DOWN = "a.position > b.position", "a.position < b.position"
_MOVED: Final = f"""
    count(DISTINCT c.id) FILTER (WHERE {_UP}),
    count(DISTINCT c.id) FILTER (WHERE {_UP} AND a.sales > 0),
    count(DISTINCT c.id) FILTER (WHERE {_DOWN})
{_MOVES}
"""
_MOVES_NAMES: Final = ("climbed", "bought", "fell")
_DONE: Final = """
FROM calendar_activity t JOIN core_client c ON c.id = t.client_id
WHERE t.deleted_at IS NULL AND c.deleted_at IS NULL AND t.done_at IS NOT NULL
"""
_DONE_NAMES: Final = ("activities", "worked")
_RUNG_THEN: Final = """
coalesce(
    (SELECT m.to_rung_id FROM core_rung_move m WHERE m.client_id = t.client_id
        AND m.of_client_id = m.client_id AND m.at <= t.done_at ORDER BY m.at DESC, m.id DESC
        LIMIT 1),
    (SELECT m.from_rung_id FROM core_rung_move m WHERE m.client_id = t.client_id
        AND m.of_client_id = m.client_id ORDER BY m.at, m.id LIMIT 1),
    c.rung_id)
"""


def _done_by(key: str) -> Asked:
    return Asked(
        _DONE_NAMES,
        f"SELECT {key}, count(*), count(DISTINCT t.client_id) {_DONE}"
        " GROUP BY GROUPING SETS ((1), ())",
    )


_RUNGS: Final = (
    Asked(
        ("clients",),
        "SELECT rung_id, count(*) FROM core_client WHERE deleted_at IS NULL GROUP BY rung_id",
    ),
    Asked(
        ("came", "fell"),
        f"SELECT a.id, count(DISTINCT c.id) FILTER (WHERE {_UP}),"
        f" count(DISTINCT c.id) FILTER (WHERE {_DOWN}) {_MOVES} GROUP BY GROUPING SETS ((1), ())",
    ),
    Asked(("went",), f"SELECT b.id, count(DISTINCT c.id) {_MOVES} AND {_UP} GROUP BY b.id"),
    _done_by(_RUNG_THEN),
)
_CLIMBING: Final = (
    Asked(
        _MOVES_NAMES,
        f"SELECT {_MOVED_IN}, {_MOVED} GROUP BY GROUPING SETS ((1), ())",
    ),
    _done_by(_MONTH.format("t.day")),
)
_CLIMBERS: Final = (
    Asked(
        _MOVES_NAMES,
        f"SELECT coalesce(c.owner_id, 0), {_MOVED} GROUP BY GROUPING SETS ((1), ())",
    ),
    _done_by("coalesce(t.owner_id, 0)"),
)
_BOUGHT: Final = f"""
SELECT client_id, count(*) AS deals, sum(amount) AS amount, max(closed_on) AS last {_LIVE}
AND outcome = 'won' AND client_id IN (SELECT id FROM core_client WHERE deleted_at IS NULL)
GROUP BY client_id
"""
_BEFORE: Final = "sum(amount) OVER (ORDER BY amount DESC) - sum(amount) OVER (PARTITION BY amount)"
_LETTERED: Final = f"""
SELECT *, CASE WHEN 100 * ({_BEFORE}) < 80 * sum(amount) OVER () THEN 'A'
    WHEN 100 * ({_BEFORE}) < 95 * sum(amount) OVER () THEN 'B' ELSE 'C' END AS letter
FROM ({_BOUGHT}) bought
"""


def _third(value: str) -> str:
    return (
        f"1 + 3 * (2 * (rank() OVER (ORDER BY {value}) - 1)"
        f" + count(*) OVER (PARTITION BY {value})) / (2 * count(*) OVER ())"
    )


_COUNTS: Final = "count(*), sum(deals), sum(amount)"
_ABC: Final = (
    Asked(
        ("clients", "deals", "turnover"),
        f"SELECT letter, {_COUNTS} FROM ({_LETTERED}) lettered GROUP BY letter",
    ),
)
_RFM: Final = (
    Asked(
        ("clients", "deals", "turnover", "days"),
        f"""
        SELECT recency || CASE WHEN often + much > 4 THEN '3' WHEN often + much > 2 THEN '2'
            ELSE '1' END, {_COUNTS},
            percentile_disc(0.5) WITHIN GROUP (ORDER BY CURRENT_DATE - last)
        FROM (SELECT *, {_third("last")} AS recency, {_third("deals")} AS often,
            {_third("amount")} AS much FROM ({_BOUGHT}) bought) graded GROUP BY 1
        """,
    ),
)
_BUYERS: Final = (
    Asked(
        ("client", "class", "deals", "turnover", "days"),
        f"""
        SELECT client_id, c.name, letter, deals, amount, CURRENT_DATE - last
        FROM ({_LETTERED}) lettered JOIN core_client c ON c.id = client_id
        ORDER BY amount DESC, c.search_name, c.id
        """,
    ),
)
_LATE: Final = "CURRENT_DATE - due_on"
_LEFT: Final = "sum(amount - paid)"
_RECEIVABLES: Final = (
    Asked(
        ("client", "invoices", "left", "not_due", "to_30", "to_60", "to_90", "over_90"),
        f"""
        SELECT client_id, c.name, count(*), {_LEFT},
            {_LEFT} FILTER (WHERE due_on IS NULL OR due_on >= CURRENT_DATE),
            {_LEFT} FILTER (WHERE {_LATE} BETWEEN 1 AND 30),
            {_LEFT} FILTER (WHERE {_LATE} BETWEEN 31 AND 60),
            {_LEFT} FILTER (WHERE {_LATE} BETWEEN 61 AND 90),
            {_LEFT} FILTER (WHERE {_LATE} > 90)
        FROM invoices_invoice i LEFT JOIN core_client c ON c.id = i.client_id
        WHERE i.deleted_at IS NULL AND state = 'issued' AND paid < amount AND currency = 'RUB'
        GROUP BY client_id, c.name
        """,
    ),
)
_TELEMARKETERS: Final = (
    Asked(
        ("person", "calls", "conversations", "interests", "leads", "deals", "clients"),
        """
        SELECT u.id, u.name, count(*) FILTER (WHERE h.call),
            count(*) FILTER (WHERE h.call AND r.reached),
            count(*) FILTER (WHERE r.interest OR i.became_kind IS NOT NULL),
            count(*) FILTER (WHERE i.became_kind = 'lead'),
            count(*) FILTER (WHERE i.became_kind = 'deal'),
            count(*) FILTER (WHERE i.became_kind = 'lead' AND l.result = 'converted')
        FROM inquiries_inquiry i
        JOIN inquiries_channel h ON h.id = i.channel_id
        JOIN core_user u ON u.id = i.taken_by_id
        LEFT JOIN inquiries_result r ON r.id = i.result_id
        LEFT JOIN leads_lead l ON l.id = i.became_id AND l.deleted_at IS NULL
        WHERE i.deleted_at IS NULL AND i.status <> 'cancelled' AND u.id IN (
            SELECT ur.user_id FROM core_user_role ur JOIN core_role_grant g
                ON g.role_id = ur.role_id AND g.permission = 'inquiries.call.counted')
        GROUP BY u.id
        """,
    ),
)
_REACHED: Final = "(d.outcome = 'won' OR s.percent >= b.percent)"
_FAR: Final = f"""
FROM core_stage b JOIN core_stage s ON s.pipeline_id = b.pipeline_id
JOIN (SELECT stage_id, owner_id, outcome, count(*) AS number, sum(amount) AS amount {_LIVE}
    AND outcome IS NOT NULL AND currency = 'RUB' GROUP BY 1, 2, 3) d ON d.stage_id = s.id
"""
_FUNNEL: Final = (
    Asked(
        ("reached", "amount", "lost", "won"),
        f"""
        SELECT b.id, sum(d.number) FILTER (WHERE {_REACHED}),
            sum(d.amount) FILTER (WHERE {_REACHED}),
            sum(d.number) FILTER (WHERE d.outcome = 'lost' AND s.id = b.id),
            sum(d.number) FILTER (WHERE d.outcome = 'won') {_FAR} GROUP BY b.id
        """,
    ),
    Asked(
        ("days",),
        """
        SELECT m.from_stage_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY m.seconds / 86400)
        FROM core_deal_move m JOIN core_deal d ON d.id = m.deal_id
        WHERE d.deleted_at IS NULL AND d.outcome IS NOT NULL AND m.action IN ('move', 'close')
        AND m.seconds > 0 GROUP BY m.from_stage_id
        """,
    ),
)
_LOSSES: Final = (
    Asked(
        ("deals", "amount"),
        f"SELECT stage_id || '-' || reason_id, count(*), sum(amount) {_LIVE}"
        " AND outcome = 'lost' AND currency = 'RUB' GROUP BY stage_id, reason_id",
    ),
)
_CALIBRATION: Final = (
    Asked(
        ("reached", "won"),
        f"""
        SELECT b.id, sum(d.number) FILTER (WHERE {_REACHED}),
            sum(d.number) FILTER (WHERE d.outcome = 'won') {_FAR} GROUP BY b.id
        """,
    ),
    Asked(
        ("reached", "won"),
        f"""
        SELECT b.id || '-' || d.owner_id, sum(d.number) FILTER (WHERE {_REACHED}),
            sum(d.number) FILTER (WHERE d.outcome = 'won') {_FAR}
        WHERE d.owner_id IN (SELECT owner_id {_LIVE} AND outcome IS NOT NULL GROUP BY owner_id
            ORDER BY count(*) DESC, owner_id LIMIT 6)
        GROUP BY b.id, d.owner_id
        """,
    ),
)


def _former(field: str) -> str:
    """Give the SQL of what a field of a deal held when the day ended, where it changed since."""
    return f"""
    SELECT DISTINCT ON (record_id) record_id, changes->'{field}'->>0 AS held FROM core_audit
    WHERE kind = 'deal' AND at >= ? AND action <> 'created' AND changes->>'{field}' IS NOT NULL
    ORDER BY record_id, id
    """


_STOOD: Final = f"""
WITH last AS (
    SELECT DISTINCT ON (deal_id) deal_id, action, to_stage_id FROM core_deal_move
    WHERE at < ? ORDER BY deal_id, at DESC, id DESC
), rest AS (
    SELECT DISTINCT ON (deal_id) deal_id, action, frozen_until FROM core_deal_move
    WHERE at < ? AND action IN ('freeze', 'thaw') ORDER BY deal_id, at DESC, id DESC
), owner AS ({_former("owner_id")}), amount AS ({_former("amount")}),
currency AS ({_former("currency")}), expected AS ({_former("expected_on")})
SELECT s.id, s.percent, coalesce(rest.action = 'freeze' AND rest.frozen_until > ?, false) AS frozen,
    CASE WHEN owner.record_id IS NULL THEN d.owner_id ELSE owner.held::bigint END AS owner_id,
    CASE WHEN amount.record_id IS NULL THEN d.amount
        ELSE round(amount.held::numeric * 100)::bigint END AS amount,
    coalesce(currency.held, d.currency) AS currency,
    CASE WHEN expected.record_id IS NULL THEN d.expected_on::text ELSE expected.held END
        AS expected_on
FROM core_deal d JOIN last ON last.deal_id = d.id AND last.action <> 'close'
JOIN core_stage s ON s.id = last.to_stage_id
LEFT JOIN rest ON rest.deal_id = d.id
LEFT JOIN owner ON owner.record_id = d.id
LEFT JOIN amount ON amount.record_id = d.id
LEFT JOIN currency ON currency.record_id = d.id
LEFT JOIN expected ON expected.record_id = d.id
WHERE d.deleted_at IS NULL
"""
_END: Final = "2025-06-30T21:00:00Z"
_AS_OF: Final = (
    Asked(
        ("deals", "amount"),
        f"""
        SELECT concat_ws('-', id, frozen, owner_id, substr(expected_on, 1, 7)), count(*),
            sum(amount) FROM ({_STOOD}) stood WHERE currency = 'RUB'
        GROUP BY id, frozen, owner_id, substr(expected_on, 1, 7)
        """,
        (_END,) * 6 + (DAY,),
    ),
)

BY_HAND: Final[Mapping[str, Sequence[Asked]]] = {
    "analytics.forecast": _FORECAST,
    "analytics.closed_months": _CLOSED_MONTHS,
    "analytics.attention": _ATTENTION,
    "analytics.stages": _STAGES,
    "analytics.sellers": _SELLERS,
    "analytics.sources": _SOURCES,
    "analytics.repeated": _REPEATED,
    "analytics.repeated_months": _REPEATED_MONTHS,
    "analytics.rungs": _RUNGS,
    "analytics.climbing": _CLIMBING,
    "analytics.climbers": _CLIMBERS,
    "analytics.abc": _ABC,
    "analytics.rfm": _RFM,
    "analytics.buyers": _BUYERS,
    "invoices.receivables": _RECEIVABLES,
    "inquiries.telemarketers": _TELEMARKETERS,
    "analytics.funnel": _FUNNEL,
    "analytics.losses": _LOSSES,
    "analytics.calibration": _CALIBRATION,
    "analytics.as_of": _AS_OF,
}
"""By the ids of reports. Analytics' page of the funnel shows kept figures, which other tests of the
bench measure."""
