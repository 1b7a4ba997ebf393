"""What the statements of figures have in common: which tasks, which day, and how their rows are read."""

from collections.abc import Iterator

from sqlmodel import Session

from workflow_core.domain.measures.figures import Group, Tally
from workflow_core.store.database.dialect import run

DAY_US = 86_400_000_000


def day(column: str) -> str:
    """Return the SQL of the day of a moment, counted since 1970 in UTC."""
    return f"{column} / {DAY_US}"


def read(session: Session, sql: str) -> Iterator[tuple[Group, Tally]]:
    """Yield the tally of each group; the columns are `task_id`, `person_id`, `day`, and what is counted."""
    for row in run(session, sql).mappings():
        counted = {name: int(value or 0) for name, value in row.items() if name not in Group._fields}
        yield Group(row["task_id"], row["person_id"], row["day"]), Tally(**counted)
