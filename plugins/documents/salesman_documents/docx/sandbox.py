"""The language of templates: a small part of Jinja that reaches nothing but plain data.

Three walls stand one behind the other. What the language has no need of is refused when a template
is read (calls, macros, imports); attributes are looked up in mappings alone, never in objects; and
all of it runs in a process with limits (:mod:`salesman_documents.docx.child`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NoReturn

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS

from salesman_documents.docx.filters import Filters, shown

MOST_DEEP: Final = 4
"""So many loops may stand one within the other."""
_LARGEST: Final = Decimal(10) ** 24
_LONGEST: Final = 100_000

_KEPT_FILTERS: Final = (
    *("upper", "lower", "capitalize", "title", "trim", "default", "d", "join", "length", "count"),
    *("first", "last", "round", "int", "sum", "replace", "reverse", "list"),
)
_KEPT_TESTS: Final = (
    *("defined", "undefined", "none", "number", "string", "even", "odd", "divisibleby"),
    *("eq", "ne", "lt", "le", "gt", "ge", "in", "true", "false", "==", "!=", "<", "<=", ">", ">="),
)
_LOOP: Final = frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"})
ALLOWED: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Assign),
    *(nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
    *(nodes.List, nodes.Tuple, nodes.Keyword),
)


_WORDS: Final = {
    **dict.fromkeys(("include", "fromimport", "extends"), "import"),
    "callblock": "macro",
    "pow": "power",
}
"""What is told of a kind of node; its own name where nothing else is."""
_NOT_THERE: Final = re.compile(r"unknown (tag) '([^']+)'|No (filter|test) named '([^']+)'")


class ForbiddenTagError(SecurityError):
    """A template says what templates may not say.

    :param what: the word for it: ``call``, ``macro``, ``import``, ``attribute``, ``depth``,
        ``recursion``, ``power``, ``number``, or the name of what is not in the language.
    """

    def __init__(self, what: str, name: str = "", line: int = 0) -> None:
        super().__init__(f"{what} {name}".strip())
        self.what, self.name, self.line = what, name, line


class Missing(StrictUndefined):
    """A value that is not there: its name is all that is told of it."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = None,
        name: str | None = None,
        exc: type[Exception] = UndefinedError,
    ) -> None:
        del obj
        super().__init__(hint or name, name=name, exc=exc)  # type: ignore[arg-type]


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """See the module."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, language: str, ask: Callable[..., str] | None = None) -> None:
        super().__init__(
            autoescape=True,
            undefined=Missing,
            optimized=False,
            finalize=lambda value: shown(value, language),
            cache_size=0,
        )
        self.globals = {}
        ours = Filters(language, ask).by_name()
        self.filters = {**{name: FILTERS[name] for name in _KEPT_FILTERS}, **ours}
        self.tests = {name: TESTS[name] for name in _KEPT_TESTS}

    def read(self, source: str) -> nodes.Template:
        """Read a template; give its tree, which says nothing that templates may not say.

        What stands between ``raw`` tags would be neither judged nor escaped: it is refused.

        :raises ForbiddenTagError: with the line.
        :raises jinja2.TemplateSyntaxError: for what cannot be read.
        """
        for line, kind, _text in self.lex(source):
            if kind == "raw_begin":
                raise ForbiddenTagError("raw", "raw", line)
        tree = self.parse(source)
        refuse_forbidden(tree)
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
        """Tell that no attribute of an object is safe."""
        return False

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Give a member of plain data."""
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Give a member of plain data; nothing else has any."""
        if isinstance(obj, Undefined):
            return self.undefined(name=str(argument))
        if isinstance(obj, Mapping) and isinstance(argument, str):
            return obj[argument] if argument in obj else self.undefined(name=argument)
        if isinstance(obj, list) and isinstance(argument, int):
            there = -len(obj) <= argument < len(obj)
            return obj[argument] if there else self.undefined(name=str(argument))
        raise ForbiddenTagError("attribute", str(argument)[:60])

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002
        """Refuse: templates call nothing."""
        raise ForbiddenTagError("call")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        """Calculate with numbers, and with nothing else."""
        first, second = _number(left), _number(right)
        if operator == "**":
            raise ForbiddenTagError("power")
        result = _OPERATORS[operator](first, second)
        if abs(result) > _LARGEST:
            raise ForbiddenTagError("number")
        return result


_OPERATORS: Final[dict[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
}


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ForbiddenTagError("number")
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)


def unreadable(error: TemplateSyntaxError) -> tuple[str, str]:
    """Give the word for why a template cannot be read, and the name of what it is about."""
    said = error.message or ""
    if found := _NOT_THERE.search(said):
        return f"unknown_{found[1] or found[3]}", found[2] or found[4]
    return "syntax", said.rstrip(".")[:200]


def refuse_forbidden(template: nodes.Node) -> None:
    """Refuse a template that says more than the language has.

    :raises ForbiddenTagError: with the line.
    """
    for node, depth in _walk(template):
        if not isinstance(node, ALLOWED):
            kind = type(node).__name__.lower()
            raise ForbiddenTagError(_WORDS.get(kind, kind), _said(node), node.lineno)
        if isinstance(node, nodes.For) and node.recursive:
            raise ForbiddenTagError("recursion", "", node.lineno)
        if isinstance(node, nodes.For) and depth > MOST_DEEP:
            raise ForbiddenTagError("depth", "", node.lineno)
        if isinstance(node, nodes.Getattr | nodes.Name) and _said(node).startswith("_"):
            raise ForbiddenTagError("attribute", _said(node), node.lineno)
        if isinstance(node, nodes.Const) and isinstance(node.value, int | str):
            _refuse_large(node)


def _refuse_large(node: nodes.Const) -> None:
    size = len(node.value) if isinstance(node.value, str) else abs(node.value)
    if size > (_LONGEST if isinstance(node.value, str) else _LARGEST):
        raise ForbiddenTagError("number", "", node.lineno)


def _walk(node: nodes.Node, depth: int = 0) -> Iterator[tuple[nodes.Node, int]]:
    depth += isinstance(node, nodes.For)
    yield node, depth
    for child in node.iter_child_nodes():
        yield from _walk(child, depth)


def _said(node: nodes.Node) -> str:
    """Give the name that a node says, for the complaint."""
    for attribute in ("attr", "name"):
        said = getattr(node, attribute, None)
        if isinstance(said, str):
            return said
    inner = getattr(node, "node", None)
    return _said(inner) if isinstance(inner, nodes.Node) else ""
