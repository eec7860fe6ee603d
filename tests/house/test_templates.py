"""What a template imports is kept by Jinja for all requests, so it may know nothing of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from salesman_core.access.permissions import all_permissions

ROOT = Path(__file__).parents[2]


def imported_templates(app: Flask) -> dict[str, nodes.Template]:
    """Give the syntax trees of all templates that others import, by name."""
    files = [
        *ROOT.glob("salesman_core/**/templates/**/*.html"),
        *ROOT.glob("plugins/**/templates/**/*.html"),
    ]
    trees = (app.jinja_env.parse(file.read_text("utf-8")) for file in files)
    names = {name for tree in trees for name in imported(tree)}
    sources = {name: app.jinja_env.get_template(name).filename for name in names}
    return {n: app.jinja_env.parse(Path(file).read_text("utf-8")) for n, file in sources.items()}


def imported(tree: nodes.Template) -> Iterator[str]:
    for each in tree.find_all((nodes.Import, nodes.FromImport)):
        assert isinstance(each.template, nodes.Const), (
            "the name of an imported template is written out"
        )
        yield each.template.value


def worked_out_once(tree: nodes.Template) -> list[int]:
    """Give the lines where a variable of the whole file is set to what a call or filter gives."""
    settings = (one for one in tree.body if isinstance(one, nodes.Assign | nodes.AssignBlock))
    return [one.lineno for one in settings if any(one.find_all((nodes.Call, nodes.Filter)))]


def test_imported_templates_work_nothing_out_when_they_are_loaded(built: Flask) -> None:
    trees = imported_templates(built)

    assert "core/macros/forms.html" in trees
    assert {name: found for name, tree in trees.items() if (found := worked_out_once(tree))} == {}


@pytest.mark.parametrize("source", ['{% set a = _("A") %}', "{% set a = 'A' | lower %}"])
def test_texts_outside_of_macros_are_found(built: Flask, source: str) -> None:
    assert worked_out_once(built.jinja_env.parse(source)) == [1]


def demanded(tree: nodes.Template) -> Iterator[str]:
    """Give the permissions that a template asks for by ``may("…")``."""
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "may":
            assert isinstance(call.args[0], nodes.Const), "a permission is written out"
            yield call.args[0].value


def test_permissions_that_templates_ask_for_are_declared(built: Flask) -> None:
    files = [
        *ROOT.glob("salesman_core/**/templates/**/*.html"),
        *ROOT.glob("plugins/**/templates/**/*.html"),
    ]
    asked = {
        name for file in files for name in demanded(built.jinja_env.parse(file.read_text("utf-8")))
    }
    with built.app_context():
        declared = {one.value.name for one in all_permissions()}

    assert "leads.lead.delete" in asked
    assert asked - declared == set()


def test_class_by_which_templates_keep_lines_apart_has_its_rule() -> None:
    sheets = ROOT.glob("salesman_core/web/frontend/src/*.css")

    assert any(".preserve-lines" in sheet.read_text("utf-8") for sheet in sheets)
