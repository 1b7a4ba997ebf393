"""What the codes of refusals mean: where the `type` of a problem leads."""

from workflow_core.domain.views.answers import Problem
from workflow_core.domain.words.refusals import REFUSALS
from workflow_core.domain.words.unserved import UNSERVED
from workflow_core.domain.words.wording import cited
from workflow_core.errors import NotFound
from workflow_core.http.problems import DOCUMENTED, STATUS
from workflow_core.http.routing import Router

router = Router(prefix=DOCUMENTED.removeprefix("/api"), tags=["problems"])


@router.get("/{code}")
def problem(code: str) -> Problem:
    """Return what a code of a refusal means, and the facts that come with it."""
    if code in UNSERVED:
        return Problem(code=code, facts=(), **UNSERVED[code]._asdict())
    known = REFUSALS.get(code)
    if known is None:
        raise NotFound(f"there is no code {cited(code)}")
    return Problem(code=code, status=STATUS[known.error], facts=known.facts, about=known.about)
