"""The databases themselves: engine and sessions, schema and migrations, dialect, column types, leases, wake-ups.

What knows nothing of tasks belongs here. All of the store calls it; entry points only `engine`, for a session.
"""
