"""The graph of a pipeline, and how many items are where in it."""

from workflow_core.domain.roles import Permission
from workflow_core.domain.views.graphs import Graph, GraphEdge, GraphNode
from workflow_core.domain.wording import cited, counted
from workflow_core.errors import Conflict
from workflow_core.pipeline.drawing.elements import draw
from workflow_core.pipeline.drawing.svg import svg
from workflow_core.services import access
from workflow_core.services.people import Actor
from workflow_core.store.data import versions
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Pipeline, PipelineVersion
from workflow_core.store.reads import positions


def of_pipeline(session: Session, *, actor: Actor, pipeline_id: int) -> Graph:
    """Return the graph of a pipeline's present version; for managers.

    Raises:
        NotFound: there is no such pipeline, or the actor is not in its project.
        NotAllowed: their role does not let them see the project.
        Conflict: it was never deployed.
    """
    found, version = _present(session, actor, pipeline_id)
    drawing = draw(versions.from_document(version.compiled))
    at = positions.counts(session, pipeline_ids=[found.id])
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


def picture(session: Session, *, actor: Actor, pipeline_id: int) -> str:
    """Return the graph as SVG whose colours the page has, with how many items are at each node; for managers.

    Raises:
        NotFound, NotAllowed, Conflict: as `of_pipeline` does.
    """
    found, version = _present(session, actor, pipeline_id)
    at = positions.counts(session, pipeline_ids=[found.id])
    notes = {name: counted(items, "item") for name, items in at.items() if items}
    return svg(versions.from_document(version.compiled), notes=notes, styled=False)


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
