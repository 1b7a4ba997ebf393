"""Prefect, and nothing else: the flows, what is deployed, the server and the runner that `annoflow up` starts.

Only these modules import Prefect. The commands and the demo ask `processes` what is to run; Prefect calls the rest.
"""
