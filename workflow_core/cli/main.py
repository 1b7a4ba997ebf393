"""The entry point: runs the command, and turns errors into words and exit codes."""

import os
import sys

from workflow_core.cli.codes import FAILURE, INTERRUPTED
from workflow_core.errors import AnnoflowError

CONFIRMED_BY = {"claims-open": "--end-claims"}
"""The option that confirms what a refusal asks for."""


def main() -> None:
    """Run the command line. Exit codes: 0 fine, 1 findings, 2 usage, 3 failure, 130 interrupted."""
    from workflow_core.cli.app import app

    try:
        app(prog_name="annoflow")
    except AnnoflowError as error:
        sys.exit(_fail(f"{error}{f': {option}' if (option := CONFIRMED_BY.get(error.code)) else ''}"))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has seen enough; the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILURE)
    except OSError as error:
        sys.exit(_fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"))
    except Exception as error:
        message = _of_database(error)
        if message is None:
            raise
        sys.exit(_fail(message))


def _fail(message: str) -> int:
    sys.stderr.write(f"annoflow: {message}\n")
    return FAILURE


def _of_database(error: Exception) -> str | None:
    """Return what a database said, if it is an error of one; without loading the driver to find out."""
    alchemy = sys.modules.get("sqlalchemy.exc")
    if alchemy is None or not isinstance(error, alchemy.DBAPIError):
        return None
    from workflow_core.cli.installations import context
    from workflow_core.services.running import schema

    return schema.explain(context.settings().database(), error)
