"""What is open to who asks over HTTP: where sources may be read, exports written, and uploads kept."""

from typing import Annotated

from fastapi import Depends, Request

from workflow_core.services.pipelines.places import Places


def _within(request: Request) -> Places:
    places: Places = request.app.state.places
    return places


Within = Annotated[Places, Depends(_within)]
"""The places that the installation has opened."""
