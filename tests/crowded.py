"""A state of a hundred thousand items, in every task of a pipeline and in every state, written by SQL."""

from datetime import UTC, datetime

from building import deploy
from sqlalchemy import text
from sqlmodel import Session

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


BOX = '{{"x"::1,"y"::1,"width"::20,"height"::10}}'
"""Its text is formatted once more when a table is filled."""


def fill(session, statement):
    numbers = f"generate_series(1, {ITEMS}) AS n(i)"
    if session.get_bind().dialect.name == "sqlite":
        numbers = f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ITEMS}) SELECT i FROM n)"
        numbers += " AS n"
    session.connection().execute(
        text(statement.format(numbers=numbers, now=1_772_442_000_000_000).replace("::", "\\:"))
    )


def task_item(task_id, entered, decided, people, status):
    """Fill a task: the last fifty decided are not routed yet, the next ten are claimed, the rest is queued."""
    state = f"CASE WHEN i <= {decided} THEN 'submitted' WHEN i <= {decided + 10} THEN 'claimed' ELSE 'queued' END"
    whose = f"CASE WHEN i % 2 = 0 THEN {people[0]} ELSE {people[1]} END"
    pushed = "TRUE" if task_id == 1 else f"i <= {decided + 10}"
    yield f"""
        INSERT INTO event (id, at, verb, project_id, item_id, task_id, entry_id, visit, placement, cause_id)
        SELECT {task_id} * 1000000 - i, {{now}}, 'placed', 1, i, {task_id}, i, 1, 1,
               CASE WHEN {task_id} > 1 THEN {task_id - 1} * 1000000 + i END
        FROM {{numbers}} WHERE i <= {entered}"""
    yield f"""
        INSERT INTO event (id, at, verb, project_id, item_id, task_id, entry_id, assignment_id, actor_id, status,
                           visit, placement)
        SELECT {task_id} * 1000000 + i, {{now}}, 'submitted', 1, i, {task_id}, i, {whose},
               (SELECT person_id FROM assignment s WHERE s.id = {whose}), '{status}', 1, 1
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
        INSERT INTO activity (task_id, person_id, day, task_item_id, visit, active_us, again)
        SELECT {task_id}, {whose}, i / 1000, {task_id} * 1000000 + i, 1, 1, FALSE
        FROM {{numbers}} WHERE i <= {decided}"""
    if status == "completed":
        yield f"""
            INSERT INTO annotation (item_id, task_id, label, tool, geometry, attributes, origin, created_at)
            SELECT i, {task_id}, 'car', 'box', '{BOX}', '{{{{}}}}', 'human', {{now}}
            FROM {{numbers}} WHERE i <= {decided}"""
    for verb in ("waiting",) if status == "approved" else ("flagged", "returned", "fixed"):
        yield f"""
            INSERT INTO event (at, verb, project_id, item_id, task_id, entry_id, visit, detail)
            SELECT {{now}}, '{verb}', 1, i, {task_id}, i, 1, '{{{{"qa"::3,"issue"::1}}}}'
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
            task_item(1, ITEMS, IN_SIGNS, (1, 2), "completed"),
            task_item(2, IN_SIGNS, IN_QA, (3, 4), "completed"),
            task_item(3, IN_QA, IN_QA // 2, (5, 6), "approved"),
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
