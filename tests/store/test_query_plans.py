"""At a hundred thousand items, what happens for each click or batch uses an index and scans no big table."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from building import deploy, person
from explaining import scans
from sqlalchemy import create_engine, make_url, text
from sqlmodel import Session, col, select

from workflow_core.domain.reports import By
from workflow_core.services import (
    data,
    erasing,
    figures,
    history,
    managing,
    overview,
    people,
    progress,
    routing,
    sweeping,
    work,
)
from workflow_core.store.database import engine_for
from workflow_core.store.figures import times
from workflow_core.store.models import Dataset, Task, TaskItem

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ITEMS, IN_SIGNS, IN_QA = 100_000, 95_000, 30_000

PIPELINE = """
pipeline: street
source: {watch: true}
tasks:
  cars:
    type: annotation
    recipe: {labels: [car]}
    assignees: [ann@example.org, bo@example.org]
    on: {completed: signs}
  signs:
    type: annotation
    recipe: {labels: [sign]}
    assignees: [cy@example.org, di@example.org]
    queue: true
    on: {completed: any-night}
  qa:
    type: qa
    assignees: [quinn@example.org, cy@example.org]
    queue: {batch: 5, limit: 10}
    on: {again: cars}
    extra_statuses: [again]
routers:
  any-night:
    - {where: {metadata.night: true}, to: qa}
    - {sample: 50%, to: qa}
    - {else: unreviewed}
exits:
  unreviewed: {}
