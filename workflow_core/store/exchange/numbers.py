"""The ids that images and annotations have in files of COCO: those of the file that they came in, once and for all.

What has no number goes by its key. So that no two of a dataset go by the same, a number is given only where nobody goes
by it, and what was made since gets a number after all others where its key is another's number.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from sqlmodel import Session

from workflow_core.store.database.dialect import among, listed, run, run_many

Numbered = Literal["item", "annotation"]
WITHIN: Mapping[Numbered, str] = {
    "item": "x.dataset_id = :dataset",
    "annotation": "EXISTS (SELECT 1 FROM item i WHERE i.id = x.item_id AND i.dataset_id = :dataset)",
}


def taken(session: Session, kind: Numbered, *, dataset_id: int, numbers: Iterable[int]) -> tuple[set[int], set[int]]:
    """Return which of some numbers something in a dataset has, and which are the keys of what has none."""
    found: tuple[set[int], set[int]] = set(), set()
    if wanted := sorted(set(numbers)):
        these, ids = among(session, wanted)
        by_number = (
            f"SELECT x.number, 0 FROM {kind} x WHERE x.number IS NOT NULL AND x.number {these} AND {WITHIN[kind]}"
        )
        by_key = f"SELECT x.id, 1 FROM {kind} x WHERE x.number IS NULL AND x.id {these} AND {WITHIN[kind]}"
        for number, which in run(session, f"{by_number} UNION ALL {by_key}", ids=ids, dataset=dataset_id):
            found[which].add(number)
    return found


def exported(session: Session, *, item_ids: Iterable[int]) -> set[int]:
    """Return those of some items that are in an export already."""
    out = f"SELECT item_id FROM entry WHERE exported_at IS NOT NULL AND item_id IN ({listed(item_ids)})"
    return set(run(session, out).scalars())


def give(session: Session, kind: Numbered, numbers: Mapping[int, int]) -> None:
    """Give items or annotations that have none numbers, by their keys; the dataset is locked."""
    if numbers:
        rows = [{"key": key, "number": number} for key, number in numbers.items()]
        run_many(session, f"UPDATE {kind} SET number = :number WHERE id = :key AND number IS NULL", rows)


def part(session: Session, *, dataset_id: int) -> None:
    """Give a number to what has none in a dataset, and whose key is another's number."""
    for kind, within in WITHIN.items():
        alike = run(
            session,
            f"""
            SELECT x.id FROM {kind} o JOIN {kind} x ON x.id = o.number AND x.number IS NULL
            WHERE o.number IS NOT NULL AND {within.replace("x.", "o.")} AND {within} ORDER BY x.id
            """,
            dataset=dataset_id,
        )
        if keys := list(alike.scalars()):
            number = f"SELECT max(number) FROM {kind} WHERE number IS NOT NULL"
            last = max(run(session, f"SELECT (SELECT max(id) FROM {kind}), ({number})").one())
            give(session, kind, dict(zip(keys, range(last + 1, last + 1 + len(keys)), strict=True)))
