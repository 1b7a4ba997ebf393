"""The board: all tasks of a project at a glance, each task on a page, new ones, and where an item is sent."""

from workflow_core.web.board import new_tasks, overview, sending, tasks

ROUTERS = (new_tasks.router, overview.router, sending.router, tasks.router)
