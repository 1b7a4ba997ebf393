"""Datasets, items, what is drawn on them, and drafts of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from workflow_core.store.database.columns import Key
from workflow_core.store.models.base import NEVER_AGAIN, Table, document, instant, key, number, path, reference

UNSEEN = "n.created_by IS NULL AND n.updated_at IS NULL"
"""Whether an annotation `n` came in and never stood in the list of a submit: nobody has seen it."""
SEEN = "(created_by IS NOT NULL OR updated_at IS NOT NULL)"
"""The opposite, as an index has it."""
PASSED = f"""
    ({UNSEEN} AND EXISTS (
        SELECT 1 FROM task_item ti JOIN task t ON t.id = ti.task_id
        WHERE ti.item_id = n.item_id AND ti.status IS NOT NULL AND (ti.task_id = n.task_id OR t.type = 'qa')
    ))
"""
"""Whether somebody has decided on the item of an annotation `n` in its task, or reviewed it, and did not see that."""


def numbered(table: str, *columns: str, unique: bool = False) -> Index:
    """Return the index by which those of a table are found that have a number."""
    there = text("number IS NOT NULL")
    return Index(f"ix_{table}_number", *columns, unique=unique, sqlite_where=there, postgresql_where=there)


class Dataset(Table, table=True):
    """A collection of items."""

    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: int = key()
    project_id: int = reference("project.id")
    name: str = Field(max_length=64)
    created_at: datetime = instant()


class Item(Table, table=True):
    """One thing to label. `width` and `height` are pixels of the image as a browser shows it, turned upright.

    `size`, `stamp` and `checksum` are of the file of a source that it was made of, as in `domain.items.sources`.
    `gone_at` is since when that is not there, `replaced_at` when another picture was last found in its place. `number`
    is its id in files of COCO, see `store.exchange.numbers`.
    """

    __table_args__ = (
        UniqueConstraint("dataset_id", "folder", "name"),
        Index("ix_item_uri", "dataset_id", "uri"),
        Index("ix_item_name", "name", "dataset_id"),
        numbered("item", "dataset_id", "number", unique=True),
        *(
            Index(f"ix_item_{what}", "dataset_id", sqlite_where=text(when), postgresql_where=text(when))
            for what, when in (("gone", "gone_at IS NOT NULL"), ("replaced", "replaced_at IS NOT NULL"))
        ),
        Index(
            "ix_item_archived",
            "dataset_id",
            "folder",
            "name",
            sqlite_where=text("archived_at IS NOT NULL"),
            postgresql_where=text("archived_at IS NOT NULL"),
        ),
        NEVER_AGAIN,
    )

    id: int = key()
    dataset_id: int = reference("dataset.id")
    folder: str = path(1024, default="/")
    name: str = path(255)
    uri: str | None = Field(default=None, max_length=4096)
    meta: dict[str, Any] = document()
    width: int | None = None
    height: int | None = None
    number: int | None = number(null=True)
    size: int | None = None
    stamp: str | None = Field(default=None, max_length=100)
    checksum: str | None = Field(default=None, max_length=32)
    gone_at: datetime | None = instant(null=True)
    replaced_at: datetime | None = instant(null=True)
    archived_at: datetime | None = instant(null=True)
    created_at: datetime = instant()


class Refused(Table, table=True):
    """A file of a source that makes no item, see `domain.items.sources`; not opened again while its `mark` stays."""

    __table_args__ = (Index("ix_refused_dataset", "dataset_id"),)

    id: int = key()
    dataset_id: int = reference("dataset.id")
    uri: str = Field(max_length=4096)
    mark: str = Field(max_length=200)
    reason: str = Field(max_length=200)


class Category(Table, table=True):
    """The number of a label in the files of a dataset: given by the first file that came with one, or at an export."""

    __table_args__ = (UniqueConstraint("dataset_id", "number"),)

    dataset_id: int = reference("dataset.id", primary=True)
    label: str = Field(primary_key=True, max_length=64)
    number: int = Field(sa_column=Column(Key, nullable=False))
    supercategory: str = Field(default="", max_length=200)


class Annotation(Table, table=True):
    """One shape or classification on an item. It belongs to the task that owns its label, if one does.

    `area` is what the file that a box came from says of the object in it, in square pixels, until somebody changes it;
    `number` is its id in that file, see `store.exchange.numbers`.
    """

    __table_args__ = (
        CheckConstraint("origin IN ('human', 'model')", name="origin"),
        Index("ix_annotation_item", "item_id", "task_id"),
        numbered("annotation", "number"),
        Index(
            "ix_annotation_label",
            "task_id",
            "label",
            "item_id",
            "origin",
            "deleted_at",
            "created_by",
            "updated_at",
            sqlite_where=text(f"deleted_at IS NULL AND {SEEN}"),
            postgresql_where=text(f"deleted_at IS NULL AND {SEEN}"),
        ),
        UniqueConstraint("item_id", "external_id"),
        NEVER_AGAIN,
    )

    id: int = key()
    item_id: int = reference("item.id")
    task_id: int | None = reference("task.id", null=True)
    external_id: str | None = Field(default=None, max_length=200)
    number: int | None = number(null=True)
    label: str = Field(max_length=64)
    tool: str = Field(max_length=16)
    geometry: dict[str, Any] = document()
    attributes: dict[str, Any] = document()
    origin: str = Field(default="human", max_length=8)
    model: str | None = Field(default=None, max_length=200)
    model_version: str | None = Field(default=None, max_length=200)
    score: float | None = None
    area: float | None = None
    accepted_at: datetime | None = instant(null=True)
    created_by: int | None = reference("person.id", null=True)
    created_at: datetime = instant()
    updated_by: int | None = reference("person.id", null=True)
    updated_at: datetime | None = instant(null=True)
    deleted_at: datetime | None = instant(null=True)


class Revision(Table, table=True):
    """What an annotation was before the event `event_id` changed it; the history itself holds no word of it."""

    annotation_id: int = reference("annotation.id", primary=True)
    event_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    label: str = Field(max_length=64)
    tool: str = Field(max_length=16)
    geometry: dict[str, Any] = document()
    attributes: dict[str, Any] = document()


class Erased(Table, table=True):
    """An item that was erased. By `digest`, of its folder and name, the same file is known when it comes again."""

    __table_args__ = (UniqueConstraint("dataset_id", "digest"),)

    item_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    dataset_id: int = reference("dataset.id")
    digest: str = Field(max_length=64)


class Draft(Table, table=True):
    """What a person has drawn and not yet submitted; it becomes annotations at submit."""

    task_item_id: int = reference("task_item.id", primary=True)
    person_id: int = reference("person.id", primary=True)
    content: dict[str, Any] = document()
    updated_at: datetime = instant()


class Document(Table, table=True):
    """A file that was deployed, such as instructions in PDF, kept by its content."""

    id: int = key()
    digest: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=255)
    media_type: str = Field(max_length=100)
    content: bytes = Field(sa_type=LargeBinary)


class Comment(Table, table=True):
    """What somebody said about an item, or in the thread of an issue."""

    __table_args__ = (
        Index("ix_comment_item", "item_id", "id"),
        Index("ix_comment_issue", "issue_id"),
        Index("ix_comment_task", "task_id", "id"),
    )

    id: int = key()
    item_id: int = reference("item.id")
    task_id: int | None = reference("task.id", null=True)
    issue_id: int | None = reference("issue.id", null=True)
    person_id: int = reference("person.id")
    text: str
    created_at: datetime = instant()
