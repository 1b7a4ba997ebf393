"""Existing annotations and predictions come in: each to the task that owns its label, none silently dropped."""

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
from workflow_core.domain import identities
from workflow_core.domain.roles import Permission
from workflow_core.errors import Conflict, InvalidInput
from workflow_core.services import people
from workflow_core.services.contributors.annotation_sets import MAX_ANNOTATIONS
from workflow_core.services.exchange import besides
from workflow_core.services.exchange.item_references import AS_ITEMS, Items, Naming
from workflow_core.services.exchange.owners import Owner, Owners, of_labels, owning
from workflow_core.services.managers import reversals
from workflow_core.services.people import Actor
from workflow_core.store.database.engine import Session, taken_back
from workflow_core.store.exchange import imports
from workflow_core.store.models import Dataset, Item, TaskItem
from workflow_core.store.routing.lineage import Effects

BATCH = 2_000
OTHERWISE = "this {} is there already with other attributes"


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
class _Fit:
    """An annotation that its task takes, as its row will be."""

    where: str
    name: str
    owner: Owner
    row: Mapping[str, Any]

    @property
    def place(self) -> tuple[int, int]:
        """The item and the task."""
        return self.row["item_id"], self.owner.task_id


Clear = Callable[..., Effects]
"""Clears statuses of items in a task."""
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
        owners = of_labels(session, dataset)
        items = Items(session, dataset, naming, problems)
        each = iter(annotations)
        while batch := list(islice(each, BATCH)):
            fits = _fits(session, items.match(batch), owners, as_boxes, result)
            refused = _refused(session, fits, clear, result)
            _take(session, fits, refused, actor, result, now)
        if told is not None:
            labels = [one for one in told.categories if one.label in owners]
            besides.number_labels(session, dataset, labels, problems)
            besides.license_items(session, Items(session, dataset, naming, Problems()), told.licenses)
    return result


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
        for key in (
            external,
            identities.key(content),
            identities.key(content | identities.UNNAMED) if content["origin"] == "model" else None,
        )
        if key is not None
    }
    alike = {(item, identities.shape(key)) for item, key in present}
    fits = []
    for one, item in pairs:
        try:
            owner = owning(one, owners, result.problems)
            row = _row(one, item, owner, as_boxes, result.problems)
            if (item.id, row["external_id"]) in present:
                result.present += 1
                continue
            if (item.id, identities.shape(row["external_id"])) in alike:
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
        refused |= _cleared(clear, task_id, of, result)
    return refused


def _place(task_item: TaskItem) -> tuple[int, int]:
    return task_item.item_id, task_item.task_id


def _cleared(clear: Clear, task_id: int, of: Sequence[TaskItem], result: Imported) -> Refused:
    """Clear all that can be: at once, or one by one where some cannot; returns why these cannot."""
    try:
        result.effects += clear(task_id=task_id, item_ids=[one.item_id for one in of])
    except Conflict as error:
        if len(of) == 1:
            return {_place(of[0]): str(error)}
        return {place: why for one in of for place, why in _cleared(clear, task_id, [one], result).items()}
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
        elif (known[0], identities.shape(known[1])) in alike:
            result.problems.add(each.where, OTHERWISE.format(each.row["label"]))
        elif each.place in refused:
            why = refused[each.place]
            result.problems.add(each.where, why, cause=why.replace(each.name, ""))
        elif drawn[each.place] >= MAX_ANNOTATIONS:
            most = f"{each.name} has {MAX_ANNOTATIONS:,} annotations of {each.owner.name!r}, and no more"
            result.problems.add(each.where, most)
        else:
            rows[known] = {**each.row, "created_at": now}
            alike.add((known[0], identities.shape(known[1])))
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


def _row(one: ImportedAnnotation, item: Item, owner: Owner, as_boxes: bool, problems: Problems) -> dict[str, Any]:
    fitted = fitting.fit(one, owner.recipe, width=item.width, height=item.height, as_boxes=as_boxes, problems=problems)
    row = fitted | {"origin": one.origin, "model": one.model, "model_version": one.model_version}
    return row | {"item_id": item.id, "task_id": owner.task_id, "score": one.score, "external_id": identities.key(row)}
