"""Moving items between tasks: what arrives, where it is put, routers, joins, exits, and what is taken back.

Set-based SQL over the scratch tables of `arrivals` belongs here. Services call it; `work` asks it for re-routing.
"""
