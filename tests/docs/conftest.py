"""What documents tell to do is done in this process, where it needs none of its own."""

from commands import annoflow, warm

__all__ = ["annoflow", "warm"]
