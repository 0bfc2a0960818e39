"""What the environment says, read in one place."""

import logging
import os
import sys


def mongodb_url():
    return os.environ.get("MONGODB_URL") or "mongodb://127.0.0.1:27017/tasks"


def title():
    return os.environ.get("TASKS_TITLE") or "Tasks"


def log_to_stdout():
    """For the commands; gunicorn's own configuration does it for the server."""
    level = os.environ.get("LOG_LEVEL", "info").upper()
    form = "%(asctime)s [%(process)d] [%(levelname)s] %(message)s"
    logging.basicConfig(stream=sys.stdout, level=level, format=form)
    logging.getLogger("pymongo").setLevel(logging.INFO)
