"""What a verification finds: where the tables are not what the history, or the rules, say."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a difference comes to for an item."""

    TABLES = "tables"
    """The tables say something else than the history, or than the rules allow."""
    LOST = "lost"
    """An item is nowhere, or a status led nowhere."""
    MOVED_TWICE = "moved twice"
    """A status led to the same target a second time."""


@dataclass(frozen=True)
class Difference:
    """Where the tables are not what the history, or the rules, say."""

    item_id: int
    task_id: int | None
    what: str
    item: str | None = None
    task: str | None = None
    kind: Kind = Kind.TABLES

    def __str__(self) -> str:
        where = f" in {self.task or f'task {self.task_id}'}" if self.task_id is not None else ""
        return f"{self.item or f'item {self.item_id}'}{where}: {self.what}"
