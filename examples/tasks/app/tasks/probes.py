"""What the platform asks."""

from flask import Blueprint, current_app

probes = Blueprint("probes", __name__)


@probes.get("/healthz")
def alive():
    """Not a word about the database: starting the app again would not mend it."""
    return {"status": "alive"}


@probes.get("/readyz")
def ready():
    current_app.extensions["tasks"].ping()
    return {"status": "ready"}
