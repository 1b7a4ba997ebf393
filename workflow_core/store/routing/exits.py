"""Items leave a pipeline: their open task items are withdrawn, their unrouted statuses never move."""

from datetime import datetime

from sqlmodel import Session

from workflow_core.store.database.dialect import is_postgres, run
from workflow_core.store.models import TaskItem
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.work import issues

LEAVING = """
    EXISTS (SELECT 1 FROM arrival a WHERE a.kind = 'exit' AND a.entry_id = task_item.entry_id)
    AND item_id IN (SELECT item_id FROM arrival WHERE kind = 'exit')
"""
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
    run(
        session,
        """
        INSERT INTO event (at, verb, item_id, task_id, entry_id, cause_id, name)
        SELECT :now, 'exited', a.item_id, s.task_id, a.entry_id, a.cause_id, n.name
        FROM arrival a JOIN node n ON n.id = a.node_id LEFT JOIN task_item s ON s.id = a.source_id
        WHERE a.kind = 'exit' ORDER BY a.id
        """,
        now=now,
    )
    withdraw(session, where=LEAVING, name="exit", cause=CAUSE, now=now)
    run(
        session,
        f"""
        INSERT INTO event (at, verb, item_id, task_id, entry_id, assignment_id, status, visit, cause_id, name)
        SELECT :now, 'voided', item_id, task_id, entry_id, assignment_id, status, visit, {CAUSE}, 'exit'
        FROM task_item WHERE {LEAVING} AND routing IN ('pending', 'parked')
        """,
        now=now,
    )
    run(
        session,
        f"""UPDATE task_item SET routing = 'void', parked = NULL
        WHERE {LEAVING} AND routing IN ('pending', 'parked')""",
    )
    run(session, "UPDATE arrival SET kind = 'left' WHERE kind = 'exit'")


def withdraw(
    session: Session, *, where: str, name: str, now: datetime, cause: str = "CAST(NULL AS BIGINT)"
) -> set[int]:
    """Withdraw the open task items of a set; one that had a status before has it again, with its visit count.

    What an issue had taken is restored, since its issues are dismissed: it was no new work that ends here.

    Returns the entries in which an issue was dismissed: elsewhere in these an item may be able to go on now.
    `where` and `cause` are fixed SQL over `task_item`; `name` is the reason for the history.
    """
    dismissed = issues.dismiss_withdrawn(session, where=where, now=now)
    restored = "CASE WHEN kept_status IS NULL THEN 'withdrawn' ELSE 'submitted' END"
    visit, number = (
        f"coalesce((SELECT k.{one} FROM event k WHERE k.id = task_item.kept_event_id), {one})"
        for one in ("visit", "placement")
    )
    if is_postgres(session):
        # Else somebody could submit between the event and the change, and the history would tell what was not.
        run(session, f"SELECT id FROM task_item WHERE {where} AND {OPEN} ORDER BY id FOR NO KEY UPDATE")
    run(
        session,
        f"""
        INSERT INTO event (at, verb, item_id, task_id, entry_id, assignment_id, status, visit, placement, cause_id,
                           name)
        SELECT :now, CASE WHEN kept_by = 'issue' THEN 'restored' ELSE 'withdrawn' END, item_id, task_id, entry_id,
               assignment_id, kept_status, {visit}, placement, {cause}, :name
        FROM task_item WHERE {where} AND {OPEN}
        """,
        now=now,
        name=name,
    )
    run(
        session,
        f"""
        UPDATE task_item SET
            state = {restored}, status = kept_status, status_event_id = kept_event_id, visit = {visit},
            placement = {number},
            routing = CASE WHEN kept_routing = 'again' THEN 'routed' WHEN kept_routing = 'anew' THEN 'void'
                WHEN kept_routing = 'pending' AND kept_by <> 'issue' THEN 'void' ELSE kept_routing END,
            kept_status = NULL, kept_event_id = NULL, kept_by = NULL, kept_routing = NULL,
            begun = begun OR kept_status IS NOT NULL, lease_until = NULL, parked = NULL, since = :now
        WHERE {where} AND {OPEN}
        """,
        now=now,
    )
    if not dismissed:
        return set()
    issues.follow_withdrawn(session, dismissed, now=now)
    found = [session.get_one(TaskItem, issue.task_item_id).entry_id for issue in dismissed]
    return {entry_id for entry_id in found if entry_id is not None}
