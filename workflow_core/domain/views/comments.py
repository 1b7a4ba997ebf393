"""What people say."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Comment:
    """Who said what, and when; in the thread of an issue, or about the item itself."""

    id: int
    item_id: int
    item: str
    issue_id: int | None
    person: str
    text: str
    at: datetime
