"""What a pipeline of many tasks takes: counted, since a clock would depend on the machine."""

import sys
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from sqlalchemy import event
from sqlmodel import select
from stage import Stage, compiled

import workflow_core
from workflow_core.services.managers import progress
from workflow_core.services.pipelines import deployment
from workflow_core.store.models import Task, TaskItem

OURS = str(Path(workflow_core.__file__).parent)


@dataclass
class Effort:
    """Lines of our own code that ran, steps of SQLite's machine, and letters of the statements."""

    lines: int = 0
    steps: int = 0
    letters: int = 0


@contextmanager
def counted(session):
    """Count what a block takes, on SQLite."""
    effort = Effort()
    connection = session.connection()
    raw = connection.connection.dbapi_connection

    def line(*_):
        effort.lines += 1
        return line

    def step():
        effort.steps += 1

    def statement(*args):
        effort.letters += len(args[2])

    event.listen(connection.engine, "before_cursor_execute", statement)
    raw.set_progress_handler(step, 10)
    before = sys.gettrace()
    sys.settrace(lambda frame, *_: line if frame.f_code.co_filename.startswith(OURS) else None)
    try:
        yield effort
    finally:
        sys.settrace(before)
        raw.set_progress_handler(None, 0)
        event.remove(connection.engine, "before_cursor_execute", statement)


def chain(pipeline, count):
    """Write as many tasks, one after the other; from the last one it may go to the first again."""
    ways = [f"{{completed: t{n}}}" for n in range(1, count)] + ["{completed: out, again: t0}"]
    tasks = (
        f"  t{n}: {{type: annotation, recipe: {{labels: [l{n}]}}, assignees: [ann@example.org],"
        f"{' extra_statuses: [again],' * ('again' in way)} on: {way}}}"
        for n, way in enumerate(ways)
    )
    return "\n".join([f"pipeline: {pipeline}", "tasks:", *tasks, "exits: {out: {}}"])


def test_progress_of_four_times_the_tasks_takes_little_more_than_four_times_the_effort(sqlite_engine):
    efforts = []
    for count in (40, 160):
        stage = Stage(sqlite_engine, pipeline=f"of-{count}")
        stage.deploy(chain(stage.pipeline, count))
        stage.add_items(count)
        with stage.session() as session:
            pipeline = stage._pipeline(session)
            tasks = session.exec(select(Task.id).where(Task.pipeline_id == pipeline.id).order_by(Task.id)).all()
            for row, task in zip(
                session.exec(select(TaskItem).where(TaskItem.task_id == tasks[0])), tasks, strict=True
            ):
                row.task_id = task
        with stage.session() as session:
            pipeline = stage._pipeline(session)
            with counted(session) as effort:
                told = progress.of_pipeline(session, pipeline_id=pipeline.id)
        assert [one.to_come for one in told] == [count - 1] * count
        efforts.append(effort)
    few, many = efforts
    assert all(more < 6 * less for less, more in zip(astuple(few), astuple(many), strict=True)), efforts


def deploy(stage, text):
    """Deploy it always: the stage writes again what it knows."""
    with stage.session() as session:
        deployment.apply(session, compiled(text, stage.read), actor=None, now=stage.now)


def test_a_file_is_deployed_in_as_many_statements_for_many_tasks_as_for_few_and_again_unchanged_writes_nothing(engine):
    said = []
    event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    first, needed, reads = [], [], []
    for count in (2, 5, 50):
        stage = Stage(engine, pipeline=f"of-{count}")
        text = chain(stage.pipeline, count).replace("tasks:", "manager: mia@example.org\ntasks:", 1)
        said.clear()
        deploy(stage, text)
        reads.append(len([each for each in said if each.lstrip().startswith("SELECT")]))
        first.append(len(said))
        said.clear()
        deploy(stage, text)
        assert [each for each in said if not each.lstrip().startswith("SELECT")] == []
        deploy(stage, text.replace("[l0]", "[l0, more]"))
        needed.append(len(said))
    assert needed[1] == needed[2] <= 36
    assert reads[1] == reads[2], "people are looked up once, whatever they are in"
    # SQLite gives numbers to new tasks and recipes one by one.
    assert first[1] == first[2] - (2 * 45 if engine.dialect.name == "sqlite" else 0)
