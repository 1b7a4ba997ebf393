"""A live view of a run in the terminal; plain lines where the output is no terminal."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from workflow_core.demo.beside import Beside
from workflow_core.domain.views.progress import TaskProgress

COLORS = {"annotation": "blue", "qa": "magenta"}
EXIT_COLORS = {"approved": "green", "discarded": "red"}


@dataclass(frozen=True)
class Snapshot:
    """How a run stands."""

    items: int
    tasks: Sequence[TaskProgress] = ()
    exits: Mapping[str, int] = field(default_factory=dict)
    moving: int = 0
    """Items that have a status not routed yet."""
    notes: tuple[str, ...] = ()
    """What has happened besides, in a few words each."""

    @property
    def ended(self) -> int:
        """Return how many items have left."""
        return sum(self.exits.values())

    @property
    def open(self) -> int:
        """Return how many items wait for people, or for the mover."""
        return sum(task.counts.open for task in self.tasks) + self.moving

    @property
    def besides(self) -> dict[str, int]:
        """Return how many items are in motion, with their author because of an issue, or can go nowhere."""
        return {
            "in motion": self.moving,
            "being fixed": sum(task.counts.taken for task in self.tasks),
            "stuck": sum(task.counts.parked for task in self.tasks),
        }


class LiveView(Beside):
    """Shows snapshots until it is closed: `with LiveView(read): ...`.

    In a terminal the view is redrawn in place, four times a second. Elsewhere a line is written every few
    seconds if anything changed, and each note once. `read` is called from a thread of the view.
    """

    def __init__(self, read: Callable[[], Snapshot], *, console: Console | None = None, every: float = 4.0) -> None:
        self._read, self._every = read, every
        self._console = console or Console(stderr=True)
        self._began = time.monotonic()
        super().__init__()

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _run(self) -> None:
        if self._console.is_terminal:
            self._redraw()
        else:
            self._report()

    def _redraw(self) -> None:
        with Live(console=self._console, auto_refresh=False) as live:
            while True:
                stopping = self._stop.wait(0.25)
                live.update(screen(self._read(), self._elapsed()), refresh=True)
                if stopping:
                    return

    def _report(self) -> None:
        told: list[str] = []
        last = ""
        while True:
            stopping = self._stop.wait(self._every)
            now = self._read()
            said = line(now)
            new = [note for note in now.notes if note not in told]
            for words in (*new, *([said] if said != last else [])):
                self._console.print(f"{self._elapsed():5.1f} s  {words}", highlight=False, markup=False, soft_wrap=True)
            told += new
            last = said
            if stopping:
                return


def line(now: Snapshot) -> str:
    """Say how a run stands in one line.

    >>> line(Snapshot(9, (), {"approved": 1}, moving=2))
    'approved 1 | 1 of 9 through | 2 in motion'
    """
    tasks = ", ".join(f"{task.task} {task.counts.submitted}/{task.counts.to_have_status}" for task in now.tasks)
    exits = ", ".join(f"{name} {count}" for name, count in now.exits.items() if count)
    parts = [tasks, exits, f"{now.ended} of {now.items} through"]
    parts += [f"{count} {what}" for what, count in now.besides.items() if count]
    return " | ".join(part for part in parts if part)


def screen(now: Snapshot, elapsed: float) -> RenderableType:
    """Return the view of a snapshot for a terminal."""
    table = Table.grid(padding=(0, 2))
    for number in range(5):
        table.add_column(justify="left" if number < 2 else "right")
    table.add_row("", "", *(Text(word, "dim") for word in ("queued", "claimed", "done")))
    for task in now.tasks:
        counts, total = task.counts, max(1, task.counts.to_have_status)
        color = COLORS.get(task.type, "cyan")
        done = counts.submitted
        bar = ProgressBar(total=total, completed=done, width=32, complete_style=color, finished_style=color)
        claimed = Text(str(counts.claimed), "yellow" if counts.claimed else "dim")
        queued = str(counts.open - counts.claimed)
        table.add_row(Text(task.task, "bold"), bar, queued, claimed, Text(str(done), color))
    exits = Text("  ")
    for name, count in now.exits.items():
        exits.append(f"{name} ", EXIT_COLORS.get(name, "cyan")).append(f"{count}   ", "bold")
    state = Text(f"  {now.ended} of {now.items} through", "dim")
    for what, count in now.besides.items():
        state.append(f" · {count} {what}" if count or what != "stuck" else "", "red" if what == "stuck" else "dim")
    state.append(f" · {elapsed:.0f} s", "dim")
    parts: list[RenderableType] = [table, Text(), exits, state]
    return Group(*parts, *(Text(f"  {note}", "yellow") for note in now.notes))
