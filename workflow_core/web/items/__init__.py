"""Items: looked through, brought in, acted on together, and each with all that happened to it."""

from workflow_core.web.items import bringing, bulk, pages

ROUTERS = (bringing.router, bulk.router, pages.router)
