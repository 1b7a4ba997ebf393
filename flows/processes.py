"""What `annoflow up` runs of Prefect, its server and the runner, as command lines that `workflow_core.up` watches."""

import os
import sys
from collections.abc import Mapping

from flows import deployments
from workflow_core.settings import Settings
from workflow_core.up.site import Address
from workflow_core.up.supervisor import Installation

PREFECT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(14 * 86_400),
    "PREFECT_LOGGING_LEVEL": "WARNING",
}
"""All that Prefect is told, besides its address and its home: settings of another Prefect never reach ours."""
LOOPBACK = "127.0.0.1,localhost"
# -P: a folder `flows` where the user happens to be must not be taken for ours.
PYTHON = (sys.executable, "-P", "-m")


def installation(settings: Settings) -> Installation:
    """Return what these settings want to run, in a folder and an environment without anything of another Prefect."""
    home = settings.home.resolve()
    prefect = home / "prefect"
    return Installation(
        home=settings.home,
        folder=prefect,
        database=settings.database(),
        lease=settings.lease_seconds,
        history=prefect / "prefect.db",
        running=settings.running,
        port=settings.prefect_port,
        server=(*PYTHON, "flows.server"),
        runner=(*PYTHON, "flows.runner"),
        mover=deployments.MOVER,
        address=Address(
            host=settings.host,
            port=settings.port,
            public_url=settings.public_url,
            server=(*PYTHON, "workflow_core.server"),
        ),
        environment={
            **_kept(os.environ),
            **PREFECT,
            "DO_NOT_TRACK": "1",
            "PREFECT_HOME": str(prefect),
            **settings.environment(),
        },
    )


def _kept(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what is not Prefect's, with proxies that leave loopback alone.

    Sources may need a proxy. With one of SOCKS Prefect's own client does not even start, and none of the sources' can
    use it.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith("PREFECT_")
        and not (name.upper().endswith("_PROXY") and value.lower().startswith("socks"))
    }
    direct = ",".join(filter(None, (kept.get("no_proxy") or kept.get("NO_PROXY"), LOOPBACK)))
    return {**kept, "NO_PROXY": direct, "no_proxy": direct}
