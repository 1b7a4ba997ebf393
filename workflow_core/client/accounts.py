"""Who works in one's projects, and one's own tokens."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import quote

from workflow_core.client.connection import Connection
from workflow_core.domain.views.accounts import Invitation, Me, Member, NewToken, Token


class Accounts(Connection):
    """People by their e-mails; for who runs the installation also without a project."""

    def me(self) -> Me:
        """Return whom the token is of."""
        return self._ask(Me, "GET", "/api/me")

    def members(self, project_id: int) -> Iterator[Member]:
        """Return who is in a project, by e-mail."""
        return self._all(Member, f"/api/projects/{project_id}/members")

    def invite(
        self, project_id: int, emails: Sequence[str], *, role: str = "contributor", dry_run: bool = False
    ) -> list[Invitation]:
        """Invite people; who cannot sign in yet gets a link."""
        wanted, path = {"emails": list(emails), "role": role}, f"/api/projects/{project_id}/invitations"
        return self._ask(list[Invitation], "POST", path, json=wanted, params={"dry_run": dry_run})

    def link(self, email: str, *, project_id: int | None = None, dry_run: bool = False) -> Invitation:
        """Make a link by which somebody chooses a password, the first or another one."""
        return self._ask(Invitation, "POST", f"{_of(project_id, email)}/links", params={"dry_run": dry_run})

    def set_role(self, project_id: int, email: str, role: str, *, dry_run: bool = False) -> Member:
        """Say what somebody is in a project; who is new is in it then."""
        params = {"dry_run": dry_run}
        return self._ask(Member, "PUT", f"{_of(project_id, email)}", json={"role": role}, params=params)

    def deactivate(self, email: str, *, project_id: int | None = None, dry_run: bool = False) -> None:
        """Let somebody work nowhere any more."""
        self.request("PUT", f"{_of(project_id, email)}/deactivation", params={"dry_run": dry_run})

    def activate(self, email: str, *, project_id: int | None = None, dry_run: bool = False) -> None:
        """Let somebody work again."""
        self.request("DELETE", f"{_of(project_id, email)}/deactivation", params={"dry_run": dry_run})

    def tokens(self) -> list[Token]:
        """Return one's own tokens."""
        return self._ask(list[Token], "GET", "/api/me/tokens")

    def make_token(
        self, name: str, *, writes: bool = True, ends_at: datetime | None = None, dry_run: bool = False
    ) -> NewToken:
        """Make a token of one's own; its secret is told this once."""
        wanted = {"name": name, "writes": writes, "ends_at": ends_at.isoformat() if ends_at else None}
        return self._ask(NewToken, "POST", "/api/me/tokens", json=wanted, params={"dry_run": dry_run})

    def revoke_token(self, token_id: int) -> None:
        """End a token of one's own at once."""
        self.request("DELETE", f"/api/me/tokens/{token_id}")


def _of(project_id: int | None, email: str) -> str:
    people = "/api/people" if project_id is None else f"/api/projects/{project_id}/members"
    return f"{people}/{quote(email)}"
