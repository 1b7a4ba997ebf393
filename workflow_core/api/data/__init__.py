"""Datasets over HTTP, their items, and the files that are sent; a file for each noun."""

from workflow_core.api.data import datasets, files, items, removal

ROUTERS = (datasets.router, files.router, items.router, removal.router)
