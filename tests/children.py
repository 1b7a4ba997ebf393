"""Child processes of a test, made by fork so that they start at once; they die without a word where told to."""

import faulthandler
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engines import kept
from sqlalchemy import Engine, event

from workflow_core.store.database import writers
from workflow_core.store.database.engine import engine_for

CRASHED = 77
LONGEST = 600
"""Seconds after which a child says where it hangs, and ends."""
_alive, _we_live = os.pipe()


def _end_with_parent() -> None:
    """End this child when the run of tests is gone, also where it was killed: the pipe has no other writer."""
    os.close(_we_live)
    threading.Thread(target=lambda: os.read(_alive, 1) or os._exit(1), daemon=True).start()


def fork(url: str, act: Callable[[Engine], None]) -> int:
    """Run `act` in a child with connections of its own; returns its process id. The parent must hold none.

    The child knows what this process has compiled: some run for a moment, and would need longer to compile it again.
    """
    engine = kept(url)
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        writers.BUSY_MS = 1000 * LONGEST  # however many are at work, and however slowly
        _end_with_parent()
        engine.dispose(close=False)
        act(engine)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def wait(pid: int) -> int:
    """Return the exit code of a child, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@contextmanager
def watched(url: str, *, seconds: float = 60) -> Iterator[None]:
    """Print what the sessions of a PostgreSQL do and wait for, where what is done inside takes longer than that."""

    def tell() -> None:
        engine = engine_for(url)
        with engine.connect() as connection:
            for row in connection.exec_driver_sql(
                "SELECT pid, state, wait_event, pg_blocking_pids(pid), now() - query_start, query FROM pg_stat_activity"
            ):
                print(*row)
        engine.dispose()

    timer = threading.Timer(seconds, tell)
    if url.startswith("postgresql"):
        timer.start()
    yield
    timer.cancel()


def kill(pid: int) -> None:
    """Kill a child as the kernel would, and wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    wait(pid)


def crash_after(url: str, statement: int, act: Callable[[Engine], None]) -> bool:
    """Run `act` in a child that dies right after its n-th statement; False where it has no so many."""

    def dying(engine: Engine) -> None:
        count = 0

        def executed(*_: object) -> None:
            nonlocal count
            count += 1
            if count == statement:
                os._exit(CRASHED)

        event.listen(engine, "after_cursor_execute", executed)
        act(engine)

    code = wait(fork(url, dying))
    assert code in (0, CRASHED), code
    return code == CRASHED


@contextmanager
def acknowledged() -> Iterator[tuple[Callable[[int], None], Callable[[], list[int]]]]:
    """Give a pipe: what a child has written into it is read after its death."""
    reading, writing = os.pipe()

    def acknowledge(number: int) -> None:
        os.write(writing, f"{number}\n".encode())

    def read() -> list[int]:
        os.set_blocking(reading, False)
        text = b""
        while True:
            try:
                part = os.read(reading, 65536)
            except BlockingIOError:
                break
            text += part
        return [int(line) for line in text.decode().splitlines()]

    yield acknowledge, read
    os.close(reading)
    os.close(writing)
