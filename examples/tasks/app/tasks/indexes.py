"""`python -m tasks.indexes`: makes the indexes. The release step; safe to run again."""

import logging

from . import config
from .store import MongoStore

if __name__ == "__main__":
    config.log_to_stdout()
    name = MongoStore(config.mongodb_url(), deadline=60).create_indexes()
    logging.info("the index %s is there", name)
