"""The flow `ingest`: new items of a pipeline's source come in."""

from datetime import UTC, datetime
from functools import partial

from prefect import flow
from prefect.states import Completed

from flows.runs import Ended, database, named
from workflow_core.services.exchange.ingestion import ingest
from workflow_core.settings import Settings
from workflow_core.store.database.engine import session_scope


@flow(name="ingest", flow_run_name=named("ingest {pipeline}"), retries=3, retry_delay_seconds=10, persist_result=False)
def ingest_items(pipeline: str, project: str = "default") -> Ended:
    """Read the source and enter what is new.

    Args:
        pipeline: the pipeline's name.
        project: the project it is in.
    """
    with database(Settings()) as engine:
        sessions, clock = partial(session_scope, engine), partial(datetime.now, UTC)
        done = ingest(sessions, pipeline=pipeline, project=project, clock=clock)
    return Completed(message=str(done))
