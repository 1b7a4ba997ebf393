"""How long the figures of one task take: each alone, and all together as managers ask for them."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session, select

from tests.bench import worked
from tests.bench.beds import Bed
from workflow_core.domain.measures.reports import By
from workflow_core.services.managers import figures, progress
from workflow_core.store.database.dialect import run
from workflow_core.store.database.engine import engine_for, session_scope
from workflow_core.store.models import Task
from workflow_core.store.reads.figures import flaws, labels, quality, standing, times

TURNS = 3
"""Each counts with its best time."""
Figure = Callable[[Session, Task], object]


@dataclass(frozen=True)
class Took:
    """Seconds that a figure took; the ratio is against a plain pass over the task's statuses, beside it."""

    database: str
    items: int
    task: str
    figure: str
    seconds: float
    ratio: float


def all_of(bed: Bed, items: int) -> Iterator[Took]:
    """Measure every figure of both tasks at one size."""
    bed.fill("worked", worked.on(items))
    with bed.copy("worked") as url:
        engine = engine_for(url)
        for name, asked in (("annotation", ANNOTATION), ("qa", QA)):
            best = dict.fromkeys(asked, float("inf"))
            for _ in range(TURNS):
                for figure, ask in asked.items():
                    with session_scope(engine, read_only=True) as session:
                        task = session.exec(select(Task).where(Task.type == name)).one()
                        start = time.perf_counter()
                        ask(session, task)
                        best[figure] = min(best[figure], time.perf_counter() - start)
            for figure, seconds in best.items():
                yield Took(bed.name, items, name, figure, seconds, seconds / best[PLAIN])
        engine.dispose()


def _plain(session: Session, task: Task) -> object:
    return run(
        session, "SELECT count(*), sum(item_id) FROM event WHERE verb = 'submitted' AND task_id = :task", task=task.id
    ).one()


def _by(by: By, session: Session, task: Task) -> object:
    return figures.of_tasks(session, actor=None, task_ids=[task.id], by=by, now=worked.LATER)


PLAIN = "a plain pass over the statuses set"
_BOTH: Mapping[str, Figure] = {
    PLAIN: _plain,
    "time at work and in the queue": lambda session, task: list(times.times(session, [task.id])),
    "statuses set": lambda session, task: list(times.statuses(session, [task.id])),
    "where the items are": lambda session, task: standing.standings(session, [task.id]),
    "ages of issues": lambda session, task: flaws.ages(session, [task.id], now=worked.LATER),
    "progress": lambda session, task: progress.of_tasks(session, task_ids=[task.id]),
    "what is stuck": lambda session, task: progress.stuck(session, project_id=task.project_id),
}
_TOGETHER: Mapping[str, Figure] = {f"all by {by}": partial(_by, by) for by in By if by is not By.LABEL}
ANNOTATION: Mapping[str, Figure] = {
    **_BOTH,
    "what became of issues": lambda session, task: list(flaws.about(session, [task.id])),
    "decisions about the work": lambda session, task: list(quality.about(session, task.id, by_person=False)),
    "decisions about each one's work": lambda session, task: list(quality.about(session, task.id)),
    "what is drawn, by label": lambda session, task: labels.drawn(session, [task.id]),
    "issues by label": lambda session, task: labels.faults(session, [task.id]),
    **_TOGETHER,
    "all by label": lambda session, task: figures.of_labels(session, actor=None, task_ids=[task.id]),
}
QA: Mapping[str, Figure] = {
    **_BOTH,
    "decisions made": lambda session, task: list(quality.made(session, [task.id])),
    "approvals taken back": lambda session, task: list(quality.taken_back(session, [task.id])),
    "progress, with what is to come": lambda session, task: progress.of_tasks(
        session, task_ids=[task.id], following={1: {worked.CARS: 0b10, task.id: 0}}
    ),
    "issues raised": lambda session, task: list(flaws.raised_in(session, [task.id])),
    **_TOGETHER,
}
