"""End this process when the one that started it is gone: it holds the other end of our standard input."""

import os
import signal
import threading
import time

PATIENCE = 5.0


def follow(*, patience: float = PATIENCE) -> None:
    """Watch from a thread; at the end of the input, ask this process to stop, and end it after `patience` seconds.

    What it started ends with it, if it leads its group as `children.Child` makes it do.
    """
    threading.Thread(target=_watch, args=(patience,), name="lifeline", daemon=True).start()


def _watch(patience: float) -> None:
    # Not sys.stdin: its lock, held here, would abort the interpreter when it ends.
    while os.read(0, 1):
        pass
    if patience:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(patience)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
