"""Put arrivals where they go: new rows, re-entries, exits, events. Idempotent by the unique task item of an item."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from workflow_core.domain.work.situations import MAX_VISITS
from workflow_core.domain.work.states import Event
from workflow_core.store import turns
from workflow_core.store.allocation import shares
from workflow_core.store.database.dialect import json, listed, run
from workflow_core.store.models.task_items import OPEN
from workflow_core.store.routing import arrivals, exits, holds, joins, routers
from workflow_core.store.routing.arrivals import ARRIVED, ArrivalKinds, give_up, kinds, look_up_existing
from workflow_core.store.work import rework

OVERFLOWS = 8
"""How often one arrival may be diverted by `max_visits` before it is parked."""


TAKEN = """
    CASE WHEN a.kind = 'task' AND x.kept_by = 're-entry' THEN CAST(
        '{{"kept": ' || x.kept_event_id
        || ', "routed": ' || CASE WHEN x.kept_routing = 'routed' THEN 1 ELSE 0 END || '}}' AS {json}
    ) END
"""
"""The status that a re-entry takes: it shows again when the one that is set next is taken back."""
TAKEN_FROM = "LEFT JOIN task_item x ON x.id = a.existing_id"


def put(session: Session, *, now: datetime, bounded: bool = True, meeting: bool = True) -> None:
    """Put all arrivals where they go: through routers and diversions, to tasks, exits and joins.

    Unbounded, `max_visits` diverts nothing: a manager sends where they want. Not `meeting`, who arrives at a join
    comes from outside the fork and waits for nobody.
    """
    there = _settle(session, now, at_joins=meeting, bounded=bounded)
    if "join" in there.kinds:
        # What has arrived is put aside, so that only who has met goes on.
        run(session, "UPDATE arrival SET kind = 'placed' WHERE kind IN ('task', 'open')")
        if joins.gather(session, now=now):
            _settle(session, now, at_joins=False, bounded=bounded)


def resume(session: Session, *, entry_ids: Iterable[int | None], now: datetime) -> None:
    """Let items go on where only an issue stood in their way: at the exit that held them, or at a join."""
    known = sorted({one for one in entry_ids if one is not None})
    if not known:
        return
    entries = listed(known)
    waiting = """
        SELECT coalesce(max(CASE WHEN e.held_exit IS NOT NULL THEN 1 END), 0) AS held, coalesce(max(
            CASE WHEN EXISTS (SELECT 1 FROM node n WHERE n.version_id = e.version_id AND n.is_join) THEN 1 END
        ), 0) AS forked FROM entry e
    """
    held, forked = run(session, f"{waiting} WHERE e.id IN ({entries})").one()
    if held:
        holds.release(session, entries=entries, now=now)
    if not forked:
        return
    arrivals.prepare(session)
    if joins.ask_again(session, entries=entries):
        _settle(session, now, at_joins=False, bounded=True)


def _settle(session: Session, now: datetime, *, at_joins: bool, bounded: bool) -> ArrivalKinds:
    """Task item the arrivals; those at joins wait for their siblings first, so a join is visited once by them all."""
    there = _send_on(session, now, at_joins=at_joins, bounded=bounded)
    _mark_sources(session, now, there)
    if "task" in there.kinds:
        _place_in_tasks(session, now, there)
    if "exit" in there.kinds:
        holds.hold_at_exits(session, now=now)
        exits.leave(session, now=now)
    return there


def _send_on(session: Session, now: datetime, *, at_joins: bool, bounded: bool) -> ArrivalKinds:
    """Take each arrival to the task, exit or join where it ends, or let it be stuck."""
    for _ in range(OVERFLOWS + 1):
        there = _resolve_routers(session)
        if at_joins and there.at_joins:
            run(
                session,
                """UPDATE arrival SET kind = 'join' WHERE kind = 'task'
                AND node_id IN (SELECT id FROM node WHERE is_join)""",
            )
            there = kinds(session)
        if not (bounded and there.met and _divert(session, now)):
            return there
    run(
        session,
        f"""
        UPDATE arrival SET kind = n.kind, parked = '{MAX_VISITS}'
        FROM (
            SELECT a.id, CASE WHEN {INTO_A_FORK} THEN 'task' ELSE 'stuck' END AS kind
            FROM arrival a JOIN node n ON n.id = a.node_id WHERE {OVER}
        ) n WHERE arrival.id = n.id
        """,
    )
    return kinds(session)


def _resolve_routers(session: Session) -> ArrivalKinds:
    """Send all arrivals that stand at routers on to a task or an exit."""
    for _ in range(routers.CHAIN):
        there = kinds(session)
        if "router" not in there.kinds:
            return there
        for node_id in routers.waiting_at(session):
            routers.resolve(session, routers.load(session, node_id))
    give_up(session)
    return kinds(session)


OVER = "a.kind = 'task' AND a.parked IS NULL AND a.existing_state = 'submitted' AND a.visit > n.max_visits"
INTO_A_FORK = """
    EXISTS (
        SELECT 1 FROM branch b JOIN node j ON j.id = b.join_id AND j.version_id = a.version_id
        WHERE b.task_id = a.task_id AND NOT EXISTS (
            SELECT 1 FROM task_item s JOIN branch o ON o.task_id = s.task_id AND o.join_id = b.join_id
            WHERE s.id = a.source_id
        )
    )
