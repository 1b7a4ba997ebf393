"""What keeps an installation running: moving items, sweeping, announcing, verifying, the schema and leases.

What no person asks for belongs here. Flows, `annoflow up` and the commands of `db` call it.
"""
