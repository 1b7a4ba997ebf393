"""What runs in a thread of its own beside the work, from `with` to its end."""

import threading
from abc import ABC, abstractmethod
from typing import Self


class Beside(ABC):
    """Runs `_run` until it is left; `_run` has to look at `_stop`, and ends soon after that is set."""

    PATIENCE = 10.0
    """Seconds that it may take to end."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=type(self).__name__.lower(), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=self.PATIENCE)

    @abstractmethod
    def _run(self) -> None: ...
