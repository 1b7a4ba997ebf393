"""The flow `sweep`: what nobody works on any more is given back."""

from datetime import UTC, datetime

from prefect import flow
from prefect.states import Completed

from flows import dead_runs
from flows.runs import Ended, database, named
from workflow_core.domain.words.wording import counted
from workflow_core.services.running.sweeps import sweep
from workflow_core.settings import Settings
from workflow_core.store.database.engine import session_scope


@flow(name="sweep", flow_run_name=named("sweep"), retries=2, retry_delay_seconds=5, persist_result=False)
def sweep_leases() -> Ended:
    """End expired claims and runs of the dead; say what was given back and what is stuck."""
    now = datetime.now(UTC)
    with database(Settings()) as engine, session_scope(engine) as session:
        swept = sweep(session, now=now)
    closed = dead_runs.close(now)
    return Completed(
        message=f"{counted(swept.expired, 'claim')} expired, {swept.freed} freed, {counted(swept.stuck, 'item')} stuck;"
        f" {counted(closed, 'run')} had died"
    )
