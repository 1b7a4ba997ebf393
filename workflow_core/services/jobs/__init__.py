"""What takes long: asked for at once, and done as a job by whoever has time; managers' acts on many items in batches.

A few items are done in the one transaction of a request. What an act does is in `managers` and `data`, and what comes
in or goes out in `exchange`.
"""
