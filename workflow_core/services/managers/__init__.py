"""What a manager does: tasks, their items and staff, what is taken back, and what progress and figures say.

What needs a manager's or an owner's right on running work belongs here. Entry points call it.
"""
