"""Takers: who may work on a task item. Who is an author follows from the history and is stored nowhere else."""

from workflow_core.store.models.task_items import REVIEWED

TAKERS = f"""
    assignment s JOIN person p ON p.id = s.person_id JOIN task own ON own.id = s.task_id
    WHERE s.task_id = task_item.task_id AND s.active AND p.active AND (own.review_own OR NOT EXISTS (
        SELECT 1 FROM review r JOIN event ev ON ev.task_id = r.task_id AND ev.item_id = task_item.item_id
        AND ev.verb = 'submitted' AND ev.actor_id = s.person_id WHERE {REVIEWED}
    ))
"""
"""Who is active in the task of a `task_item`, and no author of what it reviews: an assignment `s` and its person."""
TAKER = f"EXISTS (SELECT 1 FROM {TAKERS})"
"""Whether there is anybody who may."""
