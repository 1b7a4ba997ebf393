"""What the statements of figures have in common: which tasks, which day, and how their rows are read."""

from collections.abc import Collection, Iterator

from sqlmodel import Session

from workflow_core.domain.measures.figures import Group, Tally
from workflow_core.store.database.dialect import listed, run

DAY_US = 86_400_000_000


def day(column: str) -> str:
    """Return the SQL of the day of a moment, counted since 1970 in UTC."""
    return f"{column} / {DAY_US}"


def lately(session: Session, task_ids: Collection[int], since: int | None, *, person: str, day: str) -> str:
    """Return the SQL that somebody of these tasks did it, from a day on; nothing where all days are asked for.

    Indexes have whose doing something was before the day, so that all who come into question are named.
    """
    if since is None:
        return ""
    query = f"SELECT DISTINCT person_id FROM assignment WHERE task_id IN ({listed(task_ids)}) ORDER BY person_id"
    return f"AND {person} IN ({listed(run(session, query).scalars())}) AND {day} >= {int(since)}"


def read(session: Session, sql: str) -> Iterator[tuple[Group, Tally]]:
    """Yield the tally of each group; the columns are `task_id`, `person_id`, `day`, and what is counted."""
    for row in run(session, sql).mappings():
        counted = {name: int(value or 0) for name, value in row.items() if name not in Group._fields}
        yield Group(row["task_id"], row["person_id"], row["day"]), Tally(**counted)
