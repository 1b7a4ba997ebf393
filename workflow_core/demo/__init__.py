"""`annoflow demo`: drawn frames, a simulated team, and the report of a run."""
