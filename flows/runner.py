"""Runs the flows that Prefect asks for, as a child of `annoflow up`: `python -m flows.runner`."""

import asyncio
import logging
import multiprocessing
import pkgutil
import signal
import time
from datetime import timedelta
from typing import Any

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.events import DeploymentEventTrigger
from prefect.exceptions import PrefectHTTPStatusError
from prefect.runner import Runner
from prefect.schedules import Cron, Interval, Schedule
from prefect.types.entrypoint import EntrypointType

from flows import deployments
from flows.deployments import Deployment
from workflow_core.services.pipelines import schedules
from workflow_core.settings import Settings
from workflow_core.store.database.engine import Engine, engine_for, session_scope
from workflow_core.up import children, lifeline

POLL = 1.0
ENDING = 10.0
"""Seconds that runs have to end when the runner is asked to stop."""
LEAVING = 4.0
"""Seconds in which runs may end by themselves before they are cancelled."""
LOOK = 5.0
"""Seconds between two looks at the pipelines, which may be deployed at any time."""

log = logging.getLogger("annoflow.runner")


async def serve(settings: Settings) -> None:
    """Register everything, ask for the first mover, and run what Prefect schedules until SIGTERM."""
    engine = engine_for(settings.database())
    runner = Runner(name="annoflow", query_seconds=POLL, pause_on_shutdown=False, limit=None)
    stop = asyncio.Event()
    for deployment in deployments.served(settings.shift_seconds):
        identity = await register(runner, deployment)
        if deployment.name == "watch":
            async with get_client() as client:
                await client.create_flow_run_from_deployment(identity)
    running = asyncio.create_task(runner.start())
    while not runner.started and not running.done():
        await asyncio.sleep(0.05)
    # Prefect's own handler leaves its runs as crashed and its log full of tracebacks.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    following = asyncio.create_task(_follow_pipelines(runner, engine))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    following.cancel()
    await _let_runs_end()
    if not running.done():
        await runner.astop()
    await asyncio.wait_for(running, timeout=ENDING)


async def _let_runs_end() -> None:
    """Give runs that are about to end a moment for it; the others are cancelled."""
    until = time.monotonic() + LEAVING
    while multiprocessing.active_children() and time.monotonic() < until:
        await asyncio.sleep(0.1)


async def register(runner: Runner, deployment: Deployment) -> Any:
    """Make a deployment, or bring it up to date; return its id."""
    return await runner.aadd_flow(
        load(deployment.flow),
        name=deployment.name,
        description=deployment.description,
        parameters=dict(deployment.parameters),
        schedule=schedule_of(deployment),
        triggers=triggers_of(deployment),
        tags=["annoflow"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def load(path: str) -> Flow[..., Any]:
    """Return the flow of a dotted path."""
    found: Flow[..., Any] = pkgutil.resolve_name(path)
    return found


def schedule_of(deployment: Deployment) -> Schedule | None:
    """Return the deployment's schedule in Prefect's words."""
    if deployment.every is not None:
        return Interval(timedelta(seconds=deployment.every))
    return Cron(deployment.cron, timezone=deployment.timezone) if deployment.cron else None


def triggers_of(deployment: Deployment) -> list[Any]:
    """Return the deployment's trigger in Prefect's words."""
    trigger = deployment.trigger
    if trigger is None:
        return []
    return [
        DeploymentEventTrigger(
            name=f"{deployment.name} on {trigger.event}",
            expect={trigger.event},
            match={"prefect.resource.id": trigger.resource},
            within=timedelta(seconds=trigger.within),
            threshold=1,
            parameters=dict(trigger.parameters) or None,
        )
    ]


async def _follow_pipelines(runner: Runner, engine: Engine) -> None:
    """Register what the pipelines want, now and whenever one is deployed, changed or paused.

    Neither the database nor Prefect's server needs to be there all the time: the runs that move items go on.
    """
    known: dict[tuple[str, str], Deployment] = {}
    trouble = ""
    while True:
        try:
            for deployment in await asyncio.to_thread(_wanted, engine):
                key = deployment.flow, deployment.name
                if known.get(key) != deployment:
                    await _register_or_tell(runner, deployment)
                    known[key] = deployment
            trouble = ""
        except Exception as error:
            if trouble != repr(error):
                trouble = repr(error)
                log.warning("what the pipelines want is asked again every %g s until it is known: %s", LOOK, trouble)
        await asyncio.sleep(LOOK)


async def _register_or_tell(runner: Runner, deployment: Deployment) -> None:
    """Register a deployment; what Prefect does not take is told, and left until it is another one."""
    try:
        await register(runner, deployment)
    except (ValueError, PrefectHTTPStatusError) as error:
        if isinstance(error, PrefectHTTPStatusError) and error.response.status_code not in range(400, 500):
            raise  # the server's fault
        which, reason = deployment.parameters["pipeline"], str(error).partition("\n")[0] or type(error).__name__
        children.tell(
            f"pipeline {which}: Prefect does not take the schedule of {deployment.name!r} ({reason});"
            " mend its file and deploy it again: annoflow pipeline deploy FILE"
        )
        log.exception("deployment %s", deployment.name)


def _wanted(engine: Engine) -> list[Deployment]:
    with session_scope(engine, read_only=True) as session:
        return deployments.of_pipelines(schedules.wanted(session))


if __name__ == "__main__":
    # At once: the server ends at the same moment, so there is nobody to report to, and kills lose nothing.
    lifeline.follow(patience=0)
    asyncio.run(serve(Settings()))
