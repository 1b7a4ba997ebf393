"""Passwords: as dear to try as they can be while people wait, and never looked at inside a transaction."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from workflow_core.domain.words import values
from workflow_core.errors import InvalidInput
from workflow_core.services.accounts.digests import new_secret
from workflow_core.store.accounts import passwords, sign_ins
from workflow_core.store.database.engine import Session

SHORTEST, LONGEST = 10, 1_000
_ARGON2 = PasswordHash([Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)])
_AT_ONCE = BoundedSemaphore(2)
"""Each takes 19 MiB and a core for 20 ms, which those who work must not wait for."""


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in; nobody, where there is no such account, with a password like any other."""

    person_id: int | None
    hash: str


def hashed(password: str) -> str:
    """Return a new password as it is kept.

    Raises:
        InvalidInput: it is too short, or too long.
    """
    if not isinstance(password, str) or not SHORTEST <= len(password) <= LONGEST:  # which is not to be shown
        raise InvalidInput(f"a password has {SHORTEST} to {LONGEST:,} characters; a sentence makes a good one")
    with _AT_ONCE:
        return _ARGON2.hash(_as_typed(password))


_NOBODYS = _ARGON2.hash(new_secret())


def account(session: Session, *, email: str) -> Account:
    """Return who may sign in with an e-mail: nobody, in the same time, where there is no such account."""
    found = passwords.of(session, email=values.email(email))
    return Account(None, _NOBODYS) if found is None else Account(found.person_id, found.hash)


def verified(account: Account, *, password: str) -> str | None:
    """Return how an account's password is to be kept from now on; None where this is not the one."""
    with _AT_ONCE:
        right, renewed = _ARGON2.verify_and_update(_as_typed(password), account.hash)
    return (renewed or account.hash) if right and account.person_id is not None else None


def change(session: Session, *, account: Account, hash: str, now: datetime) -> bool:
    """Give an account another password; False where it has got one in the meantime."""
    found = passwords.lock(session, person_id=values.key(account.person_id))
    if found is None or found.hash != account.hash:
        return False
    give(session, person_id=found.person_id, hash=hash, now=now)
    return True


def give(session: Session, *, person_id: int, hash: str, now: datetime) -> None:
    """Give somebody a new password, as `hashed` returned it, and sign them out everywhere."""
    passwords.put(session, person_id=person_id, hash=hash, now=now)
    sign_ins.remove_all(session, person_id=person_id)


def _as_typed(password: str) -> bytes:
    """Return the bytes of a password, the same from whatever keyboard its letters come."""
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")
