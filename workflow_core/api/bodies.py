"""What is sent: nothing but what is known, so that a slip is heard of."""

from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictStr, model_validator

from workflow_core.domain.items.choices import Chosen as Choice
from workflow_core.domain.views.exchange import ExportAsked
from workflow_core.domain.views.pipelines import Files
from workflow_core.domain.words import values

Number = Annotated[int, Field(ge=0, le=values.LARGEST)]
"""A number that something is known by."""


ONLY_KNOWN = ConfigDict(extra="forbid")


class Body(BaseModel):
    """What all of them are that are no views."""

    model_config = ONLY_KNOWN


class Act(Body):
    """What has effects; with `dry_run` they are only told."""

    dry_run: bool = False


class Confirmed(Act):
    """What may end claims; `end_claims` confirms that."""

    end_claims: bool = False


class Chosen(Body):
    """Which items are meant: those listed, in a folder or below, and of a filter; by default all there are."""

    item_ids: list[Number] | None = None
    folder: StrictStr | None = None
    where: dict[str, Any] | None = None

    @property
    def chosen(self) -> Choice:
        """Return them as services take them."""
        return {"item_ids": self.item_ids, "folder": self.folder, "where": self.where}


class Said(Chosen):
    """Which items are meant; it has to be said."""

    @model_validator(mode="after")
    def _said(self) -> Self:
        if not any(one is not None for one in self.chosen.values()):
            raise ValueError("say which items: item_ids, folder or where")
        return self


class Removals(Confirmed, Said):
    """Items to take out."""


class Erasures(Act, Said):
    """Archived items to erase."""


class Named(Body):
    """What something new is called."""

    name: StrictStr


class Checksums(Body):
    """Files by path, with their MD5 in hexadecimal digits."""

    files: dict[str, Annotated[str, Field(pattern="^[0-9a-f]{32}$")]]


class Claiming(Body):
    """How much to claim: with `more` a further batch of a queue task, beside what is held."""

    more: bool = False


class Renewal(Body):
    """Which task item is open: the time counts for it; by default for the one worked on last."""

    task_item: Number | None = None


BOX = {"label": "car", "tool": "box", "geometry": {"x": 10, "y": 20, "width": 30, "height": 40}, "attributes": {}}
Annotations = Annotated[
    list[dict[str, Any]],
    Field(
        description="Each with `label` and `tool` of the recipe, `geometry` in pixels as that tool has it,"
        " `attributes`, and the `id` of the one that it changes or accepts, if any.",
        examples=[[BOX]],
    ),
]


class Drawing(Body):
    """All that is drawn, in place of what was."""

    annotations: Annotations


class Submission(Body):
    """A status, the token of the claim, and what is drawn; without it the draft is taken. With `next` the next item of
    the task is claimed and opened in the same act.
    """

    status: StrictStr
    token: Number | None = None
    annotations: Annotations | None = None
    next: bool = False


class Flag(Body):
    """What is wrong: with an annotation, or with the item, where `label` or `task` says whose fault it is."""

    kind: StrictStr
    text: StrictStr = ""
    annotation: Number | None = None
    label: StrictStr | None = None
    task: StrictStr | None = None
    geometry: dict[str, Any] | None = None


class Reopening(Body):
    """Why a fix is not accepted."""

    text: StrictStr = ""


class CommentWanted(Body):
    """What is said."""

    text: StrictStr


class SigningIn(Body):
    """Who signs in."""

    email: StrictStr
    password: StrictStr


class Choosing(Body):
    """A new password; and the e-mail of the first owner, by their link."""

    password: StrictStr
    email: StrictStr | None = None


class PipelineFiles(Files):
    """A pipeline's file and those that it names, as they are sent."""

    __pydantic_config__ = ONLY_KNOWN


class PasswordChange(Body):
    """A new password, and the one until now."""

    old: StrictStr
    new: StrictStr


class TokenWanted(Body):
    """What a token is for: reading or writing, in one project or in all, until it ends or is revoked."""

    name: StrictStr
    writes: bool = True
    project_id: Number | None = None
    ends_at: AwareDatetime | None = None


class ExportWanted(ExportAsked):
    """Which items an export is to write, and how; what is not said is as the exit has it."""

    __pydantic_config__ = ONLY_KNOWN


class ProjectWanted(Body):
    """What a project is called."""

    name: StrictStr


class RoleWanted(Body):
    """What somebody is in a project: `owner`, `manager` or `contributor`."""

    role: StrictStr


class Inviting(Body):
    """Whom to invite, and as what."""

    emails: list[StrictStr]
    role: StrictStr = "contributor"


class ServiceWanted(Body):
    """An e-mail that no person has."""

    email: StrictStr
