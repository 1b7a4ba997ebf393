"""Who works in an installation, on its machine."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime

from workflow_core.cli.installations import context
from workflow_core.cli.pipelines.naming import the_project
from workflow_core.domain.views.accounts import Belonging, Invitation, NewToken, Token
from workflow_core.services import people, projects
from workflow_core.services.accounts import invitations, members, tokens
from workflow_core.store.database.engine import Session, taken_back


class PeopleHere:
    """Asks the services."""

    def members(self, project: str | None) -> list[Belonging]:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            only = None if project is None else people.project(opened, name=project).id
            return members.all_of(opened, project_id=only)

    def invite(self, project: str | None, emails: Sequence[str], *, role: str, dry_run: bool) -> list[Invitation]:
        """See `Installation`."""
        address, now = context.settings().address, context.now()
        with context.session() as opened, taken_back(opened) if dry_run else nullcontext():
            where = _project(opened, project)
            return invitations.invite(
                opened, actor=None, project_id=where, emails=emails, role=role, address=address, now=now
            )

    def link(self, project: str | None, email: str, *, dry_run: bool) -> Invitation:
        """See `Installation`."""
        address, now = context.settings().address, context.now()
        with context.session() as opened, taken_back(opened) if dry_run else nullcontext():
            where = None if project is None else _project(opened, project)
            return invitations.link(opened, actor=None, project_id=where, email=email, address=address, now=now)

    def set_role(self, project: str | None, email: str, role: str, *, dry_run: bool) -> tuple[str, str | None]:
        """See `Installation`."""
        with context.session() as opened, taken_back(opened) if dry_run else nullcontext():
            where = _project(opened, project)
            was = {one.email: one.role for one in members.all_of(opened, project_id=where)}
            found = members.set_role(opened, actor=None, project_id=where, email=email, role=role, now=context.now())
            return found.email, was.get(found.email)

    def deactivate(self, project: str | None, email: str, *, dry_run: bool) -> None:
        """See `Installation`."""
        with context.session() as opened, taken_back(opened) if dry_run else nullcontext():
            where = None if project is None else _project(opened, project)
            members.deactivate(opened, actor=None, project_id=where, email=email, now=context.now())

    def activate(self, project: str | None, email: str, *, dry_run: bool) -> None:
        """See `Installation`."""
        with context.session() as opened, taken_back(opened) if dry_run else nullcontext():
            where = None if project is None else _project(opened, project)
            members.activate(opened, actor=None, project_id=where, email=email)

    def tokens(self, email: str) -> list[Token]:
        """See `Installation`."""
        with context.session(read_only=True) as opened:
            return tokens.mine(opened, actor=people.person(opened, email=email))

    def make_token(self, email: str, name: str, *, writes: bool, ends_at: datetime | None, dry_run: bool) -> NewToken:
        """See `Installation`."""
        with context.session() as opened, taken_back(opened) if dry_run else nullcontext():
            actor = people.person(opened, email=email)
            return tokens.make(opened, actor=actor, name=name, writes=writes, ends_at=ends_at, now=context.now())

    def revoke_token(self, email: str, token_id: int) -> None:
        """See `Installation`."""
        with context.session() as opened:
            tokens.revoke(opened, actor=people.person(opened, email=email), token_id=token_id)


def _project(opened: Session, named: str | None) -> int:
    return the_project({one.id: one.name for one in projects.mine(opened, actor=None)}, named)
