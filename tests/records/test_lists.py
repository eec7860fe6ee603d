"""The list engine on a table of offers: filters, orders, pages, counts."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from salesman_core.db import Money, Norm, UtcDateTime, make_engine
from salesman_core.errors import ForbiddenError, InvalidError
from salesman_core.records import relative
from salesman_core.records.list_chips import in_words
from salesman_core.records.lists import (
    FieldKind,
    Further,
    ListField,
    ListFilter,
    ListQuery,
    ListSpec,
    Page,
    count,
    describe,
    parse_list_query,
    select_page,
    totals,
)
from salesman_core.testing.databases import Template
from salesman_hookspecs import Person, Scope

EVERYTHING: Final = sa.true()


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012  # SQLAlchemy's convention


class Seller(Base):
    __tablename__ = "offers_seller"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Norm)


class Offer(Base):
    __tablename__ = "offers_offer"
    __table_args__ = (sa.Index("ix_offers_offer_amount", "amount", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str]
    search_name: Mapped[str] = mapped_column(Norm)
    amount: Mapped[Decimal] = mapped_column(Money)
    discount: Mapped[Decimal | None] = mapped_column(Money)
    due_on: Mapped[date | None]
    sent_at: Mapped[datetime | None]
    state: Mapped[str | None]
    urgent: Mapped[bool]
    pages: Mapped[int | None]
    seller_id: Mapped[int | None]


OFFERS: Final = ListSpec(
    kind="offers.offer",
    id=Offer.id,
    fields=(
        ListField("name", "Name", Offer.name, FieldKind.TEXT, norm=Offer.search_name),
        ListField("amount", "Amount", Offer.amount, FieldKind.MONEY),
        ListField(
            "discount", "Discount", Offer.discount, FieldKind.MONEY, permission="offers.cost.view"
        ),
        ListField("due_on", "Due", Offer.due_on, FieldKind.DATE, empty_high=True),
        ListField("sent_at", "Sent", Offer.sent_at, FieldKind.MOMENT),
        ListField(
            "state", "State", Offer.state, FieldKind.CHOICE, choices={"open": "Open", "won": "Won"}
        ),
        ListField("urgent", "Urgent", Offer.urgent, FieldKind.FLAG),
        ListField("pages", "Pages", Offer.pages, FieldKind.NUMBER),
        ListField(
            "seller_id",
            "Seller",
            Offer.seller_id,
            FieldKind.USER,
            sort_column=Seller.name,
            show=lambda id_: f"seller {id_}",
        ),
    ),
    filters=(
        ListFilter(
            "large",
            "Large",
            FieldKind.FLAG,
            lambda _operator, wanted: (Offer.amount >= 100) == wanted,
            operators=("eq",),
        ),
    ),
    search=Offer.search_name,
    source=sa.outerjoin(Offer, Seller, Seller.id == Offer.seller_id),
)

BOSS: Final = Person(id=7, name="Boss", everything=True)
SELLER: Final = Person(id=2, name="Seller", scopes={"offers.offer.view": Scope.OWN})

OFFERS_KEPT: Final[list[dict[str, Any]]] = [
    {"id": 1, "name": "Ромашка", "amount": "100.00", "discount": None, "due_on": None,
     "sent_at": datetime(2026, 3, 1, 9, tzinfo=UTC), "state": "open", "urgent": True, "pages": 3,
     "seller_id": 2},
    {"id": 2, "name": "ёлка и сосна", "amount": "99.99", "discount": "1.50",
     "due_on": date(2026, 4, 1), "sent_at": None, "state": "won", "urgent": False, "pages": None,
     "seller_id": 1},
    {"id": 3, "name": "Anchor", "amount": "-5.00", "discount": "0.00", "due_on": date(2026, 4, 1),
     "sent_at": datetime(2026, 3, 2, 9, 30, 0, 250000, tzinfo=UTC), "state": None, "urgent": False,
     "pages": 0, "seller_id": None},
    {"id": 4, "name": "anchor", "amount": "100.00", "discount": None, "due_on": date(2025, 1, 1),
     "sent_at": datetime(2026, 3, 1, 9, tzinfo=UTC), "state": "open", "urgent": True, "pages": None,
     "seller_id": 2},
    {"id": 5, "name": "100% хвоя", "amount": "0.01", "discount": "7.00", "due_on": None,
     "sent_at": None, "state": "open", "urgent": False, "pages": 3, "seller_id": 1},
]  # fmt: skip


def fill(url: str) -> None:
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    rows = [
        Offer(**row | {"search_name": row["name"], "amount": Decimal(row["amount"])}
              | {"discount": None if row["discount"] is None else Decimal(row["discount"])})
        for row in OFFERS_KEPT
    ]  # fmt: skip
    with Session(engine) as session, session.begin():
        session.add_all([*rows, Seller(id=1, name="Яна"), Seller(id=2, name="Андрей")])
    engine.dispose()


@pytest.fixture
def database_template() -> Template:
    return Template("offers", fill)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = make_engine(database_url)
    with Session(engine) as session:
        yield session
    engine.dispose()


def asked(person: Person = BOSS, **args: str | list[str]) -> ListQuery:
    return parse_list_query(args, OFFERS, person=person)


def found(session: Session, **args: str | list[str]) -> list[int]:
    return ids(page(session, asked(**args)))


def page(session: Session, query: ListQuery) -> Page:
    return select_page(session, (Offer.id, Offer.name), OFFERS, query, EVERYTHING)


def ids(page: Page) -> list[int]:
    return [row.id for row in page.rows]


def walked(session: Session, **args: str) -> list[int]:
    """Walk a list page by page."""
    query, seen = asked(**args), []
    while True:
        part = page(session, query)
        seen += ids(part)
        if part.next_cursor is None:
            return seen
        query = query.at(part.next_cursor)


# -- filters


FOUND: Final[list[tuple[dict[str, str], list[int]]]] = [
    ({"amount": "100"}, [1, 4]),
    ({"amount__gte": "99.99"}, [1, 2, 4]),
    ({"amount__gt": "99.99"}, [1, 4]),
    ({"amount__lte": "0.01"}, [3, 5]),
    ({"amount__lt": "0.01"}, [3]),
    ({"amount__in": "0.01,-5"}, [3, 5]),
    ({"amount__ne": "100.0"}, [2, 3, 5]),
    ({"discount__isnull": "true"}, [1, 4]),
    ({"discount__isnull": "false"}, [2, 3, 5]),
    ({"due_on__gte": "2026-01-01"}, [2, 3]),
    ({"sent_at__gt": "2026-03-01T12:00:00+03:00"}, [3]),
    ({"sent_at": "2026-03-01T09:00:00Z"}, [1, 4]),
    ({"state": "open", "urgent": "false"}, [5]),
    ({"pages__in": "0,3"}, [1, 3, 5]),
    ({"seller_id": "2"}, [1, 4]),
    ({"large": "true"}, [1, 4]),
]


def test_a_filter_finds_what_its_operator_says(session: Session) -> None:
    for args, expected in FOUND:
        assert (args, found(session, sort="id", **args)) == (args, expected)


def test_what_is_not_one_value_may_have_none(session: Session) -> None:
    assert found(session, sort="id", state__ne="open") == [2, 3]


def test_contains_forgives_case_and_the_two_dots_of_yo(session: Session) -> None:
    assert found(session, sort="id", name__contains="ЕЛКА") == [2]


def test_a_percent_sign_is_searched_for_to_the_letter(session: Session) -> None:
    assert found(session, name__contains="0%") == [5]


def test_search_finds_all_words_in_any_order(session: Session) -> None:
    assert found(session, q="сосна елка") == [2]


def test_a_parameter_given_several_times_means_any_of_its_values(session: Session) -> None:
    assert found(session, sort="id", pages=["0", "3"]) == [1, 3, 5]


def test_me_stands_for_whoever_asks(session: Session) -> None:
    query = asked(SELLER, seller_id="me")
    assert sorted(ids(page(session, query))) == [1, 4]


def test_the_base_condition_holds_for_rows_counts_and_sums(session: Session) -> None:
    own, query = Offer.seller_id == 2, asked()
    rows = select_page(session, (Offer.id,), OFFERS, query, own).rows
    assert sorted(row.id for row in rows) == [1, 4]
    assert count(session, OFFERS, query, own) == 2
    amount = sa.func.sum(Offer.amount).label("amount")
    assert totals(session, (amount,), OFFERS, query, own)[0].amount == Decimal("200.00")


# -- orders and pages

ORDERS: Final = {
    "id": [1, 2, 3, 4, 5],
    "-id": [5, 4, 3, 2, 1],
    "name": [5, 3, 4, 2, 1],
    "amount": [3, 5, 2, 1, 4],
    "-amount": [4, 1, 2, 5, 3],
    "discount": [1, 4, 3, 2, 5],
    "-discount": [5, 2, 3, 4, 1],
    "due_on": [4, 2, 3, 1, 5],
    "-due_on": [5, 1, 3, 2, 4],
    "sent_at": [2, 5, 1, 4, 3],
    "-sent_at": [3, 4, 1, 5, 2],
    "state": [3, 1, 4, 5, 2],
    "urgent": [2, 3, 5, 1, 4],
    "pages": [2, 4, 3, 1, 5],
    "-pages": [5, 1, 3, 4, 2],
    "seller_id": [3, 1, 4, 2, 5],
    "urgent,-amount": [2, 5, 3, 4, 1],
    "-state,due_on": [2, 4, 1, 5, 3],
    "-urgent,pages,-name": [4, 1, 2, 3, 5],
}
"""Names stand in the order of their normalised form, records without a value first or last."""


@pytest.mark.parametrize("limit", ["1", "2", "50"])
def test_pages_give_every_row_once_in_the_same_order_on_every_database(
    session: Session, limit: str
) -> None:
    assert {sort: walked(session, sort=sort, limit=limit) for sort in ORDERS} == ORDERS


def test_a_row_added_meanwhile_makes_none_come_twice(session: Session) -> None:
    first = page(session, asked(sort="amount", limit="2"))
    session.execute(
        sa.insert(Offer).values(
            id=6, name="new", search_name="new", amount=Decimal(-9), urgent=False
        )
    )
    second = page(session, asked(sort="amount").at(first.next_cursor))
    assert ids(first) + ids(second) == [3, 5, 2, 1, 4]


def test_the_last_page_has_no_next(session: Session) -> None:
    assert page(session, asked(limit="5")).next_cursor is None


def test_a_page_is_one_statement(
    session: Session, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    query = asked(sort="-amount", limit="2")
    later = query.at(page(session, query).next_cursor)
    with statements() as sent:
        page(session, later)
    assert len(sent) == 1


def test_a_deep_page_is_found_through_the_index(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET enable_seqscan = off"))  # five rows are no work for an index
    query = asked(sort="-amount", limit="2")
    later = query.at(page(session, query).next_cursor)
    plan = explained(session, later)
    assert "ix_offers_offer_amount" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def explained(session: Session, query: ListQuery) -> str:
    """Give the database's plan for a page."""
    sent: list[tuple[str, Any]] = []
    engine = session.get_bind()
    note = lambda *given: sent.append((given[2], given[3]))  # noqa: E731  # a listener
    sa.event.listen(engine, "before_cursor_execute", note)
    select_page(session, (Offer.id,), OFFERS, query, EVERYTHING)
    sa.event.remove(engine, "before_cursor_execute", note)
    statement, values = sent[-1]
    explain = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    rows = session.connection().exec_driver_sql(f"{explain} {statement}", values).all()
    return "\n".join(str(row[-1]) for row in rows)


