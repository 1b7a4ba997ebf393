"""Leases of jobs that one process at a time does."""

from datetime import datetime

from sqlmodel import Field

from workflow_core.store.models.base import Table, instant


class Lease(Table, table=True):
    """Who does a job that one process at a time does, such as moving items."""

    name: str = Field(primary_key=True, max_length=64)
    holder: str = Field(max_length=64)
    until: datetime = instant()
