"""What people do by the client: the same answers as the services give, and the same errors."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pydantic_core import to_jsonable_python
from stage import BOX, Stage

from workflow_core.client import Annoflow
from workflow_core.domain.measures.reports import By, as_rows
from workflow_core.domain.work.issues import IssueState
from workflow_core.errors import Conflict, NotFound, Stale
from workflow_core.services.contributors import assignments, contents
from workflow_core.services.exchange import ingestion
from workflow_core.services.managers import figures, history, progress

Of = Callable[..., Annoflow]


@pytest.fixture
def road(stage: Stage, photos: Path) -> Stage:
    """Two pictures, one for each annotator, and an owner."""
    for name in ("a", "b"):
        Image.new("RGB", (64, 48), "navy").save(photos / f"{name}.png")
    ingestion.ingest(stage.session_of, pipeline="p", project="default", clock=lambda: stage.now)
    stage.add_member("olga", "owner")
    return stage


def test_an_item_is_drawn_on_flagged_fixed_and_approved(road: Stage, client_of: Of) -> None:
    ann, quinn = client_of("ann"), client_of("quinn")
    (share,) = ann.assignments()
    (claim,) = ann.claim(share.task_id)
    opened = ann.open(claim.id)
    assert (opened.token, opened.width, ann.picture(claim.item_id)[:4]) == (claim.token, 64, b"\x89PNG")
    version = ann.draft(claim.id, [BOX])
    assert ann.draft(claim.id, [BOX, BOX], version=version) > version
    with pytest.raises(Stale):
        ann.draft(claim.id, [], version=version)
    assert ann.submit(claim.id, "completed", token=claim.token).status == "completed"
    assert ann.claim(share.task_id) == []
    road.advance()
    (review,) = quinn.claim(quinn.assignments()[0].task_id)
    drawn = quinn.open(review.id).annotations
    issue = quinn.flag(review.id, "wrong-label", "a van", annotation=drawn[0].id)
    assert issue.state is IssueState.OPEN
    with pytest.raises(Conflict) as raised:
        quinn.submit(review.id, "approved")
    assert raised.value.facts["item"] == opened.name
    (again,) = ann.claim(share.task_id)
    assert ann.open(again.id).issues[0].id == issue.id
    assert ann.fix(issue.id).state is IssueState.FOR_REVIEW
    assert quinn.reopen(issue.id, "still a van").rounds == 1
    assert ann.fix(issue.id).state is IssueState.FOR_REVIEW
    ann.submit(again.id, "completed")
    assert quinn.approve(issue.id).state is IssueState.APPROVED


def test_second_thoughts_are_asked_for_like_on_the_machine(road: Stage, client_of: Of) -> None:
    ann = client_of("ann")
    task = ann.assignments()[0].task_id
    (claim,) = ann.claim(task, more=False)
    ann.postpone(claim.id)
    (claim,) = ann.claim(task)
    ann.submit(claim.id, "completed", annotations=[BOX])
    ann.undo(claim.id)
    ann.release(claim.id)
    assert ann.open(claim.id).state == "queued"
    with pytest.raises(NotFound):
        client_of("bo").open(claim.id)


def test_what_is_answered_is_what_the_services_answer(road: Stage, client_of: Of) -> None:
    olga, ann = client_of("olga"), client_of("ann")
    (claim,) = ann.claim(ann.assignments()[0].task_id)
    (project,) = olga.projects()
    (pipeline,) = olga.pipelines(project.id)
    with road.session() as session:
        actor, who = road.person(session, "olga"), road.person(session, "ann")
        found = road._pipeline(session)
        assert olga.progress(pipeline.id) == progress.of_pipeline(session, pipeline_id=found.id, actor=actor)
        assert olga.exits(pipeline.id) == progress.exits(session, pipeline_id=found.id, actor=actor)
        assert list(olga.stuck(project.id)) == progress.stuck(session, actor=actor, project_id=project.id).items
        assert olga.why(claim.item_id) == history.why(session, actor=actor, item=claim.item_id)
        opened = contents.of(session, actor=who, task_item_id=claim.id)
        assert to_jsonable_python(ann.open(claim.id)) == to_jsonable_python(opened)
        assert ann.assignments() == assignments.mine(session, actor=who, now=road.now)
        tasks = [road.task(session, "cars")]
        day = as_rows(figures.of_tasks(session, actor=actor, task_ids=[tasks[0].id], by=By.DAY, now=road.now))
        assert day and olga.figures(tasks[0].id, by=By.DAY) == day
        (task,) = as_rows(figures.of_tasks(session, actor=actor, task_ids=[tasks[0].id], by=By.TASK, now=road.now))
        assert olga.figures(tasks[0].id)[0]["oldest_since"] == task["oldest_since"] is not None
