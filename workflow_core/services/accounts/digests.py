"""Secrets that nobody could guess: random, and kept as their SHA-256 alone."""

import secrets
from hashlib import sha256

SECRET_BYTES = 32


def new_secret(prefix: str = "") -> str:
    """Return a secret, for whoever is to have it."""
    return prefix + secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """Return what is kept of a secret."""
    # It is random and long: nothing that could be guessed, so that a fast digest is as safe as a slow one.
    return sha256(secret.encode(errors="replace")).hexdigest()