def test_a_cursor_of_another_order_is_refused(session: Session) -> None:
    cursor = page(session, asked(sort="-amount", limit="2")).next_cursor
    with pytest.raises(InvalidError) as caught:
        page(session, asked(sort="amount").at(cursor))
    assert set(caught.value.fields) == {"cursor"}


def tampered(content: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


NO_CURSORS: Final = [
    "",
    "%%%",
    "кириллица",
    "a",
    tampered("x"),
    tampered({}),
    tampered([]),
    tampered(["offers.offer:-amount"]),
    tampered(["offers.offer:-amount", "1"]),
    tampered(["offers.offer:-amount", "1.234", "1"]),
    tampered(["offers.offer:-amount", "1" * 30, "1"]),
    tampered(["offers.offer:-amount", "1", "1; DROP TABLE offers_offer"]),
    tampered(["offers.offer:-amount", "1", "9" * 19]),
    tampered(["offers.offer:-amount", "1", "1", "1"]),
    tampered(["offers.offer:-amount", 1, None]),
    tampered(["offers.client:-amount", "1", "1"]),
]


def test_a_cursor_that_is_none_of_ours_is_refused(session: Session) -> None:
    for cursor in NO_CURSORS:
        with pytest.raises(InvalidError):
            page(session, asked(sort="-amount").at(cursor))


@given(places=st.lists(st.text(max_size=30), min_size=2, max_size=2))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_cursor_does_worse_than_be_refused(session: Session, places: list[str]) -> None:
    cursor = tampered(["offers.offer:name", *places])
    with suppress(InvalidError):
        assert set(ids(page(session, asked(sort="name").at(cursor)))) <= {1, 2, 3, 4, 5}


# -- counts and sums


def test_the_count_is_that_of_all_pages(session: Session) -> None:
    assert count(session, OFFERS, asked(limit="1", amount__gt="0"), EVERYTHING) == 4


def test_a_count_joins_no_table_that_it_does_not_need(
    session: Session, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with statements() as sent:
        count(session, OFFERS, asked(amount__gt="0"), EVERYTHING)
    assert "offers_seller" not in sent[0]


def test_a_count_may_stop(session: Session) -> None:
    assert count(session, OFFERS, asked(), EVERYTHING, at_most=3) == 3


def test_sums_are_exact_and_of_all_pages(session: Session) -> None:
    amount = sa.func.sum(Offer.amount).label("amount")
    (row,) = totals(session, (amount,), OFFERS, asked(limit="1"), EVERYTHING)
    assert row.amount == Decimal("295.00")


def test_sums_may_be_given_by_the_values_of_a_column(session: Session) -> None:
    amount = sa.func.sum(Offer.amount).label("amount")
    rows = totals(session, (amount,), OFFERS, asked(), EVERYTHING, by=(Offer.urgent,))
    assert [tuple(row) for row in rows] == [(False, Decimal("95.00")), (True, Decimal("200.00"))]


# -- what is asked


@pytest.mark.parametrize(
    "args",
    [
        {"colour": "red"},
        {"amount__near": "5"},
        {"amount__eq": "5"},
        {"amount": "five"},
        {"amount": "1.234"},
        {"amount": "1e3"},
        {"amount": "99999999999999999999"},
        {"amount__in": "1,"},
        {"amount__in": ",".join("1" * 101)},
        {"discount__isnull": "yes"},
        {"due_on": "2026-02-30"},
        {"due_on": "20260201"},
        {"sent_at": "2026-02-01T10:00:00"},
        {"state": "lost"},
        {"urgent": "1"},
        {"urgent__ne": "true"},
        {"pages": "2.5"},
        {"pages": "3000000000"},
        {"seller_id": "-1"},
        {"seller_id": "٣"},
        {"name": "\0"},
        {"name__contains": "x" * 501},
        {"amount__gt": ["1", "2"]},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "0000000019999"},
        {"limit": "ten"},
        {"sort": "colour"},
        {"sort": ""},
        {"sort": "id,name,amount,pages"},
        {"sort": "id,-id,id,id"},
        {"q": "x" * 201},
        {"q": "\0"},
    ],
)
def test_what_the_list_does_not_know_is_refused_by_its_parameter(
    args: dict[str, str | list[str]],
) -> None:
    with pytest.raises(InvalidError) as caught:
        parse_list_query(args, OFFERS, person=BOSS)
    assert set(caught.value.fields) == set(args)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidError) as caught:
        asked(colour="red", amount="five", limit="0")
    assert set(caught.value.fields) == {"colour", "amount", "limit"}


