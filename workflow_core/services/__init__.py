"""Use cases, by whom they serve. Each takes a session first, then `actor` and `now`, and never commits;
`running.leases` alone has transactions of its own, since a lease counts at once.

`people` and `access` say who may, and what is somebody's own; `inputs` checks what people type. Entry points call these
rooms; nothing below does.
"""
