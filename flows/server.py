"""Prefect's own server as a child of `annoflow up`: `python -m flows.server PORT`."""

import sys

import uvicorn
from prefect.server.api.server import create_app

from workflow_core.up import lifeline


def main() -> None:
    """Serve Prefect's API and pages on loopback until told to stop, or until the parent is gone."""
    lifeline.follow()
    uvicorn.run(
        create_app(final=True),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        workers=1,  # whatever WEB_CONCURRENCY says, for some other server
        log_level="warning",
        timeout_keep_alive=5,
    )


if __name__ == "__main__":
    main()
