"""What runs of our flows have in common: a name with the time, the database, and an end that says what was done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from workflow_core.settings import Settings
from workflow_core.store.database.engine import Engine, engine_for

# Named here and only here: pydantic makes the class known in the first module that names it, and a flow run's
# process unpickles it by that module. With several, it depends on the order of imports whether it is found.
Ended = State[None]


def named(what: str) -> Callable[[], str]:
    """Return what names a run when it begins: `what`, with the run's parameters filled in, and the time."""
    return lambda: f"{what.format(**flow_run.parameters)} at {datetime.now(UTC):%d %b %H:%M:%S} UTC"


@contextmanager
def database(settings: Settings) -> Iterator[Engine]:
    """Open the installation's database for a run."""
    engine = engine_for(settings.database())
    try:
        yield engine
    finally:
        engine.dispose()
