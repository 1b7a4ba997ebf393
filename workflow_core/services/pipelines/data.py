"""Datasets and their items."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from workflow_core.domain.roles import Permission
from workflow_core.errors import InvalidInput, NotFound
from workflow_core.services import inputs, people
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import entries
from workflow_core.store.data import erasure, items, pipelines
from workflow_core.store.database.columns import Where
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Dataset, Item, Pipeline

STATEMENT = 5_000
"""Items that one statement adds."""
DEPTH = 100
"""How deep metadata may be nested. SQLite reads no JSON deeper than 1,000."""
LARGEST = 1e308


class NewItem(BaseModel):
    """An item to add. `width` and `height` are pixels of the image turned upright."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=255)
    folder: str = Field(default="/", max_length=1023)
    uri: str | None = Field(default=None, max_length=4096)
    metadata: dict[str, Any] = Field(default_factory=dict)
    width: int | None = Field(default=None, gt=0)
    height: int | None = Field(default=None, gt=0)

    @field_validator("name", "folder", "uri")
    @classmethod
    def _is_text(cls, text: str | None) -> str | None:
        if text is not None:
            _check_text(text)
        return text

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
        _check_json(metadata, DEPTH)
        return metadata


def _check_text(text: str) -> None:
    """Refuse what is no text to a database: NUL, and halves of characters, as in file names that are not UTF-8."""
    if any(each == "\0" or "\ud800" <= each <= "\udfff" for each in text):
        raise ValueError(f"{text[:40]!r} holds what cannot be stored as text")


def _check_json(value: object, depth: int) -> None:
    """Refuse what one of the databases could not keep, or would not compare as it is."""
    match value:
        case None | bool():
            pass
        case int() | float():
            if not -LARGEST <= value <= LARGEST:
                raise ValueError(f"a number in metadata lies between -1e308 and 1e308, unlike {value!s:.20}")
        case str():
            _check_text(value)
        case list() | dict():
            if depth == 0:
                raise ValueError(f"metadata is at most {DEPTH} levels deep")
            for each in (*value, *value.values()) if isinstance(value, dict) else value:
                _check_json(each, depth - 1)
            if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
                raise ValueError("a key in metadata is a text")
        case _:
            raise ValueError(f"metadata holds JSON values, not {type(value).__name__}")


@dataclass(frozen=True)
class Added:
    """How many items are new, were there already, entered pipelines at once; were erased before, and stay out."""

    new: int
    present: int
    entered: int
    erased: int = 0


def parse(raw: Mapping[str, Any]) -> NewItem:
    """Read an item from JSON values; InvalidInput says what is wrong."""
    try:
        return NewItem.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "item"
        raise InvalidInput(f"item {raw.get('name', '?')!r}: {where}: {first['msg']}") from error


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
    found = items.dataset_named(session, project_id=project_id, name=name)
    if found is None:
        names = ", ".join(repr(one) for one in items.dataset_names(session, project_id=project_id, limit=10))
        raise NotFound(f"no dataset {name!r}; there is {names or 'none yet'}")
    return found


def dataset_of(session: Session, *, pipeline: Pipeline) -> Dataset:
    """Return the dataset over which a pipeline runs."""
    return session.get_one(Dataset, pipeline.dataset_id)


def by_dataset(session: Session, *, of: Iterable[Item]) -> list[tuple[Dataset, list[int]]]:
    """Return datasets with the numbers of those items that are in them."""
    found: dict[int, list[int]] = {}
    for item in of:
        found.setdefault(item.dataset_id, []).append(item.id)
    return [(session.get_one(Dataset, key), ids) for key, ids in found.items()]


def create_dataset(session: Session, *, actor: Actor, project_id: int, name: str, now: datetime) -> Dataset:
    """Make a dataset, or return the one of that name."""
    people.require(session, actor=actor, project_id=project_id, permission=Permission.MANAGE_DATASETS)
    return items.find_or_add_dataset(session, project_id=project_id, name=inputs.name(name), now=now)


def condition(
    session: Session,
    *,
    dataset: Dataset,
    folder: str | None = None,
    where: Mapping[str, Any] | None = None,
    item_ids: Iterable[int] | None = None,
) -> Where:
    """Return the condition on items: of the dataset, and in the folder or below, and of the filter, and listed.

    Raises:
        FilterError: the filter is malformed, or names a task that the project does not have.
    """
    tasks = task_names(session, project_id=dataset.project_id) if where is not None else {}
    return items.those(session, dataset_id=dataset.id, folder=folder, where=where, item_ids=item_ids, tasks=tasks)


def task_names(session: Session, *, project_id: int) -> dict[str, int]:
    """Return the tasks that a filter may name: `task`, and `pipeline/task` for those of pipelines.

    A pipeline's task goes by its short name too, where no other one has it. A name that would mean two is none.
    """
    rows = pipelines.tasks(session, project_id=project_id)
    short = Counter(name for _, name, _ in rows)
    long = [(f"{pipeline}/{name}", key) for key, name, pipeline in rows if pipeline is not None]
    own = [(name, key) for key, name, pipeline in rows if pipeline is None]
    brief = [(name, key) for key, name, pipeline in rows if pipeline is not None and short[name] == 1]
    meant = Counter(name for name, _ in long + own)
    return dict(brief) | {name: key for name, key in long + own if meant[name] == 1}


def find(
    session: Session,
    *,
    actor: Actor,
    dataset: Dataset,
    folder: str | None = None,
    where: Mapping[str, Any] | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[Item]:
    """Return up to `limit` items by filter, in the order they came, those after the item `after`."""
    people.require(session, actor=actor, project_id=dataset.project_id, permission=Permission.QUERY_ITEMS)
    chosen = condition(session, dataset=dataset, folder=folder, where=where)
    return items.page(session, chosen, after=after, limit=limit)
