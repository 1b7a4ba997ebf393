"""The database itself: bring it up to date, and say whether it is."""

from collections.abc import Mapping
from pathlib import Path

from workflow_core.store.database import schema
from workflow_core.store.database.faults import RUN, Fault, explain, is_its_own, name_of

__all__ = ["Fault", "check", "contents", "explain", "is_its_own", "name_of", "upgrade"]


def upgrade(url: str) -> tuple[str | None, str]:
    """Upgrade the database at a URL; returns its revision before and after. Safe in several processes at once.

    Raises:
        Unavailable: the database cannot be reached.
        InvalidInput: the URL is malformed.
        Conflict: the database is a newer annoflow's, one of before the first migration, or another program's.
    """
    with schema.opened(url) as engine:
        before = schema.current(engine)
        schema.upgrade(engine)
    return before, schema.head()


def contents(url: str) -> Mapping[str, int]:
    """Return how many pipelines, items and events an upgraded database has; all are 0 in a new one.

    Raises:
        Unavailable: the database cannot be reached.
    """
    with schema.opened(url) as engine:
        return schema.contents(engine)


def check(url: str) -> list[str]:
    """Return what keeps the database from being used: nothing where it is up to date. It changes nothing.

    Raises:
        Unavailable: the database cannot be reached.
        InvalidInput: the URL is malformed.
    """
    with schema.opened(url) as engine:
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        if file and file != ":memory:" and not Path(file).exists():
            return [f"there is no database {file} yet; {RUN}"]
        revision = schema.current(engine)
        if revision is None:
            return [f"the database {name_of(url)} is empty; {RUN}"]
        if why := schema.unusable(revision):
            return [why]
        if revision != schema.head():
            return [f"the database {name_of(url)} is at revision {revision}, annoflow wants {schema.head()}; {RUN}"]
        return schema.differences(engine)
