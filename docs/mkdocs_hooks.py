"""What mkdocs.yml alone cannot say: pages that others write, and code that is quoted as it is.

A line ``@@ plugins/leads/salesman_leads/service.py take_lead`` in a page becomes that function (or
class, or assignment) of that file, the name left out: the whole file. A name that is gone fails
the build, so no quotation outlives the code.
"""  # noqa: INP001  # a script of the build, no package

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
EVERY_PAGE = "every page of "
QUOTATION = re.compile(r"^@@ (?P<file>\S+)(?: (?P<names>.+))?$", re.MULTILINE)
LANGUAGES = {".py": "python", ".toml": "toml", ".html": "jinja", ".po": "po"}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of folders into the navigation where it says so."""
    docs = Path(config.docs_dir)
    if config.nav is not None:
        config.nav = list(_with_every_page(config.nav, docs))
    return config


def _with_every_page(entries: list[Any], docs: Path) -> Iterator[Any]:
    for entry in entries:
        if isinstance(entry, dict):
            ((title, inner),) = entry.items()
            yield {title: list(_with_every_page(inner, docs))}
        elif isinstance(entry, str) and entry.startswith(EVERY_PAGE):
            pages = (docs / entry.removeprefix(EVERY_PAGE)).glob("*.md")
            ordered = sorted(pages, key=lambda page: (page.stem != "index", page.name))
            yield from (page.relative_to(docs).as_posix() for page in ordered)
        else:
            yield entry


def on_page_markdown(markdown: str, **_context: Any) -> str:
    """Put the code that a page quotes into it."""
    return QUOTATION.sub(
        lambda found: quoted(found["file"], (found["names"] or "").split()), markdown
    )


def on_post_page(output: str, *, page: Page, **_context: Any) -> str:
    """Say in the page itself that it is Russian, for hyphenation, screen readers and searching."""
    if page.file.src_uri.startswith("user/ru/"):
        return output.replace('<html lang="en"', '<html lang="ru"', 1)
    return output


def quoted(file: str, names: list[str]) -> str:
    """Give the named parts of a file of this repository as a block of code.

    :raises PluginError: where there is no such file, or nothing in it has one of the names.
    """
    path = ROOT / file
    if not path.is_file():
        message = f"a page quotes {file}, which is not there"
        raise PluginError(message)
    text = path.read_text("utf-8")
    parts = [part_of(text, name, file) for name in names] if names else [text.strip()]
    body = "\n\n\n".join(parts)
    return f'```{LANGUAGES.get(path.suffix, "text")} title="{file}"\n{body}\n```'


def part_of(text: str, name: str, file: str) -> str:
    """Give the statement of a module that defines *name*, decorators included."""
    for statement in ast.parse(text).body:
        if name in _defined(statement):
            decorators = getattr(statement, "decorator_list", [])
            first = min([statement.lineno, *(one.lineno for one in decorators)])
            return "\n".join(text.splitlines()[first - 1 : statement.end_lineno])
    message = f"a page quotes {name} of {file}, which is not there"
    raise PluginError(message)


def _defined(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return {statement.target.id}
    if isinstance(statement, ast.Assign):
        return {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return set()
