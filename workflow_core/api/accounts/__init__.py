"""People: who asks, what they sign in with, and who may what; a file for each noun."""

from workflow_core.api.accounts import me, members, people, sessions, tokens

ROUTERS = (me.router, tokens.router, sessions.router, members.router, people.router)
