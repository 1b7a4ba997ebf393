"""Every code of an error, when it comes, and the facts that come with it: what a program branches on."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from workflow_core.errors import (
    AnnoflowError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PipelineInvalid,
    Stale,
    TooMany,
    Unavailable,
)


class Refusal(NamedTuple):
    """A code of an error: its class, the names of its facts, and when it comes."""

    error: type[AnnoflowError]
    facts: tuple[str, ...]
    about: str


REFUSALS: Final[Mapping[str, Refusal]] = MappingProxyType(
    {
        # the general ones, of everything that has no code of its own
        "invalid-input": Refusal(InvalidInput, (), "What was given makes no sense; the message says what is allowed."),
        "not-found": Refusal(NotFound, (), "There is none, or none that this person may see."),
        "pipeline-invalid": Refusal(PipelineInvalid, (), "The pipeline file has errors; `findings` lists them."),
        "unavailable": Refusal(Unavailable, (), "A database, server or place is not there, or not ready; try again."),
        # who may
        "not-permitted": Refusal(
            NotAllowed, ("person", "role", "permission"), "The person's role in the project does not allow it."
        ),
        "not-a-review": Refusal(NotAllowed, ("task",), "Faults are flagged in QA tasks, and this is none."),
        "own-work": Refusal(
            NotAllowed, ("item", "task", "person"), "The person would review what they did themselves."
        ),
        "operators-alone": Refusal(NotAllowed, ("person",), "It is for those who run this installation."),
        "only-operator": Refusal(Conflict, ("person",), "Without them nobody would run the installation."),
        "no-operator": Refusal(Conflict, ("person",), "Who is not active, or a program, runs no installation."),
        "project-exists": Refusal(Conflict, ("project",), "There is a project of this name, of others."),
        "role-changed": Refusal(
            Stale,
            ("person", "version", "role"),
            "Their role was changed meanwhile to the one that is there now.",
        ),
        "other-owners": Refusal(
            NotAllowed, ("person",), "They work in projects that the actor does not own, too, and would lose these."
        ),
        "only-owner": Refusal(Conflict, ("person",), "Without them the project would have no owner."),
        "person-inactive": Refusal(Conflict, ("person",), "They are not active any more, and get no work."),
        "not-signed-in": Refusal(NotSignedIn, (), "No token was given, or none that is good."),
        "wrong-password": Refusal(NotSignedIn, (), "There is no account of this e-mail with this password."),
        "too-many-attempts": Refusal(TooMany, ("seconds",), "Signing in has failed too often: wait."),
        "cross-site": Refusal(NotAllowed, (), "A browser asked from a page that is not one of annoflow's own."),
        "no-person": Refusal(Conflict, ("person",), "A service account is a program: it has tokens, and no password."),
        "project-token": Refusal(NotAllowed, ("person",), "The token is for one project, and this is of none."),
        "read-only-token": Refusal(NotAllowed, ("person",), "The token may look, and change nothing."),
        # work
        "task-closed": Refusal(Conflict, ("task",), "The task is closed or archived."),
        "task-locked": Refusal(Conflict, ("task", "due"), "The task was due, and is locked since."),
        "paused": Refusal(
            Conflict, ("task", "pipeline"), "Nothing new is handed out; `pipeline` is set where it is all of that."
        ),
        "left-team": Refusal(Conflict, ("task",), "The person was taken out of the task, and gets nothing new."),
        "limit-reached": Refusal(Conflict, ("task", "limit", "count"), "The person holds as many items as they may."),
        "allocated-in-advance": Refusal(Conflict, ("task",), "The task has no pool to take a batch from."),
        "handed-from-pool": Refusal(Conflict, ("task",), "The task has a pool, and no shares to deal anew."),
        "held-by-another": Refusal(Conflict, ("item", "task"), "Somebody else has the item there, or set its status."),
        "claim-ended": Refusal(Conflict, ("item", "task"), "The token is of a claim that has ended since."),
        "wrong-state": Refusal(
            Conflict,
            ("item", "task", "state", "status"),
            "In its state the item cannot do that; `state` is null where it is not in the task.",
        ),
        "other-annotations": Refusal(
            Conflict, ("item", "task", "status"), "It has this status already, with other annotations than these."
        ),
        "status-not-offered": Refusal(
            InvalidInput, ("status", "possible"), "The item does not offer this status there; `possible` are offered."
        ),
        "draft-changed": Refusal(
            Stale,
            ("item", "task", "version", "annotations"),
            "The draft was saved from elsewhere meanwhile; that is there now.",
        ),
        "key-reused": Refusal(InvalidInput, ("key",), "Another request came with this Idempotency-Key."),
        "still-running": Refusal(Conflict, ("key",), "The request with this Idempotency-Key is not done yet."),
        "settings-changed": Refusal(
            Stale,
            (
                "task",
                "version",
                "priority",
                "due",
                "lock_when_due",
                "max_fix_rounds",
                "lease",
                "review_own",
                "description",
            ),
            "The settings of the task were changed meanwhile; the facts are what is there now.",
        ),
        "deployed-since": Refusal(
            Stale,
            ("pipeline", "number"),
            "The pipeline was deployed meanwhile; `number` is its last deploy.",
        ),
        "parked": Refusal(Conflict, ("item", "task", "parked"), "The item waits there for a manager."),
        # review
        "issue-open": Refusal(Conflict, ("item", "task", "issue"), "An open issue stands against the status."),
        "wrong-issue-state": Refusal(Conflict, ("state", "event"), "In its state that cannot happen to an issue."),
        "review-pending": Refusal(Conflict, ("issue",), "Whoever is to review the item decides about its issue."),
        "incomplete": Refusal(
            Conflict, ("item", "task", "annotation"), "What is reviewed lacks an attribute that is required."
        ),
        # second thoughts
        "begun-already": Refusal(
            Conflict,
            ("item", "task", "begun"),
            "Work further on, in the tasks `begun`, has begun: a manager clears it.",
        ),
        "exported-already": Refusal(Conflict, ("item", "task"), "The item is in an export: a manager clears it."),
        "task-not-in-version": Refusal(
            Conflict, ("item", "task", "version"), "The version that the item follows does not have the task any more."
        ),
        "status-is-history": Refusal(
            Conflict,
            ("item", "task", "status"),
            "What led to this status was taken back: it cannot be taken back again.",
        ),
        "left-otherwise": Refusal(Conflict, ("item", "exit"), "The item left by an exit to which this did not lead."),
        "in-rework": Refusal(
            Conflict,
            ("item", "task", "status", "issues"),
            "Its status was taken, by `issues` or else by coming back, and may be given back.",
        ),
        "have-status": Refusal(Conflict, ("task", "count"), "Items have a status there, which is to be cleared first."),
        # managing
        "claims-open": Refusal(
            Conflict, ("task", "person"), "Somebody has open what would be withdrawn; confirm with `end_claims`."
        ),
        "finished-work": Refusal(Conflict, ("task",), "The task holds statuses; confirm with `with_finished`."),
        "file-differs": Refusal(
            Conflict, ("item",), "Another picture has this name; `replace` puts this one in its place."
        ),
        "item-erased": Refusal(Conflict, ("item",), "An item of this name was erased, and does not come again."),
        "item-deleted": Refusal(Conflict, ("item",), "The item is archived: its history stays as it is."),
        "item-removed": Refusal(Conflict, ("item",), "The item was taken out of its pipeline."),
        "item-in-fork": Refusal(Conflict, ("item",), "The item is in branches of a fork, which this would bypass."),
        "task-in-fork": Refusal(Conflict, ("task", "pipeline"), "Items do not enter a pipeline inside a fork."),
        "in-pipeline": Refusal(Conflict, ("task", "pipeline"), "The pipeline has the task: its file decides."),
        "not-in-pipeline": Refusal(
            Conflict, ("task", "pipeline"), "The task is in no pipeline, or in `pipeline` no more."
        ),
        "on-their-way": Refusal(Conflict, ("pipeline", "count"), "Items are in the pipeline already."),
        "nothing-to-review": Refusal(Conflict, ("task", "count"), "Items have nothing that the QA task could review."),
        "email-taken": Refusal(Conflict, ("person",), "A person has the e-mail that a service account was to have."),
        "name-taken": Refusal(InvalidInput, ("task",), "There is a task of this name."),
        "several-found": Refusal(NotFound, ("items",), "Several items have this name; `items` are their numbers."),
        "not-archived": Refusal(
            Conflict, ("item", "count"), "Only what is archived can be erased; `item` is the first."
        ),
        "never-deployed": Refusal(Conflict, ("pipeline",), "The pipeline has no version yet."),
        # the installation
        "files-exist": Refusal(Conflict, ("files",), "Files are there that would be overwritten."),
        "already-running": Refusal(Conflict, ("home", "process"), "`annoflow up` runs in this home."),
        "wrong-database": Refusal(
            Conflict, ("revision", "tables"), "The database is of another annoflow, or of another program."
        ),
        "broken-reference": Refusal(Conflict, ("tables",), "An upgrade would leave rows that refer to none."),
        "wrong-event": Refusal(
            Conflict, ("state", "event"), "The history tells of what cannot happen; for `db check`."
        ),
    }
)
"""All codes. A code stays what it is, and so do its facts: programs know them."""

FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "annotation": "its number",
        "annotations": "of the draft, as they are sent",
        "begun": "names of tasks; none where it is only statuses further on",
        "count": "how many",
        "description": "its text, or null",
        "due": "ISO 8601, in UTC",
        "event": "what was to happen",
        "exit": "its name",
        "files": "paths",
        "home": "a folder",
        "issue": "its number",
        "issues": "their numbers",
        "item": "its name",
        "items": "their numbers",
        "limit": "how many are allowed",
        "key": "what was given as Idempotency-Key",
        "lock_when_due": "whether nobody may work on it after `due`",
        "lease": "in seconds",
        "max_fix_rounds": "a whole number, or null",
        "number": "of a deploy; 0 where there is none",
        "parked": "why: `max-visits` or `max-fix-rounds`",
        "permission": "what the role does not allow",
        "person": "their e-mail; null where several are meant",
        "pipeline": "its name, or null",
        "possible": "names of statuses",
        "priority": "of the task, a whole number",
        "process": "its number, as text",
        "project": "its name",
        "review_own": "whether it is allowed",
        "revision": "of the database, or null",
        "role": "`owner`, `manager` or `contributor`",
        "seconds": "from now",
        "state": "of the task item, or of the issue",
        "status": "its name; null where there is none",
        "tables": "their names",
        "task": "its name",
        "version": "of what was to be changed; 0 where there is none",
    }
)
"""What each fact is."""
