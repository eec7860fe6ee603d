"""What is wrong with a template, each with its place in the document.

A finding is plain data: a word for what it is, how grave, where, and names; it is put into the
reader's language by :mod:`salesman_documents.findings`.
"""

from __future__ import annotations

import difflib
import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from jinja2 import TemplateSyntaxError, nodes

from salesman_documents.docx.filling import WITH_TEXT, parsed, with_tags, xml_of
from salesman_documents.docx.foreign import FOREIGN, without_ours
from salesman_documents.docx.sandbox import (
    ForbiddenTagError,
    TemplateEnvironment,
    unreadable,
)

ERROR: Final = "error"
WARNING: Final = "warning"
MOST_FINDINGS: Final = 100

_BLOCK: Final = re.compile(r"\{%[-+]?\s*(\w+)(.*?)[-+]?%\}", re.DOTALL)
_XML_TAG: Final = re.compile(r"<[^>]+>")
_ANYTHING: Final = object()
_FORBIDDEN: Final = frozenset(
    {"call", "macro", "import", "attribute", "depth", "recursion", "power", "number"}
)
"""What has words of its own; anything else is told by its name."""
_ASKING_TESTS: Final = frozenset({"defined", "undefined", "none"})
_ASKING_FILTERS: Final = frozenset({"default", "d"})
"""Where something stands in place of what is empty."""
_WORDS: Final = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
_OLD_DRAWING: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""What a drawing is for old programs: it says the same once more."""


def _named(*names: str) -> list[str]:
    """Give the full names of elements of a text."""
    return [f"{{{space}}}{name}" for space in _WORDS for name in names]


_TEXT: Final = frozenset(_named("t"))
_NO_TEXT: Final = frozenset([*_named("p", "pPr"), _OLD_DRAWING])
_SPACES: Final = dict.fromkeys(_named("br", "cr"), " ") | dict.fromkeys(_named("tab"), "\t")

Tree = Mapping[str, Any]
"""What templates may say: a mapping is a section, a list of one mapping rows, a text a value."""


@dataclass(frozen=True)
class Finding:
    """See the module.

    :param part: ``document``, ``header1``, ``footer1``, ``footnotes``.
    :param paragraph: counted from 1; 0 where nobody knows.
    :param text: what stands there.
    """

    what: str
    gravity: str
    part: str = ""
    paragraph: int = 0
    text: str = ""
    name: str = ""
    meant: str = ""


@dataclass
class Used:
    """A value that a template says: its path, where first, and whether it may be empty there."""

    path: str
    part: str
    paragraph: int
    text: str
    asked: bool = False


def lint(content: bytes, tree: Tree, environment: TemplateEnvironment) -> dict[str, Any]:
    """Judge a template against what templates may say.

    :returns: ``findings`` and ``used``, plain data.
    """
    findings: list[Finding] = []
    used: dict[tuple[str, bool], Used] = {}
    tags = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if WITH_TEXT.fullmatch(name):
                part = _Part(name[5:-4], archive.read(name), tree, environment)
                findings += part.findings()
                used = part.used | used
                tags += part.tags
    if not tags:
        findings.insert(0, Finding("no_tags", WARNING))
    return {
        "findings": [asdict(one) for one in findings[:MOST_FINDINGS]],
        "used": [asdict(one) for one in used.values()],
    }


class _Part:
    """A part with text: the document itself, a header, a footer."""

    def __init__(
        self, name: str, content: bytes, tree: Tree, environment: TemplateEnvironment
    ) -> None:
        self._name, self._tree, self._environment = name, tree, environment
        self._source = with_tags(content) or ""
        whole = re.sub(r"<w:p([ >])", r"\n<w:p\1", xml_of(content).replace("\n", " "))
        self._plain = [html.unescape(_XML_TAG.sub("", line)) for line in whole.split("\n")]
        self._lines = self._source.split("\n")
        self.used: dict[tuple[str, bool], Used] = {}
        self._found: list[Finding] = []
        self.tags = len(without_ours(self._source)[0])

    def findings(self) -> list[Finding]:
        """Give what is wrong with it."""
        if self._source:
            self._judge_blocks()
            if not self._found:
                self._judge_language()
        self._judge_foreign()
        return self._found

    def _add(self, what: str, gravity: str, line: int, **more: str) -> None:
        text = self._text(line)
        self._found.append(Finding(what, gravity, self._name, max(line - 1, 0), text, **more))

    def _text(self, line: int) -> str:
        if not 0 < line <= len(self._lines):
            return ""
        return html.unescape(_XML_TAG.sub("", self._lines[line - 1])).strip()[:120]

    def _judge_blocks(self) -> None:
        """Find loops and conditions that do not end, and ends without a beginning."""
        opened: list[tuple[str, int, str]] = []
        for found in _BLOCK.finditer(self._source):
            word, rest = found.group(1), found.group(2)
            line = self._source.count("\n", 0, found.start()) + 1
            if word in {"for", "if"}:
                opened.append((word, line, f"{word}{rest}".strip()[:80]))
            elif word in {"endfor", "endif"}:
                if not opened or opened[-1][0] != word[3:]:
                    self._add("unopened", ERROR, line, name=word)
                    return
                opened.pop()
        for _word, line, said in opened:
            self._add("unclosed", ERROR, line, name=said)
        for line, text in enumerate(self._lines, 1):
            bare = html.unescape(_XML_TAG.sub("", without_ours(text)[1]))
            if "{{" in bare or "{%" in bare or "}}" in bare or "%}" in bare:
                self._add("broken_tag", ERROR, line)

    def _judge_language(self) -> None:
        try:
            tree = self._environment.read(self._source)
        except ForbiddenTagError as error:
            what, name = f"forbidden_{_known(error.what)}", error.name or error.what
            self._add(what, ERROR, error.line, name=name)
        except TemplateSyntaxError as error:
            what, name = unreadable(error)
            self._add(what, ERROR, error.lineno, name=name)
        except RecursionError:
            self._add("forbidden_depth", ERROR, 0)
        else:
            self._names(tree, {}, asked=False)

    def _judge_foreign(self) -> None:
        seen: set[str] = set()
        for paragraph, text in enumerate(self._plain):
            for found in FOREIGN.findall(without_ours(text)[1]):
                if found not in seen:
                    seen.add(found)
                    self._found.append(
                        Finding(
                            "foreign", WARNING, self._name, paragraph, text.strip()[:120], found
                        )
                    )

    def _names(self, node: nodes.Node, scope: dict[str, Any], *, asked: bool) -> None:
        """Walk a template and look each name up that it says."""
        match node:
            case nodes.For():
                self._loop(node, scope, asked=asked)
            case nodes.Assign():
                value = self._resolve(node.node, scope, asked=asked)
                if isinstance(node.target, nodes.Name):
                    scope[node.target.name] = value
            case nodes.Getattr() | nodes.Getitem() | nodes.Name() if node.ctx == "load":
                self._resolve(node, scope, asked=asked)
            case nodes.Filter():
                self._resolve(node, scope, asked=asked)
            case nodes.Test():
                self._judge_name("test", node, self._environment.tests)
                self._children(node, scope, asked=asked or node.name in _ASKING_TESTS)
            case nodes.If() | nodes.CondExpr() | nodes.Or() | nodes.And():
                condition, results = _condition(node)
                self._names(condition, scope, asked=True)
                for child in results:
                    self._names(child, scope, asked=asked)
            case _:
                self._children(node, scope, asked=asked)

    def _loop(self, node: nodes.For, scope: dict[str, Any], *, asked: bool) -> None:
        rows = self._resolve(node.iter, scope, asked=asked)
        inner = {**scope, "loop": _ANYTHING}
        if isinstance(node.target, nodes.Name):
            inner[node.target.name] = rows[0] if isinstance(rows, list) else _ANYTHING
        if isinstance(rows, str | Mapping):
            self._add("no_list", ERROR, node.lineno, name=_path(node.iter))
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            self._names(child, inner, asked=asked)

    def _judge_name(self, what: str, node: nodes.Filter | nodes.Test, known: Any) -> None:
        if node.name not in known:
            near = _near(node.name, known)
            self._add(f"unknown_{what}", ERROR, node.lineno, name=node.name, meant=near)

    def _children(self, node: nodes.Node, scope: dict[str, Any], *, asked: bool) -> None:
        for child in node.iter_child_nodes():
            self._names(child, scope, asked=asked)

    def _resolve(self, node: nodes.Node, scope: dict[str, Any], *, asked: bool) -> Any:
        """Give what a name means; note it where it means nothing."""
        match node:
            case nodes.Name():
                if node.name in scope:
                    return scope[node.name]
                return self._member(self._tree, node.name, node, asked=asked)
            case nodes.Getattr() | nodes.Getitem():
                inside = self._resolve(node.node, scope, asked=asked)
                attribute = _attribute(node)
                if isinstance(node, nodes.Getitem):
                    self._names(node.arg, scope, asked=asked)
                if inside is _ANYTHING or attribute is None:
                    return _ANYTHING
                if isinstance(inside, list):
                    return inside[0] if isinstance(attribute, int) else _ANYTHING
                return self._member(inside, str(attribute), node, asked=asked)
            case nodes.Filter() if node.node is not None:
                return self._filtered(node, node.node, scope, asked=asked)
            case _:
                self._children(node, scope, asked=asked)
                return _ANYTHING

    def _filtered(
        self, node: nodes.Filter, inner: nodes.Node, scope: dict[str, Any], *, asked: bool
    ) -> Any:
        self._judge_name("filter", node, self._environment.filters)
        found = self._resolve(inner, scope, asked=asked or node.name in _ASKING_FILTERS)
        for argument in (*node.args, *node.kwargs):
            self._names(argument, scope, asked=asked)
        return found if isinstance(found, list) else _ANYTHING

    def _member(self, inside: Any, name: str, node: nodes.Node, *, asked: bool) -> Any:
        path = _path(node)
        if not isinstance(inside, Mapping) or name not in inside:
            known = inside if isinstance(inside, Mapping) else {}
            near = _near(name, known)
            meant = path.rpartition(".")[0] + "." + near if near and "." in path else near
            self._add("unknown", ERROR, node.lineno, name=path, meant=meant)
            return _ANYTHING
        found = inside[name]
        if isinstance(found, str) or inside is self._tree:
            line = node.lineno
            said = Used(path, self._name, max(line - 1, 0), self._text(line), asked)
            self.used.setdefault((path, asked), said)
        return found


def _condition(
    node: nodes.If | nodes.CondExpr | nodes.Or | nodes.And,
) -> tuple[nodes.Node, list[nodes.Node]]:
    """Give what is asked, and what may come of it."""
    match node:
        case nodes.If():
            return node.test, [*node.body, *node.elif_, *node.else_]
        case nodes.CondExpr():
            return node.test, [one for one in (node.expr1, node.expr2) if one is not None]
        case _:
            return node.left, [node.right]


def _known(what: str) -> str:
    """Give the word for what is forbidden, as far as there is one."""
    return what if what in _FORBIDDEN else "tag"


def _attribute(node: nodes.Getattr | nodes.Getitem) -> str | int | None:
    if isinstance(node, nodes.Getattr):
        return node.attr
    value = node.arg.value if isinstance(node.arg, nodes.Const) else None
    return value if isinstance(value, str | int) else None


def _path(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_path(node.node)}.{node.attr}"
        case nodes.Getitem():
            return f"{_path(node.node)}.{_attribute(node)}"
        case nodes.Filter() if node.node is not None:
            return _path(node.node)
        case _:
            return ""


def _near(name: str, known: Any) -> str:
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def text_of(content: bytes) -> Iterator[str]:
    """Give the paragraphs of a document as plain text: body, headers, footers.

    One that stands in a text box is a paragraph of its own, and no part of that around it.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [one for one in archive.namelist() if WITH_TEXT.fullmatch(one)]
        for name in sorted(names, key=lambda one: (one != "word/document.xml", one)):
            for paragraph in parsed(archive.read(name)).iter(*_named("p")):
                if next(paragraph.iterancestors(_OLD_DRAWING), None) is None:
                    yield "".join(_own_text(paragraph))


def _own_text(node: Any) -> Iterator[str]:
    for child in node:
        if child.tag in _TEXT:
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif child.tag not in _NO_TEXT:
            yield from _own_text(child)
