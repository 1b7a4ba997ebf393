"""Write the results of a run into README.md, with its date and what kind of machine it was."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import tables
from tests.bench.tables import Sheet

FILE = Path(__file__).with_name("README.md")


def write(part: str, sheet: Sheet, versions: Sequence[str]) -> None:
    """Put a table in place of the last one of that part."""
    start, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    before, _, rest = FILE.read_text().partition(start)
    _, _, after = rest.partition(end)
    FILE.write_text(f"{before}{start}\n{_heading(versions)}\n\n{tables.markdown(sheet)}\n\n{sheet.note}\n{end}{after}")


def _heading(versions: Sequence[str]) -> str:
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"Measured on {datetime.now(UTC):%d %B %Y}: {machine}, {', '.join(versions)}{load}."
