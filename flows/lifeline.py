"""End this process when the one that started it is gone: it holds the other end of our standard input."""

import os
import signal
import threading
import time

PATIENCE = 10.0


def follow() -> None:
    """Watch from a thread; at the end of the input, ask this process to stop, and insist after ten seconds."""
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    # Not sys.stdin: its lock, held here, would abort the interpreter when it ends.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(1)
