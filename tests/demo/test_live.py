"""The live view of a run."""

import io
import threading
from dataclasses import replace

from rich.console import Console
from running import PATIENCE

from workflow_core.demo.live import LiveView, Snapshot, line, screen
from workflow_core.domain.measures.progress import Counts, status
from workflow_core.domain.views.progress import TaskProgress


def far(name: str, type: str, counts: Counts) -> TaskProgress:
    return TaskProgress(1, name, type, status(counts), counts, statuses={}, to_come=0, closed=False, paused=False)


NOW = Snapshot(
    items=20,
    tasks=(
        far("cars", "annotation", Counts(queued=4, returned=1, claimed=2, submitted=13, parked=1)),
        far("[red]qa", "qa", Counts(claimed=1, submitted=4, taken=3)),
    ),
    moving=2,
    exits={"approved": 3, "discarded": 1},
    notes=("the mover was killed", "eli left"),
)


def rendered(width: int, terminal: bool) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=terminal, color_system=None).print(screen(NOW, 12.3))
    return out.getvalue()


def test_the_screen_shows_every_task_exit_and_what_is_in_motion() -> None:
    shown = rendered(100, terminal=True)
    for words in (
        "cars",
        "[red]qa",
        "approved 3",
        "4 of 20 through",
        "2 in motion",
        "3 being fixed",
        "1 stuck",
        "12 s",
        "killed",
        "eli left",
    ):
        assert words in shown


def test_the_screen_fits_a_narrow_terminal() -> None:
    assert all(len(row) <= 80 for row in rendered(80, terminal=True).splitlines())


def test_a_line_says_the_same_without_a_terminal() -> None:
    said = line(NOW)
    assert said.count("\n") == 0
    for words in ("cars 13/20", "approved 3", "4 of 20 through", "2 in motion", "3 being fixed", "1 stuck"):
        assert words in said


def test_without_a_terminal_lines_are_written_only_when_something_changed_and_each_note_once() -> None:
    out, looks = io.StringIO(), threading.Semaphore(0)
    notes = [NOW.notes[1:], NOW.notes]

    def read() -> Snapshot:
        looks.release()
        return replace(NOW, notes=notes.pop(0) if len(notes) > 1 else notes[0])

    with LiveView(read, console=Console(file=out, width=200), every=0.01):
        for _ in range(3):
            assert looks.acquire(timeout=PATIENCE)
    told = [line[9:] for line in out.getvalue().splitlines()]
    assert told == [NOW.notes[1], line(NOW), NOW.notes[0]]


def test_in_a_terminal_the_last_state_stays_on_the_screen() -> None:
    out = io.StringIO()
    with LiveView(lambda: NOW, console=Console(file=out, width=100, force_terminal=True)):
        pass
    assert "4 of 20 through" in out.getvalue()
