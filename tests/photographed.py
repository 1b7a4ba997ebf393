"""A photograph that nobody may keep, on which everything that there is was done; and erasing it."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from building import NOW, add_items, dataset, deploy, move, person, task
from sqlalchemy import Engine
from sqlmodel import Session, select
from stage import always

from tests.replayed import once
from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, Problems
from workflow_core.domain.views.exchange import Snapshot
from workflow_core.services.contributors import comments, work
from workflow_core.services.exchange import exports, imports
from workflow_core.services.jobs import requests
from workflow_core.services.managers import erasure, task_items
from workflow_core.services.pipelines import data
from workflow_core.services.reviewers import reviews
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import Annotation, Item

PIPELINE = """
pipeline: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [{name: car, attributes: {plate: {type: text}}}]}
    assignees: [ann@example.org]
    on: {completed: qa}
  qa:
    type: qa
    assignees: [quinn@example.org]
exits:
  approved: {export: {format: jsonl, to: out}}
"""
SECRET = "zanzibar"
"""It stands in everything that people wrote about the item, and nowhere else."""
PHOTO = data.NewItem(
    folder=f"/{SECRET}", name=f"{SECRET}.jpg", uri=f"s3://bucket/{SECRET}.jpg", metadata={SECRET: [SECRET]}
)
LATER = NOW + timedelta(hours=1)


def car(plate: str = SECRET, **more: Any) -> dict[str, Any]:
    geometry = {"x": 1, "y": 1, "width": 20, "height": 10.0625}
    return {"label": "car", "tool": "box", "geometry": geometry, "attributes": {"plate": plate}} | more


def on_street(engine: Engine) -> Engine:
    """Make a photo on which everything was done: approved, and open in a review beside the pipeline; and two others."""
    with session_scope(engine) as session:
        once(session, on_street, partial(_do_everything, session))
    return engine


def _do_everything(session: Session) -> None:
    deploy(session, PIPELINE)
    here = dataset(session)
    data.add_items(session, actor=None, dataset=here, new=[PHOTO], now=NOW)
    add_items(session, 2)
    came = ImportedAnnotation(ItemReference(name=PHOTO.name), "car", "box", car()["geometry"])
    given = {"annotations": [came], "problems": Problems(), "clock": lambda: NOW}
    imports.import_annotations(always(session), actor=None, dataset_id=here.id, **given)
    ann, quinn, mo = (person(session, f"{name}@example.org") for name in ("ann", "quinn", "mo"))
    cars, qa = task(session, "cars"), task(session, "qa")

    def claim(actor: Any, of: Any) -> int:
        task_item = work.claim_next(session, actor=actor, task_id=of.id, now=NOW)
        assert task_item is not None
        return task_item.id

    first = claim(ann, cars)
    drawn = [car(), car()]
    work.submit(session, actor=ann, task_item_id=first, status="completed", annotations=drawn, now=NOW)
    move(session)
    review = claim(quinn, qa)
    of_ann = session.exec(select(Annotation.id).where(Annotation.created_by == ann.id)).all()
    issue = reviews.flag(
        session,
        actor=quinn,
        task_item_id=review,
        kind=SECRET,
        text=SECRET,
        annotation_id=of_ann[0],
        geometry={"x": 3.0625, "y": 1},
        now=NOW,
    )
    comments.comment(session, actor=ann, text=SECRET, issue_id=issue.id, now=NOW)
    comments.comment(session, actor=quinn, text=SECRET, task_item_id=review, now=NOW)
    reviews.fix(session, actor=ann, issue_id=issue.id, now=NOW)
    better = [car(f"no {SECRET}", id=of_ann[0])]
    work.submit(session, actor=ann, task_item_id=first, status="completed", annotations=better, now=NOW)
    work.submit(session, actor=quinn, task_item_id=review, status="approved", now=NOW)
    move(session)
    requests.create_qa(session, actor=None, task_id=cars.id, name="look", assignees={"mo@example.org": 1}, now=NOW)
    beside = claim(mo, task(session, "look"))
    work.save_draft(session, actor=mo, task_item_id=beside, annotations=[car()], now=NOW)


def photo(session: Session, name: str = PHOTO.name) -> Item:
    return session.exec(select(Item).where(Item.name == name)).one()


def archive(engine: Engine, *names: str) -> list[int]:
    with session_scope(engine) as session:
        ids = [photo(session, name).id for name in names or (PHOTO.name,)]
        task_items.archive_items(session, actor=None, dataset=dataset(session), item_ids=ids, now=NOW, end_claims=True)
    return ids


def erase(engine: Engine, *names: str) -> list[int]:
    ids = archive(engine, *names)
    with session_scope(engine) as session:
        olga = person(session, "olga@example.org", role="owner")
        erasure.erase(session, actor=olga, item_ids=ids, now=LATER)
    return ids


def export(engine: Engine, base: Path) -> Snapshot:
    return exports.export(
        partial(session_scope, engine), pipeline="street", project="default", exit_name="approved", now=NOW, base=base
    )
