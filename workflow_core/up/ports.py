"""Ports on which a child is to listen."""

import socket
import time

LOOK = 0.5


def choose(host: str, wanted: int, *, patience: float = 0) -> int:
    """Return the port wanted, waiting for it as long as told, else some free one; 0 wants any."""
    until = time.monotonic() + patience
    while not (port := _free(host, wanted)) and time.monotonic() < until:
        time.sleep(LOOK)
    return port or _free(host, 0)


def _free(host: str, port: int) -> int:
    """Return the port, or some free one for 0, if it can be had; else 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])
