"""What contributors do: take the next item, look at it, draw, set its status, flag a fault, think again."""

from collections.abc import Iterable, Mapping
from typing import Any

from workflow_core.client.connection import Connection
from workflow_core.domain.views.progress import Share
from workflow_core.domain.views.work import ChangedIssue, Claim, OpenTaskItem, Submitted

Annotations = Iterable[Mapping[str, Any]]


class Work(Connection):
    """The work of whoever the token is of."""

    def assignments(self) -> list[Share]:
        """Return one's own shares of tasks, what is urgent first."""
        return self._ask(list[Share], "GET", "/api/me/assignments")

    def claim(self, task_id: int, *, more: bool = False) -> list[Claim]:
        """Claim the next item of a task, or return what is held already; with `more` a further batch of a queue."""
        return self._ask(list[Claim], "POST", f"/api/tasks/{task_id}/claims", json={"more": more})

    def open(self, task_item_id: int) -> OpenTaskItem:
        """Return how an item stands in a task, and all that is drawn and said there."""
        return self._ask(OpenTaskItem, "GET", f"/api/task-items/{task_item_id}")

    def picture(self, item_id: int) -> bytes:
        """Return an item's picture, as it is stored."""
        return self.send("GET", f"/api/items/{item_id}/image").content

    def draft(self, task_item_id: int, annotations: Annotations, *, version: int | None = None) -> int:
        """Keep what is drawn so far, and return the draft's version.

        Raises:
            Stale: a `version` was given, and the draft is another one by now.
        """
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        drawn = {"annotations": list(annotations)}
        saved = self.send("PUT", f"/api/task-items/{task_item_id}/draft", json=drawn, headers=headers)
        return int(saved.headers["ETag"].strip('"'))

    def submit(
        self, task_item_id: int, status: str, *, token: int | None = None, annotations: Annotations | None = None
    ) -> Submitted:
        """Set a status; `token` is that of the claim, and without annotations the draft is taken."""
        drawn = None if annotations is None else list(annotations)
        submission = {"status": status, "token": token, "annotations": drawn}
        return self._ask(Submitted, "POST", f"/api/task-items/{task_item_id}/submission", json=submission)

    def undo(self, task_item_id: int) -> None:
        """Take one's own status back, as long as nobody has begun what it led to."""
        self.request("DELETE", f"/api/task-items/{task_item_id}/submission")

    def release(self, task_item_id: int) -> None:
        """Give an item back without a status; a draft stays."""
        self.request("DELETE", f"/api/task-items/{task_item_id}/claim")

    def postpone(self, task_item_id: int) -> None:
        """Put an item behind all others; a draft stays."""
        self.request("POST", f"/api/task-items/{task_item_id}/postponement")

    def flag(self, task_item_id: int, kind: str, text: str = "", **where: Any) -> ChangedIssue:
        """Flag a fault: of an `annotation`, or of the item, where a `label` or `task` says whose fault it is."""
        flagged = {"kind": kind, "text": text, **where}
        return self._ask(ChangedIssue, "POST", f"/api/task-items/{task_item_id}/issues", json=flagged)

    def fix(self, issue_id: int) -> ChangedIssue:
        """Mark an issue as fixed."""
        return self._ask(ChangedIssue, "POST", f"/api/issues/{issue_id}/fix")

    def reopen(self, issue_id: int, text: str = "") -> ChangedIssue:
        """Do not accept a fix."""
        return self._ask(ChangedIssue, "POST", f"/api/issues/{issue_id}/reopening", json={"text": text})

    def approve(self, issue_id: int) -> ChangedIssue:
        """Accept a fix."""
        return self._ask(ChangedIssue, "POST", f"/api/issues/{issue_id}/approval")

    def dismiss(self, issue_id: int) -> ChangedIssue:
        """Take an issue back, or overrule it as a manager."""
        return self._ask(ChangedIssue, "POST", f"/api/issues/{issue_id}/dismissal")
