"""Count the statements that an act executes: what does not grow with the number of items must be seen not to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements of a block, those that only lock included; BEGIN and COMMIT are none.

    What the threads for a server's jobs ask meanwhile is not the block's.
    """
    said: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        if not statement.startswith("BEGIN") and not threading.current_thread().name.startswith("jobs"):
            said.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)
