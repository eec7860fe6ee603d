"""What a mapping says, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from salesman_core.i18n import texts
from salesman_core.records.imports.cells import text_of
from salesman_core.records.imports.mapping import ANYTHING_ELSE, ColumnMapping, ColumnRule, Options
from salesman_core.records.imports.recognition import mark_title, order_title
from salesman_core.records.imports.row_choices import (
    MATCH_TITLE,
    ONLY_TITLE,
    keys_words,
    only_words,
)
from salesman_hookspecs import ImportField

_ = texts.gettext

_MOST_VALUES = 20


def column_words(mapping: ColumnMapping, fields: Sequence[ImportField]) -> list[tuple[str, str]]:
    """Give each column that a mapping names, and what becomes of it."""
    titles = _titles(fields)
    told = [
        (heading, "; ".join((_filled(rule, titles), *rule_words(rule))))
        for heading, rule in mapping.columns.items()
    ]
    return told + [(heading, _("is left out")) for heading in mapping.options.ignore]


def _filled(rule: ColumnRule, titles: Mapping[str, str]) -> str:
    if not rule.fields:
        return _("is kept with the record")
    return " + ".join(titles[name] for name in rule.fields)


def rule_words(rule: ColumnRule) -> list[str]:
    """Give what a rule says beyond its fields: in which rows it counts, and how it is read."""
    told = [
        _("only where “%(heading)s” is %(held)s", heading=heading, held=_either(held))
        for heading, held in rule.when.items()
    ]
    if rule.dates:
        told.append(_("dates: %(order)s", order=order_title(rule.dates)))
    if rule.decimal:
        told.append(_("decimal mark: %(mark)s", mark=mark_title(rule.decimal)))
    return told


def _either(held: Sequence[str]) -> str:
    each = [_("“%(value)s”", value=value) if value else _("empty") for value in held]
    return _(" or ").join(each)


def further_words(mapping: ColumnMapping, fields: Sequence[ImportField]) -> list[tuple[str, str]]:
    """Give what a mapping says beside its columns: of what, and what."""
    return [*besides_words(mapping, fields), *_of_rows(mapping, fields)]


def besides_words(mapping: ColumnMapping, fields: Sequence[ImportField]) -> list[tuple[str, str]]:
    """Give what a mapping says that no control of an import's page shows: of what, and what."""
    return [*_of_fields(mapping, _titles(fields)), *_of_source(mapping)]


def _of_fields(mapping: ColumnMapping, titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, composition in mapping.compose.items():
        yield titles[name], _("is made of “%(parts)s”", parts=composition.template)
    for name, values in mapping.values.items():
        yield titles[name], _meant(values)
    for name, value in mapping.defaults.items():
        yield titles[name], _("“%(value)s” where a row has none", value=text_of(value))


def _meant(values: Mapping[str, str]) -> str:
    told = []
    for value, meant in list(values.items())[:_MOST_VALUES]:
        shown = _("“%(value)s”", value=meant) if meant else _("nothing at all")
        said = _("anything else") if value == ANYTHING_ELSE else _("“%(value)s”", value=value)
        told.append(_("%(said)s means %(meant)s", said=said, meant=shown))
    return "; ".join(told) + (", …" if len(values) > _MOST_VALUES else "")


def _of_source(mapping: ColumnMapping) -> Iterator[tuple[str, str]]:
    source = mapping.options.source
    if source != Options().source:
        yield _("External ids are kept as those of"), _("“%(value)s”", value=source)


def _of_rows(mapping: ColumnMapping, fields: Sequence[ImportField]) -> Iterator[tuple[str, str]]:
    options, titles = mapping.options, _titles(fields)
    if options.only:
        yield str(ONLY_TITLE), str(only_words(options.only))
    if options.match:
        yield str(MATCH_TITLE), keys_words(options.match, fields)
    if options.create_missing:
        made = ", ".join(titles[name] for name in options.create_missing)
        yield _("Made where they are missing"), made


def _titles(fields: Sequence[ImportField]) -> dict[str, str]:
    return {each.name: str(each.title) for each in fields}
