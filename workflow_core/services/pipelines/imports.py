"""Existing annotations and predictions come in: each to the task that owns its label, none silently dropped."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from workflow_core.connectors import fitting
from workflow_core.connectors.records import ImportedAnnotation, Problems, Told
from workflow_core.domain import recipes
from workflow_core.domain.recipes import Category, Recipe
from workflow_core.domain.roles import Permission
from workflow_core.domain.suggestions import possible
from workflow_core.domain.wording import cited
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.services import people
from workflow_core.services.contributors.annotation_sets import MAX_ANNOTATIONS
from workflow_core.services.managers import reversals
from workflow_core.services.people import Actor
from workflow_core.services.pipelines.item_references import AS_ITEMS, Items, Naming
from workflow_core.store.data import categories, imports
from workflow_core.store.database.engine import Session, taken_back
from workflow_core.store.models import Dataset, Item, Task, TaskItem
from workflow_core.store.routing.lineage import Effects

BATCH = 2_000


@dataclass
class Imported:
    """What came in, what was there already, and what could not be taken, with the reason.

    `reopened` are the statuses that were cleared for it, `effects` what was taken back with them.
    """

    new: int = 0
    present: int = 0
    reopened: int = 0
    effects: Effects = field(default_factory=Effects)
    problems: Problems = field(default_factory=Problems)


@dataclass(frozen=True)
class _Owner:
    task_id: int
    name: str
    recipe: Recipe


@dataclass(frozen=True)
class _Fit:
    """An annotation that its task takes, as its row will be."""

    where: str
    name: str
    owner: _Owner
    row: Mapping[str, Any]

    @property
    def place(self) -> tuple[int, int]:
        """The item and the task."""
        return self.row["item_id"], self.owner.task_id


Owners = Mapping[str, list[_Owner]]
Clear = Callable[..., Effects]
"""Clears statuses `of` a `task`."""
Refused = dict[tuple[int, int], str]
"""By item and task, why nothing comes in there any more."""


def import_annotations(
    session: Session,
    *,
    actor: Actor,
    dataset: Dataset,
    annotations: Iterable[ImportedAnnotation],
    problems: Problems,
    now: datetime,
    naming: Naming = AS_ITEMS,
    as_boxes: bool = False,
    told: Told | None = None,
    reopen: bool = False,
    end_claims: bool = False,
    preview: bool = False,
) -> Imported:
    """Take in annotations made elsewhere, in whatever files they come and how often.

    An annotation is the same if what it says and who made it are: its item, label, shape and attributes, and its model
    or that it was people. What is there already, as it came or as it is now, changes nothing; the same with other
    attributes is listed.

    An annotation belongs to the task whose recipe has its label, so that it opens there, to be accepted or changed.
    What matches no item, no label or not the recipe is listed in the result's problems, and so is what comes after the
    item got its status there, since nobody would look at it. With `reopen` that status is cleared instead, with the
    effects of `reversals.clear`; `end_claims` confirms that people who have an item open that it led to lose their
    claim. With `preview` nothing is changed. `naming` says how the file names items; with `as_boxes` polygons become
    boxes also where the recipe has both. Of what the file has `told` once its annotations are read, labels without a
    number in the dataset get that of its categories, and items without a licence in their metadata that of their image.

    Raises:
        NotAllowed: the actor may not import annotations, or, to re-open, not clear statuses.
    """
    people.require(session, actor=actor, project_id=dataset.project_id, permission=Permission.IMPORT_ANNOTATIONS)
    result = Imported(problems=problems)
    clear = partial(reversals.clear, session, actor=actor, now=now, end_claims=end_claims) if reopen else None
    with taken_back(session) if preview else nullcontext():
        imports.lock(session, dataset_id=dataset.id)
        owners = _owners(session, dataset)
        items = Items(session, dataset, naming, problems)
        each = iter(annotations)
        while batch := list(islice(each, BATCH)):
            fits = _fits(session, items.match(batch), owners, as_boxes, result)
            refused = _refused(session, fits, clear, result)
            _take(session, fits, refused, actor, result, now)
        if told is not None:
            _number_labels(session, dataset, [one for one in told.categories if one.label in owners], problems)
            _license(session, Items(session, dataset, naming, Problems()), told)
    return result


def _number_labels(session: Session, dataset: Dataset, new: Sequence[Category], problems: Problems) -> None:
    categories.give(session, dataset_id=dataset.id, new=new)
    known = {one.label: one.number for one in categories.given(session, dataset_id=dataset.id)}
    for one in new:
        if known.get(one.label) != one.number:
            stays = f"stays {known[one.label]}" if one.label in known else "gets a new number when it is exported"
            said = f"label {cited(one.label)} {stays}, and not {one.number} as in the file"
            problems.add("categories", said, skipped=False, cause=said)


def _license(session: Session, items: Items, told: Told) -> None:
    """Keep licences with the items that they are of, found as those of annotations; nothing is lost without one."""
    each = (ImportedAnnotation(item, "", "", {}, license) for item, license in told.licenses)
    while batch := list(islice(each, BATCH)):
        found = {
            item.id: {**item.meta, "license": dict(one.attributes)}
            for one, item in items.match(batch)
            if "license" not in item.meta
        }
        imports.describe(session, found)


def _fits(
    session: Session,
    matched: Iterator[tuple[ImportedAnnotation, Item]],
    owners: Owners,
    as_boxes: bool,
    result: Imported,
) -> list[_Fit]:
    """Return what is not there yet and fits its task; what does not is noted."""
    pairs = list(matched)
    present = {
        (item, key)
        for item, external, content in imports.present(session, item_ids={item.id for _, item in pairs})
        for key in (external, _key(content), _key(content | UNNAMED) if content["origin"] == "model" else None)
        if key is not None
    }
    alike = {(item, _shape(key)) for item, key in present}
    fits = []
    for one, item in pairs:
        try:
            owner = _owner(one, owners, result.problems)
            row = _row(one, item, owner, as_boxes, result.problems)
            if (item.id, row["external_id"]) in present:
                result.present += 1
                continue
            if (item.id, _shape(row["external_id"])) in alike:
                raise InvalidInput(OTHERWISE.format(one.label))
            fits.append(_Fit(one.where, item.name, owner, row))
        except InvalidInput as error:
            result.problems.add(one.where, str(error))
    return fits


def _refused(session: Session, fits: Iterable[_Fit], clear: Clear | None, result: Imported) -> Refused:
    """Find what comes after its item got its status, and clear that where it is wanted and can be."""
    wanted = {each.place: each for each in fits}
    late = [one for one in imports.done(session, item_ids={item for item, _ in wanted}) if _place(one) in wanted]
    refused: Refused = {}
    if clear is None:
        for one in late:
            each = wanted[_place(one)]
            there = f"{each.name} is {one.status} in {each.owner.name!r} already"
            refused[each.place] = f"{there}, and nobody would see this; re-open it to take this in"
        return refused
    for task_id in dict.fromkeys(one.task_id for one in late):
        of = [one for one in late if one.task_id == task_id]
        refused |= _cleared(clear, session.get_one(Task, task_id), of, result)
    return refused


def _place(task_item: TaskItem) -> tuple[int, int]:
    return task_item.item_id, task_item.task_id


def _cleared(clear: Clear, task: Task, of: Sequence[TaskItem], result: Imported) -> Refused:
    """Clear all that can be: at once, or one by one where some cannot; returns why these cannot."""
    try:
        result.effects += clear(task=task, of=of)
    except Conflict as error:
        if len(of) == 1:
            return {_place(of[0]): str(error)}
        return {place: why for one in of for place, why in _cleared(clear, task, [one], result).items()}
    result.reopened += len(of)
    return {}


def _take(
    session: Session,
    fits: Iterable[_Fit],
    refused: Refused,
    actor: Actor,
    result: Imported,
    now: datetime,
) -> None:
    drawn = Counter(imports.counts(session, item_ids={each.place[0] for each in fits}))
    rows: dict[tuple[int, str], Mapping[str, Any]] = {}
    alike: set[tuple[int, str]] = set()
    for each in fits:
        known = each.place[0], each.row["external_id"]
        if known in rows:
            result.present += 1
        elif (known[0], _shape(known[1])) in alike:
            result.problems.add(each.where, OTHERWISE.format(each.row["label"]))
        elif each.place in refused:
            why = refused[each.place]
            result.problems.add(each.where, why, cause=why.replace(each.name, ""))
        elif drawn[each.place] >= MAX_ANNOTATIONS:
            most = f"{each.name} has {MAX_ANNOTATIONS:,} annotations of {each.owner.name!r}, and no more"
            result.problems.add(each.where, most)
        else:
            rows[known] = {**each.row, "created_at": now}
            alike.add((known[0], _shape(known[1])))
            drawn[each.place] += 1
    happened = {"at": now, "verb": "imported", "actor_id": actor.id if actor else None}
    counts = Counter((row["item_id"], row["task_id"]) for row in rows.values()).items()
    imports.add(
        session,
        list(rows.values()),
        events=[
            happened | {"item_id": item, "task_id": task, "detail": {"annotations": count}}
            for (item, task), count in counts
        ],
    )
    result.new += len(rows)


def _row(one: ImportedAnnotation, item: Item, owner: _Owner, as_boxes: bool, problems: Problems) -> dict[str, Any]:
    fitted = fitting.fit(one, owner.recipe, width=item.width, height=item.height, as_boxes=as_boxes, problems=problems)
    row = fitted | {"origin": one.origin, "model": one.model, "model_version": one.model_version}
    return row | {"item_id": item.id, "task_id": owner.task_id, "score": one.score, "external_id": _key(row)}


def _owners(session: Session, dataset: Dataset) -> Owners:
    owners: dict[str, list[_Owner]] = {}
    for key, name, content in imports.tasks(session, dataset_id=dataset.id):
        owner = _Owner(key, name, recipes.from_json(content))
        for label in owner.recipe.labels:
            owners.setdefault(label.name, []).append(owner)
    return owners


def _owner(one: ImportedAnnotation, owners: Owners, problems: Problems) -> _Owner:
    """Return the task that owns the label: of several the one that the file names, or else the first."""
    having = owners.get(one.label)
    if not having:
        raise InvalidInput(
            f"no task has the label {cited(one.label)}; {possible(one.label, owners) if owners else NO_TASK}"
        )
    named = [owner for owner in having if owner.name == one.task]
    if one.task is not None and not named:
        said = f"task {cited(one.task)} does not have the label {cited(one.label)}, so it went to {having[0].name!r}"
        problems.add(one.where, said, skipped=False)
    return (named or having)[0]


OTHERWISE = "this {} is there already with other attributes"
NO_TASK = "no task is there yet: deploy a pipeline or make a task first"


def _key(content: Mapping[str, Any]) -> str:
    """Name an annotation by what it says and who made it, in two parts: all but its attributes, and these.

    A number is the same as a whole one and as a fraction; after the fourth digit tools disagree of a place.
    """
    attributes = {name: float(value) if type(value) is int else value for name, value in content["attributes"].items()}
    parts = ([_rounded(content[name]) for name in IDENTITY], attributes)
    return ".".join(hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:32] for part in parts)


UNNAMED = {"model": None, "model_version": None}
"""Of a model that a file does not name, what any model has made is there already."""
IDENTITY = ("label", "tool", "geometry", "origin", "model", "model_version")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return round(value, 4) + 0.0 if isinstance(value, float) else value


def _shape(key: str) -> str:
    return key.partition(".")[0]
