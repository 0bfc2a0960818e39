"""`python -m tasks.sweep`: deletes what was finished more than 30 days ago."""

import logging
from datetime import timedelta

from . import config
from .store import MongoStore, now

KEPT = timedelta(days=30)


def sweep(store):
    return store.delete_finished(before=now() - KEPT)


if __name__ == "__main__":
    config.log_to_stdout()
    count = sweep(MongoStore(config.mongodb_url(), deadline=60))
    logging.info("deleted %d finished tasks", count)
