"""An act of a manager on a page: first its effects are said, and the button names how many items; then it is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from fastapi.responses import Response

from workflow_core.domain.views.effects import Outcome
from workflow_core.domain.views.exchange import Job
from workflow_core.errors import Conflict
from workflow_core.http.identity import Reader
from workflow_core.services.managers.previews import carry_out
from workflow_core.store.database.engine import Session
from workflow_core.web.rendering.pages import page, running, to

Do = Callable[..., Outcome | Job]
"""Takes `dry_run`, and `end_claims` where that is confirmed."""


@dataclass(frozen=True)
class Act:
    """What is asked for, in words: the form is sent `at` an address, and leads `back` when all is done.

    `fields` are those of the form that was filled in. The button counts what the act returns, or else the events of the
    `verb`, or it is told the `count`, which follows by the `joint`.
    """

    title: str
    button: str
    at: str
    back: str
    here: str
    verb: str = ""
    count: int | None = None
    joint: str = " "
    hint: str = ""
    fields: Sequence[tuple[str, str]] = field(default_factory=tuple)


def at_once(session: Session, do: Callable[..., object], *, now: datetime) -> Do:
    """Return what does an act, or says what it would do."""

    def did(*, dry_run: bool, **confirmed: bool) -> Outcome:
        return carry_out(session, partial(do, **confirmed), now=now, dry_run=dry_run)

    return did


def carried_out(
    session: Session,
    act: Act,
    do: Do,
    *,
    actor: Reader,
    sure: bool,
    end_claims: bool = False,
    project: int | None = None,
) -> Response:
    """Do it where somebody is sure, and go back, or on to the job that does it; else say what it would do, and ask.

    Where people have open what it takes away, that is said, and the button confirms that their claims end.

    Raises:
        AnnoflowError: what the act itself raises.
    """
    confirmed = {"end_claims": True} if end_claims else {}
    if sure:
        came = do(dry_run=False, **confirmed)
        return to(f"/jobs/{came.id}" if isinstance(came, Job) else act.back)
    open_with = None
    try:
        outcome = do(dry_run=True)
    except Conflict as error:
        if error.code != "claims-open":
            raise
        open_with = str(error)
        outcome = do(dry_run=True, end_claims=True)
    assert isinstance(outcome, Outcome)
    count = next(one for one in (act.count, outcome.items, outcome.counts.get(act.verb, 0)) if one is not None)
    shown: dict[str, Any] = {"act": act, "outcome": outcome, "count": count, "open_with": open_with}
    return page("effects", here=act.here, **shown, **running(session, actor=actor, project=project))
