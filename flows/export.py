"""The flow `export`: the items that left by an exit become files."""

from datetime import UTC, datetime
from functools import partial

from prefect import flow
from prefect.states import Completed

from flows.runs import Ended, database, named
from workflow_core.domain.words.wording import counted
from workflow_core.services.exchange.exports import export
from workflow_core.settings import Settings
from workflow_core.store.database.engine import session_scope

NAME = named("export {pipeline} · {exit_name}")


@flow(name="export", flow_run_name=NAME, retries=3, retry_delay_seconds=10, persist_result=False)
def export_items(pipeline: str, exit_name: str, project: str = "default") -> Ended:
    """Write a snapshot of everything at an exit.

    Args:
        pipeline: the pipeline's name.
        exit_name: the exit, which has an `export` in the pipeline.
        project: the project it is in.
    """
    settings = Settings()
    with database(settings) as engine:
        done = export(
            partial(session_scope, engine),
            pipeline=pipeline,
            project=project,
            exit_name=exit_name,
            now=datetime.now(UTC),
            base=settings.home.resolve().parent,
        )
    return Completed(message=f"{counted(done.items, 'item')} in {done.uri}{', unchanged' if done.unchanged else ''}")
