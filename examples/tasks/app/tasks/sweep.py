"""`python -m tasks.sweep`: deletes what was finished more than 30 days ago."""

from datetime import timedelta

from .command import run
from .store import now

KEPT = timedelta(days=30)


def sweep(store):
    count = store.delete_finished(before=now() - KEPT)
    return f"deleted {count} finished tasks"


if __name__ == "__main__":
    run(sweep)
