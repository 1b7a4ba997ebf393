"""The one list of what Prefect runs: names, schedules, triggers, concurrency.

Nothing here limits concurrency in Prefect: movers agree by leases in the database, and every flow may run twice at
once without harm. A limit of Prefect's keeps the slot of a run that was killed, and would keep its successor out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workflow_core.services.pipelines.schedules import Wanted
from workflow_core.services.running import sweeps
from workflow_core.services.running.announcements import EVENT

ARRIVED = "annoflow.items-arrived"
"""The event that makes a pipeline read its source; its resource is `annoflow.pipeline.<project>/<name>`."""
FINISHED = "annoflow.pipeline-finished"
"""The event posted when nothing of a pipeline is in motion any more; it makes the exports."""

BURST = 30.0
"""Seconds in which any number of events start one drain; it stays a little longer, so that none goes unheard."""
FALLBACK = 300.0
"""Seconds between two drains on a Prefect that runs elsewhere, for events that never arrived."""


@dataclass(frozen=True)
class Trigger:
    """A Prefect automation: `event`, about `resource`, starts a run, once in `within` seconds."""

    event: str
    resource: str
    within: float
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Deployment:
    """A flow, by its dotted path, with what starts it: `every` so many seconds, `cron`, a trigger, or by hand."""

    flow: str
    name: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    every: float | None = None
    cron: str | None = None
    timezone: str = "UTC"
    trigger: Trigger | None = None


MOVER = "move-items/watch"
"""The resident mover as Prefect's API names it: flow and deployment."""


def watch(shift: float) -> Deployment:
    """Return the resident mover: a shift after a shift, each ready before the one before it ends."""
    return Deployment(
        flow="flows.move.move_items",
        name="watch",
        description="Moves items within milliseconds of a status, until the next shift takes over.",
        parameters={"mode": "watch"},
        every=shift,
    )


BY_HAND = Deployment(
    flow="flows.move.move_items",
    name="drain",
    description="Moves every item whose status was set, then ends.",
    parameters={"mode": "drain"},
)
DRAIN = replace(
    BY_HAND,
    description="Moves every item whose status was set, then ends: after a status was set, and every five minutes.",
    every=FALLBACK,
    trigger=Trigger(EVENT, "annoflow.statuses", within=BURST, parameters={"mode": "drain", "stay": BURST + 5}),
)
SWEEPER = Deployment(
    flow="flows.sweep.sweep_leases",
    name="sweep",
    description="Gives back what nobody works on any more, and reports what is stuck.",
    every=sweeps.EVERY,
)

ELSEWHERE = (DRAIN, SWEEPER)
"""What `deploy/prefect.yaml` deploys to a Prefect server that runs elsewhere."""


def served(shift: float) -> tuple[Deployment, ...]:
    """Return what `annoflow up` serves whatever the pipelines are."""
    return (watch(shift), BY_HAND, SWEEPER)


def of_pipelines(wanted: Iterable[Wanted]) -> list[Deployment]:
    """Return what the pipelines want, their sources read and their exits exported; by hand only while paused."""
    return [
        replace(deployment, cron=None, trigger=None) if one.paused else deployment
        for one in wanted
        for deployment in _of_pipeline(one)
    ]


def _of_pipeline(one: Wanted) -> Iterator[Deployment]:
    which = {"project": one.project, "pipeline": one.pipeline}
    resource = resource_of(one.project, one.pipeline)
    if one.reads:
        yield Deployment(
            flow="flows.ingest.ingest_items",
            name=_name(one.project, one.pipeline),
            description=f"Brings new items from the source of {one.pipeline}.",
            parameters=which,
            cron=one.ingest.cron if one.ingest else None,
            timezone=one.ingest.timezone if one.ingest else "UTC",
            trigger=Trigger(ARRIVED, resource, within=BURST),
        )
    for exit_name, schedule in one.exports:
        yield Deployment(
            flow="flows.export.export_items",
            name=_name(one.project, one.pipeline, exit_name),
            description=f"Writes the items at the exit {exit_name} of {one.pipeline}.",
            parameters={**which, "exit_name": exit_name},
            cron=schedule.cron if schedule else None,
            timezone=schedule.timezone if schedule else "UTC",
            trigger=Trigger(FINISHED, resource, within=BURST),
        )


def resource_of(project: str, pipeline: str) -> str:
    """Return the resource of a pipeline's events; no other one has it, whatever their names.

    >>> resource_of("road", "dash/cam")
    'annoflow.pipeline.road/dash%2Fcam'
    """
    return "annoflow.pipeline." + "/".join(one.replace("%", "%25").replace("/", "%2F") for one in (project, pipeline))


def _name(*parts: str) -> str:
    """Join names into one that Prefect takes: no `/`, `%`, `&`, `>`, `<`.

    >>> _name("road", "dash/cam")
    'road · dash-cam'
    """
    return " · ".join(re.sub(r"[/%&<>\"]", "-", part) for part in parts)
