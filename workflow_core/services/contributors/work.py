"""What contributors do: take the next item, draw, set a status, give back."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from workflow_core.domain.views.work import Claim, Submitted
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import counted
from workflow_core.domain.work import situations
from workflow_core.domain.work.situations import Seat
from workflow_core.domain.work.states import State
from workflow_core.errors import AnnoflowError, Conflict, InvalidInput, Stale
from workflow_core.services import access
from workflow_core.services.contributors import annotation_sets, batches
from workflow_core.services.contributors.batches import Wanted
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person
from workflow_core.store.work import activity, claims, drafts


def claim_next(session: Session, *, actor: Person, task_id: int, now: datetime) -> Claim | None:
    """Return the item to work on next, claimed until its lease ends; None where there is none.

    What the person holds already comes first. In a queue task a whole batch is claimed; `claim_more` claims another.

    Raises:
        NotFound: the task does not exist, or the person has no assignment in it.
        Conflict: the task or the assignment is paused, or the task is closed.
    """
    seat = _handing_out(session, actor, task_id, now)
    until = values.later(now, seat.lease)
    held = claims.claimed_by(session, task_id=seat.task_id, assignment_id=seat.own_id) if seat.holds else []
    if held:
        claims.renew(session, task_id=seat.task_id, assignment_id=seat.own_id, until=until)
        activity.seen(session, task_item_ids=[held[0].id], person_id=actor.id, now=now)
        return held[0]
    situations.check_member(seat)
    # Outside queue tasks the pool holds what had nobody to go to, and now somebody asks.
    count = int(seat.queue["batch"]) if seat.queue else 1
    taken = _claim(session, actor, seat, now, until, count=count)
    return taken[0] if taken else None


def claim_more(session: Session, *, actor: Person, task_id: int, now: datetime) -> list[Claim]:
    """Claim one more batch of a queue task beside what the person holds, up to its limit; none where the pool is empty.

    What an issue sent back to them, to fix or to look at again, does not count to the limit.

    Raises:
        NotFound: the task does not exist, or the person has no assignment in it.
        Conflict: they hold as many as the limit allows; the task allocates in advance; the task or the assignment is
            paused, or the task is closed.
    """
    seat = _handing_out(session, actor, task_id, now)
    situations.check_member(seat)
    if seat.queue is None:
        why = f"task {seat.task!r} allocates in advance: there is no batch to ask for, only the next item"
        raise Conflict(why, code="allocated-in-advance", task=seat.task)
    batch, limit = int(seat.queue["batch"]), int(seat.queue["limit"])
    holding = claims.count_to_limit(session, task_id=seat.task_id, assignment_id=seat.own_id)
    if holding >= limit:
        why = f"you hold {counted(holding, 'item')} of {seat.task!r}, its limit is {limit}: finish or release one first"
        raise Conflict(why, code="limit-reached", task=seat.task, limit=limit, count=holding)
    until = values.later(now, seat.lease)
    claims.renew(session, task_id=seat.task_id, assignment_id=seat.own_id, until=until)
    return _claim(session, actor, seat, now, until, count=min(batch, limit - holding), more=True)


def _handing_out(session: Session, actor: Person, task_id: int, now: datetime) -> Seat:
    claims.take_turns(session, person_id=actor.id)
    seat = access.seat(session, actor=actor, task_id=task_id)
    situations.check_open(seat, now)
    return seat


def _claim(
    session: Session, actor: Person, seat: Seat, now: datetime, until: datetime, *, count: int, more: bool = False
) -> list[Claim]:
    return claims.claim_next(
        session,
        task_id=seat.task_id,
        assignment_id=seat.own_id,
        person_id=actor.id,
        until=until,
        now=now,
        count=count,
        review_own=seat.review_own,
        more=more,
    )


def renew(session: Session, *, actor: Person, task_id: int, now: datetime, task_item_id: int | None = None) -> int:
    """Renew the lease of all that the person holds in a task; returns how many. Any activity calls it.

    The time counts for the task item that is open, by default the one they worked on last.
    """
    seat = access.seat(session, actor=actor, task_id=task_id)
    until = values.later(now, seat.lease)
    renewed = claims.renew(session, task_id=seat.task_id, assignment_id=seat.own_id, until=until)
    mine = activity.claimed_by(session, task_id=seat.task_id, assignment_id=seat.own_id, person_id=actor.id)
    if mine:
        opened = values.key(task_item_id)
        activity.seen(session, task_item_ids=[opened if opened in mine else mine[0]], person_id=actor.id, now=now)
    return renewed


def save_draft(
    session: Session,
    *,
    actor: Person,
    task_item_id: int,
    annotations: Sequence[Mapping[str, Any]],
    now: datetime,
    version: int | None = None,
) -> int:
    """Keep what a person has drawn so far, and renew their lease. It is nobody else's, and outlives the claim.

    Returns its version. With the `version` on which it was drawn, 0 for none, nothing saved since is overwritten.

    Raises:
        NotFound: there is no such task item, or the person may not see it.
        Conflict: the item has its status: a late draft would come up at the next visit and undo what was submitted.
        Stale: another window has saved a draft since that `version`.
        InvalidInput: an annotation is malformed.
    """
    content = {"annotations": [one.model_dump(exclude_unset=True) for one in annotation_sets.measured(annotations)[0]]}
    found = access.own(session, actor=actor, task_item_id=task_item_id)
    if found.state in (State.SUBMITTED, State.WITHDRAWN):
        raise situations.refusal(found, "draw on")
    mine = {"task_item_id": found.id, "person_id": actor.id}
    expected = None if version is None else values.key(version)
    saved = drafts.save(session, **mine, content=content, now=now, version=expected)
    if saved is None:
        why = f"your draft of {found.name} was saved from another window meanwhile; it stays as it is there"
        there, drawn = drafts.find(session, **mine)
        raise Stale(why, code="draft-changed", **found.about, version=there, annotations=drawn)
    if found.held:
        until = values.later(now, found.lease)
        claims.renew(session, task_id=found.task_id, assignment_id=found.own_id, until=until)
        activity.seen(session, task_item_ids=[found.id], person_id=actor.id, now=now)
    return saved


def submit(
    session: Session,
    *,
    actor: Person,
    task_item_id: int,
    status: str,
    now: datetime,
    token: int | None = None,
    annotations: Sequence[Mapping[str, Any]] | None = None,
) -> Submitted:
    """Set a status on an item; what was drawn, or else the person's draft, becomes annotations.

    `token` is the one of the claim: it refuses a claim that ended meanwhile and was taken by somebody else.
    What nobody holds is claimed implicitly. Doing the same again is no error and changes nothing.

    Raises:
        NotFound: there is no such task item, or the person may not see it.
        Conflict: somebody else holds it, it has another status already, or this one with other annotations; an issue
            stands against it, what is reviewed lacks an attribute that is required, or the task is closed.
        InvalidInput: the task item does not offer the status, or an annotation is not allowed, or incomplete.
    """
    wanted = Wanted(status, token=token, annotations=annotations)
    with suppress(InvalidInput):  # in its turn; what can be read is read while nothing is locked
        _ = wanted.drawn
    found = access.own(session, actor=actor, task_item_id=task_item_id, finished=True)
    [outcome] = batches.submit_all(session, [(found, wanted)], person=actor, now=now)
    if isinstance(outcome, AnnoflowError):
        raise outcome
    return outcome


def release(session: Session, *, actor: Person, task_item_id: int, now: datetime) -> None:
    """Give an item back without a status; a draft stays."""
    _end(session, actor=actor, task_item_id=task_item_id, verb="released", now=now)


def postpone(session: Session, *, actor: Person, task_item_id: int, now: datetime) -> None:
    """Put an item behind all the others of the assignment."""
    _end(session, actor=actor, task_item_id=task_item_id, verb="postponed", now=now)


def _end(session: Session, *, actor: Person, task_item_id: int, verb: str, now: datetime) -> None:
    found = access.own(session, actor=actor, task_item_id=task_item_id)
    situations.check_held(found, verb)
    claims.end(session, id=found.id, verb=verb, actor_id=actor.id, now=now)
