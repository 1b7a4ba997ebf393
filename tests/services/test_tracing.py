"""Reading a run: its issues, its history, and what is being fixed."""

from sqlmodel import Session

from tests.building import NOW, TWO_STEPS, add_items, deploy, good, move, person, task, work_in
from workflow_core.services.contributors import work
from workflow_core.services.exchange import ingestion
from workflow_core.services.managers import history, progress
from workflow_core.services.reviewers import reviews
from workflow_core.store.models import Pipeline

BOX = {"x": 1.0, "y": 1.0, "width": 20.0, "height": 10.0}


def street(session: Session) -> Pipeline:
    return ingestion.find(session, pipeline="street", project="default")


def flagged(session: Session) -> int:
    """Flag a missing car on the one item of a pipeline; return the issue."""
    deploy(session, TWO_STEPS)
    add_items(session, 1)
    work_in(session, "cars", good)
    move(session)
    quinn = person(session, "quinn@example.org")
    task_item = work.claim_next(session, actor=quinn, task_id=task(session, "qa").id, now=NOW)
    assert task_item is not None
    return reviews.flag(
        session, actor=quinn, task_item_id=task_item.id, kind="missing", label="car", geometry=BOX, now=NOW
    ).id


def test_an_issue_is_told_with_its_task_its_task_item_and_how_often_it_was_re_opened(session: Session) -> None:
    issue = flagged(session)
    (found,) = history.issues(session, pipeline=street(session))
    assert (found.id, found.kind, found.task, found.state) == (issue, "missing", "cars", "open")
    assert (found.reopened, found.geometry) == (0, BOX)


def test_the_history_says_which_issue_an_event_is_about(session: Session) -> None:
    issue = flagged(session)
    about = {one.verb: one.issue for one in history.since(session) if one.issue is not None}
    assert about == {"flagged": issue}


def test_what_lost_its_status_to_an_issue_counts_as_being_fixed(session: Session) -> None:
    flagged(session)
    tasks = progress.of_pipeline(session, pipeline_id=street(session).id)
    assert {one.task: one.counts.taken for one in tasks} == {
        "cars": 1,
        "qa": 0,
    }
