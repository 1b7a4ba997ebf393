"""Prefect's own database as it is after a first start, which takes longer to make than all else that begins there."""

import fcntl
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

MAKE = """
import asyncio
from prefect.server.database import provide_database_interface
asyncio.run(provide_database_interface().create_db())
"""


def history(folder: Path) -> Path:
    """Return Prefect's database, without a run yet; made once for all who share a folder."""
    made, home = folder / "prefect.db", folder / "prefect"
    with (folder / "prefect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
            home.mkdir(exist_ok=True)
            subprocess.run([sys.executable, "-c", MAKE], env={**kept, "PREFECT_HOME": str(home)}, cwd=home, check=True)
            with sqlite3.connect(home / "prefect.db") as database:
                database.execute("VACUUM INTO ?", [str(made)])  # with what is in its log still
            database.close()
    return made