def test_parameters_of_others_are_left_to_them() -> None:
    query = parse_list_query({"columns": "name"}, OFFERS, person=BOSS, others={"columns"})
    assert query == asked()


@pytest.mark.parametrize("args", [{"discount__gt": "0"}, {"sort": "-discount"}])
def test_what_one_may_not_see_one_can_neither_filter_nor_sort_by(args: dict[str, str]) -> None:
    with pytest.raises(ForbiddenError) as caught:
        asked(SELLER, **args)
    assert caught.value.permission == "offers.cost.view"


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"sort": "name,-id", "limit": "10", "q": "ель"},
        {"amount__in": "1,2.50", "urgent": "true", "seller_id": "me"},
        {"sent_at__gte": "2026-03-01T12:00:00+03:00", "cursor": "abc"},
    ],
)
def test_a_query_written_into_an_address_is_read_back_the_same(args: dict[str, str]) -> None:
    query = asked(**args)
    assert parse_list_query(query.args(), OFFERS, person=BOSS) == query


def test_a_new_order_begins_on_the_first_page() -> None:
    query = asked(sort="name", cursor="abc").sorted_by("-amount")
    assert query.args() == {"sort": "-amount"}


def test_two_fields_of_one_name_are_a_mistake_of_the_author() -> None:
    name = ListField("name", "Name", Offer.name, FieldKind.TEXT)
    with pytest.raises(ValueError, match="two fields"):
        ListSpec("offers.offer", Offer.id, (name, name))


