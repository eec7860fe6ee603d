"""Whether one JSON Schema still takes, or still promises, what another did."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

_ANY: Final = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
_LOWER_TAKES_MORE: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_HIGHER_TAKES_MORE: Final = (
    "maximum",
    "exclusiveMaximum",
    "maxLength",
    "maxItems",
    "maxProperties",
)
_SAME_OR_NONE: Final = ("pattern", "format", "multipleOf", "uniqueItems")
_CHOICES: Final = ("anyOf", "oneOf")


class Side(enum.Enum):
    """Who writes what a schema describes."""

    REQUEST = "request"
    ANSWER = "answer"

    @property
    def unseen(self) -> str:
        """The mark of properties that do not occur on this side."""
        return "readOnly" if self is Side.REQUEST else "writeOnly"


@dataclass(frozen=True)
class Schemas:
    """Two documents, in which references are looked up.

    :param old: the one that callers rely on.
    :param new: the one that is to take its place.
    """

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    _open: set[tuple[Side, str, str]] = field(default_factory=set)

    @contextmanager
    def entered(
        self, side: Side, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[bool]:
        """Say whether two schemas are compared for the first time: one may hold itself."""
        pair = (side, str(before.get("$ref", "")), str(after.get("$ref", "")))
        if pair in self._open:
            yield False
            return
        referred = {pair} if pair[1] and pair[2] else set()
        self._open.update(referred)
        yield True
        self._open.difference_update(referred)

    def before(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Give a part of the old document, or what it refers to."""
        return _resolved(self.old, part)

    def after(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Give a part of the new document, or what it refers to."""
        return _resolved(self.new, part)

    def all_before(self, parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Give several parts of the old document."""
        return [self.before(part) for part in parts]

    def all_after(self, parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Give several parts of the new document."""
        return [self.after(part) for part in parts]


def _resolved(document: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """Follow references, and open an ``allOf`` of one, which only wraps a reference."""
    found = dict(part)
    while True:
        if "$ref" in found:
            inner = _looked_up(document, found.pop("$ref"))
        elif len(found.get("allOf", ())) == 1:
            (inner,) = found.pop("allOf")
        else:
            return found
        found = {**inner, **found}


def _looked_up(document: Mapping[str, Any], address: str) -> dict[str, Any]:
    found: Any = document
    for name in address.removeprefix("#/").split("/"):
        found = found[name.replace("~1", "/").replace("~0", "~")]
    return dict(found)


def broken_schema(
    schemas: Schemas, side: Side, where: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[str]:
    """Give what the schema *after* breaks for whoever relies on *before*: a sentence for each.

    Words of ``enum`` may be added to answers, as members may: callers take what they know.

    :param where: how the place is called in a sentence.
    """
    with schemas.entered(side, before, after) as first:
        if first:
            old, new = schemas.before(before), schemas.after(after)
            yield from _compared(schemas, side, where, _alternatives(old), _alternatives(new))


def _compared(
    schemas: Schemas,
    side: Side,
    where: str,
    old: Sequence[Mapping[str, Any]],
    new: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    if len(old) == len(new) == 1:
        yield from _single(schemas, side, where, schemas.before(old[0]), schemas.after(new[0]))
        return
    for one in old if side is Side.REQUEST else new:
        pairs = [(one, each) for each in new] if side is Side.REQUEST else [(o, one) for o in old]
        if all(list(broken_schema(schemas, side, where, *pair)) for pair in pairs):
            yield f"{where}: {_fate(side)} {_named(one)}."


def _alternatives(schema: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return next((schema[word] for word in _CHOICES if word in schema), [schema])


def _fate(side: Side) -> str:
    return "no longer takes" if side is Side.REQUEST else "may now be"


def _named(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1] or " or ".join(sorted(_types(schema)))


def _single(
    schemas: Schemas, side: Side, where: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[str]:
    wide, narrow = (new, old) if side is Side.REQUEST else (old, new)
    types = _types(narrow) - _widened(_types(wide))
    if types:
        yield f"{where}: {_fate(side)} {' or '.join(sorted(types))}."
        return
    if side is Side.REQUEST:
        yield from _words(where, old, new)
        yield from _limits(where, old, new)
    yield from _properties(schemas, side, where, old, new)
    for part, name in (("items", f"{where}[]"), ("additionalProperties", f"{where}.*")):
        if isinstance(old.get(part), Mapping) and isinstance(new.get(part), Mapping):
            yield from broken_schema(schemas, side, name, old[part], new[part])


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    types = schema.get("type", _ANY)
    return frozenset({types} if isinstance(types, str) else types)


def _widened(types: frozenset[str]) -> frozenset[str]:
    """Give types with what they contain: every integer is a number."""
    return types | {"integer"} if "number" in types else types


def _words(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = _enum(old), _enum(new)
    if after is None:
        return
    if before is None:
        yield f"{where}: only {', '.join(map(str, after))} are taken now."
        return
    for word in before:
        if word not in after:
            yield f"{where}: {word!r} is not taken any more."


def _enum(schema: Mapping[str, Any]) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _limits(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for word, limit in new.items():
        before = old.get(word)
        tighter = (
            (word in _LOWER_TAKES_MORE and (before is None or limit > before))
            or (word in _HIGHER_TAKES_MORE and (before is None or limit < before))
            or (word in _SAME_OR_NONE and limit != before)
        )
        if tighter:
            yield f"{where}: {word} is {limit} now, {'none' if before is None else before} before."


def _properties(
    schemas: Schemas, side: Side, where: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[str]:
    before, after = _seen(schemas.old, side, old), _seen(schemas.new, side, new)
    for name, described in before.items():
        if name in after:
            yield from broken_schema(schemas, side, f"{where}.{name}", described, after[name])
        elif side is Side.ANSWER or new.get("additionalProperties", True) is False:
            yield f"{where}.{name} is gone."
    old_needs, new_needs = set(old.get("required", ())), set(new.get("required", ()))
    if side is Side.REQUEST:
        for name in sorted((new_needs - old_needs) & set(after)):
            yield f"{where}.{name} is required now."
        if old.get("additionalProperties", True) and new.get("additionalProperties") is False:
            yield f"{where}: members that are not listed are refused now."
    else:
        for name in sorted((old_needs - new_needs) & set(before) & set(after)):
            yield f"{where}.{name} may be missing now."


def _seen(document: Mapping[str, Any], side: Side, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Give the properties that occur on a side."""
    return {
        name: described
        for name, described in schema.get("properties", {}).items()
        if not _resolved(document, described).get(side.unseen, False)
    }
