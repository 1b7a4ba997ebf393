"""Secrets that nobody could guess: random, and kept as their SHA-256 alone."""

import secrets
from hashlib import sha256

from workflow_core.domain.words import values

SECRET_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """Return a secret, for whoever is to have it."""
    return prefix + secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """Return what is kept of a secret; of what can be none, what nothing has."""
    # It is random and long: nothing that could be guessed, so that a fast digest is as safe as a slow one.
    return sha256(values.sought(secret).encode()).hexdigest()
