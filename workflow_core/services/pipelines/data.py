"""Datasets and their items."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError, field_validator, model_validator

from workflow_core.domain.annotations.geometry import MAX_PIXELS
from workflow_core.domain.items.choices import Chosen
from workflow_core.domain.words import documents, values
from workflow_core.domain.words.wording import cited, shown
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services import people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import entries
from workflow_core.store.data import datasets, erasure, items, pipelines
from workflow_core.store.database.columns import Where
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Item

STATEMENT = 5_000
"""Items that one statement adds."""


class NewItem(BaseModel):
    """An item to add. `width` and `height` are pixels of the image turned upright."""

    model_config = ConfigDict(extra="forbid")

    name: StrictStr
    folder: StrictStr = "/"
    uri: StrictStr | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    width: int | None = Field(default=None, gt=0, le=MAX_PIXELS)
    height: int | None = Field(default=None, gt=0, le=MAX_PIXELS)

    @field_validator("folder")
    @classmethod
    def _absolute(cls, folder: str) -> str:
        return "/" + folder.strip("/")

    @field_validator("name")
    @classmethod
    def _no_folder(cls, name: str) -> str:
        if "/" in name:
            raise ValueError("a name has no '/' in it; the part before it is the folder")
        return name

    @field_validator("metadata")
    @classmethod
    def _storable(cls, metadata: dict[str, Any]) -> dict[str, Any]:
        documents.check(metadata, "metadata")
        return metadata

    @model_validator(mode="after")
    def _is_found(self) -> "NewItem":
        values.file(self.folder, self.name, self.uri)
        return self


class FoundItem(NewItem):
    """An item to add that is made of a file, which it remembers."""

    size: int | None = None
    stamp: str | None = None
    checksum: str | None = None


@dataclass(frozen=True)
class Added:
    """How many items are new, were there already, entered pipelines at once; were erased before, and stay out."""

    new: int
    present: int
    entered: int
    erased: int = 0

    def __add__(self, other: "Added") -> "Added":
        """Count both."""
        return Added(
            self.new + other.new,
            self.present + other.present,
            self.entered + other.entered,
            self.erased + other.erased,
        )


def parse(raw: Mapping[str, Any]) -> NewItem:
    """Read an item from JSON values; InvalidInput says what is wrong."""
    try:
        return NewItem.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{shown(part)}: " for part in first["loc"])
        named = raw.get("name", "?") if isinstance(raw, Mapping) else raw
        message = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"item {cited(named)}: {where}{message}") from error


def add_items(session: Session, *, actor: Actor, dataset: Dataset, new: Iterable[NewItem], now: datetime) -> Added:
    """Add items; the same again changes nothing. Pipelines that watch the dataset take them in at once.

    What was erased stays out, by its folder and name.
    """
    people.require(session, actor=actor, project_id=dataset.project_id, permission=Permission.IMPORT_ITEMS)
    gone = erasure.known(session, dataset_id=dataset.id)
    added = present = erased = 0
    before = items.newest(session)
    for every in _batches(new):
        batch = [one for one in every if erasure.digest(one.folder, one.name) not in gone] if gone else every
        erased += len(every) - len(batch)
        rows = [{**one.model_dump(exclude={"metadata"}), "meta": one.metadata} for one in batch]
        count = items.add(session, dataset_id=dataset.id, rows=rows, now=now)
        added += count
        present += len(batch) - count
    entered = 0
    if added:
        for pipeline in entries.watching(session, dataset_id=dataset.id):
            count = entries.LIMIT
            while count == entries.LIMIT:
                count = entries.enter_new(session, pipeline=pipeline, now=now, since=before)
                entered += count
    return Added(added, present, entered, erased)


def _batches(new: Iterable[NewItem]) -> Iterator[list[NewItem]]:
    batch: list[NewItem] = []
    for one in new:
        batch.append(one)
        if len(batch) == STATEMENT:
            yield batch
            batch = []
    if batch:
        yield batch


def dataset(session: Session, *, project_id: int, name: str) -> Dataset:
    """Return a dataset by name.

    Raises:
        NotFound: the project has none of that name; the message lists those that it has.
    """
    project_id = values.key(project_id)
    found = datasets.named(session, project_id=project_id, name=values.sought(name))
    if found is None:
        names = ", ".join(repr(one) for one in datasets.names(session, project_id=project_id, limit=10))
        raise NotFound(f"no dataset {cited(name)}; there is {names or 'none yet'}")
    return found


def by_dataset(session: Session, *, of: Iterable[Item]) -> list[tuple[Dataset, list[int]]]:
    """Return datasets with the numbers of those items that are in them."""
    found: dict[int, list[int]] = {}
    for item in of:
        found.setdefault(item.dataset_id, []).append(item.id)
    return [(session.get_one(Dataset, key), ids) for key, ids in found.items()]


def create_dataset(session: Session, *, actor: Actor, project_id: int, name: str, now: datetime) -> Dataset:
    """Make a dataset, or return the one of that name."""
    people.require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_DATASETS)
    people.check_project(session, project_id)
    return datasets.find_or_add(session, project_id=project_id, name=values.name(name), now=now)


def condition(
    session: Session,
    *,
    dataset: Dataset,
    **chosen: Unpack[Chosen],
) -> Where:
    """Return the condition on items: of the dataset, and in the folder or below, and of the filter, and listed.

    Raises:
        FilterError: the filter is malformed, or names a task that the project does not have.
    """
    folder, where, item_ids = chosen.get("folder"), chosen.get("where"), chosen.get("item_ids")
    if folder is not None:
        values.text(folder, "a folder")
    if item_ids is not None:
        item_ids = values.keys(item_ids)
    tasks = task_names(session, project_id=dataset.project_id) if where is not None else {}
    return items.those(session, dataset_id=dataset.id, folder=folder, where=where, item_ids=item_ids, tasks=tasks)


def task_names(session: Session, *, project_id: int, pipeline: str | None = None) -> dict[str, int]:
    """Return the tasks that a filter may name: `task`, and `pipeline/task` for those of pipelines.

    A pipeline's task goes by its short name too, where no other one has it, or where the filter is that pipeline's own.
    A name that would mean two is none.
    """
    rows = pipelines.tasks(session, project_id=values.key(project_id))
    short = Counter(name for _, name, _ in rows)
    long = [(f"{pipeline}/{name}", key) for key, name, pipeline in rows if pipeline is not None]
    own = [(name, key) for key, name, pipeline in rows if pipeline is None]
    brief = [(name, key) for key, name, pipeline in rows if pipeline is not None and short[name] == 1]
    meant = Counter(name for name, _ in long + own)
    inside = {name: key for key, name, where in rows if pipeline is not None and where == pipeline}
    return dict(brief) | {name: key for name, key in long + own if meant[name] == 1} | inside
