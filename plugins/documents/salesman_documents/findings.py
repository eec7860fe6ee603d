"""What the linter found, in the reader's words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from salesman_documents.docx.linting import ERROR
from salesman_documents.texts import texts
from salesman_hookspecs import Text

_ = texts.lazy

_WORDS: Final[Mapping[str, Text]] = {
    "unknown": _("No value is called “%(name)s”."),
    "unknown_meant": _("No value is called “%(name)s”. “%(meant)s” is."),
    "unclosed": _("“%(name)s” is begun and never ended."),
    "unopened": _("“%(name)s” ends what was never begun."),
    "broken_tag": _("A tag is not complete: look at its brackets."),
    "no_list": _("“%(name)s” is no list, so no rows can be made of it."),
    "unknown_filter": _("There is no filter “%(name)s”."),
    "unknown_filter_meant": _("There is no filter “%(name)s”. “%(meant)s” is one."),
    "unknown_test": _("There is no test “%(name)s”."),
    "unknown_test_meant": _("There is no test “%(name)s”. “%(meant)s” is one."),
    "unknown_tag": _("There is no tag “%(name)s”."),
    "syntax": _("This tag cannot be read: %(name)s."),
    "foreign": _("“%(name)s” looks like a tag of another program: it stays in the text as it is."),
    "no_tags": _("The template holds no tag: each document will be the same."),
    "forbidden_call": _("Templates call nothing: use a filter in place of “%(name)s”."),
    "forbidden_macro": _("Templates define no macros."),
    "forbidden_import": _("Templates draw in no other files."),
    "forbidden_attribute": _("“%(name)s” is no value of a document."),
    "forbidden_recursion": _("Loops do not call themselves."),
    "forbidden_power": _("Templates calculate no powers."),
    "forbidden_depth": _("Too many loops or brackets stand one within the other."),
    "forbidden_number": _("A number or a text is larger than it may be."),
    "forbidden_tag": _("Templates may not say “%(name)s”."),
    "empty": _("“%(name)s” is empty for this document."),
    "no_signer": _("The own company has no signer."),
}
_PARTS: Final[Mapping[str, Text]] = {
    "header": _("header"),
    "footer": _("footer"),
    "footnotes": _("footnotes"),
    "endnotes": _("endnotes"),
}


def worded(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give findings with their ``message`` and ``place``."""
    return [{**one, "message": message(one), "place": place(one)} for one in findings]


def in_one_line(worded_: Mapping[str, Any]) -> Text:
    """Give what a finding that :func:`worded` gave says, with its place."""
    where = worded_["place"]
    return f"{worded_['message']} ({where})" if where else str(worded_["message"])


def message(finding: Mapping[str, Any]) -> Text:
    """Give what a finding says."""
    word = str(finding["what"])
    if finding.get("meant") and f"{word}_meant" in _WORDS:
        word = f"{word}_meant"
    named = {"name": finding.get("name", ""), "meant": finding.get("meant", "")}
    return str(_WORDS.get(word, _WORDS["forbidden_tag"])) % named


def place(finding: Mapping[str, Any]) -> Text:
    """Give where it stands: the paragraph, and the part where it is not the text itself."""
    paragraph, part = finding.get("paragraph"), str(finding.get("part", ""))
    if not paragraph:
        return ""
    named = _PARTS.get(part.rstrip("0123456789"))
    if named is None:
        return texts.gettext("paragraph %(number)s", number=paragraph)
    return texts.gettext("%(part)s, paragraph %(number)s", part=named, number=paragraph)


def has_errors(findings: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether no document can be made of a template."""
    return any(one["gravity"] == ERROR for one in findings)


def of_values(
    used: Sequence[Mapping[str, Any]], values: Mapping[str, Any], tree: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Give what is wrong between a template and the values of one document.

    Values that there are no more, as of a plugin that was switched off, are errors. Empty ones that
    the template does not ask for before it says them are warnings.
    """
    asked = {str(one["path"]) for one in used if one["asked"]}
    return [*_gone(used, tree), *_empty(used, values, asked)]


def _gone(used: Sequence[Mapping[str, Any]], tree: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for one in used:
        path = str(one["path"])
        section, _dot, field = path.partition(".")
        known = tree.get(section)
        gone = known is None if not field else isinstance(known, Mapping) and field not in known
        if gone and path not in seen:
            seen.add(path)
            yield _finding("unknown", ERROR, one, path)


def _empty(
    used: Sequence[Mapping[str, Any]], values: Mapping[str, Any], asked: Collection[str]
) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for one in used:
        path = str(one["path"])
        section, _dot, field = path.partition(".")
        held = values.get(section)
        if path in seen or path in asked or not isinstance(held, Mapping) or field not in held:
            continue
        seen.add(path)
        if held[field] in (None, ""):  # a paper without a stamp is signed by hand
            what = "no_signer" if path == "own.signer" else "empty"
            yield _finding(what, "warning", one, path)


def _finding(what: str, gravity: str, one: Mapping[str, Any], name: str) -> dict[str, Any]:
    held = {key: one[key] for key in ("part", "paragraph", "text")}
    return {"what": what, "gravity": gravity, "name": name, "meant": "", **held}