def test_a_list_knows_fields_that_are_given_at_run_time() -> None:
    code = ListField("code", "Code", Offer.name, FieldKind.TEXT)
    further = Further((code,), Offer.name, lambda _rows, _names: {}, lambda _rows, _names: {})
    spec = ListSpec("offers.offer", Offer.id, OFFERS.fields, further=lambda: further)
    query = parse_list_query({"code": "x", "sort": "-code"}, spec, person=BOSS)
    assert query.args() == {"code": "x", "sort": "-code"}


# -- filters in words


def test_filters_are_told_in_words() -> None:
    query = asked(
        q="ель",
        amount__gte="1000",
        due_on__lt="2026-03-01",
        state__in="open,won",
        urgent="false",
        seller_id="2",
        pages__isnull="true",
    )
    told = [(chip.name, chip.title, chip.words, chip.value) for chip in describe(query, OFFERS)]
    assert told == [
        ("q", "Search", "contains", "ель"),
        ("amount", "Amount", "at least", "1,000"),
        ("due_on", "Due", "before", "Mar 1, 2026"),
        ("state", "State", "is one of", "Open, Won"),
        ("urgent", "Urgent", "is", "no"),
        ("seller_id", "Seller", "is", "seller 2"),
        ("pages", "Pages", "is empty", ""),
    ]


