"""Acts on many items as they are asked for: a few are done at once, whole or not at all; more become a job."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.exchange import Job
from workflow_core.errors import Conflict
from workflow_core.services.jobs import acts, jobs
from workflow_core.services.managers import staff, tasks
from workflow_core.services.managers.previews import MOST as TRIED
from workflow_core.services.managers.previews import carry_out
from workflow_core.services.people import Actor
from workflow_core.store.data import items
from workflow_core.store.database.columns import Where
from workflow_core.store.database.engine import Session, taken_back
from workflow_core.store.models import Person
from workflow_core.store.work.reassignment import Handed

MOST = 1_000
"""Items that an act changes in one transaction: others who write wait for that."""


def ask(
    session: Session, *, actor: Person, act: str, key: int, now: datetime, dry_run: bool = False, **said: Any
) -> Outcome | Job:
    """Do an act to all that is said, or none of it; where it is of more items than go at once, return a job for it.

    Raises:
        AnnoflowError: what the act itself raises.
    """
    done = at_once(session, actor=actor, act=act, key=key, now=now, dry_run=dry_run, **said)
    if done is not None:
        return done
    return _later(session, actor=actor, act=act, key=key, said=said, now=now)


def create_qa(
    session: Session,
    *,
    actor: Person,
    task_id: int,
    now: datetime,
    where: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    **given: Any,
) -> tuple[int, Outcome | Job]:
    """Make a QA task over items of an annotation task, as `tasks.create_qa` says, and fill it, as `ask` does.

    Returns its number, and what came of filling it.

    Raises:
        AnnoflowError: what making and filling it raise.
    """
    with taken_back(session) if dry_run else nullcontext():
        made, sample = tasks.create_qa(session, actor=actor, task_id=task_id, now=now, where=where, **given)
        of: dict[str, Any] = {"where": where, "sample": sample}
        return made, ask(session, actor=actor, act="add", key=made, now=now, dry_run=dry_run, **of)


def at_once(
    session: Session, *, actor: Actor, act: str, key: int, now: datetime, dry_run: bool = False, **said: Any
) -> Outcome | None:
    """Do an act, or with `dry_run` say what it would do; None, and nothing is done, where that is no matter of moments.

    What a larger one would do is told of the first of its items: all the others are only counted.

    Raises:
        AnnoflowError: what the act itself raises.
    """
    given, of = _first(session, actor=actor, act=act, key=key, said=said, most=TRIED)
    if of is not None and not dry_run:
        return None
    did = partial(acts.do, session, actor=actor, act=act, key=key, said=given, now=now)
    outcome = carry_out(session, did, now=now, dry_run=dry_run)
    return outcome if of is None else replace(outcome, items=items.count(session, of), tried=TRIED)


def dealt(session: Session, *, actor: Person, task_id: int, now: datetime, **said: Any) -> tuple[Handed, int | None]:
    """Return what a redistribution would give each, of the first of many items, and then of how many it would be.

    Raises:
        AnnoflowError: what `staff.redistribute` raises.
    """
    given, of = _first(session, actor=actor, act="redistribute", key=task_id, said=said, most=MOST)
    handed = staff.redistribute(session, actor=actor, task_id=task_id, now=now, preview=True, **given)
    return handed, None if of is None else items.count(session, of)


def _first(session: Session, *, said: acts.Said, most: int, act: str, **asked: Any) -> tuple[acts.Said, Where | None]:
    """Return what is said of an act, of its first items alone where it is of more than go at once; then all of them."""
    of = acts.concerned(session, act=act, said=said, **asked)
    first = acts.first(session, of, act=act, limit=MOST + 1)
    return (said, None) if len(first) <= MOST else (acts.on(said, first[:most]), of)


def if_many(session: Session, *, actor: Person, act: str, key: int, now: datetime, **said: Any) -> Job | None:
    """Return a job for an act on more items than go at once; None, and nothing is done, where there are fewer.

    Raises:
        AnnoflowError: what the act itself raises.
    """
    of = acts.concerned(session, actor=actor, act=act, key=key, said=said)
    if len(acts.first(session, of, act=act, limit=MOST + 1)) <= MOST:
        return None
    return _later(session, actor=actor, act=act, key=key, said=said, now=now)


def _later(session: Session, *, actor: Person, said: acts.Said, **asked: Any) -> Job:
    """Return a job for an act, after what is wrong with it for all of its items was said."""
    _try(session, actor=actor, said=said, **asked)
    return jobs.bulk(session, actor=actor, said=said, **asked)


def _try(session: Session, *, said: acts.Said, actor: Actor, act: str, key: int, **asked: Any) -> None:
    """Do an act to the first of its items, and take that back: what is wrong with it for all is said before the job."""
    of = acts.concerned(session, actor=actor, act=act, key=key, said=said)
    first = acts.on(said, acts.first(session, of, act=act, limit=1))
    try:
        with taken_back(session):
            acts.do(session, actor=actor, act=act, key=key, said=first, **asked)
    except Conflict as error:
        if error.code not in acts.OF_ITEMS:
            raise
