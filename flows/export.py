"""The flow `export`: the items that left by an exit become files."""

from datetime import UTC, datetime
from functools import partial

from prefect import flow
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.ended import Ended
from workflow_core.services.pipelines.exports import export
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for, session_scope


def _run_name() -> str:
    given = flow_run.parameters
    return f"export {given.get('pipeline')} · {given.get('exit_name')} at {datetime.now(UTC):%d %b %H:%M:%S} UTC"


@flow(name="export", flow_run_name=_run_name, retries=3, retry_delay_seconds=10, persist_result=False)
def export_items(pipeline: str, exit_name: str, project: str = "default") -> Ended:
    """Write a snapshot of everything at an exit.

    Args:
        pipeline: the pipeline's name.
        exit_name: the exit, which has an `export` in the pipeline.
        project: the project it is in.
    """
    settings = Settings()
    engine = engine_for(settings.database())
    try:
        done = export(
            partial(session_scope, engine),
            pipeline=pipeline,
            project=project,
            exit_name=exit_name,
            now=datetime.now(UTC),
            base=settings.home.resolve().parent,
        )
    finally:
        engine.dispose()
    return Completed(message=f"{done.items} items in {done.uri}{', unchanged' if done.unchanged else ''}")
