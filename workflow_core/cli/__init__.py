"""`annoflow <noun> <verb>`: thin commands over the services; each imports what it needs when it runs."""

from workflow_core.cli.main import main

__all__ = ["main"]
