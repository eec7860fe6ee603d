"""The pages of products. A view is a few lines: read, ask the service, show."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import Blueprint, jsonify, redirect, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesman_catalogue import asked, choosing, forms, pricing, queries, service
from salesman_catalogue.bulk import LISTED
from salesman_catalogue.lists import KIND_TITLES, PRODUCTS
from salesman_catalogue.models import KIND
from salesman_catalogue.permissions import CREATE, DELETE, EDIT, VIEW
from salesman_catalogue.schemas import ProductSchema
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    FormState,
    InvalidError,
    ListPage,
    RecordCard,
    contact_data,
    files_panel,
    judge,
    last_change,
    narrowed,
    reaches,
    reading,
    render,
    requires,
    save_form,
    story_panel,
    toast,
    version_in,
)
from salesman_hookspecs import Text as Words

_ = texts.lazy

blueprint = Blueprint("catalogue", __name__, url_prefix="/catalogue")

Typed = MultiDict[str, str]
Page = Markup | Response | tuple[Markup, int]

LONGEST_SOUGHT: Final = 100
ASKS: Final = (
    *("category_id", "kind", "vat_rate_id", "unit", "active", "article", "external_id"),
    *("cost", "created_at", "updated_at"),
)
VIEWS: Final[tuple[tuple[Words, dict[str, str]], ...]] = (
    (_("Offered"), {"active": "true"}),
    (_("Goods"), {"active": "true", "kind": "goods"}),
    (_("Services"), {"active": "true", "kind": "service"}),
    (_("Without a category"), {"category_id__isnull": "true"}),
    (_("All"), {}),
)


def _list() -> ListPage:
    return ListPage.of(LISTED, views=VIEWS, asks=ASKS, options=_options)


def _options() -> dict[str, Any]:
    session = reading()
    rates = [(one.id, one.name) for one in choosing.vat_rates(session)]
    return {"category_id": choosing.category_choices(session), "vat_rate_id": rates}


@blueprint.get("")
@requires(VIEW)
def index() -> Markup:
    """Show the list of products as the address filters and sorts it."""
    listed = _list()
    return render(
        "catalogue/index.html",
        listed=listed,
        total=queries.count_products(reading(), listed.query),
        prices=pricing.usual_prices(listed.rows),
        kinds=KIND_TITLES,
    )


@blueprint.get("/filter")
@requires(VIEW)
def narrow() -> Response:
    """Lead from the dialog of filters to the list as it asks for it."""
    return narrowed(PRODUCTS, "catalogue.index")


@blueprint.post("/columns")
@requires(VIEW)
def choose_columns() -> Response:
    """Keep which columns the person wants to see, in their order."""
    return _list().columns_chosen()


@blueprint.get("/suggest")
@requires(VIEW)
def suggest() -> Response:
    """Give products to a field in which somebody types what is asked about."""
    typed = request.args.get("q", "")[:LONGEST_SOUGHT]
    return jsonify(asked.suggestions(reading(), typed))


@blueprint.get("/new")
@requires(CREATE)
def new() -> Markup:
    """Show the form for a product."""
    return _new_page(forms.empty_form())


@blueprint.post("/new")
@requires(CREATE)
def create() -> Page:
    """Enter the product that was typed."""
    try:
        values = judge(ProductSchema(), forms.product_values(request.form))
        product_id = service.create_product(values)
    except InvalidError as error:
        return _new_page(_refused(error)), error.status
    toast(_("Entered."))
    return redirect(url_for("catalogue.card", record_id=product_id))


def _refused(error: InvalidError) -> FormState:
    return FormState.refused(request.form, error)


def _new_page(form: FormState) -> Markup:
    return render("catalogue/new.html", form=form, **forms.choices())


@blueprint.get("/<int:record_id>")
@requires(VIEW)
def card(record_id: int) -> Markup:
    """Show a product."""
    return _card_page(record_id)


def _card_page(record_id: int, form: FormState | None = None) -> Markup:
    """Give the card of a product.

    :param form: what was refused in the form, which stands open then.
    """
    session = reading()
    product = queries.one_product(session, record_id)
    hanging = queries.hanging(session, [record_id])
    prices = hanging.prices[record_id]
    levels = [(row.id, row.name) for row in choosing.levels(session)]
    paths = dict(choosing.category_choices(session))
    return render(
        "catalogue/card.html",
        product=product,
        prices=[(name, prices[id_]) for id_, name in levels if id_ in prices],
        category=paths.get(product.category_id, ""),
        external_ids=hanging.external_ids.get(record_id, {}),
        imported=contact_data.readable_imported(product.imported),
        context=RecordCard(KIND, record_id),
        may_edit=reaches(KIND, record_id, EDIT),
        may_delete=reaches(KIND, record_id, DELETE),
        current=form or forms.as_form(product, prices),
        opened=form is not None,
        story=story_panel(KIND, record_id),
        files=files_panel(KIND, record_id),
        kind_titles=KIND_TITLES,
        **forms.choices(),
    )


@blueprint.post("/<int:record_id>")
@requires(EDIT)
def change(record_id: int) -> Page:
    """Change what was typed."""

    def save(form: Typed, version: int | None) -> None:
        values = forms.product_values(form, _prices(record_id))
        service.change_product(record_id, judge(ProductSchema(partial=True), values), version)

    last = partial(last_change, KIND, record_id)
    again = save_form(request.form, lambda: _held(record_id), save, last)
    if again is not None:
        return _card_page(record_id, again), again.status
    toast(_("Saved. No deal is changed by it."))
    return redirect(url_for("catalogue.card", record_id=record_id))


def _prices(record_id: int) -> dict[int, Any]:
    return pricing.prices_of(reading(), [record_id])[record_id]


def _held(record_id: int) -> FormState:
    return forms.as_form(queries.one_product(reading(), record_id), _prices(record_id))


@blueprint.post("/<int:record_id>/delete")
@requires(DELETE)
def delete(record_id: int) -> Response:
    """Put a product into the bin; the notice can undo it."""
    name = queries.one_product(reading(), record_id).name
    service.delete_product(record_id, version_in(request.form))
    undo = url_for("catalogue.restore", record_id=record_id)
    toast(_("“%(name)s” is in the bin.", name=name), undo=undo)
    return redirect(url_for("catalogue.index"))


@blueprint.post("/<int:record_id>/restore")
@requires(DELETE)
def restore(record_id: int) -> Response:
    """Take a product out of the bin, and show it."""
    service.restore_product(record_id)
    toast(_("The product is back."))
    return redirect(url_for("catalogue.card", record_id=record_id))
