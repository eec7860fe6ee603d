"""What the catalogue contributes to the core: read from top to bottom, it is its contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, url_for

from salesman_catalogue import (
    bulk,
    category_service,
    deal_filters,
    defaults,
    document_variables,
    imports,
    offered,
    pages,
    panels,
    permissions,
    plans_sources,
    pricing,
    service,
    story,
    words,
)
from salesman_catalogue import demo as story_of_demo
from salesman_catalogue.import_apply import apply_products
from salesman_catalogue.lines import imports as lines_imports
from salesman_catalogue.lines import panels as lines_panels
from salesman_catalogue.lines import recounting
from salesman_catalogue.lines.service import SOURCE
from salesman_catalogue.models import KIND, Product
from salesman_catalogue.texts import texts
from salesman_catalogue.toolkit import Catalogue
from salesman_core.toolkit import (
    ApiBlueprint,
    RecordCard,
    describe_also,
    describe_fields,
    describe_kind,
    reading,
    search_source,
)
from salesman_hookspecs import (
    AddedFilter,
    AmountSource,
    BulkAction,
    Demo,
    EventType,
    HealthCheck,
    ImportPart,
    ImportType,
    NavItem,
    Permission,
    PresetGrant,
    QuickCreate,
    RecordBin,
    RecordType,
    SearchSource,
    Slot,
    SlotFill,
    hookimpl,
)

_ = texts.lazy

describe_fields(KIND, words.FIELDS)
describe_kind(category_service.KIND, _("Category of products"), words.CATEGORY)
describe_also("deal", words.OF_DEALS)


@hookimpl
def salesman_permissions() -> Iterable[Permission]:
    """Give what may be done with the catalogue."""
    return permissions.PERMISSIONS


@hookimpl
def salesman_preset_grants() -> Iterable[PresetGrant]:
    """Give what each preset role may do with it."""
    return permissions.GRANTS


@hookimpl
def salesman_record_types() -> Iterable[RecordType]:
    """Say how products are reached: they belong to nobody."""
    return [
        RecordType(
            kind=KIND,
            title=_("Product"),
            plural=_("Products"),
            model=Product,
            view_permission=permissions.VIEW,
            card_endpoint="catalogue.card",
            owner=None,
            deleted="deleted_at",
            listed=bulk.LISTED,
            bin=RecordBin(permissions.DELETE, service.restore_product),
            notes_and_files=True,
        )
    ]


@hookimpl
def salesman_amount_source() -> Iterable[AmountSource]:
    """Let lines own the amounts of their deals."""

    def lines_page(deal_id: int) -> str:
        return url_for("catalogue.lines", deal_id=deal_id)

    return [AmountSource(SOURCE, _("Lines of the deal"), lines_page)]


@hookimpl
def salesman_bulk_actions() -> Iterable[BulkAction]:
    """Give what may be done with many products at once, and with the lines of many deals."""
    return [*bulk.ACTIONS, recounting.ACTION]


@hookimpl
def salesman_list_filters() -> Iterable[AddedFilter]:
    """Let the list of deals be narrowed to what stands in their lines."""
    return deal_filters.ADDED


@hookimpl
def salesman_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return [pages.blueprint]


@hookimpl
def salesman_api_blueprints() -> Iterable[ApiBlueprint]:
    """Give the JSON API."""
    return [pages.api]


@hookimpl
def salesman_nav_items() -> Iterable[NavItem]:
    """Give the menu entries."""
    return [
        NavItem(
            id="products",
            title=_("Products"),
            endpoint="catalogue.index",
            station="sale",
            icon="package",
            permission=permissions.VIEW,
            order=40,
        ),
        NavItem(
            id="categories",
            title=_("Categories of products"),
            endpoint="catalogue.categories",
            station="administration",
            icon="sitemap",
            permission=permissions.MANAGE_CATEGORIES,
            order=43,
        ),
        NavItem(
            id="choices",
            title=_("Price levels and VAT"),
            endpoint="catalogue.choices",
            station="administration",
            icon="receipt-tax",
            permission=permissions.MANAGE_PRICING,
            order=44,
        ),
    ]


@hookimpl
def salesman_quick_create() -> Iterable[QuickCreate]:
    """Give the entry of the "new" menu."""
    return [
        QuickCreate(
            "product", _("Product"), "catalogue.new", "package", permissions.CREATE, order=60
        ),
    ]


@hookimpl
def salesman_slots() -> Iterable[Slot]:
    """Give the place of a product's card that others may fill."""
    return [
        Slot(
            "catalogue.product.card.panels",
            RecordCard,
            "Product: under its description",
            panels.slot_context,
        )
    ]


@hookimpl
def salesman_slot_fills() -> Iterable[SlotFill]:
    """Show the lines of a deal on its card."""
    return [
        SlotFill(
            id="lines",
            slot="deal.card.panels",
            render=lines_panels.lines_of_deal,
            title=_("Lines"),
            permission=permissions.SEE_DEAL,
            order=10,
        )
    ]


@hookimpl
def salesman_search_sources() -> Iterable[SearchSource]:
    """Let the search box find products."""
    return [search_source("products", _("Products"), "package", permissions.VIEW, story.FOUND)]


@hookimpl
def salesman_import_types() -> Iterable[ImportType]:
    """Let files bring in products; the company's price levels are fields as well."""
    return [
        ImportType(
            "products",
            _("Products"),
            permissions.IMPORT,
            imports.FIELDS,
            apply_products,
            imports.FOUND_BY,
            imports.USUALLY,
            further=pricing.import_fields,
        )
    ]


@hookimpl
def salesman_import_parts() -> Iterable[ImportPart]:
    """Let files of deals bring lines along."""
    return [lines_imports.PART]


@hookimpl
def salesman_event_types() -> Iterable[EventType]:
    """Say what happens to products, and to the lines of deals."""
    fields = {"fields": "the names of the changed fields"}
    lines = {"amount": "what the lines come to with VAT", "number": "how many lines there are"}
    return [
        EventType("catalogue.product.created", "A product was entered", {"name": "its name"}),
        EventType("catalogue.product.changed", "A product was changed", fields),
        EventType("catalogue.product.deleted", "A product was put into the bin"),
        EventType("catalogue.product.restored", "A product was taken out of the bin"),
        EventType("catalogue.lines.changed", "The lines of a deal were changed", lines),
    ]


@hookimpl
def salesman_health() -> Iterable[HealthCheck]:
    """Tell of deals that amount to something else than their lines."""
    return recounting.checks(reading())


@hookimpl
def salesman_defaults(language: str) -> None:
    """Let the company begin with the usual price levels and VAT rates."""
    defaults.make_choices(language)


@hookimpl
def salesman_demo(demo: Demo) -> None:
    """Let the demo company sell something."""
    story_of_demo.tell(demo)


@hookimpl(optionalhook=True)
def salesman_plans_sources() -> Iterable[Mapping[str, Any]]:
    """Let plans count the units of closed deals."""
    return plans_sources.sources()


@hookimpl(optionalhook=True)
def salesman_documents_variables() -> Iterable[Mapping[str, Any]]:
    """Let templates of documents say the lines of a deal."""
    return document_variables.sections()


@hookimpl
def salesman_service() -> Iterable[Catalogue]:
    """Let other plugins find products and write lines."""
    return [offered.Shelf()]
