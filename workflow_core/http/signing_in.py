"""Signing in, and links: what the API's endpoints and the pages' forms call, each with transactions of its own.

A password takes a while to look at, which is nothing to do while a transaction is open.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from fastapi import Depends, Request, Response

from workflow_core.domain.views.accounts import SignIn
from workflow_core.domain.words import values
from workflow_core.errors import NotFound, NotSignedIn
from workflow_core.http import cookies, csrf
from workflow_core.services.accounts import links, passwords, sign_ins
from workflow_core.services.accounts.passwords import Account
from workflow_core.store.database.engine import session_scope


async def _few(request: Request) -> AsyncIterator[None]:
    async with request.app.state.sign_ins:
        yield


FEW = Depends(_few, scope="function")
"""For the routes that call these: what they write waits in a thread, and never in so many that others find none."""


def sign_in(request: Request, response: Response, *, email: str, password: str, now: datetime) -> SignIn:
    """Sign somebody in, in the browser that gets the response.

    Raises:
        NotSignedIn: there is no such account, or it has another password: nobody is told which.
        NotAllowed: a page elsewhere asks for it.
        TooMany: it has failed too often.
    """
    csrf.check(request)
    account, renewed = _right(request, email=email, password=password)
    return _begin(request, response, account, renewed, now)


def come_in(request: Request, response: Response, *, email: str, now: datetime) -> SignIn:
    """Sign somebody in as a persona of a demo, without a password.

    Raises:
        NotFound: this is no demo, or nobody of it.
        NotAllowed: a page elsewhere asks for it.
    """
    csrf.check(request)
    if email not in request.app.state.personas:
        raise NotFound(f"{email} is nobody of a demo")
    with session_scope(request.app.state.engine, read_only=True) as session:
        account = passwords.account(session, email=email)
    return _begin(request, response, account, account.hash, now)


def _begin(request: Request, response: Response, account: Account, renewed: str, now: datetime) -> SignIn:
    agent = request.headers.get("user-agent", "")
    with request.app.state.writers.session() as session:
        begun = sign_ins.begin(session, account=account, renewed=renewed, agent=agent, now=now)
    if begun is None:
        raise _wrong()
    secret, signed_in = begun
    cookies.give(request, response, secret=secret)
    return signed_in


def change_password(request: Request, *, email: str, old: str, new: str, now: datetime) -> None:
    """Give whoever asks another password; they are signed out everywhere.

    Raises:
        NotSignedIn: the old password is another one.
        InvalidInput: the new one is too short.
        TooMany: it has failed too often.
    """
    account, _ = _right(request, email=email, password=old)
    hash = passwords.hashed(new)
    with request.app.state.writers.session() as session:
        if not passwords.change(session, account=account, hash=hash, now=now):
            raise _wrong()


def _right(request: Request, *, email: str, password: str) -> tuple[Account, str]:
    """Return whose password it is, and how it is to be kept."""
    attempts, email = request.app.state.attempts, values.email(email)
    address = request.client.host if request.client else ""
    attempts.begin(email=email, address=address)
    with session_scope(request.app.state.engine, read_only=True) as session:
        account = passwords.account(session, email=email)
    renewed = passwords.verified(account, password=password)
    if renewed is None:
        attempts.failed(address=address)
        raise _wrong()
    attempts.succeeded(email=email)
    return account, renewed


def _wrong() -> NotSignedIn:
    return NotSignedIn("there is no account with this e-mail and this password", code="wrong-password")


def whose_link(request: Request, *, secret: str, now: datetime) -> str | None:
    """Return the e-mail of whom a link is for, None for the first owner; NotFound where it is good no more."""
    with session_scope(request.app.state.engine, read_only=True) as session:
        return links.email(session, secret=secret, now=now)


def use_link(request: Request, *, secret: str, password: str, now: datetime, email: str | None = None) -> str:
    """Give whose link it is a password, and return their e-mail; they are signed out everywhere.

    The first owner gives the e-mail, too.

    Raises:
        NotFound: the link was used, or has ended.
        InvalidInput: the password is too short, or the e-mail is missing.
        NotAllowed: a page elsewhere asks for it.
    """
    csrf.check(request)
    whose_link(request, secret=secret, now=now)
    hash = passwords.hashed(password)
    with request.app.state.writers.session() as session:
        return links.use(session, secret=secret, hash=hash, email=email, now=now).email
