"""Existing annotations and predictions come in: each to the task that owns its label, none silently dropped."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from workflow_core.connectors.records import ImportedAnnotation, Problems
from workflow_core.domain import geometry, recipes, values
from workflow_core.domain.recipes import Recipe
from workflow_core.domain.roles import Permission
from workflow_core.domain.suggestions import possible
from workflow_core.domain.wording import cited
from workflow_core.errors import InvalidInput
from workflow_core.services import people
from workflow_core.services.contributors.annotation_sets import MAX_ANNOTATIONS
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import item_references
from workflow_core.store.data import imports
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Item

BATCH = 2_000


@dataclass
class Imported:
    """What came in, what was there already, and what could not be taken, with the reason."""

    new: int = 0
    present: int = 0
    problems: Problems = field(default_factory=Problems)


@dataclass(frozen=True)
class _Owner:
    task_id: int
    name: str
    recipe: Recipe


Owners = Mapping[str, list[_Owner]]


def import_annotations(
    session: Session,
    *,
    actor: Actor,
    dataset: Dataset,
    annotations: Iterable[ImportedAnnotation],
    problems: Problems,
    source: str,
    now: datetime,
) -> Imported:
    """Take in annotations made elsewhere; the same `source` (a file's name) again changes nothing.

    An annotation belongs to the task whose recipe has its label, so that it opens there, to be accepted or changed.
    What matches no item, no label or not the recipe is listed in the result's problems.

    Raises:
        NotAllowed: the actor may not import annotations.
    """
    people.require(session, actor=actor, project_id=dataset.project_id, permission=Permission.IMPORT_ANNOTATIONS)
    imports.lock(session, dataset_id=dataset.id)
    result = Imported(problems=problems)
    owners = _owners(session, dataset)
    each = iter(annotations)
    while batch := list(islice(each, BATCH)):
        _take(session, item_references.match(session, dataset, batch, problems), owners, actor, source, result, now)
    return result


def _take(
    session: Session,
    matched: Iterator[tuple[ImportedAnnotation, Item]],
    owners: Owners,
    actor: Actor,
    source: str,
    result: Imported,
    now: datetime,
) -> None:
    pairs = list(matched)
    item_ids = {item.id for _, item in pairs}
    present = imports.present(session, item_ids=item_ids)
    drawn = Counter(imports.counts(session, item_ids=item_ids))
    rows: list[dict[str, Any]] = []
    for one, item in pairs:
        external = _external(source, one)
        if (item.id, external) in present:
            result.present += 1
            continue
        try:
            owner = _owner(one, owners, result.problems)
            if drawn[item.id, owner.task_id] >= MAX_ANNOTATIONS:
                raise InvalidInput(f"{item.name} has {MAX_ANNOTATIONS:,} annotations of {owner.name!r}, and no more")
            rows.append(_row(one, item, owner) | {"external_id": external})
            drawn[item.id, owner.task_id] += 1
        except InvalidInput as error:
            result.problems.add(one.where, str(error))
        else:
            present.add((item.id, external))
    happened = {"at": now, "verb": "imported", "actor_id": actor.id if actor else None}
    counts = Counter((row["item_id"], row["task_id"]) for row in rows).items()
    imports.add(
        session,
        [row | {"created_at": now} for row in rows],
        events=[
            happened | {"item_id": item, "task_id": task, "detail": {"annotations": count}}
            for (item, task), count in counts
        ],
    )
    result.new += len(rows)


def _row(one: ImportedAnnotation, item: Item, owner: _Owner) -> dict[str, Any]:
    values.json(dict(one.attributes), "attributes")
    wrong = recipes.fault(owner.recipe, label=one.label, tool=one.tool, attributes=one.attributes)
    if wrong:
        raise InvalidInput(wrong)
    return {
        "item_id": item.id,
        "task_id": owner.task_id,
        "label": one.label,
        "tool": one.tool,
        "geometry": geometry.parse(one.tool, one.geometry, item.width, item.height),
        "attributes": dict(one.attributes),
        "origin": one.origin,
        "model": one.model,
        "model_version": one.model_version,
        "score": one.score,
    }


def _owners(session: Session, dataset: Dataset) -> Owners:
    owners: dict[str, list[_Owner]] = {}
    for key, name, content in imports.tasks(session, dataset_id=dataset.id):
        owner = _Owner(key, name, _lenient(recipes.from_json(content)))
        for label in owner.recipe.labels:
            owners.setdefault(label.name, []).append(owner)
    return owners


def _lenient(recipe: Recipe) -> Recipe:
    """What is required of people is not required of a model: who opens its work adds what is missing."""
    return replace(
        recipe,
        labels=tuple(
            replace(label, attributes=tuple(replace(one, required=False) for one in label.attributes))
            for label in recipe.labels
        ),
    )


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


NO_TASK = "no task is there yet: deploy a pipeline or make a task first"


def _external(source: str, one: ImportedAnnotation) -> str:
    """Name an annotation by its source and its id there, or else by its content: the same again adds nothing."""
    if one.external_id is not None:
        named: list[Any] = [source, one.external_id]
    else:
        named = [one.label, one.tool, one.geometry, one.attributes, one.origin, one.model, one.model_version]
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:40]
