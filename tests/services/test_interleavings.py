"""Others come between any two statements of whoever changes an item, which PostgreSQL lets them: they sweep,
claim, move.

What is then there is as if they had come before, or after; and who claimed something has it, or was to be asked.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from engines import kept
from running import wait_for_a_lock
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from stage import Stage

from pipelines import MICRO, staffed, with_settings
from workflow_core.errors import AnnoflowError
from workflow_core.services.contributors import work
from workflow_core.services.managers import task_items, tasks
from workflow_core.store.database.engine import engine_for
from workflow_core.store.models import Dataset, Item

SEATS = (("ann", "cars"), ("cy", "signs"), ("quinn", "qa"), ("ron", "qa"), ("mo", "look"))


@pytest.fixture
def stage(postgres_url):
    stage = Stage(kept(postgres_url).execution_options())
    stage.deploy(with_settings(staffed(MICRO, qa="quinn ron"), qa="queue: {batch: 1, limit: 100}"))
    with stage.session() as session:
        dataset = session.get_one(Dataset, stage.task(session, "cars").dataset_id)
        session.add(Item(dataset_id=dataset.id, name="0", created_at=stage.now))
    stage.enter()
    stage.do("ann", "cars", "completed")
    stage.manual_qa("look", "cars", "mo")
    return stage


@pytest.fixture
def others(postgres_url):
    """The stage of those who come between; who would have to wait for a lock comes too late."""
    engine = kept(postgres_url).execution_options()

    @event.listens_for(engine, "begin")
    def hurry(connection):
        connection.exec_driver_sql("SET LOCAL lock_timeout = 1")  # nobody lets go of one before they are done

    return Stage(engine)


def until_qa(stage, *new):
    """Bring new items as far as `qa`; returns their keys."""
    stage.add_items(len(new))
    for who, task in (("ann", "cars"), ("cy", "signs")):
        stage.submit_many(who, task, dict.fromkeys(new, "completed"))
        stage.advance()
    with stage.session() as session:
        keys = {item: stage.task_item(session, "cars", item).item_id for item in new}
        look = stage.task(session, "look").id
        tasks.add_items(session, actor=None, task_id=look, item_ids=list(keys.values()), now=stage.now)
    return keys


def put_first(stage, item, key):
    """Let an item come before all others that somebody may claim."""
    with stage.session() as session:
        session.execute(text("UPDATE task_item SET rank = :rank WHERE item_id = :key"), {"rank": -item, "key": key})


def come_between(others, key):
    """Sweep, claim every task item of the item that can be claimed, and move; returns what is claimed."""
    claimed = []
    with suppress(OperationalError):
        others.sweep()
    for who, task in SEATS:
        with suppress(AnnoflowError, OperationalError), others.session() as session:
            actor, task_id = others.person(session, who), others.task(session, task).id
            task_item = work.claim_next(session, actor=actor, task_id=task_id, now=others.now)
            if task_item is not None and task_item.item_id == key:
                claimed.append(task_item.id)
            else:
                session.rollback()
    with suppress(OperationalError):
        others.advance()
    return claimed


def by_quinn(stage, item):
    return stage.flag("quinn", "qa", "cars", item)


def by_quinn_who_is_back(stage, item):
    stage.add_person("qa", "quinn")
    return by_quinn(stage, item)


def by_mo(stage, item):
    return stage.flag("mo", "look", "cars", item)


def by_both(stage, item):
    by_quinn(stage, item)
    return by_mo(stage, item)


def fixed(stage, item):
    for issue in (by_quinn(stage, item), by_mo(stage, item)):
        stage.fix("ann", issue)


def of_both_tasks(stage, item):
    by_quinn(stage, item)
    stage.flag("quinn", "qa", "signs", item)


def decided(stage, item):
    """What a review in the pipeline wants done again is with its author already, for a review beside it."""
    stage.submit("quinn", "qa", item, "redo")
    return by_mo(stage, item)


def untouched(stage, item):
    pass


def archive(stage, item):
    with stage.session() as session:
        key = stage.task_item(session, "cars", item).item_id
        dataset = session.get_one(Dataset, stage.task(session, "cars").dataset_id)
        task_items.archive_items(session, actor=None, dataset=dataset, item_ids=[key], now=stage.now)


ACTS = {
    "flag": (untouched, lambda stage, item, issue: by_quinn(stage, item)),
    "dismiss": (by_quinn, lambda stage, item, issue: stage.dismiss("quinn", issue)),
    "dismiss one of two": (by_both, lambda stage, item, issue: stage.dismiss("mo", issue)),
    "discard in QA": (of_both_tasks, lambda stage, item, issue: stage.submit("quinn", "qa", item, "discarded")),
    "discard beside": (by_mo, lambda stage, item, issue: stage.submit("mo", "look", item, "discarded")),
    "discard": (by_both, lambda stage, item, issue: stage.submit("ann", "cars", item, "discarded")),
    "fix": (fixed, lambda stage, item, issue: stage.submit("ann", "cars", item, "completed")),
    "fix otherwise": (fixed, lambda stage, item, issue: stage.submit("ann", "cars", item, "unsure")),
    "fix in a batch": (fixed, lambda stage, item, issue: stage.submit_many("ann", "cars", {item: "unsure"})),
    "approve in a batch": (untouched, lambda stage, item, issue: stage.submit_many("quinn", "qa", {item: "approved"})),
    "approve": (untouched, lambda stage, item, issue: stage.submit("quinn", "qa", item, "approved")),
    "move": (decided, lambda stage, item, issue: stage.advance()),
    "undo": (untouched, lambda stage, item, issue: stage.undo("cy", "signs", item)),
    "clear": (untouched, lambda stage, item, issue: stage.clear("cars", item)),
    "remove": (untouched, lambda stage, item, issue: stage.remove_item("qa", item)),
    "archive": (by_mo, lambda stage, item, issue: archive(stage, item)),
    "reassign": (
        by_quinn_who_is_back,
        lambda stage, item, issue: stage.reassign("qa", old="quinn", new="ron"),
    ),
}
"""What is there before, and what is done."""
SHARED = re.compile(r"\b(task_item|entry|issue|event)\b")
"""What others change too: after a statement on nothing of it, all is as it was before."""
ASK_FIRST = {"undo", "clear", "remove", "archive", "reassign"}
"""What ends nobody's claim unless it is confirmed."""


