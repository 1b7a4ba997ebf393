"""Runs whose process died with its machine: Prefect shows them as running for ever, so the sweep ends them."""

from datetime import datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun, State
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter
from prefect.settings import get_current_settings
from prefect.states import Crashed

SILENCE = timedelta(minutes=15)
"""A process without a sign of life for so long is gone; runs give Prefect one every three minutes."""
UNFINISHED = FlowRunFilter.model_validate(
    {"tags": {"all_": ["annoflow"]}, "state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}}
)


def close(now: datetime) -> int:
    """Mark runs of ours as crashed whose process is long gone; return how many.

    Where signs of life are switched off (PREFECT_FLOWS_HEARTBEAT_FREQUENCY), nobody can tell.
    """
    closed = 0
    if get_current_settings().flows.heartbeat_frequency is None:
        return closed
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=UNFINISHED):
            if run.state and is_dead(run.state, last_sign=_last_sign(client, run), now=now):
                message = f"no sign of life for {SILENCE.seconds // 60} minutes: its process or machine is gone"
                client.set_flow_run_state(run.id, Crashed(message=message), force=True)
                closed += 1
    return closed


def is_dead(state: State[object], *, last_sign: datetime | None, now: datetime) -> bool:
    """Say whether nobody works on a run any more, who has neither begun nor gone on with it for long."""
    return now - max(filter(None, (state.timestamp, last_sign))) > SILENCE


def _last_sign(client: SyncPrefectClient, run: FlowRun) -> datetime | None:
    wanted = EventFilter(
        event=EventNameFilter(name=["prefect.flow-run.heartbeat"]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]),
    )
    newest = client.read_events(wanted, limit=1).events
    return newest[0].occurred if newest else None
