"""The built front end, as pages ask for it."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from salesman_core.web import assets


def test_import_map_leads_each_name_to_a_built_file() -> None:
    imports = json.loads(assets.import_map("/static/dist"))["imports"]

    assert set(imports) == {
        "echarts",
        "fullcalendar",
        "htmx",
        "salesman",
        "sortablejs",
        "swagger-ui",
        "tabler",
        "tom-select",
    }
    for address in imports.values():
        assert re.fullmatch(r"/static/dist/[a-z-]+-[A-Z0-9]{8}\.js", address)
        assert (assets.FOLDER / Path(address).name).is_file()


def test_import_map_cannot_end_the_script_element_that_it_stands_in() -> None:
    assert "</script" not in assets.import_map("</script>")


@pytest.mark.parametrize("name", ["salesman", "swagger-ui"])
def test_style_url_names_a_built_file(name: str) -> None:
    assert (assets.FOLDER / Path(assets.style_url(name)).name).is_file()


@pytest.mark.parametrize("name", ["salesman", "first"])
def test_script_url_names_modules_and_classic_scripts(name: str) -> None:
    assert (assets.FOLDER / Path(assets.script_url(name)).name).is_file()


def test_script_url_begins_with_the_prefix_where_the_application_is_mounted() -> None:
    assert assets.script_url("htmx", "/crm/static/dist").startswith("/crm/static/dist/htmx-")


def test_style_url_of_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(assets.UnknownAssetError, match=r"no style sheet 'main'.*salesman"):
        assets.style_url("main")


def test_icon_is_well_formed_svg_with_the_shapes_of_the_icon() -> None:
    svg = ET.fromstring(assets.icon("phone", size=16, css_class="me-1"))

    assert svg.tag == "svg"
    assert (svg.get("width"), svg.get("class")) == ("16", "icon me-1")
    assert [shape.tag for shape in svg] == ["path"]


def test_icon_without_a_label_is_hidden_from_screen_readers() -> None:
    svg = ET.fromstring(assets.icon("phone"))

    assert (svg.get("aria-hidden"), svg.get("role")) == ("true", None)


def test_icon_speaks_its_label_and_escapes_it() -> None:
    svg = ET.fromstring(assets.icon("phone", label='Call "Rose & Sons"'))

    assert (svg.get("role"), svg.get("aria-label")) == ("img", 'Call "Rose & Sons"')


def test_icon_of_an_unknown_name_suggests_similar_ones() -> None:
    with pytest.raises(assets.UnknownIconError, match=r"'fone'.*phone"):
        assets.icon("fone")


def test_reading_a_folder_without_a_build_says_how_to_build(tmp_path: Path) -> None:
    with pytest.raises(assets.FrontEndNotBuiltError, match="make run"):
        assets.read_manifest(tmp_path)