def test_a_chip_says_what_to_leave_out_to_be_without_it() -> None:
    query = asked(amount__gte="1000", urgent="true", q="ель")
    for chip in describe(query, OFFERS):
        query = query.without(*chip.parameters)
    assert query.args() == {"sort": "-id"}


@pytest.mark.parametrize("moment", ["0001-01-01T00:01:00+00:05", "9999-12-31T23:59:00-00:05"])
def test_moment_whose_zone_leads_out_of_the_calendar_is_its_edge(moment: str) -> None:
    (filter_,) = asked(sent_at__gte=moment).filters

    assert filter_.value.year in {1, 9999}
    assert filter_.value.tzinfo is UTC


# -- days said from today, one's team, and groups

NOON: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday


def set_today(monkeypatch: pytest.MonkeyPatch, day: date, zone: str = "UTC") -> None:
    """Let it be *day* in a company of that zone; the list engine itself knows no application."""
    monkeypatch.setattr(relative, "today", lambda _zone: day)
    monkeypatch.setattr(relative, "company", lambda: SimpleNamespace(tz=ZoneInfo(zone)))


PERIODS: Final = [
    ("today", "2026-03-04", "2026-03-04"),
    ("yesterday", "2026-03-03", "2026-03-03"),
    ("tomorrow", "2026-03-05", "2026-03-05"),
    ("this_week", "2026-03-02", "2026-03-08"),
    ("last_week", "2026-02-23", "2026-03-01"),
    ("next_week", "2026-03-09", "2026-03-15"),
    ("this_month", "2026-03-01", "2026-03-31"),
    ("last_month", "2026-02-01", "2026-02-28"),
    ("next_month", "2026-04-01", "2026-04-30"),
    ("this_quarter", "2026-01-01", "2026-03-31"),
    ("last_quarter", "2025-10-01", "2025-12-31"),
    ("this_year", "2026-01-01", "2026-12-31"),
    ("last_year", "2025-01-01", "2025-12-31"),
    ("last_30_days", "2026-02-03", "2026-03-04"),
    ("next_7_days", "2026-03-04", "2026-03-10"),
    ("30_days_ago", "2026-02-02", "2026-02-02"),
    ("in_27_days", "2026-03-31", "2026-03-31"),
]


