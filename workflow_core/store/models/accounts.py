"""What people and programs prove themselves by; of every secret only its SHA-256 is kept."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from workflow_core.store.models.base import Table, instant, key, reference


class Token(Table, table=True):
    """What a program proves by that it acts for a person; `writes` says whether it may change anything."""

    __table_args__ = (Index("ix_token_person", "person_id"),)

    id: int = key()
    person_id: int = reference("person.id")
    digest: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=64)
    writes: bool
    ends_at: datetime | None = instant(null=True)
    used_at: datetime | None = instant(null=True)
    created_at: datetime = instant()
