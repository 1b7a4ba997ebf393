"""Items leave a pipeline: their open task items are withdrawn, their unrouted statuses never move."""

from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.work.states import Event
from workflow_core.store import turns
from workflow_core.store.database.dialect import run
from workflow_core.store.routing.arrivals import ARRIVED
from workflow_core.store.work import rework

LEAVING = """
    EXISTS (SELECT 1 FROM arrival a WHERE a.kind = 'exit' AND a.entry_id = task_item.entry_id)
    AND item_id IN (SELECT item_id FROM arrival WHERE kind = 'exit')
"""
AT = "coalesce(entry.exit, entry.held_exit)"
CAUSE = "(SELECT max(a.cause_id) FROM arrival a WHERE a.kind = 'exit' AND a.entry_id = task_item.entry_id)"


def leave(session: Session, *, now: datetime) -> None:
    """Let the arrivals of kind `exit` leave."""
    left = run(
        session,
        """
        UPDATE entry SET exit = n.name, held_exit = NULL, exited_at = :now
        FROM arrival a JOIN node n ON n.id = a.node_id
        WHERE a.kind = 'exit' AND entry.id = a.entry_id
        """,
        now=now,
    ).rowcount
    if not left:
        return
    turns.record(
        session,
        "exited",
        of="""arrival a JOIN node n ON n.id = a.node_id LEFT JOIN task_item s ON s.id = a.source_id
        WHERE a.kind = 'exit' ORDER BY a.id""",
        what=ARRIVED | {"task_id": "s.task_id", "name": "n.name"},
        now=now,
    )
    withdraw(session, where=LEAVING, name="exit", cause=CAUSE, now=now)
    unrouted = f"{LEAVING} AND routing IN ('pending', 'parked')"
    told = turns.TASK_ITEM | {"status": "status", "cause_id": CAUSE, "name": "'exit'"}
    turns.record(session, "voided", of=f"task_item WHERE {unrouted}", what=told, now=now)
    turns.mark(session, {"routing": "'void'", "parked": "NULL"}, where=unrouted)
    run(session, "UPDATE arrival SET kind = 'left' WHERE kind = 'exit'")


def come_back(session: Session, *, entries: str, now: datetime) -> None:
    """Take entries back from the exit that they left by, or are held at; `entries` is fixed SQL that they match."""
    told = {"item_id": "item_id", "entry_id": "id", "name": AT}
    turns.record(session, "came-back", of=f"entry WHERE {entries}", what=told, now=now)
    back = "exit = NULL, held_exit = NULL, exited_at = NULL, exported_at = NULL"
    run(session, f"UPDATE entry SET {back} WHERE {entries}")


def withdraw(
    session: Session,
    *,
    where: str,
    name: str,
    now: datetime,
    cause: str = "CAST(NULL AS BIGINT)",
    disputed: bool = True,
    locked: bool = False,
) -> set[int]:
    """Withdraw the open task items of a set; one that had a status before has it again, with its visit count.

    What an issue had taken is restored, since its issues are dismissed: it was no new work that ends here.

    Returns the entries in which an issue was dismissed: elsewhere in these an item may be able to go on now.
    `where` and `cause` are fixed SQL over `task_item`; `name` is the reason for the history. Where it is known that
    nothing is `disputed`, no issue is looked for; who says `locked` has locked the task items.
    """
    dismissed = rework.dismiss_withdrawn(session, where=where, now=now) if disputed else []
    turns.happen(
        session,
        Event.WITHDRAW,
        "withdrawn",
        where=where,
        now=now,
        tell={
            "verb": "CASE WHEN task_item.kept_by = 'issue' THEN 'restored' ELSE :verb END",
            "cause_id": cause,
            "name": ":name",
        },
        locked=locked,
        name=name,
    )
    if not dismissed:
        return set()
    on, of = [one.task_item_id for one in dismissed], [one.qa_task_item_id for one in dismissed]
    rework.follow_dismissed(session, on=on, of=of, now=now, locked=locked)
    return {one.entry_id for one in dismissed if one.entry_id is not None}
