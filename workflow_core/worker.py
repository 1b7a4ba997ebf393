"""Does the jobs of an installation: `python -m workflow_core.worker`, as a child of the server; it knows no HTTP."""

import logging
import os
import signal
import threading

from workflow_core.services.pictures import Kept, Media, Renditions
from workflow_core.services.running import announcements
from workflow_core.settings import Settings
from workflow_core.store.database.engine import engine_for
from workflow_core.up import jobs, lifeline

REST = 60.0
"""Seconds without a job after which the process ends."""

NICE = 5
"""By how much people go before jobs where the machine has no time for both: a third of what they get is left."""


def main() -> None:
    """Do jobs while there are some, until told to stop, or until the server is gone."""
    stop, settings = threading.Event(), Settings()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    os.nice(NICE)
    lifeline.follow(patience=0)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    engine = engine_for(settings.database())
    kept = Kept(Media(settings.media_at()), Renditions(settings.shown_at()))
    with announcements.announcing(engine, settings.prefect_api()):
        jobs.work(engine, lease=settings.lease_seconds, stop=stop, kept=kept, rest=REST)


if __name__ == "__main__":
    main()
