"""Whether an installation can do its work: for whoever watches it."""

from workflow_core.domain.views.answers import Motion
from workflow_core.services.running import leases
from workflow_core.store.database import schema
from workflow_core.store.database.engine import Engine, Session
from workflow_core.store.reads import positions


def missing(engine: Engine) -> list[str]:
    """Return what is missing for work to go on; nothing where it does."""
    revision = schema.current(engine)
    if revision != schema.head():
        return [f"the database is at revision {revision}, and annoflow wants {schema.head()}"]
    if leases.holder(engine) is None:
        return ["nobody moves items: no mover has shown itself for the length of its lease"]
    return []


def motion(session: Session) -> Motion:
    """Return what is in motion in the whole installation."""
    return Motion(*positions.pending(session))
