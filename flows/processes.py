"""What `annoflow up` runs of Prefect, its server and the runner, as command lines that `workflow_core.up` watches."""

import os
import sys

from flows import deployments
from workflow_core.settings import Settings
from workflow_core.up.supervisor import Installation

NOT_OURS = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING")
OURS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(14 * 86_400),
}
# -P: a folder `flows` where the user happens to be must not be taken for ours.
PYTHON = (sys.executable, "-P", "-m")


def installation(settings: Settings) -> Installation:
    """Return what these settings want to run; no key or address of the user's own Prefect reaches it."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    home = settings.home.resolve()
    return Installation(
        home=settings.home,
        database=settings.database(),
        lease=settings.lease_seconds,
        running=settings.running,
        port=settings.prefect_port,
        server=(*PYTHON, "flows.server"),
        runner=(*PYTHON, "flows.runner"),
        mover=deployments.MOVER,
        environment={
            "PREFECT_LOGGING_LEVEL": "WARNING",
            **kept,
            **OURS,
            "PREFECT_HOME": str(home / "prefect"),
            "ANNOFLOW_HOME": str(home),
            "ANNOFLOW_DATABASE_URL": settings.database(),
            "ANNOFLOW_SHIFT_SECONDS": str(settings.shift_seconds),
            "ANNOFLOW_LEASE_SECONDS": str(settings.lease_seconds),
        },
    )