@pytest.mark.parametrize(("word", "first", "last"), PERIODS)
def test_day_said_from_today_is_a_period_of_the_calendar(
    monkeypatch: pytest.MonkeyPatch, word: str, first: str, last: str
) -> None:
    set_today(monkeypatch, NOON.date())

    assert relative.period_of(word) == relative.Period(
        date.fromisoformat(first), date.fromisoformat(last), ZoneInfo("UTC")
    )


@pytest.mark.parametrize("word", ["last_0_days", "days_ago", "last_99999_days", "this_century"])
def test_word_that_names_no_period_is_refused(word: str) -> None:
    with pytest.raises(InvalidError):
        asked(due_on=word)


OF_PERIODS: Final = [
    ("due_on", {"due_on": "next_month"}, [2, 3]),
    ("due_on", {"due_on__ne": "next_month"}, [1, 4, 5]),
    ("due_on", {"due_on__lt": "today"}, [4]),
    ("due_on", {"due_on__gt": "this_month"}, [2, 3]),
    ("due_on", {"due_on__in": "next_month,2025-01-01"}, [2, 3, 4]),
    ("sent_at", {"sent_at": "yesterday"}, []),
    ("sent_at", {"sent_at": "this_week"}, [3]),
    ("sent_at", {"sent_at__lte": "last_week"}, [1, 4]),
]


def test_period_finds_what_lies_in_it_before_it_or_behind_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_today(monkeypatch, NOON.date())
    for _field, args, expected in OF_PERIODS:
        assert (args, found(session, sort="id", **args)) == (args, expected)


