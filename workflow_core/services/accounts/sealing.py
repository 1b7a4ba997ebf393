"""What tells a secret, kept so that it can be told again to whoever asks by the same token or sign-in, and to nobody
else: of these, too, the database has only the SHA-256, so that no copy of it opens anything.
"""

import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet

USE = b"annoflow: answers that tell a secret"
"""What the key is for: nothing else that is made of a token is like it."""


def sealed(said: bytes, *, by: str) -> bytes:
    """Return what only `opened` reads, given the same secret."""
    return _key(by).encrypt(said)


def opened(kept: bytes, *, by: str) -> bytes:
    """Return what was sealed by a secret.

    >>> opened(sealed(b"af_new", by="af_mine"), by="af_mine")
    b'af_new'
    """
    return _key(by).decrypt(kept)


def _key(secret: str) -> Fernet:
    # It is random and long (`digests`), so that one round makes a key as good as many.
    return Fernet(urlsafe_b64encode(hmac.digest(secret.encode(), USE, "sha256")))
