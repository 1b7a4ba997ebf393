"""What managers are told of issues, across tasks, and everybody of what people say."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ListedIssue:
    """An issue as lists have it: on which item, to be fixed in which task, flagged in which QA task."""

    id: int
    state: str
    kind: str
    text: str
    annotation_id: int | None
    item_id: int
    folder: str
    item: str
    task_id: int
    task: str
    task_item_id: int
    qa_task_id: int
    qa_task: str
    qa_task_item_id: int
    flagged_by: str
    author: str | None
    rounds: int
    flagged_at: datetime
    changed_at: datetime


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
