"""What figures say: one sentence a test."""

from datetime import datetime, timedelta

import building
import pytest
from building import NOW
from sqlmodel import Session, col, select
from stage import BOX

from workflow_core.domain.measures.reports import By, Figures, as_rows
from workflow_core.errors import InvalidInput, NotAllowed, NotFound
from workflow_core.services.contributors import work
from workflow_core.services.managers import figures, reversals, staff
from workflow_core.services.overviews.tasks import named as named_tasks
from workflow_core.services.reviewers import reviews
from workflow_core.store.models import Annotation, Assignment, Issue, Person, TaskItem


@pytest.fixture
def street(session: Session) -> Session:
    building.deploy(session)
    building.add_items(session, 3)
    return session


def seconds(number: int) -> datetime:
    return NOW + timedelta(seconds=number)


def figures_of(session: Session, name: str) -> Figures:
    (found,) = figures.of_tasks(
        session,
        actor=None,
        task_ids=[one.id for one in named_tasks(session, actor=None, named=name)],
        by=By.TASK,
        now=seconds(9999),
    )
    return found


def test_silence_of_over_a_minute_is_not_work_and_an_item_opened_twice_adds_up(street: Session) -> None:
    ann, cars = building.person(street, "ann@example.org"), building.task(street, "cars")
    claimed = work.claim_next(street, actor=ann, task_id=cars.id, now=seconds(0))
    assert claimed is not None
    work.save_draft(street, actor=ann, task_item_id=claimed.id, annotations=[], now=seconds(40))
    work.renew(street, actor=ann, task_id=cars.id, now=seconds(100))  # exactly a minute
    work.renew(street, actor=ann, task_id=cars.id, now=seconds(161))  # a second too much
    work.release(street, actor=ann, task_item_id=claimed.id, now=seconds(170))
    assert work.claim_next(street, actor=ann, task_id=cars.id, now=seconds(180)) is not None
    work.submit(street, actor=ann, task_item_id=claimed.id, status="completed", now=seconds(190))
    found = figures_of(street, "cars")
    assert found.tally.active_us == (40 + 60 + 10) * 1_000_000
    assert (found.tally.items, found.tally.active_per_item, found.tally.waits, found.tally.waited_us) == (1, 110, 1, 0)
    assert found.tally.statuses_per_hour == pytest.approx(3600 / 110)
    assert (found.states, found.statuses, found.progress) == ({"queued": 2, "submitted": 1}, {"completed": 1}, 1 / 3)
    assert found.oldest is not None
    assert (found.oldest.state, found.oldest.since) == ("queued", NOW)


def test_work_over_midnight_counts_on_both_days_and_the_item_once(street: Session) -> None:
    ann, cars = building.person(street, "ann@example.org"), building.task(street, "cars")
    late = NOW.replace(hour=23, minute=59, second=30)
    claimed = work.claim_next(street, actor=ann, task_id=cars.id, now=late)
    assert claimed is not None
    work.renew(street, actor=ann, task_id=cars.id, now=late + timedelta(seconds=20))
    work.submit(street, actor=ann, task_item_id=claimed.id, status="completed", now=late + timedelta(seconds=50))
    days = figures.of_tasks(street, actor=None, task_ids=[cars.id], by=By.DAY, now=late)
    assert [(each.day.day, each.tally.active_us, each.tally.items) for each in days if each.day] == [
        (2, 20_000_000, 1),
        (3, 30_000_000, 1),
    ]
    total = figures_of(street, "cars")
    assert (total.tally.items, total.tally.active_us, total.days) == (1, 50_000_000, 1)


def test_time_passes_only_in_the_item_that_is_open_of_a_batch(session: Session) -> None:
    queue = "queue: {batch: 3}\n    on: {completed: qa}"
    building.deploy(session, building.TWO_STEPS.replace("on: {completed: qa}", queue))
    building.add_items(session, 3)
    ann, cars = building.person(session, "ann@example.org"), building.task(session, "cars")
    for begins, ends in ((0, 30), (31, 51)):
        claimed = work.claim_next(session, actor=ann, task_id=cars.id, now=seconds(begins))
        assert claimed is not None
        work.submit(session, actor=ann, task_item_id=claimed.id, status="completed", now=seconds(ends))
    found = figures_of(session, "cars").tally
    assert (found.active_us, found.waits) == (50 * 1_000_000, 3)


def test_a_status_on_what_nobody_had_open_takes_no_time_and_ends_its_wait(street: Session) -> None:
    cars = building.task(street, "cars")
    task_item = street.exec(select(TaskItem).where(TaskItem.task_id == cars.id)).first()
    assert task_item is not None
    holder = next(each for each in work_shares(street) if each[0] == task_item.assignment_id)[1]
    work.submit(street, actor=holder, task_item_id=task_item.id, status="completed", now=seconds(25))
    found = figures_of(street, "cars").tally
    assert (found.active_us, found.items, found.waits, found.average_wait, found.longest_wait_us) == (
        0,
        1,
        1,
        25,
        25_000_000,
    )


def work_shares(session: Session) -> list[tuple[int, Person]]:
    rows = session.exec(select(Assignment.id, Person).join(Person, col(Person.id) == col(Assignment.person_id)))
    return list(rows)


