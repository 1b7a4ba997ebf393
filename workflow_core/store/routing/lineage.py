"""Lineage: everything that was reached from a status, and taking it back in one transaction.

The history knows it: what a status led to are the events it caused, and what was submitted at the task items it led to.
Each placement of an item in a task has a number, which the events in it carry: a withdrawal ends the one that it names.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from workflow_core.domain.views.effects import Reached
from workflow_core.domain.work.reversing import First, Left, Lineage
from workflow_core.domain.work.situations import MAX_VISITS
from workflow_core.store import turns
from workflow_core.store.database.dialect import among, listed, notify, run
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.routing import arrivals, exits, placement
from workflow_core.store.work import rework

STANDS = """
    NOT EXISTS (
        SELECT 1 FROM event w WHERE w.item_id = p.item_id AND w.task_id = p.task_id AND w.verb = 'withdrawn'
        AND w.placement = p.placement AND w.id < {until}
    )
"""
"""Whether a placement `p` was not withdrawn `until` an event; an arrival at a join has no number, and always stands."""
BELOW = """
    SELECT ti.id AS task_item_id, k.id AS event_id, k.status,
           CASE WHEN CAST(p.detail ->> 'routed' AS BIGINT) = 1 THEN 'routed' ELSE 'void' END AS routing
    FROM task_item ti
    JOIN event p ON p.item_id = ti.item_id AND p.task_id = ti.task_id AND p.placement = ti.placement
        AND p.verb = 'placed' AND p.name IS NULL
    JOIN event k ON k.id = CAST(p.detail ->> 'kept' AS BIGINT)
"""
"""The statuses that task items had before the re-entry in which they have got their present ones."""


def led(lineage: Lineage) -> str:
    """Return the SQL that one of the statuses led somewhere by an event `p`."""
    return f"p.cause_id IN ({listed(lineage.causes)}) AND p.verb IN ('placed', 'arrived')"


def _reached(item_ids: str, led: str) -> str:
    """Return the SQL that a task item is open, and one of the statuses led there."""
    return f"""
        task_item.item_id IN ({item_ids}) AND {OPEN} AND EXISTS (
            SELECT 1 FROM event p WHERE p.item_id = task_item.item_id AND p.task_id = task_item.task_id
            AND p.entry_id = task_item.entry_id AND {led} AND {STANDS.format(until=2**62)}
        )
    """


def _closed(lineage: Lineage, verb: str) -> str:
    """Return the SQL that one of the exits has closed a task item; the starting task items are the caller's."""
    return f"""
        task_item.item_id IN ({listed(lineage.item_ids)})
        AND task_item.entry_id IN ({listed(one.entry_id for one in lineage.left)})
        AND (task_item.status_event_id IS NULL OR task_item.status_event_id NOT IN ({listed(lineage.first)}))
        AND EXISTS (
            SELECT 1 FROM event w WHERE w.item_id = task_item.item_id AND w.task_id = task_item.task_id
            AND w.entry_id = task_item.entry_id AND w.cause_id IN ({listed(lineage.causes)})
            AND w.name = 'exit' AND w.verb = '{verb}' AND NOT EXISTS (
                SELECT 1 FROM event back WHERE back.item_id = w.item_id AND back.entry_id = w.entry_id
                AND back.verb = 'came-back' AND back.id > w.id
            )
        )
    """


LED = "p.cause_id IN (SELECT cause_id FROM reached) AND p.verb IN ('placed', 'arrived')"
NOTHING = "CAST(NULL AS TEXT)"
NO = "CAST(NULL AS BOOLEAN)"
TRACE = f"""
    WITH RECURSIVE reached (cause_id, item_id) AS (
        SELECT id, item_id FROM event WHERE id {{these}}
        UNION
        SELECT s.id, s.item_id FROM reached r
        JOIN event p ON p.cause_id = r.cause_id AND p.verb IN ('placed', 'arrived')
        JOIN event s ON s.item_id = p.item_id AND s.task_id = p.task_id AND s.entry_id = p.entry_id
            AND s.verb = 'submitted' AND s.id > p.id AND NOT (s.id {{but}}) AND {STANDS.format(until="s.id")}
    )
    SELECT 'status' AS what, cause_id AS id, item_id, {NOTHING} AS name, {NOTHING} AS state,
           {NO} AS yes, {NO} AS led, {NO} AS gone
    FROM reached
    UNION ALL
    SELECT 'first', f.id, (
        SELECT l.actor_id FROM event l WHERE l.task_id = f.task_id AND l.item_id = f.item_id AND l.verb = 'submitted'
        ORDER BY l.id DESC LIMIT 1
    ), (
        SELECT v.digest FROM entry e JOIN pipeline_version v ON v.id = e.version_id WHERE e.id = f.entry_id
        AND NOT EXISTS (SELECT 1 FROM node n WHERE n.version_id = e.version_id AND n.task_id = f.task_id)
    ), NULL, NULL, NULL, NULL
    FROM event f WHERE f.id {{these}}
    UNION ALL
    SELECT 'task item', task_item.id, task_item.item_id, t.name, task_item.state, task_item.begun, NULL, NULL
    FROM task_item JOIN task t ON t.id = task_item.task_id WHERE {_reached("SELECT item_id FROM reached", LED)}
    UNION ALL
    SELECT 'exit', entry.id, entry.item_id, i.name, {exits.AT}, entry.exported_at IS NOT NULL, coalesce((
        SELECT x.cause_id FROM event x WHERE x.item_id = entry.item_id AND x.entry_id = entry.id
        AND x.verb IN ('exited', 'held') ORDER BY x.id DESC LIMIT 1
    ) IN (SELECT cause_id FROM reached), FALSE), entry.exit IS NOT NULL
    FROM event f JOIN entry ON entry.id = f.entry_id JOIN item i ON i.id = entry.item_id
    WHERE f.id {{these}} AND {exits.AT} IS NOT NULL
    UNION ALL
    SELECT 'issue', id, item_id, NULL, state, NULL, NULL, NULL FROM issue
    WHERE item_id IN (SELECT item_id FROM reached) AND state IN ('open', 'for_review')
    ORDER BY 1, 2
"""
"""All that statuses led to, and what decides whether they may be taken back."""


