"""Write the results of a run into README.md, with its date and what kind of machine it was."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import tables
from tests.bench.measures import Line

FILE = Path(__file__).with_name("README.md")
START, END = "<!-- results -->", "<!-- end of results -->"


def write(lines: Sequence[Line], versions: Sequence[str]) -> None:
    """Put the table in the place of the last one."""
    before, _, rest = FILE.read_text().partition(START)
    _, _, after = rest.partition(END)
    FILE.write_text(f"{before}{START}\n{_heading(versions)}\n\n{tables.markdown(lines)}\n\n{tables.NOTE}\n{END}{after}")


def _heading(versions: Sequence[str]) -> str:
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"Measured on {datetime.now(UTC):%d %B %Y}: {machine}, {', '.join(versions)}{load}."
