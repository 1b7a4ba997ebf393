"""How far the work is: tasks and assignments from counts, what is still to come, what is stuck."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from workflow_core.domain.measures.progress import Counts, status, total
from workflow_core.domain.views.progress import Passing, Pictures, ShareProgress, Stuck, TaskProgress
from workflow_core.domain.words import pages, values
from workflow_core.domain.words.pages import Page
from workflow_core.domain.work.roles import Permission
from workflow_core.pipeline.graph import ahead
from workflow_core.services import access, people
from workflow_core.services.people import Actor
from workflow_core.store.data import tasks as known_tasks
from workflow_core.store.data import teams, versions
from workflow_core.store.database.columns import micros
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import sources
from workflow_core.store.models import Assignment
from workflow_core.store.reads import counts, positions
from workflow_core.store.reads.figures import coming


def of_pipeline(session: Session, *, pipeline_id: int, actor: Actor = None) -> list[TaskProgress]:
    """Return how far each task of a pipeline is, in the order in which they were made; for managers."""
    pipeline = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.SEE_PROJECT)
    keys, following = _following(session, pipeline.id)
    return of_tasks(session, task_ids=keys, following=following, actor=actor)


def _following(session: Session, pipeline_id: int) -> tuple[list[int], dict[int, dict[int, int]]]:
    """Return the tasks of a pipeline, and what lies ahead of each for items of each version that any follows."""
    keys = {task.name: task.id for task in known_tasks.of_pipeline(session, pipeline_id=pipeline_id)}
    following = {
        version.id: {
            keys[name]: mask for name, mask in ahead.tasks_ahead(versions.from_document(version.compiled)).items()
        }
        for version in versions.followed(session, pipeline_id=pipeline_id)
    }
    return list(keys.values()), following


def of_task(session: Session, *, task_id: int, actor: Actor = None) -> TaskProgress:
    """Return how far a task is; for managers."""
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.SEE_PROJECT)
    if task.pipeline_id is None:
        return of_tasks(session, task_ids=[task.id], actor=actor)[0]
    of = of_pipeline(session, pipeline_id=task.pipeline_id, actor=actor)
    return next(one for one in of if one.task_id == task.id)


def exits(session: Session, *, pipeline_id: int, actor: Actor = None) -> dict[str, int]:
    """Return how many items of a pipeline left by each exit; for managers."""
    pipeline = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.SEE_PROJECT)
    return positions.exits(session, pipeline_id=pipeline.id)


def left(
    session: Session, *, pipeline_id: int, exit: str, after: str | None = None, limit: int = pages.USUAL, actor: Actor
) -> Page[Passing]:
    """Return a part of the items that left a pipeline by an exit; for managers.

    Raises:
        NotFound: there is no such pipeline, or the actor is not in its project.
        NotAllowed: their role does not let them see the project.
        InvalidInput: `after` is no place in this list.
    """
    pipeline = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.SEE_PROJECT)
    (last,) = pages.after(after, int) or (0,)
    by, more = values.sought(exit), pages.one_more(limit)
    found = positions.left(session, pipeline_id=pipeline.id, exit=by, after=int(last), limit=more)
    return pages.page(found, limit=limit, key=lambda one: [one.item_id])


def to_come(
    session: Session, *, task_id: int, after: str | None = None, limit: int = pages.USUAL, actor: Actor
) -> Page[Passing]:
    """Return a part of the items that are still to come to a task; for managers, as `left`."""
    task = access.task(session, actor=actor, task_id=task_id, permission=Permission.SEE_PROJECT)
    (last,) = pages.after(after, int) or (0,)
    _, following = _following(session, task.pipeline_id) if task.pipeline_id is not None else ([], {})
    before = {}
    for version, ways in following.items():
        bit = 1 << list(ways).index(task.id) if task.id in ways else 0
        before[version] = [one for one, mask in ways.items() if mask & bit]
    found = coming.items(session, task_id=task.id, before=before, after=int(last), limit=pages.one_more(limit))
    return pages.page(found, limit=limit, key=lambda one: [one.item_id])


def of_tasks(
    session: Session,
    *,
    task_ids: Iterable[int],
    following: Mapping[int, Mapping[int, int]] | None = None,
    actor: Actor = None,
) -> list[TaskProgress]:
    """Return how far some tasks are, with the share of each assignment; for managers.

    `following` says, for items of each version, what lies ahead of each task, as `pipeline.graph.ahead` does; without
    it nothing is to come.
    """
    tasks = access.tasks(session, actor=actor, task_ids=task_ids, permission=Permission.SEE_PROJECT)
    ids = [task.id for task in tasks]
    by_share: defaultdict[int, dict[int | None, Counts]] = defaultdict(dict)
    known = {*ids, *(task for ways in (following or {}).values() for task in ways)}
    rows = counts.alike(session, task_ids=sorted(known))
    for (task_id, assignment_id), one in counts.by_share(session, rows).items():
        by_share[task_id][assignment_id] = one
    by_status = counts.by_status(rows)
    upstream: Counter[int] = Counter()
    for version_id, ways in (following or {}).items():
        only = version_id if len(following or {}) > 1 else None
        upstream.update(coming.to_come(session, rows, following=ways, version_id=only))
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
                to_come=upstream[task.id],
                closed=task.closed_at is not None,
                paused=task.paused_at is not None,
                shares=tuple(_shares(team.get(task.id, []), by_share[task.id])),
                from_pool=task.queue is not None,
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
    session: Session,
    *,
    project_id: int,
    pipeline_id: int | None = None,
    after: str | None = None,
    limit: int = pages.MOST,
    actor: Actor = None,
) -> Page[Stuck]:
    """Return what is stuck in a project, or in one pipeline of it, the oldest first; for managers.

    Raises:
        InvalidInput: `after` is no place in this list.
    """
    key = people.require(session, actor=actor, project_id=project_id, permission=Permission.SEE_PROJECT)
    place, more = pages.after(after, int, int), pages.one_more(limit)
    of = None if pipeline_id is None else values.key(pipeline_id)
    found = [Stuck(**row) for row in counts.stuck(session, project_id=key, pipeline_id=of, after=place, limit=more)]
    return pages.page(found, limit=limit, key=lambda one: (micros(one.since), one.task_item_id))


def pictures(session: Session, *, pipeline_id: int, limit: int = 1_000, actor: Actor = None) -> Pictures:
    """Return what became of the pictures of a pipeline's items; for managers."""
    pipeline = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.SEE_PROJECT)
    values.whole(limit, "a limit")
    return Pictures(
        gone=tuple(sources.without_picture(session, pipeline_id=pipeline.id, limit=limit)),
        replaced=tuple(sources.with_another_picture(session, pipeline_id=pipeline.id, limit=limit)),
    )
