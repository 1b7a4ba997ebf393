"""The flow `sweep`: what nobody works on any more is given back."""

from datetime import UTC, datetime

from prefect import flow
from prefect.states import Completed

from flows.ended import Ended
from workflow_core.services.running.sweeps import sweep
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for, session_scope


def _run_name() -> str:
    return f"sweep at {datetime.now(UTC):%d %b %H:%M:%S} UTC"


@flow(name="sweep", flow_run_name=_run_name, retries=2, retry_delay_seconds=5, persist_result=False)
def sweep_leases() -> Ended:
    """End expired claims; say what was given back and what is stuck."""
    engine = engine_for(Settings().database())
    with session_scope(engine) as session:
        swept = sweep(session, now=datetime.now(UTC))
    engine.dispose()
    return Completed(
        message=f"{swept.expired} claims had expired, {swept.freed} were freed, {swept.stuck} items are stuck"
    )
