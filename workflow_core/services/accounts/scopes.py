"""What a token reaches that is good in one project alone: what a path names of that project, and no more."""

from collections.abc import Mapping

from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.errors import NotAllowed, NotFound
from workflow_core.services.accounts.callers import Caller
from workflow_core.store.accounts import scopes
from workflow_core.store.database.engine import Session


def check(session: Session, *, caller: Caller, named: Mapping[str, str]) -> None:
    """Refuse what is not of the caller's project, where their token is for one; `named` is all that a path names.

    Raises:
        NotFound: it is of another project, or of none: for them it does not exist.
        NotAllowed: it names nothing of a project: it is about the person, or about all of annoflow.
    """
    nouns = {name.removesuffix("_id"): number for name, number in named.items()}
    known = {noun: number for noun, number in nouns.items() if noun in scopes.OF}
    if not known:
        why = f"this token of {caller.person.email} is for one project; ask with one that is for all"
        raise NotAllowed(why, code="project-token", person=caller.person.email)
    for noun, number in known.items():
        if scopes.project_of(session, noun=noun, id=values.written_key(number)) != caller.project_id:
            raise NotFound(f"{caller.person.email} has no {noun.replace('_', ' ')} {shown(number)}")
