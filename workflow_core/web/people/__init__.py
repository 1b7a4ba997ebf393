"""People: who is in a project, who comes, and who leaves."""

from workflow_core.web.people import leaving, members

ROUTERS = (leaving.router, members.router)
