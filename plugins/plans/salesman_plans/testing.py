"""How tests make plans: the kit's access walk finds it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from salesman_plans.models import KIND
from salesman_plans.service import Goal, set_goals
from salesman_plans.whose import key_of


def make_plans(_text: Callable[[str], str], ids: Mapping[str, int]) -> Sequence[int]:
    """Make a plan of somebody's turnover.

    :param ids: whose it is (``owner_id``).
    """
    subject = key_of(None, ids["owner_id"])
    done = set_goals([Goal(subject, date(2026, 3, 1), "turnover", Decimal(100))])
    return [one.plan_id for one in done if one.plan_id is not None]


FACTORIES: Final[dict[str, Any]] = {KIND: make_plans}
