"""Where the items of a pipeline are, and whether any is still on its way."""

from workflow_core.store.reads.positions import MOVING, STUCK, counts, in_motion

__all__ = ["MOVING", "STUCK", "counts", "in_motion"]
