"""What people do to a task item: claims, submissions, issues, handing over, and the time it takes.

SQL of single acts belongs here. Services call it, for contributors, reviewers and managers.
"""
