"""The time that people spend on items: what figures are made of, beside the history."""

from datetime import datetime

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field

from workflow_core.store.database.columns import Key
from workflow_core.store.models.base import Table, instant, number


def _part() -> Column[int]:
    return Column(Key, primary_key=True, autoincrement=False)


class Activity(Table, table=True):
    """What one person did on one task item in one visit on one day; `day` counts days since 1970, in UTC.

    `active_us` is the time they were active, idle time left out. `waited_us` is how long the item had been waiting
    when this was the first claim after it was placed. `last_at` is their last sign of activity, null while nothing
    is open to be timed. `again` marks the later days of one visit, so that an item is counted once.
    Clustered by task, person and day: that is how figures read it.
    """

    __table_args__ = (
        Index("ix_activity_task_item", "task_item_id", "person_id", "visit", "day"),
        {"sqlite_with_rowid": False},
    )

    task_id: int = Field(sa_column=_part())
    person_id: int = Field(sa_column=_part())
    day: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    task_item_id: int = Field(sa_column=_part())
    visit: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    active_us: int = number(default=0)
    waited_us: int | None = number(null=True)
    last_at: datetime | None = instant(null=True)
    again: bool = False
