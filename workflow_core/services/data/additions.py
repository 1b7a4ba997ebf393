"""Items that are named, line by line, by who may: each line is taken or refused by itself, a batch at a time."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

from workflow_core.domain.items import addresses
from workflow_core.domain.views.data import Line
from workflow_core.domain.words.wording import cited
from workflow_core.domain.work.roles import Permission
from workflow_core.errors import InvalidInput
from workflow_core.services import access
from workflow_core.services.exchange.ingestion import PAUSE, OpenSession
from workflow_core.services.people import Actor
from workflow_core.services.pipelines import data, places
from workflow_core.services.pipelines.data import NewItem
from workflow_core.services.pipelines.places import Places
from workflow_core.store.data import items
from workflow_core.store.database.engine import Session

LONGEST = 10_000_000
"""Bytes of a line: more than the most metadata that an item may have."""
Read = tuple[int, NewItem | str]
"""A line's number, and the item that it names, or why it names none."""


def check(session: Session, *, actor: Actor, dataset_id: int) -> None:
    """Refuse who may not add items, before anything is read.

    Raises:
        NotFound, NotAllowed: the actor has no such dataset, or may not import items.
    """
    access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.IMPORT_ITEMS)


def add(
    open_session: OpenSession,
    *,
    actor: Actor,
    dataset_id: int,
    lines: Iterable[bytes],
    within: Places,
    clock: Callable[[], datetime],
) -> Iterator[list[Line]]:
    """Add the item that each line names, as JSON, in a transaction per batch; yield what became of each once kept.

    The same again changes nothing, so whoever was cut off sends all of it again. An address leads below the sources
    that are open.

    Raises:
        NotFound, NotAllowed: as `check`.
    """
    with open_session(read_only=True) as session:
        limit = items.batch(session)
    numbered = ((number, _read(line, within)) for number, line in enumerate(lines, 1) if line.strip())
    while batch := list(islice(numbered, limit)):
        with open_session() as session:
            kept = _add(session, actor, dataset_id, batch, clock())
        yield kept
        time.sleep(PAUSE)


def _read(line: bytes, within: Places) -> NewItem | str:
    try:
        if len(line) > LONGEST:
            return f"a line has up to {LONGEST:,} bytes"
        new = data.parse(json.loads(line))
        if new.uri is not None and not any(places.lies_below(new.uri, source) for source in within.sources):
            return f"{cited(addresses.shown(new.uri))} is not open over HTTP; possible is what lies {_below(within)}"
    except InvalidInput as error:
        return str(error)
    except (ValueError, RecursionError):
        return "this is no JSON"
    return new


def _below(within: Places) -> str:
    listed = ", ".join(map(addresses.shown, within.sources))
    return f"below {listed} (ANNOFLOW_SOURCES)" if listed else f"nowhere: it is read {places.NO_SOURCES}"


def _add(session: Session, actor: Actor, dataset_id: int, batch: Iterable[Read], now: datetime) -> list[Line]:
    dataset = access.dataset(session, actor=actor, dataset_id=dataset_id, permission=Permission.IMPORT_ITEMS)
    before = items.newest(session)
    new = [read for _, read in batch if isinstance(read, NewItem)]
    data.add_items(session, actor=actor, dataset=dataset, new=new, now=now)
    paths = [(one.folder, one.name) for one in new]
    numbers = items.numbers(session, dataset_id=dataset.id, paths=paths)
    told, seen = list[Line](), set[int]()
    for line, read in batch:
        if isinstance(read, str):
            told.append(Line(line=line, became="refused", fault=read))
            continue
        item_id = numbers.get((read.folder, read.name))
        if item_id is None:
            told.append(Line(line=line, became="erased", fault="an item of this name was erased"))
            continue
        fresh = item_id > before and item_id not in seen
        seen.add(item_id)
        told.append(Line(line=line, became="new" if fresh else "present", item_id=item_id))
    return told
