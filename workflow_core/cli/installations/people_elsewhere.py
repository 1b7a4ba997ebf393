"""Who works in an installation, over HTTP."""

from collections.abc import Sequence
from datetime import datetime

from workflow_core.cli.pipelines.naming import meant, the_project
from workflow_core.client import Annoflow
from workflow_core.domain.views.accounts import Belonging, Invitation, NewToken, Token
from workflow_core.domain.words import values
from workflow_core.domain.words.wording import shown
from workflow_core.errors import InvalidInput


class PeopleElsewhere:
    """Asks a server by the client."""

    _annoflow: Annoflow

    def members(self, project: str | None) -> list[Belonging]:
        """See `Installation`."""
        known = self._projects()
        wanted = meant(known, project, what="project")
        return [Belonging(**vars(one), project=known[key]) for key in wanted for one in self._annoflow.members(key)]

    def invite(self, project: str | None, emails: Sequence[str], *, role: str, dry_run: bool) -> list[Invitation]:
        """See `Installation`."""
        return self._annoflow.invite(the_project(self._projects(), project), emails, role=role, dry_run=dry_run)

    def link(self, project: str | None, email: str, *, dry_run: bool) -> Invitation:
        """See `Installation`."""
        return self._annoflow.link(email, project_id=self._among(project), dry_run=dry_run)

    def set_role(self, project: str | None, email: str, role: str, *, dry_run: bool) -> tuple[str, str | None]:
        """See `Installation`."""
        where = the_project(self._projects(), project)
        was = {one.email: one.role for one in self._annoflow.members(where)}
        who = self._annoflow.set_role(where, email, role, dry_run=dry_run).email
        return who, was.get(who)

    def deactivate(self, project: str | None, email: str, *, dry_run: bool) -> None:
        """See `Installation`."""
        self._annoflow.deactivate(email, project_id=self._among(project), dry_run=dry_run)

    def activate(self, project: str | None, email: str, *, dry_run: bool) -> None:
        """See `Installation`."""
        self._annoflow.activate(email, project_id=self._among(project), dry_run=dry_run)

    def tokens(self, email: str) -> list[Token]:
        """See `Installation`."""
        self._check_own(email)
        return self._annoflow.tokens()

    def make_token(self, email: str, name: str, *, writes: bool, ends_at: datetime | None, dry_run: bool) -> NewToken:
        """See `Installation`."""
        self._check_own(email)
        return self._annoflow.make_token(name, writes=writes, ends_at=ends_at, dry_run=dry_run)

    def revoke_token(self, email: str, token_id: int) -> None:
        """See `Installation`."""
        self._check_own(email)
        self._annoflow.revoke_token(token_id)

    def _projects(self) -> dict[int, str]:
        return {one.id: one.name for one in self._annoflow.projects()}

    def _among(self, project: str | None) -> int | None:
        """Return the project among whose members somebody is; None, for everybody, where one runs the installation."""
        if project is None and self._annoflow.me().operator:
            return None
        return the_project(self._projects(), project)

    def _check_own(self, email: str) -> None:
        own = self._annoflow.me().email
        if values.email(email) != own:
            raise InvalidInput(f"from elsewhere one has tokens of one's own alone, which is {own}, not {shown(email)}")