def trace(session: Session, causes: Iterable[int | None], *, but: Sequence[int] = (0,)) -> Lineage:
    """Find everything reached from the statuses with these events, transitively.

    `but` are the statuses that take their place: they may stand where those had led back to, and yet were not reached.
    """
    found: dict[str, list[Any]] = defaultdict(list)
    these, ids = among(session, [cause for cause in causes if cause is not None])
    others, without = among(session, but)
    trace = TRACE.format(these=these, but=others.replace(":ids", ":but"))
    for row in run(session, trace, ids=ids, but=without):
        found[row.what].append(row)
    return Lineage(
        first={row.id: First(row.item_id, row.name) for row in found["first"]},
        causes=[row.id for row in found["status"]],
        item_ids=sorted({row.item_id for row in found["status"]}),
        reached=[Reached(row.id, row.name, row.state, bool(row.yes)) for row in found["task item"]],
        exits=[
            Left(row.id, row.item_id, row.name, row.state, bool(row.gone), bool(row.yes), bool(row.led))
            for row in found["exit"]
        ],
        disputed=bool(found["issue"]),
        answered=any(row.state == "for_review" for row in found["issue"]),
    )


def take_back(session: Session, lineage: Lineage, *, reason: str, now: datetime) -> None:
    """Take a lineage back: open task items are withdrawn, unrouted statuses never move, exits are re-opened.

    Statuses downstream stand as history: void, until a re-entry. The starting task items are the caller's; their items
    are locked, and all is as it was found.
    """
    reached = [one.task_item_id for one in lineage.reached]
    if lineage.left:
        _come_back(session, lineage, now)
        open_ = _reached(listed(lineage.item_ids), led(lineage))
        # Put down first: with the events of the withdrawal nothing stands that was reached.
        reached = list(run(session, f"SELECT task_item.id FROM task_item WHERE {open_}").scalars())
    if lineage.answered:
        _hand_back(session, lineage, now)
    if reached:
        exits.withdraw(
            session,
            where=f"task_item.id IN ({listed(reached)})",
            name=reason,
            now=now,
            disputed=lineage.disputed,
            locked=True,
        )
    if downstream := set(lineage.causes) - set(lineage.first):
        of = f"item_id IN ({listed(lineage.item_ids)}) AND status_event_id IN ({listed(sorted(downstream))})"
        turns.mark(session, {"routing": "'void'", "parked": "NULL"}, where=f"{of} AND state = 'submitted'")


def _hand_back(session: Session, lineage: Lineage, now: datetime) -> None:
    """Give issues for review that were handed on to task items reached back to the reviews that had them before."""
    handed_on = f"""
        SELECT id, owner_id, task_item_id FROM (
            SELECT i.id, i.qa_task_item_id AS owner_id, CAST(h.detail ->> 'from' AS BIGINT) AS task_item_id,
                   row_number() OVER (PARTITION BY i.id ORDER BY h.id) AS number
            FROM event p JOIN event h ON h.item_id = p.item_id AND h.task_id = p.task_id AND h.entry_id = p.entry_id
                AND h.verb = 'handed-on' AND h.id > p.id AND {STANDS.format(until="h.id")}
            JOIN issue i ON i.id = CAST(h.detail ->> 'issue' AS BIGINT) AND i.state = 'for_review'
            WHERE {led(lineage)}
        ) f WHERE number = 1 AND task_item_id <> owner_id
    """
    rework.hand_over(session, handed_on, verb="handed-back", now=now)


def _come_back(session: Session, lineage: Lineage, now: datetime) -> None:
    """Bring items back from the exits that were reached, with all that the exit had closed.

    What was open is placed again, in the visit that it was in, and parked if it was out of visits; who had it may be
    gone, or an author by now.
    """
    arrivals.prepare(session)
    run(
        session,
        f"""
        INSERT INTO arrival (entry_id, item_id, kind, task_id, existing_id, existing_state, visit, cause_id, parked)
        SELECT task_item.entry_id, task_item.item_id, 'task', task_item.task_id, task_item.id, task_item.state,
               p.visit, p.cause_id, (
                   SELECT max(k.name) FROM event k WHERE k.item_id = task_item.item_id
                   AND k.task_id = task_item.task_id AND k.verb = 'parked' AND k.name = '{MAX_VISITS}' AND k.id > p.id
               )
        FROM task_item JOIN event p ON p.id = (
            SELECT max(l.id) FROM event l WHERE l.item_id = task_item.item_id AND l.task_id = task_item.task_id
            AND l.verb = 'placed'
        )
        WHERE {_closed(lineage, "withdrawn")} ORDER BY task_item.id
        """,
    )
    voided = _closed(lineage, "voided")
    turns.mark(session, {"routing": "'pending'"}, where=f"{voided} AND routing = 'void'")
    by_issue = "kept_by = 'issue' AND kept_routing = 'void'"
    turns.mark(session, {"kept_routing": "'pending'"}, where=f"{voided} AND {by_issue}")
    entries = f"id IN ({listed(one.entry_id for one in lineage.left)})"
    exits.come_back(session, entries=entries, now=now)
    placement.put(session, now=now, bounded=False, meeting=False)
    notify(session)
