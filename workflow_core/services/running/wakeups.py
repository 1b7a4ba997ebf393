"""Wait until a status was set somewhere, or until patience ends."""

from weakref import WeakKeyDictionary

from workflow_core.store.database.engine import Engine
from workflow_core.store.database.wakeups import Wakeup, wakeup

_listeners: WeakKeyDictionary[Engine, Wakeup] = WeakKeyDictionary()


def wait_for_status(engine: Engine, *, timeout: float) -> bool:
    """Wait up to `timeout` seconds; True when a status may have been set since the last call.

    The first call only begins to listen and returns True at once, so whoever looks at the tables after each True
    misses nothing. One thread per engine waits.
    """
    listener = _listeners.get(engine)
    if listener is None:
        _listeners[engine] = wakeup(engine)
        return True
    return listener.wait(timeout)


def stop_waiting(engine: Engine) -> None:
    """Give up the connection that waits."""
    listener = _listeners.pop(engine, None)
    if listener is not None:
        listener.close()
