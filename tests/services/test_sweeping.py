"""A sweep gives back what nobody works on, and what somebody may take again."""

from datetime import datetime, timedelta

from building import NOW, TWO_STEPS, add_items, deploy, good, history, move, person, rows, task, work_in
from sqlmodel import Session, select

from workflow_core.services import people
from workflow_core.services.contributors import work
from workflow_core.services.running import sweeps
from workflow_core.services.running.sweeps import Swept
from workflow_core.store.models import Assignment, TaskItem

QUEUED = TWO_STEPS.replace("[quinn@example.org]", "[quinn@example.org]\n    queue: {batch: 2, lease: 20m}")


def claim(session: Session, who: str, name: str, now: datetime = NOW) -> int:
    actor = people.person(session, email=f"{who}@example.org")
    claimed = work.claim_next(session, actor=actor, task_id=task(session, name).id, now=now)
    assert claimed is not None
    return claimed.id


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_a_claim_whose_lease_is_over_goes_back_to_its_assignment(session: Session) -> None:
    deploy(session)
    add_items(session, 2)
    claim(session, "ann", "cars")
    assert not sweeps.sweep(session, now=after(29.9))
    assert sweeps.sweep(session, now=after(30)) == Swept(expired=1, freed=0, stuck=0)
    assert {(row.assignee, row.state) for row in rows(session)} == {
        ("ann@example.org", "queued"),
        ("bo@example.org", "queued"),
    }
    assert [event.actor_id for event in history(session, "expired")] == [None]
    assert not sweeps.sweep(session, now=after(30))


def test_an_expired_claim_of_a_queue_goes_back_to_the_pool(session: Session) -> None:
    deploy(session, QUEUED)
    add_items(session, 3)
    work_in(session, "cars", good)
    move(session)
    claim(session, "quinn", "qa")
    assert [row.assignee for row in rows(session) if row.task == "qa"].count("quinn@example.org") == 2
    assert sweeps.sweep(session, now=after(20)).expired == 2
    assert {(row.assignee, row.state) for row in rows(session) if row.task == "qa"} == {(None, "queued")}


def test_activity_keeps_the_claims_of_the_whole_batch(session: Session) -> None:
    deploy(session, QUEUED)
    add_items(session, 2)
    work_in(session, "cars", good)
    move(session)
    task_item = claim(session, "quinn", "qa")
    quinn = people.person(session, email="quinn@example.org")
    work.save_draft(session, actor=quinn, task_item_id=task_item, annotations=[], now=after(19))
    assert not sweeps.sweep(session, now=after(30))
    assert sweeps.sweep(session, now=after(39)).expired == 2


def test_what_expired_can_still_be_submitted_by_who_had_it(session: Session) -> None:
    deploy(session)
    add_items(session, 1)
    task_item = claim(session, "ann", "cars")
    sweeps.sweep(session, now=after(31))
    ann = people.person(session, email="ann@example.org")
    assert (
        work.submit(session, actor=ann, task_item_id=task_item, status="completed", now=after(32)).status == "completed"
    )


def stuck(session: Session) -> TaskItem:
    """Return the task item in QA that nobody may review: all who are in the team worked on it."""
    deploy(session, TWO_STEPS.replace("[quinn@example.org]", "[ann@example.org, bo@example.org, cy@example.org]"))
    cy = people.person(session, email="cy@example.org")
    cy.active = False
    session.flush()
    add_items(session, 1)
    task_item = claim(session, "ann", "cars")
    ann, bo = (people.person(session, email=f"{name}@example.org") for name in ("ann", "bo"))
    work.submit(session, actor=ann, task_item_id=task_item, status="completed", now=NOW)
    bo.active = False
    session.flush()
    move(session)
    return session.exec(select(TaskItem).where(TaskItem.task_id == task(session, "qa").id)).one()


def test_a_task_item_that_nobody_may_take_stays_parked(session: Session) -> None:
    assert stuck(session).parked == "nobody"
    assert sweeps.sweep(session, now=NOW) == Swept(expired=0, freed=0, stuck=1)
    assert [event.name for event in history(session, "parked")] == ["nobody"]


def test_a_parked_task_item_is_free_once_somebody_may_take_it(session: Session) -> None:
    task_item = stuck(session)
    bo = people.person(session, email="bo@example.org")
    bo.active = True
    session.flush()
    assert sweeps.sweep(session, now=NOW) == Swept(expired=0, freed=1, stuck=0)
    assert [event.item_id for event in history(session, "unparked")] == [task_item.item_id]
    assert sweeps.sweep(session, now=NOW) == Swept(expired=0, freed=0, stuck=0)
    assert claim(session, "bo", "qa") == task_item.id


def test_a_parked_task_item_is_free_once_somebody_joins_the_team(session: Session) -> None:
    task_item = stuck(session)
    eve = person(session, "eve@example.org")
    session.add(Assignment(task_id=task_item.task_id, person_id=eve.id, created_at=NOW))
    session.flush()
    assert sweeps.sweep(session, now=NOW).freed == 1
    assert claim(session, "eve", "qa") == task_item.id