"""
"""Whether an arrival comes from outside into a fork: what is out of visits is parked inside, where it was
going, since the other branches go on; else where it came from."""


def _divert(session: Session, now: datetime) -> int:
    """Send on what has been in its target too often, where that says whither; returns how many."""
    of = f"arrival a JOIN node n ON n.id = a.node_id WHERE {OVER}"
    told = ARRIVED | {"task_id": "a.task_id", "visit": "a.visit", "name": f"'{MAX_VISITS}'"}
    diverted = turns.record(session, "diverted", of=of, what=told, now=now)
    if diverted:
        run(
            session,
            f"""
            UPDATE arrival SET node_id = coalesce(n.overflow_id, node_id), kind = n.kind,
                               parked = CASE WHEN n.overflow_id IS NULL THEN '{MAX_VISITS}' END
            FROM (
                SELECT a.id, n.overflow_id, CASE WHEN n.overflow_id IS NOT NULL THEN 'moved'
                    WHEN {INTO_A_FORK} THEN 'task' ELSE 'stuck' END AS kind
                FROM arrival a JOIN node n ON n.id = a.node_id WHERE {OVER}
            ) n
            WHERE arrival.id = n.id
            """,
        )
        look_up_existing(session, where="kind = 'moved'")
    return diverted


def _mark_sources(session: Session, now: datetime, there: ArrivalKinds) -> None:
    """Mark the statuses that led here as routed, or parked; an item that leaves takes no other way."""
    if "exit" in there.kinds:
        run(
            session,
            """
            DELETE FROM arrival WHERE id IN (
                SELECT a.id FROM arrival a
                JOIN (SELECT entry_id, min(id) AS id FROM arrival WHERE kind = 'exit' GROUP BY entry_id) out
                ON out.entry_id = a.entry_id AND out.id <> a.id
            )
            """,
        )
    led = "id IN (SELECT source_id FROM arrival WHERE kind {} 'stuck')"
    if there.led:
        turns.mark(session, {"routing": "'routed'"}, where=f"{led.format('<>')} AND routing = 'pending'")
    if "stuck" not in there.kinds:
        return
    of = "arrival a JOIN task_item ti ON ti.id = a.source_id WHERE a.kind = 'stuck'"
    if turns.record(session, "parked", of=of, what=ARRIVED | {"task_id": "ti.task_id", "name": "a.parked"}, now=now):
        why = "(SELECT max(parked) FROM arrival WHERE source_id = task_item.id AND kind = 'stuck')"
        where = f"{led.format('=')} AND state = 'submitted'"
        turns.mark(session, {"routing": "'parked'", "parked": why}, where=where)
        run(session, "UPDATE arrival SET kind = 'parked' WHERE kind = 'stuck'")


def _place_in_tasks(session: Session, now: datetime, there: ArrivalKinds) -> None:
    opened = 0
    if there.met:
        opened = run(session, f"UPDATE arrival SET kind = 'open' WHERE kind = 'task' AND existing_{OPEN}").rowcount
    if there.several:
        # Who arrives twice at one task is placed once; the other arrival is only recorded.
        opened += run(
            session,
            """
            UPDATE arrival SET kind = 'open' WHERE kind = 'task' AND id NOT IN (
                SELECT min(id) FROM arrival WHERE kind = 'task' GROUP BY task_id, item_id
            )
            """,
        ).rowcount
    if there.parked:
        # It stays with whoever has it, and counts as given to nobody.
        run(
            session,
            """UPDATE arrival SET assignment_id = x.assignment_id FROM task_item x
            WHERE x.id = arrival.existing_id AND arrival.kind = 'task' AND arrival.parked IS NOT NULL""",
        )
    parked = shares.allot(session)
    if there.new:
        turns.begin(session, now=now)
    if there.met:
        _enter_again(session, now, opened=opened > 0)
    number, taken, of = "1", "NULL", ""
    if there.met:
        number, taken, of = "coalesce(x.placement, 1)", TAKEN.format(json=json(session)), TAKEN_FROM
    told = {"task_id": "a.task_id", "assignment_id": "a.assignment_id", "visit": "a.visit", "placement": number}
    told |= {"name": "CASE WHEN a.kind = 'open' THEN 'open' END", "detail": taken}
    of = f"arrival a {of} WHERE a.kind IN ('task', 'open') ORDER BY a.id"
    turns.record(session, "placed", of=of, what=ARRIVED | told, now=now)
    if parked or there.parked:
        arrivals.record_parked(session, now=now)
    rework.hand_on(session, now=now)


def _enter_again(session: Session, now: datetime, *, opened: bool) -> None:
    """Open the task items that items have already; where one is open, the next status there is routed in any case."""
    again = ("arrival a", "a.existing_id = task_item.id")
    turns.happen(session, Event.REENTER, None, where="a.kind = 'task'", source=again, locked=True, now=now)
    if not opened:
        return
    met = "CASE kept_routing WHEN 'routed' THEN 'again' WHEN 'void' THEN 'anew' ELSE kept_routing END"
    where = "id IN (SELECT existing_id FROM arrival WHERE kind = 'open') AND kept_status IS NOT NULL"
    turns.mark(session, {"kept_routing": met}, where=where)
