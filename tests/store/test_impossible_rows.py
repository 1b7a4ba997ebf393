"""The database itself refuses rows of an impossible shape: one row for each CHECK, which breaks this one alone."""

from typing import Any

import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel
from stage import START

Row = dict[str, Any]
QUEUED: Row = {"task_id": 1, "item_id": 1, "state": "queued", "since": START}
SUBMITTED: Row = QUEUED | {"state": "submitted", "status": "completed", "routing": "routed", "status_event_id": 1}
CLAIMED: Row = QUEUED | {"state": "claimed", "assignment_id": 1, "lease_until": START}
KEPT: Row = {"kept_status": "completed", "kept_by": "issue", "kept_routing": "routed"}
RETURNED: Row = QUEUED | KEPT | {"state": "returned"}
FLAGGED: Row = {"item_id": 1, "task_item_id": 1, "qa_task_item_id": 1, "kind": "loose", "flagged_by": 1}
FLAGGED |= {"created_at": START, "updated_at": START}

POSSIBLE: dict[str, tuple[Row, ...]] = {
    "task_item": (
        QUEUED,
        QUEUED | KEPT | {"kept_by": "re-entry"},
        QUEUED | {"parked": "nobody"},
        CLAIMED,
        CLAIMED | KEPT,
        SUBMITTED,
        SUBMITTED | {"routing": "pending"},
        SUBMITTED | {"routing": "parked", "parked": "no-route"},
        RETURNED,
        QUEUED | {"state": "waiting"},
        QUEUED | {"state": "withdrawn"},
    ),
    "issue": tuple(FLAGGED | {"state": state} for state in ("open", "for_review", "approved", "dismissed")),
}
IMPOSSIBLE: dict[str, tuple[str, Row]] = {
    "ck_task_item_state": ("task_item", QUEUED | {"state": "lost"}),
    "ck_task_item_status_iff_submitted": ("task_item", SUBMITTED | {"status": None}),
    "ck_task_item_routing_iff_submitted": ("task_item", SUBMITTED | {"routing": None}),
    "ck_task_item_routing": ("task_item", SUBMITTED | {"routing": "lost"}),
    "ck_task_item_event_iff_submitted": ("task_item", SUBMITTED | {"status_event_id": None}),
    "ck_task_item_lease_iff_claimed": ("task_item", QUEUED | {"lease_until": START}),
    "ck_task_item_claimed_by_somebody": ("task_item", CLAIMED | {"assignment_id": None}),
    "ck_task_item_kept_by": ("task_item", QUEUED | KEPT | {"kept_by": None}),
    "ck_task_item_kept_by_what": ("task_item", QUEUED | KEPT | {"kept_by": "nothing"}),
    "ck_task_item_kept_routing": ("task_item", QUEUED | KEPT | {"kept_routing": None}),
    "ck_task_item_kept_routing_what": ("task_item", QUEUED | KEPT | {"kept_routing": "parked"}),
    "ck_task_item_kept_while_open": ("task_item", QUEUED | KEPT | {"state": "withdrawn"}),
    "ck_task_item_returned_by_issue": ("task_item", RETURNED | {"kept_by": "re-entry"}),
    "ck_task_item_parked": ("task_item", SUBMITTED | {"routing": "parked"}),
    "ck_task_item_parked_where": ("task_item", CLAIMED | {"parked": "nobody"}),
    "ck_task_item_visit": ("task_item", QUEUED | {"visit": 0}),
    "ck_issue_state": ("issue", FLAGGED | {"state": "fixed"}),
    "ck_task_type": (
        "task",
        {"project_id": 1, "dataset_id": 1, "recipe_id": 1, "name": "cars", "type": "review", "created_at": START}
        | {"statuses": [], "former_statuses": [], "team": {}},
    ),
    "ck_annotation_origin": (
        "annotation",
        {"item_id": 1, "label": "car", "tool": "box", "origin": "guess", "created_at": START}
        | {"geometry": {}, "attributes": {}},
    ),
    "ck_person_email_lower": ("person", {"email": "Ann@example.org", "created_at": START}),
    "ck_job_ended": (
        "job",
        {"project_id": 1, "actor_id": 1, "kind": "sync", "about": {}, "faults": [], "created_at": START}
        | {"outcome": "done", "ended_at": None},
    ),
    "ck_membership_role": ("membership", {"project_id": 1, "person_id": 1, "role": "admin", "created_at": START}),
}
"""By constraint: a table, and a row that it refuses."""


def insert(engine: Engine, table: str, row: Row) -> None:
    """Insert a row behind the back of services and models; the defaults of the columns apply."""
    with engine.begin() as connection:
        connection.execute(SQLModel.metadata.tables[table].insert().values(row))


def test_there_is_an_impossible_row_for_every_check(engine: Engine) -> None:
    found = {
        check["name"] for table in SQLModel.metadata.tables for check in inspect(engine).get_check_constraints(table)
    }
    assert found == IMPOSSIBLE.keys()


@pytest.mark.parametrize("check", IMPOSSIBLE)
def test_an_impossible_row_is_refused_by_its_check(engine: Engine, check: str) -> None:
    with pytest.raises(IntegrityError, match=rf"(?i)check constraint\b.*\b{check}\b"):
        insert(engine, *IMPOSSIBLE[check])


@pytest.mark.parametrize(("table", "row"), [(table, row) for table, rows in POSSIBLE.items() for row in rows], ids=str)
def test_a_possible_row_lacks_nothing_but_what_it_refers_to(engine: Engine, table: str, row: Row) -> None:
    with pytest.raises(IntegrityError, match=r"(?i)foreign key constraint"):
        insert(engine, table, row)
