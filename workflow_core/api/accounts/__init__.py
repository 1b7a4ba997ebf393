"""People: who asks, what they sign in with, and who may what; a file for each noun."""

from fastapi import APIRouter

from workflow_core.api.accounts import me, members, people, sessions, tokens

router = APIRouter()
for noun in (me, tokens, sessions, members, people):
    router.include_router(noun.router)
