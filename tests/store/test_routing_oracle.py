"""The SQL that routes agrees with its oracle, whatever the graph: chains, forks, fan-in, exits, missing routes."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model.routes import STUCK, Status, arrivals
from sqlmodel import select
from stage import START

from workflow_core.services.running import moves
from workflow_core.store.database.engine import session_scope
from workflow_core.store.models import (
    Assignment,
    Dataset,
    Entry,
    Event,
    Item,
    Node,
    Person,
    Pipeline,
    PipelineVersion,
    Project,
    Recipe,
    Route,
    Task,
    TaskItem,
)

TASKS = ("t0", "t1", "t2", "t3", "t4")
EXITS = ("gone", "out")
STATUSES = ("a", "b")

graphs = st.dictionaries(
    st.tuples(st.sampled_from(TASKS), st.sampled_from(STATUSES)),
    st.one_of(
        st.sampled_from(EXITS).map(lambda one: (one,)),
        st.lists(st.sampled_from(TASKS), min_size=1, max_size=3, unique=True).map(tuple),
    ),
    max_size=8,
)
items = st.lists(st.dictionaries(st.sampled_from(TASKS), st.sampled_from(STATUSES), max_size=2), min_size=1, max_size=6)


def build(session, routes, pending):
    """Write a graph and statuses straight into the tables: no validator has to like them."""
    add = lambda row: (session.add(row), session.flush(), row)[2]  # noqa: E731
    project = add(Project(name="x", created_at=START))
    dataset = add(Dataset(project_id=project.id, name="x", created_at=START))
    pipeline = add(Pipeline(project_id=project.id, dataset_id=dataset.id, name="x", created_at=START))
    version = add(PipelineVersion(pipeline_id=pipeline.id, digest="x", deployed_at=START))
    recipe = add(Recipe(project_id=project.id, name="x", created_at=START))
    person = add(Person(email="ann@example.org", created_at=START))
    nodes, tasks, assignments = {}, {}, {}
    for name in TASKS:
        task = add(
            Task(
                project_id=project.id,
                dataset_id=dataset.id,
                pipeline_id=pipeline.id,
                recipe_id=recipe.id,
                name=name,
                type="annotation",
                created_at=START,
            )
        )
        tasks[name] = task.id
        assignments[name] = add(Assignment(task_id=task.id, person_id=person.id, created_at=START)).id
        nodes[name] = add(Node(version_id=version.id, kind="task", name=name, task_id=task.id)).id
    for name in EXITS:
        nodes[name] = add(Node(version_id=version.id, kind="exit", name=name)).id
    for (task, status), targets in routes.items():
        for target in targets:
            add(Route(version_id=version.id, task_id=tasks[task], status=status, node_id=nodes[target]))
    statuses = []
    for number, task_items in enumerate(pending):
        item = add(Item(dataset_id=dataset.id, name=str(number), created_at=START))
        entry = add(Entry(pipeline_id=pipeline.id, item_id=item.id, version_id=version.id, created_at=START))
        for task, status in task_items.items():
            event = add(
                Event(
                    at=START,
                    verb="submitted",
                    project_id=1,
                    item_id=item.id,
                    task_id=tasks[task],
                    status=status,
                    visit=1,
                )
            )
            add(
                TaskItem(
                    task_id=tasks[task],
                    item_id=item.id,
                    entry_id=entry.id,
                    assignment_id=assignments[task],
                    state="submitted",
                    status=status,
                    routing="pending",
                    status_event_id=event.id,
                    since=START,
                )
            )
            statuses.append(Status(item.id, task, status))
    return statuses, {key: name for name, key in tasks.items()}


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(routes=graphs, pending=items)
def test_what_arrives_where_is_what_the_oracle_says(engine, routes, pending):
    with session_scope(engine) as session:
        statuses, tasks = build(session, routes, pending)
        moved = moves.advance(session, now=START)
        assert moved.routed == len(statuses)
        events = session.exec(select(Event).where(Event.verb.in_(("placed", "exited", "parked")))).all()
        found = [
            (
                event.item_id,
                STUCK if event.verb == "parked" else event.name if event.verb == "exited" else tasks[event.task_id],
            )
            for event in events
            if event.name != "open"
        ]
        task_items = [one for one in found if one[1] != STUCK]
        oracle = arrivals(statuses, routes, exits=frozenset(EXITS))
        assert set(found) == oracle
        assert len(task_items) == len(set(task_items))
        assert not moves.advance(session, now=START)
        session.rollback()
