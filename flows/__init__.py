"""Prefect flows: thin, over the services. Only these modules import Prefect."""
