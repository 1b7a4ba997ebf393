"""What is drawn in a task becomes its annotations at submit: compared with what is there, checked, recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from json import dumps
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from workflow_core.domain.annotations import areas, geometry, recipes
from workflow_core.domain.annotations.recipes import Recipe
from workflow_core.domain.words import documents, values
from workflow_core.domain.words.wording import cited, shown
from workflow_core.domain.work.situations import Situation
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.store.database.engine import Session
from workflow_core.store.reads import annotations as drawn_there
from workflow_core.store.work import annotations, reviews
from workflow_core.store.work.annotations import Change, Content, Present

MAX_ANNOTATIONS = 10_000
"""How many annotations a task may have on an item: more of them would keep others waiting for seconds."""
MAX_SIZE = 10_000_000
"""How many values and characters these have altogether; PostgreSQL keeps no document of 256 MB."""


class Drawn(BaseModel):
    """An annotation as a contributor submits it; `id` names the one that it changes or accepts."""

    model_config = ConfigDict(extra="forbid")

    id: int | None = Field(default=None, gt=0, le=values.LARGEST)
    label: StrictStr
    tool: StrictStr
    geometry: dict[str, Any] = Field(default_factory=dict)
    attributes: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True)
class Reviewed:
    """The annotations of a task that is reviewed, and what its recipe asks of them."""

    task: str
    recipe: Recipe
    there: Mapping[int, Present]


@dataclass(frozen=True)
class There:
    """The annotations that a task has on an item, all that may be changed there, and what a reviewer answers for."""

    own: Mapping[int, Present]
    correctable: Mapping[int, Present]
    reviewed: Sequence[Reviewed] = ()


NOTHING = There({}, {})


def measured(raw: object) -> tuple[list[Drawn], int]:
    """Read annotations from JSON values, and how large they are; InvalidInput names the first that is malformed."""
    if not isinstance(raw, list | tuple) or len(raw) > MAX_ANNOTATIONS:
        given = f"{len(raw):,}" if isinstance(raw, list | tuple) else cited(raw)
        raise InvalidInput(f"the annotations of an item are a list of up to {MAX_ANNOTATIONS:,}, not {given}")
    drawn, size = [], 0
    for number, one in enumerate(raw, start=1):
        try:
            new = Drawn.model_validate(one)
            values.line(new.label, "a label", most=values.NAME, least=0)
            values.line(new.tool, "a tool", most=values.NAME, least=0)
            size += documents.size(new.geometry, "a geometry") + documents.size(new.attributes, "attributes")
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(shown(part) for part in first["loc"]) or "annotation"
            raise InvalidInput(f"annotation {number}: {where}: {first['msg']}") from error
        except values.Unfit as error:
            raise InvalidInput(f"annotation {number}: {error}") from error
        if size > MAX_SIZE:
            raise InvalidInput(f"annotation {number} is too much: an item has up to {MAX_SIZE:,} values and characters")
        drawn.append(new)
    return drawn, size


def of_item(session: Session, *, item_id: int, task_id: int | None = None) -> list[dict[str, Any]]:
    """Return what is drawn on an item, optionally in one task only: as it is submitted, with `by`, who made it."""
    key, of = values.key(item_id), None if task_id is None else values.key(task_id)
    return [
        {**one.model_dump(include=set(Drawn.model_fields)), "by": email or one.model or "unknown"}
        for one, email in drawn_there.with_makers(session, item_id=key, task_id=of)
    ]


def there(session: Session, founds: Sequence[Situation]) -> dict[int, There]:
    """Return what is there before a status is set, by task item; what has nothing is left out."""
    qa = [one.id for one in founds if one.type == "qa"]
    reviewed = reviews.recipes(session, qa_task_item_ids=qa) if qa else {}
    looked = {one.id: _looked_at(one, reviewed.get(one.id, {})) for one in founds}
    task_ids = {one.task_id for one in founds if one.drawn}.union(*looked.values())
    if not task_ids:
        return {}
    present = annotations.present(session, item_ids=[one.item_id for one in founds], task_ids=task_ids)
    found = {}
    for one in founds:
        own = present.get((one.item_id, one.task_id), {})
        others = [
            Reviewed(task, recipe, present.get((one.item_id, key), {}))
            for key, (task, recipe) in looked[one.id].items()
        ]
        corrected = [own, *(each.there for each in others)] if _edits(one) else [own]
        found[one.id] = There(own, {key: each for some in corrected for key, each in some.items()}, others)
    return found


def _edits(found: Situation) -> bool:
    return bool(found.recipe.settings.get("reviewer_edits"))


def _looked_at(found: Situation, reviewed: Mapping[int, tuple[str, Recipe]]) -> dict[int, tuple[str, Recipe]]:
    """Return the reviewed tasks whose annotations matter: the reviewer may change them, or they may lack something."""
    return {key: one for key, one in reviewed.items() if _edits(found) or recipes.requires(one[1])}


def equal(found: Situation, there: There, drawn: Sequence[Drawn]) -> bool:
    """Say whether what is drawn is what the task has on the item, each as it would be kept."""
    present = [one.content for one in there.own.values() if not one.waits]
    kept = [Content(one.label, one.tool, _shape(found, one, n), one.attributes) for n, one in enumerate(drawn, 1)]
    as_text = [sorted(dumps(asdict(one), sort_keys=True) for one in some) for some in (kept, present)]
    return as_text[0] == as_text[1]


def change(found: Situation, there: There, drawn: Sequence[Drawn], *, complete: bool) -> Change:
    """Return what makes `drawn` the annotations of this task on the item: all of them, no others of the task but what
    waits.

    What came in after the claim began waits beside them for the next one: it was not there to be looked at.

    Annotations of other tasks stay as they are, but a reviewer may correct those that they review where the recipe's
    setting `reviewer_edits` allows it: both are kept, and it does not make it their own work. A prediction that is
    drawn unchanged is accepted; one that is changed keeps its origin. What it was is a revision, and not a part of
    the history, which names annotations by number alone: an item can be erased, and events cannot. Only what is to be
    `complete` must have the attributes that are required, and not cross itself where the recipe refuses that.

    Raises:
        InvalidInput: something is not allowed by the task's recipe, lies outside the image, or is unknown.
    """
    created: list[Content] = []
    changed: dict[int, Content] = {}
    accepted: list[int] = []
    kept: set[int] = set()
    for number, one in enumerate(drawn, start=1):
        content = Content(one.label, one.tool, _checked(found, one, number, complete), one.attributes)
        if one.id is None:
            created.append(content)
            continue
        if one.id not in there.correctable or one.id in kept:
            possible = shown(", ".join(str(key) for key in there.own.keys() - kept)) or "new ones, without id"
            raise InvalidInput(
                f"annotation {number}: there is no annotation {shown(one.id)} of task {found.task!r} on {found.name};"
                f" possible: {possible}"
            )
        kept.add(one.id)
        if content != there.correctable[one.id].content:
            changed[one.id] = content
        elif there.correctable[one.id].unseen:
            accepted.append(one.id)
    deleted = [key for key, one in there.own.items() if key not in kept and not one.waits]
    return Change(found.id, found.item_id, created, changed, accepted, deleted)


def check_complete(found: Situation, there: There, change: Change | None, *, status: str) -> None:
    """Refuse a status where an annotation lacks an attribute that the recipe of its task requires.

    Asked of the own ones, unless they are changed and so checked, and by a reviewer of what they review, as they leave
    it; not of what waits for the next claim.

    Raises:
        InvalidInput: one of the task's own lacks it.
        Conflict: one that is reviewed does; the reviewer can flag it.
    """
    own = [Reviewed(found.task, found.recipe, there.own)] if change is None else []
    for asked in (*own, *there.reviewed):
        for key, one in asked.there.items():
            content = change.changed.get(key, one.content) if change else one.content
            lacks = recipes.lack(asked.recipe, label=content.label, attributes=content.attributes)
            if not lacks or one.waits:
                continue
            told = f"cannot set {status} on {found.name}: annotation {key} of {asked.task!r}: {lacks}"
            if asked in own:
                raise InvalidInput(f"{told}; add it, or discard the item")
            why = f"{told}; flag it, so that its author adds it, or discard the item"
            raise Conflict(why, code="incomplete", **found.about, annotation=key)


def _checked(found: Situation, one: Drawn, number: int, complete: bool) -> dict[str, Any]:
    wrong = recipes.fault(found.recipe, label=one.label, tool=one.tool, attributes=one.attributes, complete=complete)
    if wrong:
        raise InvalidInput(f"annotation {number}: {wrong}")
    shape = _shape(found, one, number)
    if complete and areas.refused(found.recipe, shape):
        raise InvalidInput(f"annotation {number} ({one.label}): the polygon crosses itself, which the recipe refuses")
    return shape


def _shape(found: Situation, one: Drawn, number: int) -> dict[str, Any]:
    try:
        return dict(geometry.parse(one.tool, one.geometry, found.width, found.height))
    except InvalidInput as error:
        raise InvalidInput(f"annotation {number} ({one.label}): {error}") from error
