"""Review decisions: those that reviewers made, and those about the work of annotators.

Of all days, every decision is counted as if it were the first on its item; then the later ones are taken off, for which
only the items with several need to be looked at. Of the last days each is asked whether there was one before it.
"""

from collections.abc import Collection, Iterable, Iterator

from sqlmodel import Session

from workflow_core.domain.measures.figures import Group, Tally
from workflow_core.store.database.dialect import listed, run
from workflow_core.store.models.history import DAY_OF_EVENT, OF_REVIEWS
from workflow_core.store.reads.figures.groups import day, lately, read

APPROVED = "sum(CASE WHEN status = 'approved' THEN 1 ELSE 0 END)"
BY_ACTOR = "actor_id, 3"
"""Who set a status, and when: even where that is not told apart, since SQLite has an index in that order."""


def made(session: Session, qa_task_ids: Iterable[int], *, since: int | None = None) -> Iterator[tuple[Group, Tally]]:
    """Yield the decisions that reviewers made in QA tasks: statuses, and reviews that sent the item back.

    All of them, or those `since` a day on.
    """
    for task_id in qa_task_ids:
        yield from _count(
            session,
            [task_id],
            since=since,
            what=f"{int(task_id)} AS task_id, actor_id AS person_id, {day('at')} AS day",
            statuses=f"verb = 'submitted' AND task_id = {int(task_id)}",
            sent_back=f"{OF_REVIEWS} AND verb = 'waiting' AND task_id = {int(task_id)}",
        )


def about(
    session: Session, task_id: int, *, by_person: bool = True, since: int | None = None
) -> Iterator[tuple[Group, Tally]]:
    """Yield the decisions about annotators' work: statuses in the QA tasks that review it, and flags that took one.

    All of them, or those `since` a day on. Without `by_person` it is not said whose work it was, which is faster.
    """
    query = "SELECT DISTINCT qa_task_id FROM review WHERE task_id = :task"
    reviewing = run(session, query, task=task_id).scalars()
    worked = f"""FROM event s WHERE s.verb = 'submitted' AND s.task_id = {int(task_id)} AND s.item_id = event.item_id
        AND s.id < event.id"""
    author = f"(SELECT s.actor_id {worked} ORDER BY s.id DESC LIMIT 1)"
    person = author if by_person else "CAST(NULL AS BIGINT)"
    return _count(
        session,
        reviewing,
        since=since,
        what=f"{int(task_id)} AS task_id, {person} AS person_id, {day('at')} AS day",
        statuses=f"verb = 'submitted' AND task_id IN ({listed(reviewing)})",
        sent_back=f"{OF_REVIEWS} AND verb = 'returned' AND task_id = {int(task_id)}",
        # What was decided before anybody had worked there is about nobody.
        only=f"AND EXISTS (SELECT 1 {worked})",
        groups="2, 3" if by_person else BY_ACTOR,
    )


def _count(
    session: Session,
    reviewing: Collection[int],
    *,
    since: int | None,
    what: str,
    statuses: str,
    sent_back: str,
    only: str = "",
    groups: str = BY_ACTOR,
) -> Iterator[tuple[Group, Tally]]:
    """Count decisions: `statuses`, and what was `sent_back`; the first on an item is counted as such, too."""
    earlier = [
        f"EXISTS (SELECT 1 FROM event f WHERE {each} AND f.item_id = event.item_id AND f.id < event.id {of_f})"
        for of_f in [only.replace("event.", "f.")]
        for each in (statuses, sent_back)
    ]
    a_first = f"CASE WHEN {' OR '.join(earlier)} THEN 0 ELSE 1 END"
    firsts, approved, known = "count(*)", APPROVED, only
    if since is not None:
        known = ""  # what is about nobody is told apart anyway
        firsts, approved = f"sum({a_first})", f"sum(CASE WHEN status = 'approved' THEN {a_first} ELSE 0 END)"
    recent = lately(session, reviewing, since, person="actor_id", day=DAY_OF_EVENT)
    yield from read(
        session,
        f"""
        SELECT {what}, count(*) AS decisions, {APPROVED} AS approvals,
               {firsts} AS first_decisions, {approved} AS first_approvals
        FROM event WHERE {statuses} {recent} {known} GROUP BY {groups}
        """,
    )
    yield from read(
        session,
        f"""
        SELECT {what}, count(*) AS decisions, sum({a_first}) AS first_decisions
        FROM event WHERE {sent_back} {f"AND {DAY_OF_EVENT} >= {since}" if since is not None else ""} {known}
        GROUP BY 2, 3
        """,
    )
    if since is not None:
        return
    # CROSS, because SQLite keeps that order: look up the few items, instead of them in all decisions.
    yield from read(
        session,
        f"""
        WITH several (item_id, first_id) AS (
            SELECT item_id, min(id) FROM (
                SELECT item_id, min(id) AS id FROM event WHERE {statuses} {only} GROUP BY item_id HAVING count(*) > 1
                UNION ALL SELECT item_id, id FROM event WHERE {sent_back} {only}
            ) decision GROUP BY item_id
        )
        SELECT {what}, -count(*) AS first_decisions, -{APPROVED} AS first_approvals
        FROM several CROSS JOIN event
        WHERE several.item_id = event.item_id AND event.id > first_id AND {statuses} {only} GROUP BY 2, 3
        """,
    )


def taken_back(session: Session, qa_task_ids: Iterable[int]) -> Iterator[tuple[Group, Tally]]:
    """Yield how many approvals of each reviewer were undone or cleared later."""
    return read(
        session,
        f"""
        SELECT task_id, (
            SELECT s.actor_id FROM event s WHERE s.verb = 'submitted' AND s.task_id = event.task_id
            AND s.item_id = event.item_id AND s.id < event.id ORDER BY s.id DESC LIMIT 1
        ) AS person_id, {day("at")} AS day, count(*) AS taken_back
        FROM event WHERE {OF_REVIEWS} AND verb IN ('cleared', 'undone') AND status = 'approved'
            AND task_id IN ({listed(qa_task_ids)})
        GROUP BY 1, 2, 3
        """,
    )
