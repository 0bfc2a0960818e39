"""What the commands share: they log, wait longer than a request may, and fail plainly."""

import logging
import sys

from . import config
from .store import MongoStore, Unavailable

PATIENCE = 60  # seconds; a database may still be starting


def run(action):
    """Logs what the action says that it did to the store."""
    form = "%(asctime)s [%(process)d] [%(levelname)s] %(message)s"
    logging.basicConfig(stream=sys.stdout, level=config.log_level(), format=form)
    logging.getLogger("pymongo").setLevel(logging.INFO)
    try:
        logging.info(action(MongoStore(config.mongodb_url(), deadline=PATIENCE)))
    except Unavailable as error:
        logging.error("the database does not answer: %s", error)
        sys.exit(1)
