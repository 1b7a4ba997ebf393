"""What contributors do: claim, draw, submit, give back; and what the database refuses whatever the code does."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import select
from stage import Stage

from workflow_core.domain.annotations.recipes import Label, Recipe
from workflow_core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from workflow_core.services import people
from workflow_core.services.contributors import work
from workflow_core.services.managers import tasks
from workflow_core.services.pipelines import data
from workflow_core.store.models import Annotation, Assignment, Draft, Event, Item, Person, Task, TaskItem

PUSH = """
pipeline: p
tasks:
  cars:
    type: annotation
    recipe: {labels: [{name: car, tools: [box], attributes: {kind: {type: choice, values: [sedan, truck]}}}]}
    assignees: [ann@example.org, bo@example.org]
    on: {completed: qa}
  qa: {type: qa, assignees: [quinn@example.org, ann@example.org]}
"""
QUEUE = PUSH.replace(
    "    on: {completed: qa}\n", "    queue: {batch: 3, limit: 3, lease: 10m}\n    on: {completed: qa}\n"
)
BOX = {"label": "car", "tool": "box", "geometry": {"x": 1, "y": 2, "width": 30, "height": 40}}


@pytest.fixture
def stage(engine):
    return Stage(engine)


@pytest.fixture
def push(stage):
    stage.deploy(PUSH)
    stage.add_items(4)
    return stage


@pytest.fixture
def queue(stage):
    stage.deploy(QUEUE)
    stage.add_items(7)
    return stage


def of(stage, who, task="cars"):
    return sorted(item for (item, name), row in stage.rows().items() if name == task and row.who == who)


def annotations(stage):
    with stage.session() as session:
        return [
            (one.label, one.geometry, one.deleted_at is None)
            for one in session.exec(select(Annotation).order_by(Annotation.id))
        ]


def test_items_are_allocated_in_advance_in_equal_portions(push):
    assert (len(of(push, "ann")), len(of(push, "bo"))) == (2, 2)


def test_a_claim_gives_the_next_own_item_and_again_the_same_until_it_is_done(push):
    first, again = push.claim("ann", "cars"), push.claim("ann", "cars")
    assert first == again
    push.submit("ann", "cars", of(push, "ann")[0], "completed", token=first.token)
    assert push.claim("ann", "cars").id != first.id


def test_the_same_again_is_one_act_only_with_the_same_annotations(push):
    """In whatever order, and as they would be kept; who says none at all says nothing else."""
    item, small = of(push, "ann")[0], BOX | {"geometry": BOX["geometry"] | {"width": 3.0}}
    first = push.submit("ann", "cars", item, "completed", annotations=[BOX, small])
    assert push.submit("ann", "cars", item, "completed", annotations=[small, BOX]) == first
    assert push.submit("ann", "cars", item, "completed") == first
    for other in ([BOX], [BOX, BOX], [], [BOX | {"attributes": {"kind": "truck"}}, small]):
        with pytest.raises(Conflict, match="is completed already with other annotations; undo that"):
            push.submit("ann", "cars", item, "completed", annotations=other)
    with push.session() as session:
        assert len(session.exec(select(Annotation)).all()) == 2
    assert len(push.events("submitted")) == 1
    push.check()


def test_a_dead_token_is_refused_before_anything_is_compared(push):
    item, held = of(push, "ann")[0], push.claim("ann", "cars")
    push.submit("ann", "cars", item, "completed", annotations=[BOX], token=held.token)
    with pytest.raises(Conflict, match=r"your claim on .* has ended"):
        push.submit("ann", "cars", item, "completed", annotations=[BOX], token=held.token - 1)


def test_another_status_is_refused_with_what_the_person_can_do(push):
    item = of(push, "ann")[0]
    push.submit("ann", "cars", item, "completed")
    words = (
        f"cannot set discarded on {item}: it is completed here already; undo that first, or ask a manager to clear it"
    )
    with pytest.raises(Conflict, match=words):
        push.submit("ann", "cars", item, "discarded")


def test_a_contributor_gets_no_item_of_others_and_none_when_theirs_are_done(push):
    assert len(push.do_all("ann", "cars", "completed")) == 2
    assert push.claim("ann", "cars") is None
    assert {row.state for row in push.rows().values() if row.who == "bo"} == {"queued"}


def test_somebody_elses_item_does_not_exist(push):
    theirs = of(push, "bo")[0]
    for act in (
        lambda: push.submit("ann", "cars", theirs, "completed"),
        lambda: push.release("ann", "cars", theirs),
        lambda: push.claim("quinn", "cars"),
        lambda: push.submit("quinn", "cars", theirs, "completed"),
    ):
        with pytest.raises(NotFound):
            act()
    with push.session() as session, pytest.raises(NotFound):
        task_item = push.task_item(session, "cars", theirs)
        work.save_draft(
            session, actor=push.person(session, "ann"), task_item_id=task_item.id, annotations=[], now=push.now
        )


def test_in_a_queue_task_an_item_that_another_took_does_not_exist_for_who_never_had_it(queue):
    queue.claim("ann", "cars")
    with pytest.raises(NotFound):
        queue.submit("bo", "cars", of(queue, "ann")[0], "completed")


def test_who_is_not_active_has_no_tasks(push):
    push.set_active("ann", False)
    with pytest.raises(NotFound):
        push.claim("ann", "cars")


def test_a_status_that_the_task_does_not_offer_is_refused_with_what_is_possible(push):
    with pytest.raises(InvalidInput, match="completed"):
        push.submit("ann", "cars", of(push, "ann")[0], "approved")


def test_actions_are_aliases_of_their_statuses(push):
    push.submit("ann", "cars", of(push, "ann")[0], "complete")
    push.submit("ann", "cars", of(push, "ann")[1], "discard")
    assert sorted(row.status for row in push.rows().values() if row.status) == ["completed", "discarded"]


def test_submitting_claims_implicitly_what_nobody_holds(queue):
    queue.submit("bo", "cars", 5, "completed")
    assert str(queue.row("cars", 5)) == "completed, visit 1, bo, pending"


def test_submitting_twice_is_one_status(push):
    mine = of(push, "ann")[0]
    token = push.claim("ann", "cars").token
    first = push.submit("ann", "cars", mine, "completed", token=token)
    assert push.submit("ann", "cars", mine, "completed", token=token) == first
    assert push.submit("ann", "cars", mine, "completed") == first
    push.advance()
    assert push.submit("ann", "cars", mine, "completed", token=token) == first
    assert len(push.events("submitted")) == 1
    with pytest.raises(Conflict):
        push.submit("ann", "cars", mine, "discarded")
    push.check()


def test_a_batch_is_claimed_from_the_queue_and_the_next_when_it_is_done(queue):
    queue.claim("ann", "cars")
    assert of(queue, "ann") == ["0", "1", "2"]
    queue.claim("bo", "cars")
    assert of(queue, "bo") == ["3", "4", "5"]
    queue.do_all("bo", "cars", "completed")
    assert of(queue, "bo") == ["3", "4", "5", "6"]


def test_an_expired_claim_goes_back_to_the_pool_and_the_late_submit_is_refused_but_its_draft_kept(queue):
    late = queue.claim("ann", "cars")
    with queue.session() as session:
        work.save_draft(
            session, actor=queue.person(session, "ann"), task_item_id=late.id, annotations=[BOX], now=queue.now
        )
    queue.tick(minutes=11)
    assert queue.sweep().expired == 3
    assert of(queue, "ann") == []
    queue.claim("bo", "cars")
    with pytest.raises(Conflict):
        queue.submit("ann", "cars", 0, "completed", token=late.token)
    with pytest.raises(Conflict):
        queue.submit("ann", "cars", 0, "completed")
    with queue.session() as session:
        assert session.exec(select(Draft)).one().content == {"annotations": [BOX]}
    queue.check()


def test_a_token_refuses_a_claim_that_ended_even_if_the_item_is_ones_own_again(push):
    old = push.claim("ann", "cars")
    push.tick(hours=1)
    push.sweep()
    new = push.claim("ann", "cars")
    assert new.id == old.id and new.token == old.token + 1
    with pytest.raises(Conflict):
        push.submit("ann", "cars", of(push, "ann")[0], "completed", token=old.token)
    push.submit("ann", "cars", of(push, "ann")[0], "completed", token=new.token)


def test_an_expired_claim_that_nobody_took_can_still_be_submitted(queue):
    claim = queue.claim("ann", "cars")
    queue.tick(minutes=11)
    queue.sweep()
    queue.submit("ann", "cars", 0, "completed", token=claim.token)
    assert queue.row("cars", 0).who == "ann"
    queue.check()


def test_activity_renews_the_lease_of_the_whole_batch(queue):
    queue.claim("ann", "cars")
    for _ in range(3):
        queue.tick(minutes=8)
        with queue.session() as session:
            task_id = queue.task(session, "cars").id
            assert work.renew(session, actor=queue.person(session, "ann"), task_id=task_id, now=queue.now) == 3
        assert queue.sweep().expired == 0
    queue.tick(minutes=11)
    assert queue.sweep().expired == 3


def test_who_asks_for_the_next_item_renews_the_lease_of_the_whole_batch(queue):
    queue.claim("ann", "cars")
    queue.tick(minutes=8)
    queue.claim("ann", "cars")
    queue.tick(minutes=8)
    assert queue.sweep().expired == 0
    queue.tick(minutes=3)
    assert queue.sweep().expired == 3


def test_a_released_item_goes_back_to_its_assignment_or_pool(push, stage):
    push.claim("ann", "cars")
    mine = of(push, "ann")
    push.release("ann", "cars", mine[0])
    assert push.row("cars", mine[0]).state == "queued" and of(push, "ann") == mine
    with pytest.raises(Conflict):
        push.release("ann", "cars", mine[0])
    push.check()


def test_a_postponed_item_comes_after_the_others(queue):
    queue.set_task("cars", queue={"batch": 1, "limit": 1})
    queue.claim("ann", "cars")
    queue.postpone("ann", "cars", 0)
    assert queue.do_all("ann", "cars", "completed") == ["1", "2", "3", "4", "5", "6", "0"]
    queue.check()


def test_a_paused_task_hands_out_nothing_new_and_takes_what_is_held(push):
    claim = push.claim("ann", "cars")
    push.set_task("cars", paused_at=push.now)
    with pytest.raises(Conflict, match="paused"):
        push.claim("bo", "cars")
    push.submit("ann", "cars", of(push, "ann")[0], "completed", token=claim.token)


def test_a_closed_or_locked_task_takes_no_status(push):
    push.set_task("cars", closed_at=push.now)
    with pytest.raises(Conflict, match="closed"):
        push.submit("ann", "cars", of(push, "ann")[0], "completed")
    push.set_task("cars", closed_at=None, lock_when_due=True, due_at=push.now - timedelta(days=1))
    with pytest.raises(Conflict, match="locked"):
        push.submit("ann", "cars", of(push, "ann")[0], "completed")


def test_a_draft_becomes_annotations_at_submit(push):
    mine = of(push, "ann")[0]
    task_item = push.claim("ann", "cars")
    with push.session() as session:
        work.save_draft(
            session, actor=push.person(session, "ann"), task_item_id=task_item.id, annotations=[BOX], now=push.now
        )
    assert annotations(push) == []
    push.submit("ann", "cars", mine, "completed", token=task_item.token)
    assert annotations(push) == [("car", BOX["geometry"], True)]
    with push.session() as session:
        assert session.exec(select(Draft)).all() == []
        with pytest.raises(Conflict):
            work.save_draft(
                session, actor=push.person(session, "ann"), task_item_id=task_item.id, annotations=[BOX], now=push.now
            )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"label": "tree"}, "tree"),
        ({"tool": "polygon", "geometry": {"points": [[1, 1], [2, 2], [3, 1]]}}, "polygon"),
        ({"attributes": {"kind": "boat"}}, "boat"),
        ({"attributes": {"colour": "red"}}, "colour"),
        ({"geometry": {"x": 1}}, "box|geometry|width"),
        ({"id": 77}, "77"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_an_annotation_that_the_recipe_does_not_allow_is_refused_and_nothing_is_set(push, wrong, why):
    mine = of(push, "ann")[0]
    with pytest.raises(InvalidInput, match=why):
        push.submit("ann", "cars", mine, "completed", annotations=[BOX | wrong])
    assert push.row("cars", mine).status is None and annotations(push) == [] and push.events("submitted") == []


def test_nobody_reviews_their_own_work_neither_by_allocation_nor_by_hand(push):
    push.do_all("ann", "cars", "completed")
    push.do_all("bo", "cars", "completed")
    push.advance()
    wrote = {item: row.who for (item, task), row in push.rows().items() if task == "cars"}
    reviews = {item: row.who for (item, task), row in push.rows().items() if task == "qa"}
    assert all(reviews[item] == "quinn" for item, who in wrote.items() if who == "ann")
    assert "ann" in reviews.values()


def test_nobody_takes_their_own_work_from_the_pool_of_a_review(stage):
    stage.deploy(PUSH.replace("{type: qa,", "{type: qa, queue: {batch: 10, limit: 10},"))
    stage.add_items(4)
    mine = stage.do_all("ann", "cars", "completed")
    stage.do_all("bo", "cars", "completed")
    stage.advance()
    with pytest.raises(NotAllowed):
        stage.submit("ann", "qa", mine[0], "approved")
    stage.claim("ann", "qa")
    assert not set(of(stage, "ann", "qa")) & set(mine) and len(of(stage, "ann", "qa")) == 2
    stage.check()


def test_a_task_may_allow_that_one_reviews_ones_own_work(stage):
    stage.deploy(
        PUSH.replace(
            "{type: qa, assignees: [quinn@example.org, ann@example.org]}",
            "{type: qa, review_own: true, assignees: [ann@example.org]}",
        )
    )
    stage.add_items(2)
    stage.do_all("ann", "cars", "completed")
    stage.advance()
    assert stage.do_all("ann", "qa", "approved")


def by_hand(stage, reviewers):
    """Make two annotation tasks and a review of both by hand, with one item in all of them at once."""
    with stage.session() as session:
        project = people.project_for(session, name="default", actor=None, now=stage.now)
        images = data.create_dataset(session, actor=None, project_id=project.id, name="d", now=stage.now)
        session.add(Item(dataset_id=images.id, name="0", created_at=stage.now))
        session.flush()

        def make(name, who, **more):
            team = {f"{one}@example.org": 1.0 for one in who}
            recipe = None if more else Recipe((Label(name),))
            given = {
                "actor": None,
                "dataset_id": images.id,
                "recipe": recipe,
                "assignees": team,
                "now": stage.now,
                **more,
            }
            task = session.get_one(Task, tasks.create(session, name=name, **given))
            tasks.add_items(session, actor=None, task_id=task.id, now=stage.now)
            return task

        made = [make("cars", ["bo"]), make("signs", ["ann"])]
        return {one.name: one.id for one in [*made, make("qa", reviewers, type="qa", reviews=[one.id for one in made])]}


@pytest.mark.parametrize("claimed", [False, True])
@pytest.mark.parametrize(
    ("reviewers", "heir", "parked"), [(["ann", "quinn"], "quinn", None), (["ann"], None, "nobody")]
)
def test_who_becomes_an_author_hands_their_open_review_on(stage, reviewers, heir, parked, claimed):
    keys = by_hand(stage, reviewers)
    with stage.session() as session:
        ann = stage.person(session, "ann")
        if claimed:
            assert work.claim_next(session, actor=ann, task_id=keys["qa"], now=stage.now)
        task_item = work.claim_next(session, actor=ann, task_id=keys["signs"], now=stage.now)
        work.submit(session, actor=ann, task_item_id=task_item.id, status="completed", now=stage.now)
    with stage.session() as session:
        row = session.exec(select(TaskItem).where(TaskItem.task_id == keys["qa"])).one()
        holder = session.get(Assignment, row.assignment_id) if row.assignment_id else None
        assert (row.state, row.parked) == ("queued", parked)
        assert (holder and session.get_one(Person, holder.person_id).email) == (heir and f"{heir}@example.org")
    stage.check()


IMPOSSIBLE = [
    "state = 'lost'",
    "status = 'completed'",
    "state = 'submitted'",
    "routing = 'pending'",
    "status_event_id = 1",
    "lease_until = 1",
    "state = 'claimed'",
    "state = 'claimed', assignment_id = NULL, lease_until = 1",
    "kept_status = 'completed'",
    "kept_by = 'issue'",
    "state = 'returned'",
    "parked = 'nobody', state = 'waiting'",
    "visit = 0",
]


@pytest.mark.parametrize("change", IMPOSSIBLE)
def test_the_database_refuses_an_impossible_task_item(push, change):
    with pytest.raises(IntegrityError), push.session() as session:
        session.connection().exec_driver_sql(f"UPDATE task_item SET {change} WHERE id = 1")


def test_the_database_refuses_a_second_task_item_of_an_item_in_a_task(push):
    with pytest.raises(IntegrityError), push.session() as session:
        session.connection().exec_driver_sql(
            """INSERT INTO task_item (task_id, item_id, state, visit, begun, rank, position, claim_no, since)
            SELECT task_id, item_id, 'queued', 1, begun, 0, 0, 0, 0 FROM task_item WHERE id = 1"""
        )


@pytest.mark.parametrize("change", ["UPDATE event SET actor_id = 1", "DELETE FROM event"])
def test_the_history_cannot_be_changed(push, change):
    with pytest.raises(DatabaseError), push.session() as session:
        session.connection().exec_driver_sql(change)
    with push.session() as session:
        assert session.exec(select(Event)).first() is not None
