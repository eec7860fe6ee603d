"""The dialog that narrows a list, as its page draws it: fields, and groups of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from salesman_core.records.list_fields import ListSpec
from salesman_core.records.list_groups import grouped, is_case
from salesman_core.records.list_narrowing import Asked, Options, asked
from salesman_core.records.list_query import ListQuery

BLANK: Final = "any0"
"""Stands for the name of a group that is not there yet; no address knows it."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of conditions in the dialog.

    :param name: as in addresses, ``any1`` or ``case1``.
    :param besides: what it asks for that the dialog has no field for, as it stands in the address.
    """

    name: str
    fields: Sequence[Asked]
    besides: Mapping[str, str]

    @property
    def is_case(self) -> bool:
        """Whether it holds as a whole; else one of its conditions is enough."""
        return is_case(self.name)

    @property
    def is_blank(self) -> bool:
        """Whether it is the pattern of groups to come."""
        return self.name == BLANK


class FilterDialog:
    """The dialog of one list, filled in with what is asked for now.

    :param names: its fields and filters, in their order.
    :param options: what may be chosen, for those that do not say it themselves.
    :param args: the whole address, with what is asked for beside filters.
    """

    def __init__(
        self,
        spec: ListSpec,
        query: ListQuery,
        names: Iterable[str],
        options: Mapping[str, Options],
        args: Mapping[str, str],
    ) -> None:
        self._spec, self._query, self._options = spec, query, options
        self._names = tuple(names)
        self._args = {name: text for name, text in args.items() if name != "cursor"}

    @cached_property
    def fields(self) -> list[Asked]:
        """The fields for what has to hold in any case."""
        return self._asked("")

    @cached_property
    def groups(self) -> list[Group]:
        """The groups in use: of each the same fields once more."""
        names = dict.fromkeys(one.group for one in self._query.filters if one.group)
        return [self._group(name) for name in sorted(names)]

    @property
    def blank(self) -> Group:
        """The pattern of groups to come."""
        return self._group(BLANK)

    @property
    def besides(self) -> Mapping[str, str]:
        """What is asked for beside groups that the dialog has no field for."""
        return self._rest("", self.fields)

    def _group(self, name: str) -> Group:
        fields = self._asked(name)
        return Group(name, fields, self._rest(name, fields))

    def _asked(self, group: str) -> list[Asked]:
        return asked(self._spec, self._query, self._names, self._options, group)

    def _rest(self, group: str, fields: Iterable[Asked]) -> Mapping[str, str]:
        drawn = {name for field in fields for name in field.parameters}
        return {
            name: text
            for name, text in self._args.items()
            if grouped(name)[0] == group and name not in drawn
        }