def test_week_of_moments_begins_at_midnight_in_the_zone_of_the_company(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = "Pacific/Kiritimati"  # fourteen hours: nine in the evening is the next day there
    found_on = {}
    for day in (1, 2):
        set_today(monkeypatch, date(2026, 3, day), ahead)
        found_on[day] = found(session, sort="id", sent_at="today")

    assert found_on == {1: [1, 4], 2: [3]}


def test_period_follows_when_the_company_moves_to_another_zone(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_in = {}
    for zone in ("UTC", "Pacific/Pago_Pago"):  # there, the day begins eleven hours later
        set_today(monkeypatch, date(2026, 3, 2), zone)
        found_in[zone] = found(session, sort="id", sent_at="today")

    assert found_in == {"UTC": [3], "Pacific/Pago_Pago": []}


def test_period_is_told_in_words_and_stays_a_word_in_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_today(monkeypatch, NOON.date())
    query = asked(due_on="last_30_days", sent_at__lt="2_days_ago")

    assert [chip.value for chip in describe(query, OFFERS)] == ["the last 30 days", "2 days ago"]
    assert query.args() == {
        "due_on": "last_30_days",
        "sent_at__lt": "2_days_ago",
        "sort": "-id",
    }


def test_of_a_group_one_condition_is_enough(session: Session) -> None:
    args = {"any1.state": "won", "any1.pages__gte": "3"}

    assert found(session, sort="id", **args) == [1, 2, 5]


def test_groups_and_single_conditions_all_hold(session: Session) -> None:
    args = {"any1.state": "won", "any1.pages": "3", "any2.seller_id": "2", "any2.urgent": "true"}

    assert found(session, sort="id", **args) == [1]


def test_span_in_a_group_is_one_condition(session: Session) -> None:
    args = {"any1.amount__gte": "50", "any1.amount__lt": "100", "any1.state": "won"}
    either = {"any1.amount__gte": "50", "any1.amount__lt": "100", "any1.pages": "0"}

    assert found(session, sort="id", **args) == [2]
    assert found(session, sort="id", **either) == [2, 3]


def test_of_cases_one_that_holds_as_a_whole_is_enough(session: Session) -> None:
    args = {"case1.state": "open", "case1.pages": "3", "case2.seller_id": "1", "case2.pages": "3"}
    won = {"case1.state": "won", "case1.pages": "3", "case2.amount__lt": "0"}

    assert found(session, sort="id", **args) == [1, 5]
    assert found(session, sort="id", **won) == [3]


def test_each_condition_of_a_group_is_a_chip_that_can_be_dropped() -> None:
    query = asked(
        **{"any1.state": "won", "any1.pages__gte": "3", "any1.pages__lte": "9", "urgent": "true"}
    )
    chips = describe(query, OFFERS)

    assert [chip.told for chip in chips] == [
        "Urgent is yes",
        "any of State is Won",
        "or Pages at least 3, at most 9",
    ]
    assert query.without(*chips[2].parameters).args() == {
        "any1.state": "won",
        "urgent": "true",
        "sort": "-id",
    }


def test_none_of_several_may_be_asked_for(session: Session) -> None:
    assert found(session, sort="id", seller_id__ne="1,2") == [3]
    assert found(session, sort="id", state__ne="open") == [2, 3]
    assert [chip.told for chip in describe(asked(seller_id__ne="1,2"), OFFERS)] == [
        "Seller is none of seller 1, seller 2"
    ]


def test_groups_can_be_read_aloud() -> None:
    query = asked(
        **{"case1.state": "won", "case1.pages": "3", "case2.urgent": "true", "amount": "5"}
    )

    assert in_words(query, OFFERS) == (
        "Amount is 5; either State is Won and Pages is 3 or Urgent is yes"
    )


def test_what_one_may_not_see_one_cannot_ask_for_in_a_group_either() -> None:
    with pytest.raises(ForbiddenError):
        asked(SELLER, **{"any1.discount__gt": "0"})


VALUES: Final = {
    "state": st.sampled_from(["open", "won"]),
    "urgent": st.sampled_from(["true", "false"]),
    "amount__gte": st.sampled_from(["-5", "99.99", "100"]),
    "due_on": st.sampled_from(["this_month", "last_year", "2026-04-01", "last_900_days"]),
    "sent_at__lt": st.sampled_from(["today", "30_days_ago"]),
    "pages__isnull": st.sampled_from(["true", "false"]),
    "seller_id": st.sampled_from(["me", "1", "2"]),
}
ASKED: Final = st.dictionaries(
    st.tuples(
        st.sampled_from(["", "any1.", "any2.", "case1.", "case2."]), st.sampled_from(sorted(VALUES))
    ),
    st.integers(0, 10**6),
    max_size=5,
)
SCOPES: Final = {
    "none": sa.false(),
    "own": Offer.seller_id == 2,
    "team": Offer.seller_id.in_([1, 2]),
    "all": EVERYTHING,
}


@given(parts=ASKED, data=st.data())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
def test_count_of_a_filter_is_the_length_of_its_list_at_every_scope(
    session: Session, parts: dict[tuple[str, str], int], data: st.DataObject
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        set_today(patched, NOON.date())
        _counted_as_listed(session, parts, data)


def _counted_as_listed(
    session: Session, parts: dict[tuple[str, str], int], data: st.DataObject
) -> None:
    args = {f"{group}{name}": data.draw(VALUES[name]) for group, name in parts}
    query = asked(**args, limit="2")
    for name, scope in SCOPES.items():
        ids_: list[int] = []
        cursor: str | None = None
        while True:
            one = select_page(session, (Offer.id,), OFFERS, query.at(cursor), scope)
            ids_ += [row.id for row in one.rows]
            cursor = one.next_cursor
            if cursor is None:
                break
        counted = count(session, OFFERS, query, scope)
        assert (name, len(set(ids_)), len(ids_)) == (name, counted, counted)
