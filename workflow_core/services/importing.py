"""Existing annotations and predictions come in: each to the task that owns its label, none silently dropped."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from workflow_core.connectors.records import ImportedAnnotation, Problems
from workflow_core.domain import geometry, recipes
from workflow_core.domain.roles import Permission
from workflow_core.errors import InvalidInput
from workflow_core.services import people
from workflow_core.services.people import Actor
from workflow_core.store import imports
from workflow_core.store.models import Annotation, Dataset, Event, Item

BATCH = 2_000
Owners = Mapping[str, list[tuple[int, str, Mapping[str, Any]]]]


@dataclass
class Imported:
    """What came in, what was there already, and what could not be taken, with the reason."""

    new: int = 0
    present: int = 0
    problems: Problems = field(default_factory=Problems)


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
    """
    people.require(session, actor=actor, project_id=dataset.project_id, permission=Permission.IMPORT_ANNOTATIONS)
    result = Imported(problems=problems)
    owners = imports.label_owners(session, dataset_id=dataset.id)
    for batch in _batches(annotations):
        _take(session, dataset, batch, owners, actor, source, result, now)
    return result


def _take(
    session: Session,
    dataset: Dataset,
    batch: list[ImportedAnnotation],
    owners: Owners,
    actor: Actor,
    source: str,
    result: Imported,
    now: datetime,
) -> None:
    matched = list(_matched(session, dataset, batch, result))
    present = imports.present(session, item_ids=[item.id for _, item in matched])
    came: dict[tuple[int, int | None], int] = {}
    for one, item in matched:
        external = _external(source, one)
        if (item.id, external) in present:
            result.present += 1
            continue
        try:
            task_id = _owner(one, owners)
            shape = geometry.parse(one.tool, one.geometry, item.width, item.height)
        except InvalidInput as error:
            result.problems.add(one.where, str(error))
            continue
        present.add((item.id, external))
        session.add(
            Annotation(
                item_id=item.id,
                task_id=task_id,
                external_id=external,
                label=one.label,
                tool=one.tool,
                geometry=dict(shape),
                attributes=dict(one.attributes),
                origin=one.origin,
                model=one.model,
                model_version=one.model_version,
                score=one.score,
                created_at=now,
            )
        )
        came[item.id, task_id] = came.get((item.id, task_id), 0) + 1
        result.new += 1
    actor_id = actor.id if actor else None
    session.add_all(
        Event(at=now, verb="imported", item_id=item, task_id=task, actor_id=actor_id, detail={"annotations": count})
        for (item, task), count in came.items()
    )
    session.flush()
    session.expunge_all()


def _matched(
    session: Session, dataset: Dataset, batch: list[ImportedAnnotation], result: Imported
) -> Iterator[tuple[ImportedAnnotation, Item]]:
    references = [one.item for one in batch]
    names = imports.by_path(session, dataset_id=dataset.id, names=[r.name for r in references if r.name])
    uris = imports.by_uri(session, dataset_id=dataset.id, uris=[r.uri for r in references if r.uri])
    keys = imports.by_id(session, dataset_id=dataset.id, ids=[r.id for r in references if r.id is not None])
    for one in batch:
        wanted = one.item
        if wanted.name is not None:
            found = [i for i in names.get(wanted.name, []) if wanted.folder is None or i.folder == wanted.folder]
            if len(found) > 1:
                folders = ", ".join(sorted(item.folder for item in found)[:5])
                result.problems.add(one.where, f"{wanted.name!r} is in several folders ({folders}); name the folder")
                continue
            item = found[0] if found else None
        elif wanted.uri is not None:
            item = uris.get(wanted.uri)
        else:
            item = keys.get(wanted.id) if wanted.id is not None else None
        if item is None:
            shown = wanted.name or wanted.uri or wanted.id
            result.problems.add(one.where, f"no item {shown!r} in dataset {dataset.name!r}; bring the items in first")
        else:
            yield one, item


def _owner(one: ImportedAnnotation, owners: Owners) -> int:
    """Return the task that owns the label; several have it only where the file or nothing decides: the first."""
    having = owners.get(one.label, [])
    named = [owner for owner in having if owner[1] == one.task]
    if not having:
        known = ", ".join(sorted(owners)[:12]) or "none yet: deploy a pipeline or make a task first"
        raise InvalidInput(f"no task has the label {one.label!r}; there is {known}")
    key, _, content = (named or having)[0]
    recipe = recipes.from_json(content)
    wrong = recipes.fault(recipe, label=one.label, tool=one.tool, attributes=one.attributes)
    if wrong and "required" not in wrong:
        raise InvalidInput(wrong)
    return key


def _external(source: str, one: ImportedAnnotation) -> str:
    """Name an annotation by its source and its id there, or else by its content: the same again adds nothing."""
    if one.external_id is not None:
        named: list[Any] = [source, one.external_id]
    else:
        named = [one.label, one.tool, one.geometry, one.attributes, one.origin, one.model, one.model_version]
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:40]


def _batches(annotations: Iterable[ImportedAnnotation]) -> Iterator[list[ImportedAnnotation]]:
    batch: list[ImportedAnnotation] = []
    for one in annotations:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
