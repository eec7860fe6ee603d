"""Whether a value that a plugin gave is what its class says it is.

Python checks no annotations: a menu entry whose permission is a list would break every page that
asks for it, long after the plugin that gave it has answered.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints


def complaint_about(value: object) -> str | None:
    """Give what is wrong with the fields of a value object, or None where nothing is."""
    if not is_dataclass(value) or isinstance(value, type):
        return None
    for name, wanted in _wanted(type(value)).items():
        if not fits(getattr(value, name), wanted):
            found = type(getattr(value, name)).__name__
            return f"{name} of {type(value).__name__} cannot be of the type {found}"
    return None


@functools.cache
def _wanted(kind: type[Any]) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def fits(value: object, wanted: Any) -> bool:
    """Tell whether a value may stand where *wanted* is annotated; what cannot be told fits."""
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        return any(fits(value, one) for one in get_args(wanted))
    if origin is tuple:
        return isinstance(value, tuple) and _fit(value, get_args(wanted))
    kind = origin or wanted
    if not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return True
    if kind is float:
        return isinstance(value, int | float)
    return isinstance(value, kind)


def _fit(values: tuple[object, ...], wanted: tuple[Any, ...]) -> bool:
    """Tell whether each value of a tuple fits: ``tuple[str, int]``, or ``tuple[str, ...]``."""
    each = (wanted[0],) * len(values) if wanted[-1] is ... else wanted
    return len(values) == len(each) and all(map(fits, values, each))
