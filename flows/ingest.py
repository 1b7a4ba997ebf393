"""The flow `ingest`: new items of a pipeline's source come in."""

from datetime import UTC, datetime
from functools import partial

from prefect import flow
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.ended import Ended
from workflow_core.services.pipelines.ingestion import ingest
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for, session_scope


def _run_name() -> str:
    return f"ingest {flow_run.parameters.get('pipeline')} at {datetime.now(UTC):%d %b %H:%M:%S} UTC"


@flow(name="ingest", flow_run_name=_run_name, retries=3, retry_delay_seconds=10, persist_result=False)
def ingest_items(pipeline: str, project: str = "default") -> Ended:
    """Read the source and enter what is new.

    Args:
        pipeline: the pipeline's name.
        project: the project it is in.
    """
    engine = engine_for(Settings().database())
    try:
        done = ingest(
            partial(session_scope, engine), pipeline=pipeline, project=project, clock=partial(datetime.now, UTC)
        )
    finally:
        engine.dispose()
    return Completed(message=str(done))
