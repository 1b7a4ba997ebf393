"""Tasks over HTTP: what managers look at, and what they do with them."""

from workflow_core.api.tasks import items, reading, running, team

ROUTERS = (reading.router, running.datasets, running.router, team.router, items.router)
