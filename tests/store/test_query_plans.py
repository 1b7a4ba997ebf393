"""At a hundred thousand items, what happens for each click or batch uses an index and scans no big table."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from building import person
from crowded import IN_QA, IN_SIGNS, NOW
from explaining import scans
from sqlmodel import col, select
from stage import BOX, always

from workflow_core.connectors.annotations.records import ImportedAnnotation, ItemReference, Problems
from workflow_core.domain.measures.reports import By
from workflow_core.services import people
from workflow_core.services.accounts import members
from workflow_core.services.contributors import batches, work
from workflow_core.services.contributors.batches import Wanted
from workflow_core.services.data import datasets, items
from workflow_core.services.exchange import imports
from workflow_core.services.managers import erasure, figures, history, progress, reversals, task_items
from workflow_core.services.overviews import issues
from workflow_core.services.overviews import tasks as overviews
from workflow_core.services.pipelines import data
from workflow_core.services.running import feed, moves, readiness, sweeps
from workflow_core.store.data import items as stored
from workflow_core.store.database.columns import micros
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models import Assignment, Dataset, Entry, Item, Task, TaskItem
from workflow_core.store.reads import contents, counts, desks, flagged, positions
from workflow_core.store.reads.departures import OF_REVIEWED
from workflow_core.store.reads.figures import standing, times


@pytest.fixture
def session(thrown_away):
    """A session on a database of a hundred thousand items, in every state, whose work is thrown away."""
    return thrown_away


def task(session, name):
    return session.exec(select(Task).where(Task.name == name)).one()


def claim(session, email, name):
    found = work.claim_next(session, actor=person(session, email), task_id=task(session, name).id, now=NOW)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("email", "name"),
    [("ann@example.org", "cars"), ("cy@example.org", "signs"), ("cy@example.org", "qa"), ("quinn@example.org", "qa")],
)
def test_claiming_and_submitting_finds_its_task_item_by_index(session, email, name):
    with scans(session, by_task=True) as found:
        for _ in range(12):
            task_item = claim(session, email, name)
            status = "approved" if name == "qa" else "completed"
            actor = person(session, email)
            work.submit(session, actor=actor, task_item_id=task_item.id, status=status, token=task_item.token, now=NOW)
    assert found == []


def test_who_finds_nothing_to_do_has_not_looked_at_what_others_have(session):
    cars = task(session, "cars")
    quinn = person(session, "quinn@example.org")
    session.add(Assignment(task_id=cars.id, person_id=quinn.id, weight=1, created_at=NOW))
    session.flush()
    with scans(session, by_task=True) as found:
        assert work.claim_next(session, actor=quinn, task_id=cars.id, now=NOW) is None
    assert found == []


def test_a_batch_of_statuses_finds_its_task_items_by_index(session):
    cars = task(session, "cars")
    to_do = select(TaskItem.item_id).where(TaskItem.task_id == cars.id, TaskItem.assignment_id == 1)
    to_do = to_do.where(TaskItem.state == "queued").order_by(col(TaskItem.id).desc()).limit(12)
    drawn = {"annotations": [BOX], "status": "completed"}
    batch = [Wanted(**drawn, item_id=item_id) for item_id in session.exec(to_do)]
    with scans(session, by_task=True) as found:
        ann = person(session, "ann@example.org")
        done = batches.submit_many(session, actor=ann, task_id=cars.id, batch=batch, now=NOW)
    assert [one.status for one in done] == ["completed"] * 12
    assert found == []


def test_an_undo_finds_what_it_takes_back_by_index(session):
    task_item = claim(session, "ann@example.org", "cars")
    ann = person(session, "ann@example.org")
    work.submit(session, actor=ann, task_item_id=task_item.id, status="completed", token=task_item.token, now=NOW)
    while moves.advance(session, now=NOW):
        pass
    with scans(session, by_task=True) as found:
        undone = reversals.undo(session, actor=ann, task_item_id=task_item.id, now=NOW)
    assert [reached.task for reached in undone.task_items] == ["signs"]
    assert found == []


def test_a_clear_finds_all_that_was_reached_by_index(session):
    cars = task(session, "cars")
    item_ids = [IN_QA - 100, IN_SIGNS - 100]
    listed = col(TaskItem.item_id).in_(item_ids)
    of = session.exec(select(TaskItem).where(TaskItem.task_id == cars.id, listed)).all()
    with scans(session, by_task=True) as found:
        cleared = reversals.clear(session, actor=None, task_id=cars.id, item_ids=[one.item_id for one in of], now=NOW)
    assert (cleared.statuses, sorted(reached.task for reached in cleared.task_items)) == (1, ["qa", "signs"])
    assert found == []


def test_items_are_taken_out_of_a_task_by_index(session):
    cars = task(session, "cars")
    with scans(session, by_task=True) as found:
        given = {"task_id": cars.id, "item_ids": [IN_SIGNS + 100, IN_SIGNS + 200]}
        assert task_items.remove_items(session, actor=None, **given, now=NOW) == 2
    assert found == []


@pytest.mark.parametrize("limit", [1, 1000])
def test_routing_takes_task_items_and_lets_leave_by_index(session, limit):
    with scans(session) as found:
        moved = moves.advance(session, limit=limit, now=NOW)
    assert moved.routed == min(limit, 150)
    assert limit == 1 or {at for _, at in moved.arrivals} == {"signs", "qa", "unreviewed", "approved"}
    assert found == []


@contextmanager
def effort(session):
    """Count what a block reads: rows of task items on PostgreSQL, steps of its machine on SQLite."""
    spent = []
    if session.get_bind().dialect.name == "postgresql":
        look = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'task_item'"
        before = session.connection().exec_driver_sql(look).scalar_one()
        yield spent
        spent.append(session.connection().exec_driver_sql(look).scalar_one() - before)
    else:
        steps = []
        raw = session.connection().connection.dbapi_connection
        raw.set_progress_handler(lambda: steps.append(1), 10)
        yield spent
        raw.set_progress_handler(None, 0)
        spent.append(len(steps))


def test_a_batch_of_a_big_backlog_reads_no_more_than_one_of_a_small_one(session):
    with effort(session) as small:
        assert moves.advance(session, limit=10, now=NOW).routed == 10
    tasks = ", ".join(str(task(session, name).id) for name in ("cars", "signs"))
    again = f"UPDATE task_item SET routing = 'pending' WHERE routing = 'routed' AND task_id IN ({tasks})"
    assert session.connection().exec_driver_sql(again).rowcount > 10_000
    session.connection().exec_driver_sql("ANALYZE task_item")
    with effort(session) as big:
        assert moves.advance(session, limit=10, now=NOW).routed == 10
    assert big[0] < 3 * small[0]


def test_what_an_item_has_where_it_arrives_is_looked_up_one_by_one_whatever_is_estimated(session):
    if session.get_bind().dialect.name == "postgresql":
        # As where PostgreSQL takes the scratch table for larger than it is.
        session.connection().exec_driver_sql("SET LOCAL enable_nestloop = off")
    with scans(session) as found:
        assert moves.advance(session, now=NOW).routed == 150
    assert [each for each in found if re.search(r"UPDATE arrival SET \(?existing_id", each)] == []


def test_a_status_that_sends_back_task_items_again_by_index(session):
    while moves.advance(session, now=NOW):
        pass
    task_item = claim(session, "quinn@example.org", "qa")
    actor = person(session, "quinn@example.org")
    work.submit(session, actor=actor, task_item_id=task_item.id, status="again", token=task_item.token, now=NOW)
    with scans(session) as found:
        moved = moves.advance(session, now=NOW)
    assert dict(moved.arrivals) == {("street", "cars"): 1}
    assert found == []


def test_looking_for_something_to_route_finds_nothing_by_index(session):
    while moves.advance(session, now=NOW):
        pass
    with scans(session) as found:
        assert not moves.advance(session, now=NOW)
    assert found == []


def test_a_new_item_enters_by_index(session):
    if session.get_bind().dialect.name == "postgresql":
        # It takes the scratch table for two thousand rows: at this size, on a turning disk, a scan would be as good.
        session.connection().exec_driver_sql("SET LOCAL random_page_cost = 1.1")
    with scans(session) as found:
        new = data.parse({"name": "new.jpg"})
        added = data.add_items(session, actor=None, dataset=session.get_one(Dataset, 1), new=[new], now=NOW)
    assert added.entered == 1
    assert found == []


def test_expired_claims_are_found_by_index(session):
    with scans(session) as found:
        assert sweeps.sweep(session, now=NOW + timedelta(hours=1)).expired == 30
    assert found == []


def test_counting_reads_an_index_and_not_the_table(session):
    if session.get_bind().dialect.name == "postgresql":
        # Where a pipeline has nearly all rows there are, the table may as well be read: what counts is the index.
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
    following = {1: {1: 0}, 2: {1: 0b10, 2: 0}, 3: {1: 0b10, 3: 0}}
    with scans(session) as found:
        counted = [
            progress.of_tasks(session, task_ids=[session.get_one(Task, key).id], following={1: following[key]})[
                0
            ].counts
            for key in following
        ]
    assert [one.submitted for one in counted] == [IN_SIGNS, IN_QA, IN_QA // 2]
    assert found == []


@pytest.mark.parametrize("name", ["cars", "signs", "qa"])
@pytest.mark.parametrize("by", By)
def test_figures_read_what_happened_in_their_own_task_by_index(session, by, name):
    own = [task(session, name)]
    if session.get_bind().dialect.name == "postgresql":
        # A task that has much of what there is may as well be read with the rest: what counts is that it need not.
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
    with scans(session) as found:
        if by is By.LABEL:
            figures.of_labels(session, actor=None, task_ids=[one.id for one in own])
        else:
            assert figures.of_tasks(session, actor=None, task_ids=[one.id for one in own], by=by, now=NOW)
    assert found == []


@pytest.mark.parametrize("name", ["cars", "signs", "qa"])
def test_the_pace_of_a_team_is_told_by_index(session, name):
    if session.get_bind().dialect.name == "postgresql":
        # All of this happened within a week, so that the table may as well be read: what counts is that it need not.
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
    with scans(session) as found:
        assert figures.of_team(session, actor=None, task_id=task(session, name).id).tallies
    assert found == []


@pytest.mark.parametrize("name", ["cars", "signs", "qa"])
def test_statuses_are_counted_by_day_in_the_order_of_an_index(session, name):
    with scans(session, sorts=True) as found:
        assert list(times.statuses(session, [task(session, name).id]))
    assert found == []


def test_task_items_and_motion_of_a_pipeline_are_counted_by_index(session):
    if session.get_bind().dialect.name == "postgresql":
        # This pipeline has all rows there are, so that the table may as well be read: what counts is the index.
        session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
    with scans(session) as found:
        where = moves.where(session, pipeline_id=1)
        assert where.moving == 150 and where.in_motion
    assert found == []


def test_what_is_stuck_is_listed_by_index(session):
    with scans(session) as found:
        assert progress.stuck(session, project_id=1).items == []
    assert found == []


def test_what_is_stuck_is_listed_from_a_place_on_by_index(session):
    with scans(session) as found:
        page = {"project_id": 1, "pipeline_id": None, "limit": 100}
        assert counts.stuck(session, **page, after=(micros(NOW), 1)) == []
    assert found == []


def test_issues_and_tasks_are_listed_by_index(session):
    flag = """INSERT INTO issue (item_id, task_item_id, qa_task_item_id, state, kind, text, rounds, flagged_by,
        created_at, updated_at) SELECT x.item_id, y.id, x.id,
        CASE WHEN x.item_id / 10 * 10 = x.item_id THEN 'open' ELSE 'dismissed' END, 'loose', '', 0, 1, 1, 1
        FROM task_item x JOIN task_item y ON y.item_id = x.item_id AND y.task_id = 1
        WHERE x.task_id = 3"""
    assert session.connection().exec_driver_sql(flag).rowcount == IN_QA
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("ANALYZE issue")
    with scans(session, by_task=True) as found:
        first = issues.of_project(session, actor=None, project_id=1)
        assert len(issues.of_project(session, actor=None, project_id=1, after=first.next).items) == 100
        assert len(issues.of_task(session, actor=None, task_id=1, state="dismissed").items) == 100
        assert len(overviews.of_project(session, actor=None, project_id=1).items) == 3
    assert found == []


def test_what_is_in_the_pools_of_who_has_left_is_parked_and_listed_by_index(session):
    with scans(session) as found:
        for who in ("cy@example.org", "di@example.org", "quinn@example.org"):
            members.deactivate(session, actor=None, project_id=1, email=who, now=NOW)
        assert len(progress.stuck(session, project_id=1).items) == 1000
        swept = [sweeps.sweep(session, now=NOW).stuck for _ in range(9)]
    assert swept[-1] == swept[-2] == (IN_SIGNS - IN_QA) + (IN_QA - IN_QA // 2)
    assert found == []


def test_the_next_task_items_of_an_assignment_and_of_a_pool_are_listed_by_index(session):
    in_order = (TaskItem.rank, TaskItem.position, TaskItem.id)
    to_do = select(TaskItem).where(col(TaskItem.state).in_(["queued", "returned"])).order_by(*in_order).limit(50)
    with scans(session) as found:
        assert len(session.exec(to_do.where(TaskItem.task_id == 1, TaskItem.assignment_id == 1)).all()) == 50
        assert len(session.exec(to_do.where(TaskItem.task_id == 2, col(TaskItem.assignment_id).is_(None))).all()) == 50
    assert found == []


def test_the_task_items_with_a_status_of_a_person_are_listed_by_index(session):
    done = select(TaskItem).where(TaskItem.task_id == 1, TaskItem.assignment_id == 1, TaskItem.state == "submitted")
    with scans(session) as found:
        assert len(session.exec(done.where(TaskItem.status == "completed").limit(50)).all()) == 50
    assert found == []


def test_what_a_person_or_each_of_a_task_finished_last_is_found_by_index(session):
    with scans(session) as found:
        assert desks.finished(session, person_id=person(session, "ann@example.org").id, now=NOW, most=20)
        assert standing.latest(session, task_id=1, most=3)
    assert found == []


@pytest.mark.parametrize("named", ["77777.jpg", "/77/77777.jpg", "77777"])
def test_an_item_and_its_history_are_looked_up_by_index(session, named):
    with scans(session) as found:
        item = history.find(session, named=named)
        assert history.why(session, item=item.id).name == "77777.jpg"
    assert found == []


@pytest.mark.parametrize(
    "asked",
    [{}, {"folder": "/77"}, {"archived": True}, {"folder": "/77", "where": {"status.cars": {"exists": True}}}],
    ids=["all", "a folder", "archived", "a filter"],
)
def test_a_part_of_a_datasets_items_is_found_in_its_order_by_index(session, asked):
    if "archived" in asked:
        session.get_one(Item, 7).archived_at = session.get_one(Item, 77).archived_at = NOW
        session.flush()
    first = items.of_dataset(session, actor=None, dataset_id=1, limit=1, **asked)
    with scans(session, sorts=True) as found:
        second = items.of_dataset(session, actor=None, dataset_id=1, limit=1, after=first.next, **asked)
    assert second.items[0].name > first.items[0].name
    assert found == []


def test_a_part_of_a_datasets_folders_is_counted_in_its_order_by_index(session):
    with scans(session, sorts=True) as found:
        counted = datasets.folders(session, actor=None, dataset_id=1, limit=2)
    assert [(one.folder, one.items) for one in counted.items] == [("/0", 999), ("/1", 1000)]
    assert found == []


def test_the_tree_of_a_datasets_folders_is_found_without_what_lies_in_them(session):
    session.get_one(Item, 77_777).folder = "/only archived"
    session.get_one(Item, 77_777).archived_at = NOW
    with scans(session, by_task=True) as found:
        names = datasets.tree(session, actor=None, dataset_id=1)
    assert names == sorted(f"/{number}" for number in range(101))
    assert found == []


def test_what_left_by_each_exit_is_counted_by_index_up_to_a_number(session):
    with scans(session) as found:
        counted = positions.exits_up_to(session, pipeline_id=1, most=20)
    assert counted == {exit: min(items, 20) for exit, items in positions.exits(session, pipeline_id=1).items()}
    assert max(counted.values()) == 20
    assert found == []


def test_what_is_drawn_on_an_item_is_found_by_index(session):
    with scans(session) as found:
        assert len(contents.drawn(session, item_id=7, limit=10)) == 2
        assert contents.drawn(session, item_id=7, after=10**9, limit=10) == []
    assert found == []


def test_the_outlines_on_a_screen_of_items_are_found_by_index(session):
    with scans(session, by_task=True) as found:
        assert len(contents.outlines(session, dataset_id=1, item_ids=range(1, 61), most=40)) == 60
    assert found == []


def test_unresolved_issues_are_counted_by_looking_up_their_own_task_items(session):
    many = """INSERT INTO issue
        (item_id, task_item_id, qa_task_item_id, state, kind, text, rounds, flagged_by, created_at, updated_at)
        SELECT item_id, id, id, 'open', 'loose', '', 0, 1, 0, 0 FROM task_item WHERE id <= 2000"""
    run(session, many)
    if session.get_bind().dialect.name == "postgresql":
        run(session, "ANALYZE issue")
    with scans(session) as found:
        assert sum(one.issues for one in flagged.unresolved(session)) == 2000
    assert found == []


def test_files_are_found_by_their_names_by_index(session):
    names = [(f"/{n // 1000}", f"{n}.jpg") for n in range(1, 51)]
    with scans(session, by_task=True) as found:
        numbers = stored.numbers(session, dataset_id=1, paths=names)
        left = stored.not_there(session, dataset_id=1, files=[(*path, "0" * 32) for path in names])
    assert (len(numbers), len(left)) == (50, 50)
    assert found == []


def test_a_part_of_what_happened_to_an_item_is_found_by_index(session):
    with scans(session, sorts=True) as found:
        first = history.steps(session, item=7, limit=1)
        assert history.steps(session, item=7, limit=1, after=first.next).items[0].id > first.items[0].id
    assert found == []


@pytest.mark.parametrize("who", ["mia@example.org", "ann@example.org"])
def test_what_happened_in_a_project_is_read_on_by_index(session, who):
    people.member(session, email="mia@example.org", project_id=1, role="manager", now=NOW)
    project = {"actor": person(session, who), "project_id": 1}
    with scans(session, sorts=True) as found:
        given = {**project, "until": feed.horizon(session), "limit": 100}
        part = feed.part(session, **given, after=0)
        while not part.items:  # the first windows have nothing of somebody's own
            part = feed.part(session, **given, after=int(part.next))
        assert len(feed.part(session, **given, after=part.items[-1].id).items) == 100
    assert found == []


def test_what_is_in_motion_is_counted_by_index(session):
    with scans(session) as found:
        assert readiness.motion(session).statuses == 150
    assert found == []


def test_an_item_is_sent_to_a_task_once_more_by_index(session):
    queued = select(TaskItem).where(TaskItem.task_id == task(session, "qa").id, TaskItem.state == "queued")
    there = session.exec(queued.limit(1)).one()
    with scans(session) as found:
        by = {"actor": None, "task_item_id": there.id, "to": "cars"}
        assert len(task_items.preview_send(session, **by).task_items) == 1
        task_items.send(session, **by, now=NOW)
    assert found == []


def test_an_item_is_archived_and_erased_by_index(session):
    ids = [77_777]
    with scans(session) as found:
        task_items.archive_items(session, actor=None, dataset=session.get_one(Dataset, 1), item_ids=ids, now=NOW)
        assert erasure.erase(session, actor=None, item_ids=ids, now=NOW).task_items == 2
    assert found == []


def test_what_comes_in_and_what_nobody_has_seen_is_looked_up_by_index(session):
    item = session.exec(select(TaskItem).where(TaskItem.state == "submitted").limit(1)).one()
    dataset = session.exec(select(Dataset)).one()
    one = ImportedAnnotation(ItemReference(id=item.item_id), "car", "box", BOX["geometry"], origin="model")
    given = {"annotations": [one], "problems": Problems(), "clock": lambda: NOW}
    with scans(session, by_task=True) as found:
        came = imports.import_annotations(always(session), actor=None, dataset_id=dataset.id, **given)
        entries = session.exec(select(Entry.id).where(Entry.item_id == item.item_id)).all()
        run(session, f"{OF_REVIEWED} AND e.id IN ({listed(entries)})")
    assert came.new == 0
    assert found == []