"""


def fill(session, statement):
    numbers = f"generate_series(1, {ITEMS}) AS n(i)"
    if session.get_bind().dialect.name == "sqlite":
        numbers = f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ITEMS}) SELECT i FROM n)"
        numbers += " AS n"
    session.connection().execute(
        text(statement.format(numbers=numbers, now=1_772_442_000_000_000).replace("::", "\\:"))
    )


def place(task_id, entered, decided, people, status):
    """Fill a task: the last fifty decided are not routed yet, the next ten are claimed, the rest is queued."""
    state = f"CASE WHEN i <= {decided} THEN 'submitted' WHEN i <= {decided + 10} THEN 'claimed' ELSE 'queued' END"
    whose = f"CASE WHEN i % 2 = 0 THEN {people[0]} ELSE {people[1]} END"
    pushed = "TRUE" if task_id == 1 else f"i <= {decided + 10}"
    yield f"""
        INSERT INTO event (id, at, verb, item_id, task_id, entry_id, visit, cause_id)
        SELECT {task_id} * 1000000 - i, {{now}}, 'placed', i, {task_id}, i, 1,
               CASE WHEN {task_id} > 1 THEN {task_id - 1} * 1000000 + i END
        FROM {{numbers}} WHERE i <= {entered}"""
    yield f"""
        INSERT INTO event (id, at, verb, item_id, task_id, entry_id, assignment_id, actor_id, status, visit)
        SELECT {task_id} * 1000000 + i, {{now}}, 'submitted', i, {task_id}, i, {whose},
               (SELECT person_id FROM assignment s WHERE s.id = {whose}), '{status}', 1
        FROM {{numbers}} WHERE i <= {decided}"""
    yield f"""
        INSERT INTO task_item (task_id, item_id, entry_id, assignment_id, state, status, routing, status_event_id,
                               visit, begun, rank, position, claim_no, lease_until, since)
        SELECT {task_id}, i, i, CASE WHEN {pushed} THEN {whose} END, {state},
               CASE WHEN i <= {decided} THEN '{status}' END,
               CASE WHEN i <= {decided - 50} THEN 'routed' WHEN i <= {decided} THEN 'pending' END,
               CASE WHEN i <= {decided} THEN {task_id} * 1000000 + i END,
               1, i <= {decided + 10}, 0, 0, 1,
               CASE WHEN i > {decided} AND i <= {decided + 10} THEN {{now}} END, {{now}}
        FROM {{numbers}} WHERE i <= {entered}"""
    yield f"""
        INSERT INTO activity (task_id, person_id, day, place_id, visit, active_us, again)
        SELECT {task_id}, {whose}, i / 1000, {task_id} * 1000000 + i, 1, 1, FALSE
        FROM {{numbers}} WHERE i <= {decided}"""
    if status == "completed":
        yield f"""
            INSERT INTO annotation (item_id, task_id, label, tool, geometry, attributes, origin, created_at)
            SELECT i, {task_id}, 'car', 'box', '{{{{}}}}', '{{{{}}}}', 'human', {{now}}
            FROM {{numbers}} WHERE i <= {decided}"""
    for verb in ("waiting",) if status == "approved" else ("flagged", "returned", "fixed"):
        yield f"""
            INSERT INTO event (at, verb, item_id, task_id, entry_id, visit, detail)
            SELECT {{now}}, '{verb}', i, {task_id}, i, 1, '{{{{"qa"::3,"issue"::1}}}}'
            FROM {{numbers}} WHERE i <= {decided} AND i % 10 = 0"""


def settle(engine):
    with Session(engine) as session:
        deploy(session, PIPELINE)
        if engine.dialect.name == "postgresql":
            # What is filled here is right: its foreign keys need no look.
            session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
        fill(
            session,
            """INSERT INTO item (id, dataset_id, folder, name, meta, created_at)
            SELECT i, 1, '/' || (i / 1000), i || '.jpg', '{{"night"::false}}', {now} FROM {numbers}""",
        )
        fill(
            session,
            f"""INSERT INTO entry (id, pipeline_id, item_id, version_id, exit, exited_at, created_at)
            SELECT i, 1, i, 1, CASE WHEN i < {IN_QA // 2} THEN 'approved' END,
                   CASE WHEN i < {IN_QA // 2} THEN {{now}} END, {{now}} FROM {{numbers}}""",
        )
        for statements in (
            place(1, ITEMS, IN_SIGNS, (1, 2), "completed"),
            place(2, IN_SIGNS, IN_QA, (3, 4), "completed"),
            place(3, IN_QA, IN_QA // 2, (5, 6), "approved"),
        ):
            for statement in statements:
                fill(session, statement)
        if engine.dialect.name == "postgresql":
            for table in ("item", "entry", "event", "task_item"):
                highest = f"(SELECT max(id) FROM {table})"
                session.connection().exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {highest})"
                )
        session.commit()
    if engine.dialect.name == "postgresql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def full(request, tmp_path_factory):
    """An engine on a database of a hundred thousand items, in every state."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("plans") / "annoflow.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        template = request.getfixturevalue("postgres_template")
        url = make_url(request.getfixturevalue("postgres_server"))
        server = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS plans WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE plans TEMPLATE {template}")
        server.dispose()
        url = url.set(database="plans").render_as_string(hide_password=False)
    engine = engine_for(url)
    settle(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(full):
    """A session whose work is thrown away."""
    with Session(full) as session:
        if full.dialect.name == "postgresql":
            # By the work that a plan is, whatever helpers would share it.
            session.connection().exec_driver_sql("SET LOCAL max_parallel_workers_per_gather = 0")
        yield session
        session.rollback()


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
def test_claiming_and_submitting_finds_its_place_by_index(session, email, name):
    with scans(session) as found:
        for _ in range(12):
            place = claim(session, email, name)
            status = "approved" if name == "qa" else "completed"
            actor = person(session, email)
            work.submit(session, actor=actor, place_id=place.id, status=status, token=place.token, now=NOW)
    assert found == []


@pytest.mark.parametrize("limit", [1, 1000])
def test_routing_takes_places_and_lets_leave_by_index(session, limit):
    with scans(session) as found:
        moved = routing.advance(session, limit=limit, now=NOW)
    assert moved.routed == min(limit, 150)
    assert limit == 1 or {place for _, place in moved.places} == {"signs", "qa", "unreviewed", "approved"}
    assert found == []


def test_a_status_that_sends_back_places_again_by_index(session):
    while routing.advance(session, now=NOW):
        pass
    place = claim(session, "quinn@example.org", "qa")
    actor = person(session, "quinn@example.org")
    work.submit(session, actor=actor, place_id=place.id, status="again", token=place.token, now=NOW)
    with scans(session) as found:
        moved = routing.advance(session, now=NOW)
    assert dict(moved.places) == {("street", "cars"): 1}
    assert found == []


def test_looking_for_something_to_route_finds_nothing_by_index(session):
    while routing.advance(session, now=NOW):
        pass
    with scans(session) as found:
        assert not routing.advance(session, now=NOW)
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
        assert sweeping.sweep(session, now=NOW + timedelta(hours=1)).expired == 30
    assert found == []


def test_counting_reads_an_index_and_not_the_table(session):
    # One at a time: where a pipeline has nearly all rows there are, PostgreSQL may as well read the table.
    before = {1: [], 2: [1], 3: [1]}
    with scans(session) as found:
        counted = [
            progress.of_tasks(session, tasks=[session.get_one(Task, key)], upstream={key: before[key]})[0].counts
            for key in before
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
            figures.of_labels(session, actor=None, tasks=own)
        else:
            assert figures.of_tasks(session, actor=None, tasks=own, by=by, now=NOW)
    assert found == []


@pytest.mark.parametrize("name", ["cars", "signs", "qa"])
def test_statuses_are_counted_by_day_in_the_order_of_an_index(session, name):
    with scans(session, sorts=True) as found:
        assert list(times.statuses(session, [task(session, name).id]))
    assert found == []


def test_places_and_motion_of_a_pipeline_are_counted_by_index(session):
    with scans(session) as found:
        assert overview.places(session, pipeline="street")["moving"] == 150
        assert overview.in_motion(session, pipeline="street")
    assert found == []


def test_what_is_stuck_is_listed_by_index(session):
    with scans(session) as found:
        assert progress.stuck(session, project_id=1) == []
    assert found == []


def test_what_is_in_the_pools_of_who_has_left_is_parked_and_listed_by_index(session):
    with scans(session) as found:
        for who in ("cy@example.org", "di@example.org", "quinn@example.org"):
            people.deactivate(session, actor=None, project_id=1, email=who, now=NOW)
        assert len(progress.stuck(session, project_id=1)) == 1000
        assert sweeping.sweep(session, now=NOW).stuck == (IN_SIGNS - IN_QA) + (IN_QA - IN_QA // 2)
    assert found == []


def test_the_next_places_of_an_assignment_and_of_a_pool_are_listed_by_index(session):
    in_order = (TaskItem.rank, TaskItem.position, TaskItem.id)
    to_do = select(TaskItem).where(col(TaskItem.state).in_(["queued", "returned"])).order_by(*in_order).limit(50)
    with scans(session) as found:
        assert len(session.exec(to_do.where(TaskItem.task_id == 1, TaskItem.assignment_id == 1)).all()) == 50
        assert len(session.exec(to_do.where(TaskItem.task_id == 2, col(TaskItem.assignment_id).is_(None))).all()) == 50
    assert found == []


def test_the_places_with_a_status_of_a_person_are_listed_by_index(session):
    done = select(TaskItem).where(TaskItem.task_id == 1, TaskItem.assignment_id == 1, TaskItem.state == "submitted")
    with scans(session) as found:
        assert len(session.exec(done.where(TaskItem.status == "completed").limit(50)).all()) == 50
    assert found == []


@pytest.mark.parametrize("named", ["77777.jpg", "/77/77777.jpg", "77777"])
def test_an_item_and_its_history_are_looked_up_by_index(session, named):
    with scans(session) as found:
        item = history.find(session, named=named)
        assert history.why(session, item=item.id).name == "77777.jpg"
    assert found == []


def test_an_item_is_archived_and_erased_by_index(session):
    ids = [77_777]
    with scans(session) as found:
        managing.archive_items(session, actor=None, dataset=session.get_one(Dataset, 1), item_ids=ids, now=NOW)
        assert erasing.erase(session, actor=None, item_ids=ids, now=NOW).places == 2
    assert found == []
