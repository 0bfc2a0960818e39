"""`python -m tasks.indexes`: makes the indexes. The release step; safe to run again."""

from .command import run


def make(store):
    store.create_indexes()
    return "the indexes are there"


if __name__ == "__main__":
    run(make)
