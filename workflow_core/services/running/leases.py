"""Leases of jobs that one process at a time does, such as moving items."""

from workflow_core.store.database.leases import MOVER, held_until, hold, holder, release

__all__ = ["MOVER", "held_until", "hold", "holder", "release"]
