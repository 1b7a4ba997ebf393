"""Existing annotations and predictions come in: each to the task that owns its label, none silently dropped."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from workflow_core.connectors.annotations.records import ImportedAnnotation, LeftOut, Problems, Told
from workflow_core.domain.views.effects import TakenBack
from workflow_core.domain.work.roles import Permission
from workflow_core.domain.work.states import State
from workflow_core.errors import Conflict
from workflow_core.services import access, people
from workflow_core.services.contributors.annotation_sets import MAX_ANNOTATIONS
from workflow_core.services.exchange import file_facts
from workflow_core.services.exchange.fits import Fit, Place, fit
from workflow_core.services.exchange.ingestion import OpenSession, Pace
from workflow_core.services.exchange.item_references import AS_ITEMS, Items, Naming
from workflow_core.services.exchange.owners import of_labels
from workflow_core.services.exchange.repeats import Repeats
from workflow_core.services.managers import reversals
from workflow_core.services.people import Actor
from workflow_core.store.database.engine import Session, taken_back
from workflow_core.store.database.writers import somebody_waits
from workflow_core.store.exchange import imports
from workflow_core.store.exchange.imports import Begun
from workflow_core.store.models import Dataset

BATCH = 1_000
"""Annotations that come in in one transaction at most: others wait for it no longer than a fifth of a second."""
Row = dict[str, Any]
TO_REOPEN = "to take it in, import again and re-open what is done (--reopen)"


@dataclass
class Imported:
    """What came in, what was there already, and what could not be taken, with the reason.

    `reopened` are the statuses that were cleared for it, `effects` what was taken back with them.
    """

    new: int = 0
    present: int = 0
    reopened: int = 0
    effects: TakenBack = field(default_factory=TakenBack)
    problems: Problems = field(default_factory=Problems)


def import_annotations(
    open_session: OpenSession,
    *,
    actor: Actor,
    dataset_id: int,
    annotations: Iterable[ImportedAnnotation],
    problems: Problems,
    clock: Callable[[], datetime],
    naming: Naming = AS_ITEMS,
    as_boxes: bool = False,
    told: Told | None = None,
    reopen: bool = False,
    end_claims: bool = False,
    preview: bool = False,
) -> Imported:
    """Take in annotations made elsewhere, in whatever files they come and how often, in a transaction per batch.

    What came in before it was cut off stays, and the same again goes on from there. The file is read, and compared with
    items and recipes, while no transaction to write is open.

    An annotation is the same if what it says and who made it are: its item, label, shape and attributes, and its model
    or that it was people. What is there already, as it came or as it is now, changes nothing; the same with other
    attributes, another score or area is listed. What the file does not say, who made it included, is no difference:
    so a box is the same as the outline that it is around, and an outline of which only the box is there is listed.

    An annotation belongs to the task whose recipe has its label, so that it opens there, to be accepted or changed.
    What matches no item, no label or not the recipe is listed in the result's problems, and so is what comes after the
    item got its status there, since nobody would look at it. With `reopen` that status is cleared instead, with the
    effects of `reversals.clear`; `end_claims` confirms that people who have an item open that it led to lose their
    claim. With `preview` nothing is changed. `naming` says how the file names items; with `as_boxes` polygons become
    boxes also where the recipe has both. Of what the file has `told` once its annotations are read, labels without a
    number in the dataset get that of its categories, items the id of their image, and its license where their metadata
    has none. Ids are kept unless something else goes by them, which is noted.

    Raises:
        NotFound: there is no such dataset, or the actor is not in its project.
        NotAllowed: the actor may not import annotations, or, to re-open, not clear statuses.
    """
    with open_session(read_only=True) as session:
        wanted = Permission.IMPORT_ANNOTATIONS
        dataset = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=wanted)
        if reopen:
            wanted = Permission.CLEAR_STATUS
            people.require(session, actor=actor, project_id=dataset.project_id, permission=wanted)
    repeats = Repeats(problems, keeps=preview)
    coming = _Import(actor, reopen, end_claims, preview, Imported(problems=problems), repeats)
    items, each, pace = Items(dataset, naming, problems), iter(annotations), Pace(BATCH)
    while batch := list(islice(each, pace.limit)):
        with open_session(read_only=True) as session:
            fits = fit(session, dataset, batch, items=items, as_boxes=as_boxes, problems=problems)
        with open_session() as session, taken_back(session) if preview else nullcontext():
            session.connection()  # where it waits for its own turn
            begun = time.monotonic()
            coming.take(session, dataset, fits, clock())
            waits = somebody_waits(session)
        pace.rest(len(batch), seconds=time.monotonic() - begun, waits=waits)
    if told is not None:
        with open_session() as session, taken_back(session) if preview else nullcontext():
            owners = of_labels(session, dataset)
            labels = [one for one in told.categories if one.label in owners]
            file_facts.number_labels(session, dataset, labels, problems)
        if not preview:
            file_facts.tell_of_images(open_session, Items(dataset, naming, Problems()), dataset, told.images, problems)
    return coming.result


@dataclass
class _Import:
    """An import under way; of a preview, whose batches leave nothing, it is known what was `cleared`."""

    actor: Actor
    reopen: bool
    end_claims: bool
    preview: bool
    result: Imported
    repeats: Repeats
    cleared: set[Place] = field(default_factory=set)

    def take(self, session: Session, dataset: Dataset, fits: Sequence[Fit], now: datetime) -> None:
        """Take in a batch, as it stands once nobody else imports into the dataset."""
        imports.lock(session, dataset_id=dataset.id)
        there = imports.still_there(session, item_ids={each.place[0] for each in fits})
        for each in fits:
            if each.place[0] not in there:
                self.result.problems.add(each.where, f"the item {each.name} is not there any more", cause="no item")
        present = list(imports.present(session, item_ids=there))
        self.repeats.know(present)
        new = [each for each in fits if each.place[0] in there and not self.repeats.has(each)]
        begun = imports.begun(session, item_ids={each.place[0] for each in new})
        refused = self._refused(session, new, begun, now)
        drawn = Counter((one.item_id, one.task_id) for one in present if not one.deleted)
        rows = file_facts.numbered(session, dataset, self._rows(new, refused, drawn, now), self.result.problems)
        imports.add(session, rows, events=self._events(dataset, rows, begun, now))
        self.result.new += len(rows)
        self.result.present = self.repeats.present

    def _events(
        self, dataset: Dataset, rows: Sequence[Row], begun: Sequence[Begun], now: datetime
    ) -> list[dict[str, object]]:
        """Return what tells of a batch; it says who has the item open there: for them it comes too late."""
        happened = {"at": now, "verb": "imported", "actor_id": self.actor.id if self.actor else None}
        held = {_place(one): one.assignment_id for one in begun if one.state == State.CLAIMED}
        counts = Counter((row["item_id"], row["task_id"]) for row in rows)
        return [
            happened
            | {"project_id": dataset.project_id, "assignment_id": held.get((item, task)), "detail": {"annotations": n}}
            | {"item_id": item, "task_id": task}
            for (item, task), n in counts.items()
        ]

    def _refused(
        self, session: Session, new: Iterable[Fit], begun: Iterable[Begun], now: datetime
    ) -> dict[Place, LeftOut]:
        """Say by place what comes after its item got its status, and clear that where it is wanted and can be."""
        wanted = {each.place: each for each in new if each.place not in self.cleared}
        late = [one for one in begun if one.state == State.SUBMITTED and _place(one) in wanted]
        refused: dict[Place, LeftOut] = {}
        if not self.reopen:
            for one in late:
                each = wanted[_place(one)]
                there = f"{each.name} is {one.status} in {each.owner.name!r} already"
                told = f"{there}, and nobody would see this; {TO_REOPEN}"
                refused[each.place] = LeftOut(told, cause=f"{one.status} in {each.owner.task_id}")
            return refused
        for task_id in dict.fromkeys(one.task_id for one in late):
            of = [one for one in late if one.task_id == task_id]
            refused |= self._clear(session, task_id, of, now)
        return refused

    def _clear(self, session: Session, task_id: int, of: Sequence[Begun], now: datetime) -> dict[Place, LeftOut]:
        """Clear all that can be: at once, or one by one where some cannot; returns why these cannot."""
        try:
            self.result.effects += reversals.clear(
                session,
                actor=self.actor,
                task_id=task_id,
                item_ids=[one.item_id for one in of],
                now=now,
                end_claims=self.end_claims,
            )
        except Conflict as error:
            if len(of) == 1:
                return {_place(of[0]): LeftOut(str(error), cause=f"{error.code} in {task_id}")}
            return {place: why for one in of for place, why in self._clear(session, task_id, [one], now).items()}
        self.result.reopened += len(of)
        if self.preview:
            self.cleared |= {_place(one) for one in of}
        return {}

    def _rows(
        self, new: Sequence[Fit], refused: Mapping[Place, LeftOut], drawn: Counter[Any], now: datetime
    ) -> list[Row]:
        """Return what is written of a batch, each once, beside what is `drawn`; what is not is noted."""
        rows: list[Row] = []
        problems = self.result.problems
        for each in new:
            if self.repeats.has(each):
                continue
            if each.place in refused:
                problems.leave_out(each.where, refused[each.place])
            elif drawn[each.place] >= MAX_ANNOTATIONS:
                most = (
                    f"{each.name} has {MAX_ANNOTATIONS:,} annotations in {each.owner.name!r}, as many as are possible"
                )
                problems.add(each.where, most, cause=f"full {each.owner.task_id}")
            else:
                rows.append({**each.row, "created_at": now})
                self.repeats.add(each)
                drawn[each.place] += 1
        return rows


def _place(one: Begun) -> Place:
    return one.item_id, one.task_id
