"""How many statements the acts of a review take: few, and as many among one item as among a thousand."""

import pytest
from counting import statements
from reviewed import PIPELINE
from sqlmodel import col, select
from stage import BOX, Stage

from workflow_core.services.contributors import batches, work
from workflow_core.services.contributors.batches import Wanted
from workflow_core.services.reviewers import reviews
from workflow_core.store.models import Annotation

TAKEN = {
    "flag an annotation": (9, 9),
    "flag something more": (5, 7),
    "flag in another task": (7, 8),
    "dismiss": (5, 7),
    "dismiss the last one": (7, 9),
    "fix": (4, 6),
    "submit what is fixed": (9, 9),
    "re-open": (10, 10),
    "approve": (5, 7),
    "discard in review": (11, 11),
}
"""What each takes on SQLite, which locks no rows, and on PostgreSQL, where a change and its event are one statement."""


def needed(stage: Stage, more: int) -> dict[str, int]:
    """Count those of each act at the last of so many more items, which two people have done and a third reviews."""
    stage.add_items(more)
    taken: dict[str, int] = {}

    def act(name, service, who, **what):
        with stage.session() as session:
            actor = stage.person(session, who)
        with stage.session() as session, statements(stage.engine) as said:
            done = service(session, actor=actor, now=stage.now, **what)
            assert not session.in_transaction(), "no object was loaded, and none is written"
        taken[name] = len(said)
        return done

    item = max(int(name) for name, _ in stage.rows())
    stage.submit("ann", "cars", item, "completed", annotations=[BOX])
    stage.advance()
    stage.submit("cy", "signs", item, "completed")
    stage.advance()
    there = {task: stage.row(task, item).task_item_id for task in ("cars", "qa")}
    with stage.session() as session:
        drawn = session.exec(select(Annotation.id).order_by(col(Annotation.id).desc())).first()
    on = {"task_item_id": there["qa"], "kind": "wrong"}
    first = act("flag an annotation", reviews.flag, "quinn", **on, annotation_id=drawn).id
    second = act("flag something more", reviews.flag, "quinn", **on, label="car").id
    third = act("flag in another task", reviews.flag, "quinn", **on, task="signs").id
    act("dismiss", reviews.dismiss, "quinn", issue_id=second)
    act("dismiss the last one", reviews.dismiss, "quinn", issue_id=third)
    act("fix", reviews.fix, "ann", issue_id=first)
    act("submit what is fixed", work.submit, "ann", task_item_id=there["cars"], status="completed")
    act("re-open", reviews.reopen, "quinn", issue_id=first, text="still wrong")
    stage.fixed("ann", "cars", first, item=item)
    act("approve", reviews.approve, "quinn", issue_id=first)
    stage.flag("quinn", "qa", "cars", item)
    act("discard in review", work.submit, "quinn", task_item_id=there["qa"], status="discarded")
    stage.check()
    return taken


def test_an_act_of_a_review_takes_a_few_statements_however_many_items_there_are(engine):
    stage = Stage(engine)
    stage.deploy(PIPELINE)
    few = needed(stage, 1)
    postgres = engine.dialect.name == "postgresql"
    assert few == {name: counts[postgres] for name, counts in TAKEN.items()}
    assert needed(stage, 1000) == few


def until_flagged(stage: Stage, count: int, *tasks: str) -> dict[int, list[int]]:
    """Return the issues of so many more items, which are flagged in both tasks, by item."""
    before = len({name for name, _ in stage.rows()})
    stage.add_items(count)
    for who, task in (("ann", "cars"), ("cy", "signs")):
        stage.do_all(who, task, "completed")
        stage.advance()
    return {item: [stage.flag("quinn", "qa", task, item) for task in tasks] for item in range(before, before + count)}


def submitted(stage: Stage, who: str, task: str, statuses: dict[int, str]) -> tuple[list[str], int]:
    """Return what became of a batch, and how many statements it took."""
    with stage.session() as session:
        actor, task_id = stage.person(session, who), stage.task(session, task).id
        batch = [Wanted(status, stage.task_item(session, task, item).id) for item, status in statuses.items()]
    with stage.session() as session, statements(stage.engine) as said:
        outcomes = batches.submit_many(session, actor=actor, task_id=task_id, batch=batch, now=stage.now)
    stage.check()
    return [getattr(one, "status", "refused") for one in outcomes], len(said)


@pytest.mark.parametrize("status", ["approved", "discarded"])
def test_a_batch_of_reviews_takes_as_many_statements_however_many_issues_it_decides(engine, status):
    stage, taken = Stage(engine), []
    stage.deploy(PIPELINE)
    for count in (2, 10):
        flagged = until_flagged(stage, count, "cars", "signs")
        for item, (car, sign) in flagged.items() if status == "approved" else ():
            stage.fixed("ann", "cars", car, item=item)
            stage.fixed("cy", "signs", sign, item=item)
        outcomes, more = submitted(stage, "quinn", "qa", dict.fromkeys(flagged, status))
        assert outcomes == [status] * count
        assert set(stage.issues().values()) == {status if status == "approved" else "dismissed"}
        assert {stage.row("cars", item).status for item in flagged} == {"completed"}
        taken.append(more)
        stage.advance()
    assert taken[0] == taken[1]


def test_a_batch_of_fixes_takes_as_many_statements_however_many_they_are(engine):
    """Some with the status that was taken, or another one, which takes back what that led to; some are refused."""
    stage, taken = Stage(engine), []
    stage.deploy(PIPELINE)
    for count in (2, 10):
        items = list(until_flagged(stage, 4 * count))
        stage.manual_qa(f"look{count}", "cars", "mo")
        statuses = dict(zip(items, ["completed", "unsure", "discarded", "completed"] * count, strict=True))
        issues = [stage.flag("mo", f"look{count}", "cars", item) for item in items]
        for number, issue in enumerate(issues):
            if number % 4 != 3:
                stage.fix("ann", issue)
        outcomes, more = submitted(stage, "ann", "cars", statuses)
        assert outcomes == ["completed", "unsure", "discarded", "refused"] * count
        assert [stage.row(f"look{count}", item).state for item in items] == [*["queued"] * 3, "waiting"] * count
        taken.append(more)
        for issue in issues[3::4]:
            stage.dismiss("mo", issue)
    assert taken[0] == taken[1]
