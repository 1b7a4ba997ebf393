"""Where an installation is: its settings, and sessions on its database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workflow_core.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    from workflow_core.client import Annoflow
    from workflow_core.services.pictures import Kept
    from workflow_core.settings import Settings
    from workflow_core.store.database.engine import Session


def use(*, home: str | None, database_url: str | None, url: str | None) -> None:
    """Use another home, database or server than the environment says, for this process and those that it starts."""
    for name, value in (("ANNOFLOW_HOME", home), ("ANNOFLOW_DATABASE_URL", database_url), ("ANNOFLOW_URL", url)):
        if value:
            os.environ[name] = value


def settings() -> "Settings":
    """Return the settings of this installation.

    Raises:
        InvalidInput: a variable of the environment makes no sense.
    """
    from pydantic import ValidationError

    from workflow_core.settings import Settings

    try:
        found = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"ANNOFLOW_{first['loc'][0]}".upper()
        raise InvalidInput(f"{name} is {first['input']!r}: {first['msg'].lower()}") from error
    if found.database() in ("sqlite://", "sqlite:///", "sqlite:///:memory:"):
        raise InvalidInput(
            f"the database {found.database()} is gone when the command ends; name a file, like sqlite:///annoflow.db"
        )
    return found


@contextmanager
def session(*, read_only: bool = False) -> "Iterator[Session]":
    """Open a session on the installation's database, in one transaction.

    Raises:
        Unavailable: the database is a file that is not there; to look at it is no reason to make it.
    """
    from workflow_core.store.database.engine import engine_for, session_scope

    url = settings().database()
    file = url.removeprefix("sqlite:///")
    if file != url and file != ":memory:" and not Path(file).exists():
        raise Unavailable(f"there is no database {file} yet; run: annoflow up PIPELINE, or annoflow db upgrade")
    engine = engine_for(url)
    try:
        with session_scope(engine, read_only=read_only) as opened:
            yield opened
    finally:
        engine.dispose()


def kept_pictures() -> "Kept":
    """Return where this installation keeps pictures."""
    from workflow_core.services.pictures import Kept, Media, Renditions

    given = settings()
    return Kept(Media(given.media_at()), Renditions(given.shown_at()))


def elsewhere() -> "Annoflow":
    """Return the client of the annoflow that ANNOFLOW_URL names.

    Raises:
        InvalidInput: it is not said which, or there is no token.
    """
    from stamina.instrumentation import set_on_retry_hooks

    from workflow_core.client import Annoflow

    given = settings()
    if not given.url or not given.token:
        raise InvalidInput("say which annoflow is asked, and as whom: set ANNOFLOW_URL and ANNOFLOW_TOKEN")
    set_on_retry_hooks([])  # what it asks again is no news to who waits; what came of it is said
    return Annoflow(given.url, given.token.get_secret_value())


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)
