"""The caller's own tokens, by which programs act for them."""

from workflow_core.api.bodies import TokenWanted
from workflow_core.domain.views.accounts import NewToken, Token
from workflow_core.http.database import Reading, Trying, Writing
from workflow_core.http.identity import Asking, Now, Reader, Writer
from workflow_core.http.repeats import ToldOnce
from workflow_core.http.routing import Router
from workflow_core.services.accounts import tokens

router = Router(prefix="/me/tokens", tags=["me"], route_class=ToldOnce)


@router.get("")
def my_tokens(session: Reading, actor: Reader) -> list[Token]:
    """Return the caller's tokens, the oldest first, without what they prove themselves by."""
    return tokens.mine(session, actor=actor)


@router.post("", status_code=201)
def make_token(session: Trying, actor: Writer, caller: Asking, now: Now, wanted: TokenWanted) -> NewToken:
    """Make a token, for one project or for all; its secret is told this once. By a token that ends none is made that
    outlives it. With `dry_run` none is, and the secret opens nothing.
    """
    return tokens.make(session, actor=actor, now=now, latest=caller.ends_at, **dict(wanted))


@router.delete("/{token_id}", status_code=204)
def revoke_token(session: Writing, actor: Writer, token_id: int) -> None:
    """End a token at once."""
    tokens.revoke(session, actor=actor, token_id=token_id)
