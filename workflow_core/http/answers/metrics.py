"""What Prometheus is told: requests as they were answered, and what is in motion. It names nobody and nothing."""

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from starlette.types import Scope

from workflow_core.domain.views.answers import Motion

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
WENT = 499
"""Whoever asked went away before there was an answer."""


class Metrics:
    """Counts for one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter("annoflow_requests", "Requests by route and status.", labels, registry=self._registry)
        self._moving = Gauge("annoflow_in_motion", "Statuses that wait to be moved on.", registry=self._registry)
        about = "Since when the oldest of them waits, in seconds."
        self._oldest = Gauge("annoflow_in_motion_oldest_seconds", about, registry=self._registry)

    def count(self, scope: Scope, status: int) -> None:
        """Count a request; what was asked for and is nowhere, or in no way that there is, counts together."""
        method = scope["method"] if scope["method"] in METHODS else "other"
        # FastAPI knows here alone where a router was included; a test sees when it does not any more.
        route = scope.get("fastapi", {}).get("effective_route_context", scope.get("route"))
        self._requests.labels(method, getattr(route, "path", ""), status or WENT).inc()

    def told(self, motion: Motion, *, now: datetime) -> bytes:
        """Return all of it as Prometheus reads it."""
        self._moving.set(motion.statuses)
        self._oldest.set(max((now - motion.oldest).total_seconds(), 0) if motion.oldest else 0)
        return generate_latest(self._registry)
