"""What is told of projects and their pipelines."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project, and what the caller is in it."""

    id: int
    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline; `version` names what new items follow, and is null before the first deploy."""

    id: int
    name: str
    dataset_id: int
    dataset: str
    version: str | None
    deployed_at: datetime | None
    paused: bool
