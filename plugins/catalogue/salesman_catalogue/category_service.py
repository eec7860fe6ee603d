"""Every change of the tree of categories."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from salesman_catalogue import choosing
from salesman_catalogue.models import Category, Product
from salesman_catalogue.permissions import MANAGE_CATEGORIES
from salesman_catalogue.texts import texts
from salesman_core.toolkit import (
    Changes,
    ConflictError,
    InvalidError,
    MissingError,
    StaleError,
    audit,
    change_places,
    demand_permission,
    in_order,
    named,
    normalised,
    order_version,
    touch_records,
    writing,
)

_ = texts.lazy

KIND: Final = "catalogue.category"
MOST: Final = 2000
"""So many categories are shown on one page, and chosen from."""
DEEPEST: Final = 10
_LONGEST: Final = 200


def tree_version(places: Sequence[choosing.Place]) -> int:
    """Give the version of the tree: another one wherever a category stands elsewhere."""
    return order_version(number for one in places for number in (one.id, one.parent_id or 0))


def add_category(values: Mapping[str, Any]) -> int:
    """Add a category behind those beside it; give its id.

    :param values: ``name``, and ``parent_id`` of the one that it is in; None for the top.
    :raises InvalidError: by field.
    """
    demand_permission(MANAGE_CATEGORIES)
    with writing() as session:
        category = _begun(session, values.get("name"), values.get("parent_id"))
        _note_new(session, category)
        return category.id


def _begun(session: Session, name: object, parent_id: int | None) -> Category:
    every = in_order(session, Category)
    if len(every) >= MOST:
        message = _("At most %(most)s categories fit.", most=MOST)
        raise InvalidError(message, {"name": message})
    category = Category(name=_named(name), parent_id=_checked_parent(every, parent_id))
    beside = [one for one in every if one.parent_id == category.parent_id]
    _demand_free_name(beside, category)
    category.position = 1 + max((one.position for one in beside), default=-1)
    session.add(category)
    session.flush()
    return category


def _note_new(session: Session, category: Category) -> None:
    told: Changes = {"name": (None, category.name), "parent_id": (None, category.parent_id)}
    audit(session, KIND, category.id, category.name, "created", told)
    touch_records(Category, [category.id])


def rename_category(category_id: int, name: object, version: int | None = None) -> bool:
    """Give a category another name; give whether it is one.

    :raises StaleError: where somebody changed it since *version*.
    """
    demand_permission(MANAGE_CATEGORIES)
    with writing() as session:
        every = in_order(session, Category)
        category = _found(every, category_id)
        if version is not None and category.version != version:
            raise StaleError(_("Somebody else has changed this since you read it."))
        before, category.name = category.name, _named(name)
        if before == category.name:
            return False
        _demand_free_name([one for one in every if one.parent_id == category.parent_id], category)
        _keep(session, category, {"name": (before, category.name)})
        return True


def move_category(category_id: int, *, up: bool, version: int | None = None) -> None:
    """Let a category change places with its neighbour in the same category.

    :param version: of the tree that the person saw, see :func:`tree_version`.
    """
    demand_permission(MANAGE_CATEGORIES)
    with writing() as session:
        every = in_order(session, Category)
        _demand_tree(session, version)
        category = _found(every, category_id)
        beside = [one for one in every if one.parent_id == category.parent_id]
        places = change_places(beside, category, later=not up)
        if places is not None:
            audit(session, KIND, category.id, category.name, "changed", {"position": places})


def put_category(
    category_id: int,
    parent_id: int | None,
    before_id: int | None = None,
    version: int | None = None,
) -> None:
    """Put a category, with all that is in it, into another one, or to the top.

    :param before_id: the one there before which it is to stand; None for behind all others.
    :raises InvalidError: where it would be in itself, or too deep.
    """
    demand_permission(MANAGE_CATEGORIES)
    with writing() as session:
        every = in_order(session, Category)
        _demand_tree(session, version)
        category = _found(every, category_id)
        parent_id = _checked_parent(every, parent_id, category)
        beside = [one for one in every if one.parent_id == parent_id and one is not category]
        was = {"parent_id": category.parent_id, "position": category.position}
        category.parent_id = parent_id
        _demand_free_name(beside, category)
        place = next((at for at, one in enumerate(beside) if one.id == before_id), len(beside))
        for position, one in enumerate([*beside[:place], category, *beside[place:]]):
            one.position = position
        changes = {
            name: (old, getattr(category, name))
            for name, old in was.items()
            if old != getattr(category, name)
        }
        if changes:
            _keep(session, category, changes)


def delete_category(category_id: int, *, moved_to: int | None = None, move: bool = False) -> None:
    """Delete a category.

    :param move: whether what is in it, categories and products, goes to *moved_to* (None for the
        top) first.
    :raises ConflictError: where something is in it, and it is not to be moved.
    """
    demand_permission(MANAGE_CATEGORIES)
    with writing() as session:
        every = in_order(session, Category)
        category = _found(every, category_id)
        if move:
            _empty(session, every, category, moved_to)
        elif _is_used(session, every, category):
            raise ConflictError(
                _("“%(name)s” is not empty: say where to what is in it goes.", name=category.name)
            )
        audit(session, KIND, category.id, category.name, "erased", {})
        session.delete(category)


def _empty(
    session: Session, every: Sequence[Category], category: Category, moved_to: int | None
) -> None:
    target = _checked_parent(every, moved_to, category, field="moved_to")
    children = [one for one in every if one.parent_id == category.id]
    there = [one for one in every if one.parent_id == target and one is not category]
    for child in children:
        child.parent_id = target
        _demand_free_name(there, child)
        child.position = 1 + max((one.position for one in there), default=-1)
        there.append(child)
        _keep(session, child, {"parent_id": (category.id, target)})
    session.execute(
        sa.update(Product)
        .where(Product.category_id == category.id)
        .values(category_id=target)
        .execution_options(synchronize_session=False)
    )
    session.flush()


def _is_used(session: Session, every: Sequence[Category], category: Category) -> bool:
    used = sa.exists().where(Product.category_id == category.id)
    return any(one.parent_id == category.id for one in every) or bool(
        session.scalar(sa.select(used))
    )


def _found(every: Sequence[Category], category_id: int) -> Category:
    found = next((one for one in every if one.id == category_id), None)
    if found is None:
        raise MissingError(_("There is no such category."))
    return found


def _checked_parent(
    every: Sequence[Category],
    parent_id: int | None,
    category: Category | None = None,
    field: str = "parent_id",
) -> int | None:
    """Judge where a category is to stand.

    :raises InvalidError: for a category that there is not, or that is in the one that moves.
    """
    if parent_id is None:
        return None
    parents = {one.id: one.parent_id for one in every}
    above: list[int] = []
    step: int | None = parent_id
    while step is not None and step not in above:
        above.append(step)
        step = parents.get(step)
    if parent_id not in parents:
        message = _("There is no such category.")
    elif category is not None and category.id in above:
        message = _("A category cannot be in itself.")
    elif len(above) + _height(every, category) > DEEPEST:
        message = _("Categories stand at most %(most)s deep.", most=DEEPEST)
    else:
        return parent_id
    raise InvalidError(message, {field: message})


def _height(every: Sequence[Category], category: Category | None) -> int:
    """Give over how many levels a category with all that is in it stands."""
    height, layer = 0, {category.id} if category is not None and category.id else set()
    while layer:
        height += 1
        layer = {one.id for one in every if one.parent_id in layer}
    return max(height, 1)


def _named(name: object) -> str:
    text = named(name)
    if len(text) > _LONGEST:
        message = _("At most %(most)s characters fit here.", most=_LONGEST)
        raise InvalidError(message, {"name": message})
    return text


def _demand_free_name(beside: Collection[Category], category: Category) -> None:
    others = {normalised(one.name) for one in beside if one is not category}
    if normalised(category.name) in others:
        message = _("There is a category “%(name)s” there already.", name=category.name)
        raise InvalidError(message, {"name": message})


def _demand_tree(session: Session, version: int | None) -> None:
    if version is not None and tree_version(choosing.tree(session)) != version:
        raise StaleError(
            _("Somebody else has changed the order meanwhile: see it now, then do it again.")
        )


def _keep(session: Session, category: Category, changes: Changes) -> None:
    category.version += 1
    audit(session, KIND, category.id, category.name, "changed", changes)


class NamedCategories:
    """Finds categories by their paths, for imports; makes those that there are not.

    A path is names from the top down, with `` / `` between them.
    """

    def __init__(self, session: Session, *, create: bool) -> None:
        self._session, self._create = session, create
        self._known = {_as_compared(one.path): one.id for one in choosing.tree(session)}

    def of(self, path: str) -> int:
        """Give the id of a category.

        :raises InvalidError: where there is none, and none is to be made.
        """
        known = self._known.get(_as_compared(path))
        if known is not None:
            return known
        if not self._create:
            message = _("There is no category “%(name)s”, and you may not add it.", name=path)
            raise InvalidError(message, {"category": message})
        return self._made(path)

    def _made(self, path: str) -> int:
        parent_id: int | None = None
        walked: list[str] = []
        for name in filter(None, (one.strip() for one in path.split(choosing.BETWEEN))):
            walked.append(name)
            own = _as_compared(choosing.BETWEEN.join(walked))
            if own not in self._known:
                category = _begun(self._session, name, parent_id)
                _note_new(self._session, category)
                self._known[own] = category.id
            parent_id = self._known[own]
        if parent_id is None:
            message = _("A category needs a name.")
            raise InvalidError(message, {"category": message})
        return parent_id


def _as_compared(path: str) -> str:
    return choosing.BETWEEN.join(
        normalised(one) for one in path.split(choosing.BETWEEN) if one.strip()
    )