@pytest.mark.parametrize("name", ACTS)
def test_what_comes_between_any_two_statements_came_before_or_after(stage, others, name):
    before, act = ACTS[name]
    item = executed = 0
    claimed, keys = [], {}

    def look(connection, cursor, statement, *_):
        nonlocal executed, claimed
        if not SHARED.search(statement):
            return
        executed += 1
        if executed == item:
            claimed = come_between(others, key)

    while executed >= item:  # after its first statement, its second one, … as many as it has
        item += 1
        if item not in keys:
            keys = until_qa(stage, *range(item, item + 8))
        key = keys[item]
        put_first(stage, item, key)
        issue = before(stage, item)
        executed, claimed, others.now = 0, [], stage.now
        event.listen(stage.engine, "after_cursor_execute", look)
        with suppress(AnnoflowError):
            act(stage, item, issue)
        event.remove(stage.engine, "after_cursor_execute", look)
        if name in ASK_FIRST:
            assert {row.state for row in stage.rows().values() if row.task_item_id in claimed} <= {"claimed"}, item
        stage.tick(minutes=31)
        stage.sweep()
    assert item > 5
    while stage.advance():
        pass
    stage.check()


@contextmanager
def between_looking_and_locking(stage, act, before):
    """Let somebody do `act` beside, who waits in the statement that has `before`: what is done here it does not see."""
    engine = engine_for(stage.engine.url.render_as_string(hide_password=False))

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def wait(connection, cursor, statement, parameters, context, many):
        return statement.replace(before, f"pg_advisory_xact_lock_shared(1) IS NOT NULL AND {before}"), parameters

    with ThreadPoolExecutor() as beside, stage.engine.connect() as gate:
        gate.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
        acting = beside.submit(act, Stage(engine, now=stage.now))
        wait_for_a_lock(stage.engine)
        yield
        gate.commit()
        acting.result()
    engine.dispose()


def test_of_two_movers_at_a_pipeline_the_second_waits_for_nothing_and_deals_when_the_first_is_done(stage, others):
    """It comes when the first has read how much each has got; were it to deal beside it, both would to the same one."""
    stage.deploy(staffed(MICRO, signs="cy di"))
    stage.add_items(1)
    stage.do("ann", "cars", "completed")
    others.now, beside = stage.now, []

    def come(connection, cursor, statement, *_):
        if "s.allotted" in statement:
            beside.append(others.advance(limit=1))

    event.listen(stage.engine, "after_cursor_execute", come)
    assert stage.advance(limit=1).routed == 1
    event.remove(stage.engine, "after_cursor_execute", come)
    assert [(one.routed, one.elsewhere) for one in beside] == [(0, True)]
    assert others.advance().routed == 1
    assert {stage.row("signs", item).who for item in (0, 1)} == {"cy", "di"}
    stage.check()


def test_a_mover_knows_where_an_item_is_once_nobody_else_can_change_it(stage):
    """It has begun to look for what there is to move; only then does the author's status come back."""
    until_qa(stage, 1)
    issue = decided(stage, 1)
    with between_looking_and_locking(stage, Stage.advance, "ti.routing = 'pending'"):
        stage.dismiss("mo", issue)
    assert stage.at("cars") == ["1"]
    stage.check()


def test_who_becomes_an_author_meanwhile_claims_no_review_of_it(stage):
    """In another window they set a status in what is reviewed, while they ask for something to review."""
    until_qa(stage, 1)
    issue = by_mo(stage, 1)
    stage.add_person("cars", "quinn")
    stage.remove_person("cars", "ann")
    with between_looking_and_locking(stage, lambda other: other.claim("quinn", "qa"), "(parked IS NULL"):
        stage.fixed("quinn", "cars", issue, item=1)
    assert stage.row("qa", 1).who != "quinn"
    stage.check()
