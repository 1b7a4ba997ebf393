"""Resolve routers: the first case that holds decides, for all arrivals at the router in one statement."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlmodel import Session

from workflow_core.domain.items import sampling
from workflow_core.pipeline import compiled
from workflow_core.store.data import filters
from workflow_core.store.database.dialect import draw, run
from workflow_core.store.routing.arrivals import EXISTING

CHAIN = 64
"""How many routers one status may pass; the validator refuses circles of routers."""
_CASES: TypeAdapter[tuple[compiled.Case, ...]] = TypeAdapter(tuple[compiled.Case, ...])


@dataclass(frozen=True)
class Case:
    """A case with its target's node; see `pipeline.compiled.Case`."""

    node_id: int
    where: Mapping[str, object] | None
    share: tuple[int, int] | None


@dataclass(frozen=True)
class Router:
    """A router of a version, ready to run."""

    node_id: int
    seed: sampling.Seed
    cases: Sequence[Case]
    tasks: Mapping[str, int]
    """The pipeline's tasks by name, for filters on their statuses."""


def load(session: Session, node_id: int) -> Router:
    """Return a router node, ready to run: for each batch, so that no more is read than what it says."""
    found = run(
        session,
        """
        SELECT n.name, n.version_id, v.pipeline_id, p.name AS pipeline, v.compiled -> 'routers' AS routers
        FROM node n JOIN pipeline_version v ON v.id = n.version_id JOIN pipeline p ON p.id = v.pipeline_id
        WHERE n.id = :node
        """,
        node=node_id,
    ).one()
    routers = json.loads(found.routers) if isinstance(found.routers, str) else found.routers
    of_version = run(session, "SELECT kind, name, id FROM node WHERE version_id = :version", version=found.version_id)
    nodes = {(kind, name): id for kind, name, id in of_version}
    cases = _CASES.validate_python(routers[found.name]["cases"])
    return Router(
        node_id=node_id,
        seed=sampling.seed(found.pipeline, found.name),
        cases=[Case(nodes[case.to.kind, case.to.name], case.where, case.share) for case in cases],
        tasks=dict(run(session, "SELECT name, id FROM task WHERE pipeline_id = :of", of=found.pipeline_id)),
    )


def waiting_at(session: Session) -> list[int]:
    """Return the router nodes at which arrivals stand."""
    return sorted(run(session, "SELECT DISTINCT node_id FROM arrival WHERE kind = 'router'").scalars())


def resolve(session: Session, router: Router) -> None:
    """Send the arrivals at a router on; what no case takes is stuck."""
    share = draw(router.seed)
    values: dict[str, object] = {}
    whens = []
    for number, case in enumerate(router.cases):
        conditions = ["TRUE"]
        if case.where is not None:
            condition = filters.of(session, case.where, tasks=router.tasks, prefix=f"c{number}_")
            conditions.append(condition.sql)
            values |= condition.values
        if case.share is not None:
            low, high = case.share
            conditions.append(f"({share}) >= {int(low)} AND ({share}) < {int(high)}")
        whens.append(f"WHEN {' AND '.join(conditions)} THEN {int(case.node_id)}")
    run(
        session,
        f"""
        UPDATE arrival SET (node_id, kind, task_id, parked, existing_id, existing_state, visit) = (
            SELECT n.id, coalesce(n.kind, 'stuck'), n.task_id, CASE WHEN n.id IS NULL THEN 'no-case' END, {EXISTING}
            FROM item LEFT JOIN node n ON n.id = CASE {" ".join(whens)} END
            LEFT JOIN task_item x ON x.item_id = item.id AND x.task_id = n.task_id
            WHERE item.id = arrival.item_id
        )
        WHERE kind = 'router' AND node_id = :router
        """,
        router=router.node_id,
        **values,
    )
