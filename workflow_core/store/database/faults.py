"""What a database says when it cannot do its work, in words for whoever runs it: which one, why, and what helps."""

import os
import pwd
import sqlite3
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)

ESCAPED = "in a password write @ as %40, : as %3A, / as %2F, # as %23 and % as %25"
RUN = "run: annoflow up, or annoflow db upgrade"
REACHED = "does the server run, and is it reached from here?"
CONNECTIONS = "raise max_connections, or start fewer processes"
OWNED = "let the user own the database: ALTER DATABASE ... OWNER TO ..."

SAID = {
    "sqlite": (
        ("unable to open database file", "cannot be opened", "is its folder there, and may {user} write in it?"),
        ("readonly database", "may not be written by {user}", "run the command as {owner}, whose it is"),
        ("full", "has no room on its disk", "free some; what was acknowledged is kept"),
        ("file is not a database", "is no SQLite database", "name the right one: ANNOFLOW_DATABASE_URL=sqlite:///..."),
        ("malformed", "is damaged", "stop annoflow and restore a backup; annoflow db check says whether it is whole"),
        ("locked", "has long been written to by somebody else", "see who else has it open, and try again"),
        ("no such table", "is not ready", RUN),
        ("no such column", "is not ready", RUN),
    ),
    "postgresql": (
        ("resolve host", "is on a host that nobody knows", f"is the address right? {ESCAPED}"),
        ("onnection refused", "does not answer", "does the server run, and on that port?"),
        ("timeout expired", "does not answer", REACHED),
        ("timed out", "does not answer", REACHED),
        ("o route to host", "does not answer", REACHED),
        ("is unreachable", "does not answer", REACHED),
        ("the database system is", "does not answer yet, or no more", "wait until the server runs, and try again"),
        ("password", "does not let us in", f"is the password right? {ESCAPED}"),
        ("no pg_hba.conf entry", "does not let us in", "its pg_hba.conf names who may come from where"),
        ("too many", "has no connection left", CONNECTIONS),
        ("connection slots", "has no connection left", CONNECTIONS),
        ("read-only transaction", "is read-only", "is it a standby? name the server that takes writes"),
        ("No space left", "has no room on its disk", "free some; what was acknowledged is kept"),
        ("permission denied", "does not allow it", OWNED),
        ("must be owner", "does not allow it", OWNED),
        ("relation ", "is not ready", RUN),
        ("column ", "is not ready", RUN),
        ("database ", "is not there", "make it with createdb, then run: annoflow db upgrade"),
        ("role ", "does not know the user", "make them with createuser, or name another one in the address"),
    ),
}
"""Some words of what each driver says, what is wrong then, and what helps."""


Fault = SQLAlchemyError
"""What is raised where a database does not do what it was asked: by its own fault, or by ours."""


def name_of(url: str) -> str:
    """Return how people know the database at a URL: its file, or its server without the password.

    >>> name_of("sqlite:////srv/a.db"), name_of("postgresql://ann:secret@db/annoflow?sslmode=require")
    ('/srv/a.db', 'postgresql://ann:***@db/annoflow')
    """
    parsed = make_url(url)
    return parsed.database or "in memory" if parsed.get_backend_name() == "sqlite" else str(parsed.set(query={}))


def is_its_own(url: str, error: Fault) -> bool:
    """Say whether the database at a URL cannot do its work now, and what it was asked made sense."""
    if isinstance(error, TimeoutError):  # all connections are in use
        return True
    if not isinstance(error, DBAPIError) or isinstance(error, IntegrityError | DataError):
        return False
    if error.connection_invalidated or _known(url, error):
        return True
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return code not in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_MISUSE)
    return isinstance(error, OperationalError | InterfaceError)


def explain(url: str, error: Exception) -> str:
    """Say what is wrong with the database at a URL by what its driver said."""
    said = _said(error)
    if (known := _known(url, error)) is None:
        return f"the database {name_of(url)} says: {said}"
    why, way_out = known
    here = {"user": _name(os.geteuid()), "owner": _owner(make_url(url).database or "")}
    return f"the database {name_of(url)} {why.format(**here)} ({said}); {way_out.format(**here)}"


def _known(url: str, error: Exception) -> tuple[str, str] | None:
    said = _said(error)
    table = SAID.get(make_url(url).get_backend_name(), ())
    return next(((why, way_out) for words, why, way_out in table if words in said), None)


def _said(error: Exception) -> str:
    orig = getattr(error, "orig", None) or error
    return (str(orig).strip() or type(orig).__name__).splitlines()[0]


def _owner(file: str) -> str:
    try:
        return _name(Path(file).stat().st_uid)
    except OSError:
        return "its owner"


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