def test_only_the_first_decision_on_an_item_counts_for_the_first_pass_and_all_for_the_rejection_rate(
    street: Session,
) -> None:
    building.work_in(street, "cars", lambda *_: ("completed", [BOX]))
    building.move(street)
    quinn, qa = building.person(street, "quinn@example.org"), building.task(street, "qa")
    claimed = work.claim_next(street, actor=quinn, task_id=qa.id, now=seconds(10))
    assert claimed is not None
    issue = reviews.flag(street, actor=quinn, task_item_id=claimed.id, kind="sloppy", task="cars", now=seconds(20))
    author = street.get_one(Person, street.get_one(Issue, issue.id).author_id)
    reviews.fix(street, actor=author, issue_id=issue.id, now=seconds(30))
    work.submit(street, actor=author, task_item_id=issue.task_item_id, status="completed", now=seconds(40))
    building.work_in(street, "qa", building.good, now=seconds(50))
    reviewed = figures_of(street, "qa").tally
    assert (reviewed.decisions, reviewed.approvals, reviewed.raised) == (4, 3, 1)
    assert reviewed.first_pass_approval == pytest.approx(2 / 3)
    assert reviewed.rejection_rate == pytest.approx(1 / 4)
    worked = figures_of(street, "cars")
    assert (worked.tally.decisions, worked.tally.first_decisions, worked.tally.first_approvals) == (4, 3, 2)
    assert (worked.tally.raised, worked.tally.fixed, worked.tally.accepted) == (1, 1, 1)
    assert worked.ages.average_resolution == 30
    tasks = named_tasks(street, actor=None, named="cars")
    shares = figures.of_tasks(street, actor=None, task_ids=[one.id for one in tasks], by=By.PERSON, now=NOW)
    (mine,) = (each.tally for each in shares if each.person == author.email)
    assert (mine.first_decisions - mine.first_approvals, mine.raised) == (1, 1)


def test_an_approval_that_is_cleared_is_the_reviewers_and_not_the_managers(street: Session) -> None:
    building.work_through(street, building.good)
    qa = building.task(street, "qa")
    task_item = street.exec(select(TaskItem).where(TaskItem.task_id == qa.id)).first()
    assert task_item is not None
    reversals.clear(street, actor=None, task_id=qa.id, item_ids=[task_item.item_id], now=seconds(60))
    (quinn,) = figures.of_tasks(street, actor=None, task_ids=[qa.id], by=By.PERSON, now=NOW)
    assert (quinn.person, quinn.tally.taken_back, quinn.tally.approvals) == ("quinn@example.org", 1, 3)


def test_labels_have_what_is_drawn_and_the_issues_on_it(street: Session) -> None:
    building.work_in(street, "cars", lambda _, item: ("completed", [BOX] * (2 if item == "0000.jpg" else 1)))
    building.move(street)
    quinn, qa = building.person(street, "quinn@example.org"), building.task(street, "qa")
    claimed = work.claim_next(street, actor=quinn, task_id=qa.id, now=NOW)
    assert claimed is not None
    drawn = street.exec(select(Annotation.id).where(Annotation.item_id == claimed.item_id)).first()
    reviews.flag(street, actor=quinn, task_item_id=claimed.id, kind="sloppy", annotation_id=drawn, now=NOW)
    reviews.flag(street, actor=quinn, task_item_id=claimed.id, kind="a car is missing", task="cars", now=NOW)
    of_item, car = figures.of_labels(street, actor=None, task_ids=[building.task(street, "cars").id])
    assert (of_item.label, of_item.raised, of_item.annotations) == (None, 1, 0)
    assert (car.label, car.annotations, car.items, car.raised, car.unresolved, car.flagged) == ("car", 4, 3, 1, 1, 1)
    assert [row["flagged_share"] for row in as_rows([of_item, car])] == [None, 0.25]


def test_a_task_without_work_has_its_row_and_says_nothing_where_there_is_nothing_to_say(street: Session) -> None:
    (row,) = as_rows([figures_of(street, "qa")])
    assert (row["task"], row["status"], row["progress"], row["first_pass_approval"]) == ("qa", "to-do", None, None)
    staff.add(street, actor=None, task_id=building.task(street, "qa").id, email="ann@example.org", now=NOW)
    people = figures.of_tasks(
        street,
        actor=None,
        task_ids=[one.id for one in named_tasks(street, actor=None, named="street")],
        by=By.PERSON,
        now=NOW,
    )
    assert [(each.person, each.task) for each in people] == [
        ("ann@example.org", "cars"),
        ("ann@example.org", "qa"),
        ("bo@example.org", "cars"),
        ("quinn@example.org", "qa"),
    ]


def test_figures_are_for_managers(street: Session) -> None:
    tasks = named_tasks(street, actor=None, named="street")
    mia = building.person(street, "mia@example.org", role="manager")
    assert figures.of_tasks(street, actor=mia, task_ids=[one.id for one in tasks], by=By.TASK, now=NOW)
    ann, sam = building.person(street, "ann@example.org"), building.stranger(street)
    for look in (
        lambda who: figures.of_tasks(street, actor=who, task_ids=[one.id for one in tasks], by=By.TASK, now=NOW),
        lambda who: figures.of_labels(street, actor=who, task_ids=[one.id for one in tasks]),
    ):
        with pytest.raises(NotAllowed, match="see analytics; ask the owner or manager"):
            look(ann)
        with pytest.raises(NotFound):
            look(sam)


def test_figures_are_found_by_pipeline_or_task_and_what_is_not_clear_is_said(street: Session) -> None:
    building.deploy(street, building.TWO_STEPS.replace("pipeline: street", "pipeline: road"))
    assert [task.name for task in named_tasks(street, actor=None, named="road")] == ["cars", "qa"]
    assert [task.name for task in named_tasks(street, actor=None, named="road:qa")] == ["qa"]
    with pytest.raises(InvalidInput, match="PIPELINE:TASK"):
        named_tasks(street, actor=None, named="qa")
    with pytest.raises(NotFound, match='did you mean "street"'):
        named_tasks(street, actor=None, named="streets")
    with pytest.raises(InvalidInput, match="of_labels"):
        figures.of_tasks(street, actor=None, task_ids=[], by=By.LABEL, now=NOW)
