"""The flow `move-items`: by the statuses that people set, items go on."""

from datetime import UTC, datetime
from typing import Literal

from prefect import flow
from prefect.runtime import flow_run
from prefect.states import Completed

from flows import windows
from flows.runs import Ended, database
from workflow_core.settings import Settings
from workflow_core.up import mover


def _run_name() -> str:
    mode = flow_run.parameters.get("mode", "drain")
    return f"{mode} {'since' if mode == 'watch' else 'at'} {datetime.now(UTC):%d %b %H:%M:%S} UTC"


@flow(name="move-items", flow_run_name=_run_name, retries=2, retry_delay_seconds=1, persist_result=False)
def move_items(mode: Literal["watch", "drain"] = "drain", stay: float = 0.0) -> Ended:
    """Route every status that was set and not yet routed.

    Args:
        mode: `drain` until nothing is left; `watch` for more until the next mover is there to take over.
        stay: seconds for which a drain waits for more after the last move.
    """
    settings = Settings()
    with database(settings) as engine:
        if mode == "watch":
            turn = mover.Turn(engine, lease=settings.lease_seconds)
            if not turn.wait():
                return Completed(message="another mover waits already")
            counts = windows.record(turn.moves(), engine)
        else:
            counts = windows.record(mover.drain(engine, stay=stay), engine)
        windows.await_artifacts()
    return Completed(message=windows.said(counts) or "nothing to move")
