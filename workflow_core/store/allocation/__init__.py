"""Who gets what: who is in a task, shares by weight, authors who may not review, what is parked for want of anybody.

It lies below `work` and `routing`, which both hand items out; it calls neither.
"""
