"""The graph of a pipeline, and how many items are where in it."""

import json
from datetime import datetime, timedelta
from urllib.parse import urlencode

from workflow_core.domain.views.progress import Graph, GraphEdge, GraphNode
from workflow_core.domain.words.wording import cited, counted, elapsed
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import Conflict
from workflow_core.pipeline.drawing.elements import draw
from workflow_core.pipeline.drawing.svg import svg
from workflow_core.services import access
from workflow_core.services.managers import history
from workflow_core.services.people import Actor
from workflow_core.store.data import versions
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Pipeline, PipelineVersion
from workflow_core.store.reads import positions
from workflow_core.store.reads.figures import paces as known_paces
from workflow_core.store.reads.figures.paces import Pace

HOUR = timedelta(hours=1)


def of_pipeline(session: Session, *, actor: Actor, pipeline_id: int) -> Graph:
    """Return the graph of a pipeline's present version; for managers.

    Raises:
        NotFound: there is no such pipeline, or the actor is not in its project.
        NotAllowed: their role does not let them see the project.
        Conflict: it was never deployed.
    """
    found, version = _present(session, actor, pipeline_id)
    drawing = draw(versions.from_document(version.compiled))
    at = positions.counts(session, pipeline_id=found.id)
    return Graph(
        version=version.digest,
        nodes=[
            GraphNode(
                name=_named(one.name),
                kind=one.shape,
                items=at.get(one.name, 0),
                held=at.get(one.name + positions.HELD, 0),
            )
            for one in drawing.nodes
        ],
        edges=[
            GraphEdge(source=_named(one.source), target=_named(one.target), labels=one.labels, diverts=one.dotted)
            for one in drawing.edges
        ],
        moving=at.get(positions.MOVING, 0),
        stuck=at.get(positions.STUCK, 0),
    )


def picture(session: Session, *, actor: Actor, pipeline_id: int, now: datetime) -> str:
    """Return the graph as SVG whose colors the page has; for managers.

    At each node it says how many items are there, how many are done an hour, and how long the oldest has waited; a task
    leads to its items, and dotted lines say how many issues are to be fixed.

    Raises:
        NotFound, NotAllowed, Conflict: as `of_pipeline` does.
    """
    found, version = _present(session, actor, pipeline_id)
    at = positions.counts(session, pipeline_id=found.id)
    paces = known_paces.of_pipeline(session, pipeline_id=found.id, since=now - HOUR)
    compiled = versions.from_document(version.compiled)
    names = [*at, *(name for name in paces if name not in at)]
    notes = {name: _told(at.get(name, 0), paces.get(name, Pace()), now) for name in names}
    links = {name: _items(found.dataset_id, name) for name in compiled.tasks}
    notes = {name: note for name, note in notes.items() if note}
    issues = positions.issues(session, pipeline_id=found.id)
    return svg(compiled, notes=notes, links=links, issues=issues, styled=False)


def paths(session: Session, *, actor: Actor, item_id: int) -> dict[str, str]:
    """Return the way of an item on the graph of each pipeline that it entered, by its name; for managers.

    Raises:
        NotFound: there is no such item, or the actor is not in its project.
        NotAllowed: their role does not let them see its history.
    """
    why = history.why(session, actor=actor, item=item_id)
    drawn = {}
    for entry, version in versions.of_item(session, item_id=item_id):
        compiled = versions.from_document(version.compiled)
        now = {one.task: one.status or one.state for one in why.task_items if one.pipeline == compiled.name}
        ended = {exit for exit in (entry.exit, entry.held_exit) if exit}
        drawn[compiled.name] = svg(compiled, notes=now, passed={*now, *ended}, styled=False)
    return drawn


def _told(items: int, pace: Pace, now: datetime) -> str:
    parts = [counted(items, "item")] if items else []
    parts += [f"{pace.done}/h"] if pace.done else []
    parts += [f"oldest {age}"] if pace.oldest and (age := elapsed(now - pace.oldest)) else []
    return " · ".join(parts)


def _items(dataset_id: int, task: str) -> str:
    """Return the address of what is to be done in a task, among the items."""
    where = json.dumps({f"status.{task}": {"exists": False}})
    return "/items?" + urlencode({"dataset": dataset_id, "task": task, "where": where})


def _present(session: Session, actor: Actor, pipeline_id: int) -> tuple[Pipeline, PipelineVersion]:
    found = access.pipeline(session, actor=actor, pipeline_id=pipeline_id, permission=Permission.SEE_PROJECT)
    version = session.get(PipelineVersion, found.version_id) if found.version_id is not None else None
    if version is None:
        raise Conflict(
            f"the pipeline {cited(found.name)} was never deployed", code="never-deployed", pipeline=found.name
        )
    return found, version


def _named(node: str) -> str:
    """Return a name that can be printed: what has none in the file begins with a sign that no name has."""
    return node.replace("\0", ":")
