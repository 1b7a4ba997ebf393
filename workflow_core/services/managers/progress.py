"""How far the work is: tasks and assignments from counts, what is still to come, what is stuck."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from workflow_core.domain import values
from workflow_core.domain.progress import Counts, status, total
from workflow_core.domain.roles import Permission
from workflow_core.domain.views.progress import Pictures, ShareProgress, Stuck, TaskProgress
from workflow_core.pipeline.graph import ahead
from workflow_core.services import people
from workflow_core.services.people import Actor
from workflow_core.store.data import tasks as known_tasks
from workflow_core.store.data import teams, versions
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import sources
from workflow_core.store.models import Assignment, Pipeline, Task
from workflow_core.store.reads import counts, positions


def of_pipeline(session: Session, *, pipeline: Pipeline, actor: Actor = None) -> list[TaskProgress]:
    """Return how far each task of a pipeline is, in the order in which they were made; for managers."""
    tasks = known_tasks.of_pipeline(session, pipeline_id=pipeline.id)
    keys = {task.name: task.id for task in tasks}
    following = {
        version.id: {
            keys[name]: mask for name, mask in ahead.tasks_ahead(versions.from_document(version.compiled)).items()
        }
        for version in versions.followed(session, pipeline_id=pipeline.id)
    }
    return of_tasks(session, tasks=tasks, following=following, actor=actor)


def exits(session: Session, *, pipeline: Pipeline, actor: Actor = None) -> dict[str, int]:
    """Return how many items of a pipeline left by each exit; for managers."""
    people.require(session, actor=actor, project_id=pipeline.project_id, permission=Permission.SEE_PROJECT)
    return positions.exits(session, pipeline_id=pipeline.id)


def of_tasks(
    session: Session,
    *,
    tasks: Iterable[Task],
    following: Mapping[int, Mapping[int, int]] | None = None,
    actor: Actor = None,
) -> list[TaskProgress]:
    """Return how far some tasks are, with the share of each assignment; for managers.

    `following` says, for items of each version, what lies ahead of each task, as `pipeline.graph.ahead` does; without
    it nothing is to come.
    """
    tasks = list(tasks)
    for project_id in {task.project_id for task in tasks}:
        people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    ids = [task.id for task in tasks]
    by_share: defaultdict[int, dict[int | None, Counts]] = defaultdict(dict)
    for (task_id, assignment_id), one in counts.by_share(session, task_ids=ids).items():
        by_share[task_id][assignment_id] = one
    by_status = counts.by_status(session, task_ids=ids)
    coming: Counter[int] = Counter()
    for version_id, ways in (following or {}).items():
        only = version_id if len(following or {}) > 1 else None
        coming.update(counts.to_come(session, following=ways, version_id=only))
    team: dict[int, list[tuple[Assignment, str]]] = {}
    for assignment, email in teams.of_tasks(session, task_ids=ids):
        team.setdefault(assignment.task_id, []).append((assignment, email))
    progress = []
    for task in tasks:
        whole = total(by_share[task.id].values())
        progress.append(
            TaskProgress(
                task_id=task.id,
                task=task.name,
                type=task.type,
                status=status(whole),
                counts=whole,
                statuses=by_status.get(task.id, {}),
                to_come=coming[task.id],
                closed=task.closed_at is not None,
                paused=task.paused_at is not None,
                shares=tuple(_shares(team.get(task.id, []), by_share[task.id])),
            )
        )
    return progress


def _shares(team: Iterable[tuple[Assignment, str]], by_share: Mapping[int | None, Counts]) -> Iterable[ShareProgress]:
    for assignment, email in team:
        one = by_share.get(assignment.id, Counts())
        yield ShareProgress(assignment.id, email, assignment.weight, assignment.active, status(one), one)
    pool = by_share.get(None)
    if pool is not None:
        yield ShareProgress(None, None, 0, True, status(pool), pool)


def stuck(
    session: Session, *, project_id: int, pipeline: Pipeline | None = None, limit: int = 1_000, actor: Actor = None
) -> list[Stuck]:
    """Return what is stuck in a project, or in one pipeline of it, the oldest first; for managers."""
    people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    key = pipeline.id if pipeline else None
    values.whole(limit, "a limit")
    rows = counts.stuck(session, project_id=values.key(project_id), pipeline_id=key, limit=limit)
    return [Stuck(**row) for row in rows]


def pictures(session: Session, *, pipeline: Pipeline, limit: int = 1_000, actor: Actor = None) -> Pictures:
    """Return what became of the pictures of a pipeline's items; for managers."""
    people.require(session, actor=actor, project_id=pipeline.project_id, permission=Permission.SEE_PROJECT)
    values.whole(limit, "a limit")
    return Pictures(
        gone=tuple(sources.without_picture(session, pipeline_id=pipeline.id, limit=limit)),
        replaced=tuple(sources.with_another_picture(session, pipeline_id=pipeline.id, limit=limit)),
    )
