"""Values that the sample plugin gives to templates of documents."""

from __future__ import annotations

import pytest
from flask import Flask
from salesman_documents import variables
from salesman_documents.making import about
from salesman_documents.queries import one_document
from salesman_documents.testing import make_documents

from salesman_core.db import reading
from salesman_core.plugins import switches
from salesman_core.testing.people import Make, api_of

pytestmark = pytest.mark.databases("sqlite")


def test_hook_documents_variables_gives_rows_to_templates(app: Flask, make: Make) -> None:
    administrator, client_id = make.user("administrator"), make.client()
    promised = {"text": "Send the drawing", "client_id": client_id}
    assert api_of(app, administrator).post("/sample", promised).status_code == 201
    (document_id,) = make_documents(str, {"owner_id": administrator, "client_id": client_id})
    document = one_document(reading(), document_id)

    values = variables.gathered(about(reading(), document, "en"))

    assert values["promises"] == [{"text": "Send the drawing", "kept": False}]
    assert variables.tree()["promises"] == [{"text": "text", "kept": "flag"}]


def test_hook_documents_variables_of_a_suspended_plugin_are_no_values(app: Flask) -> None:
    switches.suspend("sample")
    switches.follow_now()

    assert "promises" not in variables.tree()
