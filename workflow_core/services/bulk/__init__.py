"""What managers do to many items at once: a few in the one transaction of a request, more in batches, as a job does.

Here belongs which acts there are and how they are cut; what an act does is in `managers` and `data`.
"""
