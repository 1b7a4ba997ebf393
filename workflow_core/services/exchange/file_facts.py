"""What a file of annotations tells besides what is drawn: numbers of labels, ids, and licenses of images."""

import time
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from workflow_core.connectors.annotations.records import ImportedAnnotation, Problems, ToldImage
from workflow_core.domain.annotations.recipes import Category
from workflow_core.domain.words.wording import cited
from workflow_core.services.exchange.ingestion import PAUSE, OpenSession
from workflow_core.services.exchange.item_references import Items
from workflow_core.store.database.engine import Session
from workflow_core.store.exchange import categories, imports, numbers
from workflow_core.store.models import Dataset, Item

BATCH = 1_000
KINDS: Mapping[numbers.Numbered, str] = {"item": "image", "annotation": "annotation"}


def number_labels(session: Session, dataset: Dataset, new: Sequence[Category], problems: Problems) -> None:
    """Give labels without a number in the dataset that of the file; those that have one keep it, which is noted."""
    categories.give(session, dataset_id=dataset.id, new=new)
    known = {one.label: one for one in categories.given(session, dataset_id=dataset.id)}
    for one in new:
        there = known.get(one.label)
        if there is None or there.number != one.number:
            stays = f"stays {there.number}" if there else "gets a new number when it is exported"
            said = f"label {cited(one.label)} {stays}, and not {one.number} as in the file"
            problems.add("categories", said, skipped=False, cause=said)
        if one.supercategory and one.supercategory != (there.supercategory if there else ""):
            stays = f"stays in {cited(there.supercategory)}" if there and there.supercategory else "is in none"
            said = f"label {cited(one.label)} {stays}, and not in {cited(one.supercategory)} as in the file"
            problems.add("categories", said, skipped=False, cause=said)


def tell_of_images(
    open_session: OpenSession, items: Items, dataset: Dataset, images: Iterable[ToldImage], problems: Problems
) -> None:
    """Keep ids and licenses of images with the items that they are of, found as those of annotations.

    An item keeps the id that it has, also where that is annoflow's own and was exported.
    """
    each = (
        ImportedAnnotation(one.item, "", "", {}, one.license or {}, number=one.number, where=one.where)
        for one in images
    )
    wanted: dict[int, int] = {}
    while batch := list(islice(each, BATCH)):
        with open_session(read_only=not any(one.attributes for one in batch)) as session:
            found = list(items.match(session, batch))
            out = numbers.exported(session, item_ids=[item.id for _, item in found])
            licensed = {
                item.id: {**item.meta, "license": dict(one.attributes)}
                for one, item in found
                if one.attributes and "license" not in item.meta
            }
            imports.describe(session, licensed)
        for one, item in found:
            _compare(one, item, out, problems)
            if one.number is not None and item.number is None and item.id not in out:
                wanted.setdefault(item.id, one.number)
        time.sleep(PAUSE)
    with open_session(read_only=True) as session:
        given = iter(_free(session, "item", dataset, wanted, problems).items())
    while some := dict(islice(given, BATCH)):
        with open_session() as session:
            _give(session, dataset, some, problems)
        time.sleep(PAUSE)


def _compare(one: ImportedAnnotation, item: Item, exported: Container[int], problems: Problems) -> None:
    """Note what an image keeps though the file says otherwise."""
    here = item.id if item.number is None and item.id in exported else item.number
    if None not in (one.number, here) and one.number != here:
        stays = f"{item.name} stays the image {here} in exports, and not {one.number} as in the file"
        problems.add(one.where, stays, skipped=False, cause="another id of an image")
    if one.attributes and item.meta.get("license", one.attributes) != one.attributes:
        stays = f"{item.name} keeps the license that it has, and not the one of the file"
        problems.add(one.where, stays, skipped=False, cause="another license")


def _give(session: Session, dataset: Dataset, wanted: Mapping[int, int], problems: Problems) -> None:
    """Give items numbers that were free, unless another import was first; that is noted."""
    imports.lock(session, dataset_id=dataset.id)
    taken, _ = numbers.taken(session, "item", dataset_id=dataset.id, numbers=wanted.values())
    out = numbers.exported(session, item_ids=wanted)
    given = {key: number for key, number in wanted.items() if number not in taken and key not in out}
    numbers.give(session, "item", given)
    for key in wanted.keys() - given.keys():
        _note(problems, "item", wanted[key])


def numbered(
    session: Session, dataset: Dataset, rows: Sequence[dict[str, Any]], problems: Problems
) -> list[dict[str, Any]]:
    """Return the rows of annotations with those of their numbers that they can have."""
    wanted = {place: row["number"] for place, row in enumerate(rows) if row["number"] is not None}
    given = _free(session, "annotation", dataset, wanted, problems)
    return [{**row, "number": given.get(place)} for place, row in enumerate(rows)]


def _free(
    session: Session, kind: numbers.Numbered, dataset: Dataset, wanted: Mapping[int, int], problems: Problems
) -> dict[int, int]:
    """Return which of those that want a number can have it, the first of each; that others cannot is noted."""
    taken, keys = numbers.taken(session, kind, dataset_id=dataset.id, numbers=wanted.values())
    first: dict[int, int] = {}
    for key, number in wanted.items():
        if number not in taken:
            first.setdefault(number, key)
    given = {key: number for number, key in first.items()}
    # What has no number goes by its key, unless it gets one now; what is yet to be added has no key.
    goes = given.keys() if kind == "item" else ()
    while stay := [key for key, number in given.items() if number in keys and number not in goes]:
        for key in stay:
            del given[key]
    for number in (wanted[key] for key in wanted if key not in given):
        _note(problems, kind, number)
    return given


def _note(problems: Problems, kind: numbers.Numbered, number: int) -> None:
    problems.add(
        f"id {number}", f"the id is that of another {KINDS[kind]} here, and is not kept for exports", skipped=False
    )
