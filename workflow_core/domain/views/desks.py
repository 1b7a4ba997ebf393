"""What a person finds on their desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why something came back."""

    kind: str
    text: str
    flagged_by: str


@dataclass(frozen=True, kw_only=True)
class OnDesk:
    """A task item on somebody's desk: with `faults` it came back, with a `status` it is done."""

    id: int
    item_id: int
    name: str
    task: str
    status: str | None = None
    since: datetime | None = None
    faults: Sequence[Fault] = ()


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What came back, what waits for others, and what was finished last."""

    returned: Sequence[OnDesk]
    waiting: Sequence[OnDesk]
    finished: Sequence[OnDesk]
