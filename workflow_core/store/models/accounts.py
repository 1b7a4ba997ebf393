"""What people and programs prove themselves by; of every secret only its SHA-256 is kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary
from sqlmodel import Field

from workflow_core.store.database.columns import Key
from workflow_core.store.models.base import Table, document, instant, key, reference


class Token(Table, table=True):
    """What a program proves by that it acts for a person, in one project or all; with `writes` it may change things."""

    __table_args__ = (Index("ix_token_person", "person_id"),)

    id: int = key()
    person_id: int = reference("person.id")
    digest: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=64)
    writes: bool
    project_id: int | None = reference("project.id", null=True)
    ends_at: datetime | None = instant(null=True)
    used_at: datetime | None = instant(null=True)
    created_at: datetime = instant()


class Password(Table, table=True):
    """What a person signs in with, as argon2id keeps it."""

    person_id: int = reference("person.id", primary=True)
    hash: str = Field(max_length=255)
    changed_at: datetime = instant()


class SignIn(Table, table=True):
    """A browser in which somebody is signed in, until it is left alone too long, or is too old."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person", "person_id"),)

    id: int = key()
    person_id: int = reference("person.id")
    digest: str = Field(max_length=64, unique=True)
    agent: str = Field(max_length=200)
    used_at: datetime = instant()
    created_at: datetime = instant()


class Link(Table, table=True):
    """What somebody may choose a password by, once; a newer one takes its place. Nobody's is for the first owner."""

    id: int = key()
    person_id: int | None = Field(
        default=None, sa_column=Column(Key, ForeignKey("person.id"), unique=True, nullable=True)
    )
    digest: str = Field(max_length=64, unique=True)
    ends_at: datetime = instant()


class Answer(Table, table=True):
    """What a request with a key was answered, kept with what it changed; `digest` is of all that was sent."""

    __table_args__ = (Index("ix_answer_created", "created_at"),)

    person_id: int = reference("person.id", primary=True)
    key: str = Field(max_length=255, primary_key=True)
    digest: str = Field(max_length=64)
    status: int | None = None
    headers: dict[str, Any] = document()
    body: bytes = Field(default=b"", sa_type=LargeBinary)
    created_at: datetime = instant()
