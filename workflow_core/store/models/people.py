"""Projects, people, and the role of each in each."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, String
from sqlmodel import Field

from workflow_core.store.models.base import Table, instant, key, reference


class Project(Table, table=True):
    """Where datasets, tasks, pipelines and roles live."""

    id: int = key()
    name: str = Field(sa_column=Column(String(64), unique=True, nullable=False))
    created_at: datetime = instant()


class Person(Table, table=True):
    """Somebody who works here. Without an account yet they are invited; e-mails are lower case.

    A `service` account is a program that works like a person, but reviews nothing. An `operator` runs the installation:
    makes projects, and sees and deactivates everybody.
    """

    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: int = key()
    email: str = Field(sa_column=Column(String(254), unique=True, nullable=False))
    name: str | None = Field(default=None, max_length=120)
    active: bool = True
    service: bool = False
    operator: bool = False
    created_at: datetime = instant()


class Membership(Table, table=True):
    """A person's role in a project; `version` counts how often it was changed."""

    __table_args__ = (CheckConstraint("role IN ('owner', 'manager', 'contributor')", name="role"),)

    project_id: int = reference("project.id", primary=True)
    person_id: int = reference("person.id", primary=True)
    role: str = Field(max_length=16)
    version: int = 1
    created_at: datetime = instant()
