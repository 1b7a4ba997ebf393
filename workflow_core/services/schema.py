"""The database itself: bring it up to date, and say whether it is."""

from sqlalchemy.exc import OperationalError

from workflow_core.errors import Unavailable
from workflow_core.store import schema
from workflow_core.store.database import engine_for


def upgrade(url: str) -> tuple[str | None, str]:
    """Upgrade the database at a URL; returns its revision before and after. Safe in several processes at once.

    Raises:
        Unavailable: the database cannot be reached.
        InvalidInput: the URL is malformed.
    """
    engine = engine_for(url)
    try:
        before = schema.current(engine)
        schema.upgrade(engine)
    except OperationalError as error:
        raise Unavailable(f"cannot reach the database: {str(error.orig).strip()}") from error
    finally:
        engine.dispose()
    return before, schema.head()


def check(url: str) -> list[str]:
    """Return what keeps the database from being used: nothing where it is up to date.

    Raises:
        Unavailable: the database cannot be reached.
        InvalidInput: the URL is malformed.
    """
    engine = engine_for(url)
    try:
        revision = schema.current(engine)
        if revision is None:
            return ["the database is empty; run: annoflow db upgrade"]
        if revision != schema.head():
            return [f"the database is at revision {revision}, annoflow wants {schema.head()}; run: annoflow db upgrade"]
        return schema.differences(engine)
    except OperationalError as error:
        raise Unavailable(f"cannot reach the database: {str(error.orig).strip()}") from error
    finally:
        engine.dispose()
