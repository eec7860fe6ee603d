"""The OpenAPI documents, and the page that draws them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask
from openapi_spec_validator import validate

from salesman_core.access.routes import refuse_silent_routes
from salesman_core.errors import PluginError
from salesman_core.plugins import Contribution, State
from salesman_core.plugins.switches import activate, suspend
from salesman_core.rest import ApiBlueprint, install

pytestmark = pytest.mark.databases("sqlite")


def document(app: Flask, owner: str = "") -> dict[str, Any]:
    path = f"/api/v1/{owner}/openapi.json" if owner else "/api/v1/openapi.json"
    found: dict[str, Any] = app.test_client().get(path).json
    return found


@pytest.mark.parametrize("owner", ["", "core", "memos"])
def test_a_document_is_valid_openapi(app: Flask, owner: str) -> None:
    found = document(app, owner)
    assert found["openapi"] == "3.1.0"
    validate(found)


def operations(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        one["operationId"]: one
        for path in found["paths"].values()
        for one in path.values()
        if isinstance(one, dict)
    }


def test_operations_are_named_by_owner_and_function(app: Flask) -> None:
    assert set(operations(document(app, "memos"))) == {
        "memos.list_memos",
        "memos.create_memo",
        "memos.create_memos",
        "memos.get_memo",
        "memos.change_memo",
        "memos.finish_memo",
        "memos.delete_memo",
        "memos.share_of_memo",
    }


def test_every_operation_documents_its_problems(app: Flask) -> None:
    found = operations(document(app, "memos"))
    assert set(found["memos.list_memos"]["responses"]) == {"200", "401", "403", "422"}
    assert set(found["memos.change_memo"]["responses"]) == {
        "200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "428",
    }  # fmt: skip
    for operation in found.values():
        assert operation["responses"]["401"] == {"$ref": "#/components/responses/Problem401"}


def test_schemas_are_named_by_their_owner(app: Flask) -> None:
    schemas = document(app)["components"]["schemas"]
    assert {"core.Problem", "memos.Memo", "memos.MemoPatch", "memos.MemoPage"} <= set(schemas)
    assert schemas["memos.Memo"]["additionalProperties"] is False
    assert schemas["memos.Memo"]["required"] == ["title"]
    assert "required" not in schemas["memos.MemoPatch"]


def test_every_operation_asks_for_a_token(app: Flask) -> None:
    found = document(app)
    assert found["security"] == [{"bearer": []}]
    assert found["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_headers_are_documented_where_they_count(app: Flask) -> None:
    found = operations(document(app, "memos"))
    headers = {
        name: {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
        for name, operation in found.items()
    }
    assert headers["memos.create_memo"] == {"Idempotency-Key"}
    assert headers["memos.change_memo"] == {"If-Match"}
    assert headers["memos.finish_memo"] == {"Idempotency-Key", "If-Match"}
    assert headers["memos.get_memo"] == set()
    (if_match,) = (
        one for one in found["memos.change_memo"]["parameters"] if one["name"] == "If-Match"
    )
    assert if_match["required"] is True


def test_a_suspended_plugin_is_left_out_until_it_is_active_again(app: Flask) -> None:
    whole = document(app)
    with app.app_context():
        suspend("memos")
    assert document(app)["paths"] == {}
    assert app.test_client().get("/api/v1/memos/openapi.json").status_code == 404
    with app.app_context():
        activate("memos")
    assert document(app) == whole


def test_the_reference_page_draws_the_document_without_inline_script(app: Flask) -> None:
    page = app.test_client().get("/api/docs")
    assert page.status_code == 200
    assert 'data-openapi-address="/api/v1/openapi.json"' in page.text
    assert page.text.count("<script") == page.text.count('<script type="module" src="/static/dist/')


# -- blueprints


def test_a_plugins_api_stands_under_its_id() -> None:
    blueprint = ApiBlueprint("leads", __name__)
    assert (blueprint.name, blueprint.url_prefix) == ("leads-api", "/api/v1/leads")


def test_a_collection_of_the_core_stands_under_its_name() -> None:
    blueprint = ApiBlueprint("core", __name__, collection="clients")
    assert (blueprint.name, blueprint.url_prefix) == ("clients-api", "/api/v1/clients")


@pytest.mark.parametrize(("owner", "collection"), [("leads", "clients"), ("core", None)])
def test_an_api_stands_nowhere_else(owner: str, collection: str | None) -> None:
    with pytest.raises(PluginError):
        ApiBlueprint(owner, __name__, collection=collection)


def test_a_collection_that_a_plugin_could_be_called_by_is_refused() -> None:
    with pytest.raises(PluginError, match="reserved"):
        ApiBlueprint("core", __name__, collection="leads")


def test_an_operation_has_one_method() -> None:
    blueprint = ApiBlueprint("leads", __name__)
    with pytest.raises(PluginError, match="one method"):
        blueprint.route("", methods=["GET", "POST"])(lambda: None)


def test_every_route_says_who_may(app: Flask) -> None:
    refuse_silent_routes(app)


def test_a_plugin_that_gives_no_api_blueprint_is_failed_alone(app: Flask) -> None:
    host = app.extensions["salesman_host"]
    fresh = Flask("fresh", static_folder=None)
    given = Contribution("memos", Blueprint("memos", __name__))
    host._registry["salesman_api_blueprints"] = (given,)
    with fresh.app_context():
        install(fresh, host)
    assert host.state("memos") is State.FAILED
    assert "no ApiBlueprint" in host.plugins["memos"].reason
    assert {"api-documents.whole_document", "api-documents.of_core"} <= set(fresh.view_functions)
