"""What keeps an installation running: moving items, reading sources, sweeping, announcing, verifying, schema, leases.

What no person asks for belongs here. Flows, `annoflow up` and the commands of `db` call it.
"""
