"""Statuses that a person sets, one or a batch of them: each decided by itself, all written together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from json import loads
from typing import Any

from workflow_core.domain.annotations import recipes
from workflow_core.domain.views.work import Submitted
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.domain.work import disputes, statuses, submitting
from workflow_core.domain.work.disputes import Resolved
from workflow_core.domain.work.situations import Situation
from workflow_core.domain.work.submitting import Decision
from workflow_core.errors import AnnoflowError, Conflict, InvalidInput, NotFound
from workflow_core.services import access
from workflow_core.services.contributors import annotation_sets
from workflow_core.services.contributors.annotation_sets import NOTHING, Drawn, There
from workflow_core.services.reviewers import issue_effects
from workflow_core.services.running import announcements
from workflow_core.store.database.engine import Session
from workflow_core.store.models import Person
from workflow_core.store.work import activity, annotations, drafts, reassignment, reviews, situations, submissions

MOST = 10_000
"""How many statuses a batch may have."""


@dataclass(frozen=True)
class Wanted:
    """A status to be set, as `work.submit` takes it: on a task item, or on what an item has in the batch's task."""

    status: str
    task_item_id: int | None = None
    item_id: int | None = None
    token: int | None = None
    annotations: Sequence[Mapping[str, Any]] | None = None

    @cached_property
    def drawn(self) -> tuple[list[Drawn], int] | None:
        """The annotations as they were read, and how large they are; InvalidInput names the first that is malformed."""
        return None if self.annotations is None else annotation_sets.measured(self.annotations)


Outcome = Submitted | AnnoflowError
"""What became of a status: it is set, or was refused."""


def submit_many(
    session: Session, *, actor: Person, task_id: int, batch: Sequence[Wanted], now: datetime
) -> list[Outcome]:
    """Set the statuses of a batch, a model's or an import's, in one task; returns what became of each, in its order.

    Each is set or refused as if it came alone, in a number of statements that does not depend on how many they are; but
    an item with issues costs its own. What is refused keeps nothing else out: who wants all or nothing rolls back.
    The history has those of one status after another, whatever the batch's order: they are set at one moment.

    Raises:
        InvalidInput: it is no list of up to `MOST`.
        NotAllowed: the person's role does not let them work on what is theirs.
    """
    if not isinstance(batch, list | tuple) or len(batch) > MOST or not all(isinstance(one, Wanted) for one in batch):
        raise InvalidInput(f"a batch is a list of up to {MOST:,} statuses")
    keys = _keys(session, values.key(task_id), batch)
    own = access.own_many(session, actor=actor, task_item_ids=keys)
    outcomes: dict[int, Outcome] = {}
    chosen: dict[int, tuple[Situation, Wanted]] = {}
    met: set[int] = set()
    for number, (key, one) in enumerate(zip(keys, batch, strict=True)):
        found = own.get(key)
        if found is None or found.task_id != task_id:
            outcomes[number] = NotFound(f"{actor.email} has no {_named(one, task_id)}")
        elif key in met:
            outcomes[number] = InvalidInput(f"{found.name} is in this batch already: only its first status is set")
        else:
            chosen[number] = found, one
            met.add(key)
    outcomes |= zip(chosen, submit_all(session, list(chosen.values()), person=actor, now=now), strict=True)
    return [outcomes[number] for number in range(len(batch))]


def _named(one: Wanted, task_id: int) -> str:
    if one.task_item_id is None:
        return f"item {shown(one.item_id)} in task {shown(task_id)}"
    return f"task item {shown(one.task_item_id)}"


def _keys(session: Session, task_id: int, batch: Iterable[Wanted]) -> list[int]:
    item_ids = [values.key(one.item_id) for one in batch if one.task_item_id is None]
    known = situations.keys(session, task_id=task_id, item_ids=item_ids) if item_ids else {}
    return [
        known.get(values.key(one.item_id), 0) if one.task_item_id is None else values.key(one.task_item_id)
        for one in batch
    ]


def submit_all(
    session: Session, wanted: Sequence[tuple[Situation, Wanted]], *, person: Person, now: datetime
) -> list[Outcome]:
    """Set statuses on a person's own task items of one task, no two on one; returns what became of each."""
    there = annotation_sets.there(session, [found for found, one in wanted if _matters(found, one)])
    disputed = reviews.disputes(session, task_item_ids=[found.id for found, _ in wanted if found.disputed])
    outcomes: dict[int, Outcome] = {}
    decided: list[tuple[Situation, Decision, Resolved]] = []
    changes: list[annotations.Change] = []
    room = annotation_sets.MAX_SIZE
    for found, one in wanted:
        present = there.get(found.id, NOTHING)
        try:
            decision = submitting.decide(found, status=one.status, token=one.token, email=person.email, now=now)
            if decision.again and found.status_event_id is not None:
                _check_same(found, present, one.drawn)
                outcomes[found.id] = Submitted(found.id, found.item_id, decision.status, found.status_event_id)
                continue
            resolved = disputes.resolved(found, decision.status, disputed.get(found.id, ()))
            drawn = one.drawn
            if drawn is None and found.draft:
                drawn = annotation_sets.measured(loads(found.draft)["annotations"])
            asks = statuses.resolve(decision.status, found.statuses).asks
            change, size = None, 0
            if drawn is not None:
                parsed, size = drawn
                if size > room:
                    raise InvalidInput(f"the annotations of {found.name} are too much for this batch: begin another")
                change = annotation_sets.change(found, present, parsed, complete=asks)
            if asks:
                annotation_sets.check_complete(found, present, change, status=decision.status)
        except AnnoflowError as error:
            outcomes[found.id] = error
        else:
            decided.append((found, decision, resolved))
            changes += [change] if change else []
            room -= size
    if decided:
        outcomes |= _write(session, decided, changes, person_id=person.id, now=now)
    return [outcomes[found.id] for found, _ in wanted]


def _matters(found: Situation, wanted: Wanted) -> bool:
    """Say whether it matters what is drawn there already: something is drawn now, or it may lack an attribute."""
    drawing = wanted.annotations is not None or found.draft is not None
    return drawing or found.type == "qa" or (found.drawn and recipes.requires(found.recipe))


def _check_same(found: Situation, there: There, drawn: tuple[list[Drawn], int] | None) -> None:
    if drawn is not None and not annotation_sets.equal(found, there, drawn[0]):
        why = f"{found.name} is {found.status} already with other annotations; undo that to change them"
        raise Conflict(why, code="other-annotations", **found.about, status=found.status)


def _write(
    session: Session,
    decided: Sequence[tuple[Situation, Decision, Resolved]],
    changes: Iterable[annotations.Change],
    *,
    person_id: int,
    now: datetime,
) -> Mapping[int, Submitted]:
    ids = [found.id for found, *_ in decided]
    if some := [one for one in changes if one]:
        annotations.write(session, some, person_id=person_id, now=now)
    if drafted := [found.id for found, *_ in decided if found.draft is not None]:
        drafts.drop(session, task_item_ids=drafted, person_id=person_id)
    activity.seen(session, task_item_ids=ids, person_id=person_id, now=now, ends=True)
    set_ = [(found, decision) for found, decision, _ in decided]
    events = submissions.submit(session, set_, person_id=person_id, now=now)
    announcements.note(session, ((found.pipeline, found.task, decision.status) for found, decision in set_))
    issue_effects.follow_up(session, decided, events=events, actor_id=person_id, now=now)
    if theirs := [found for found, _ in set_ if found.reviewed_by_author]:
        item_ids, task_id = [found.item_id for found in theirs], theirs[0].task_id
        reassignment.hand_reviews_on(session, item_ids=item_ids, task_id=task_id, person_id=person_id, now=now)
    return {found.id: Submitted(found.id, found.item_id, decision.status, events[found.id]) for found, decision in set_}
