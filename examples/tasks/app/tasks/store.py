"""Tasks, and the one place that knows how MongoDB keeps them."""

import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pymongo
from bson import ObjectId
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import ConnectionFailure, OperationFailure

DEADLINE = 1.0  # seconds that a request waits for the database in all
LONGEST_TITLE = 200
MOST_LISTED = 200


class Unavailable(Exception):
    """The database does not answer, or refuses us: worth trying again later."""


class InvalidTitle(ValueError):
    """A title that no task can have; the message is for the person who typed it."""


@dataclass(frozen=True)
class Task:
    id: str
    title: str
    created: datetime
    finished: datetime | None = None


def clean_title(text):
    """The title as it is kept: one line, no longer than it may be."""
    if not isinstance(text, str):
        raise InvalidTitle("A title is a text.")
    title = " ".join(text.split())
    if not title:
        raise InvalidTitle("Write what is to be done.")
    if len(title) > LONGEST_TITLE:
        raise InvalidTitle(f"A title has at most {LONGEST_TITLE} characters.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in title):
        raise InvalidTitle("A title has no control characters.")
    return title


def now():
    """The time to the millisecond, which is what MongoDB keeps of it."""
    time = datetime.now(UTC)
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


class MongoStore:
    """Connects when first used, so that it can be made before the database is up."""

    def __init__(self, url, deadline=DEADLINE, database=None):
        self.client = pymongo.MongoClient(url, tz_aware=True, appname="tasks")
        database = database or self.client.get_default_database("tasks").name
        self._tasks = self.client[database]["tasks"]
        self._deadline = deadline

    def ping(self):
        with self._answering():
            self.client.admin.command("ping")

    def create_indexes(self):
        """Does nothing where they exist. One serves both lists and the sweep."""
        keys = [("finished", ASCENDING), ("created", DESCENDING), ("_id", DESCENDING)]
        with self._answering():
            self._tasks.create_index(keys, name="finished_created")

    def list(self):
        """The open tasks, newest first, then the finished ones, last finished first."""
        newest = [("created", DESCENDING), ("_id", DESCENDING)]
        latest = [("finished", DESCENDING), *newest]
        with self._answering():
            tasks = self._tasks.find({"finished": None}).sort(newest).limit(MOST_LISTED)
            done = self._tasks.find({"finished": {"$ne": None}}).sort(latest).limit(MOST_LISTED)
            return [_task(document) for document in (*tasks, *done)]

    def get(self, id):
        with self._answering():
            document = self._tasks.find_one({"_id": _key(id)})
        return document and _task(document)

    def add(self, title):
        document = {"title": title, "created": now(), "finished": None}
        with self._answering():
            self._tasks.insert_one(document)  # puts in the _id
        return _task(document)

    def finish(self, id):
        """The finished task, or None. Finishing it again keeps its first time."""
        still_open = {"_id": _key(id), "finished": None}
        with self._answering():
            self._tasks.update_one(still_open, {"$set": {"finished": now()}})
        return self.get(id)

    def delete(self, id):
        """Whether there was such a task."""
        with self._answering():
            return self._tasks.delete_one({"_id": _key(id)}).deleted_count == 1

    def delete_finished(self, before):
        """How many tasks finished before that time; they are gone."""
        with self._answering():
            return self._tasks.delete_many({"finished": {"$lt": before}}).deleted_count

    @contextmanager
    def _answering(self):
        """One deadline over all that is asked in the block, the driver's retries included."""
        try:
            with pymongo.timeout(self._deadline):
                yield
        except (ConnectionFailure, OperationFailure) as error:
            raise Unavailable(str(error)) from error


def _key(id):
    """What the task is found by; an id that is none of ours finds nothing."""
    return ObjectId(id) if ObjectId.is_valid(id) else id


def _task(document):
    return Task(str(document["_id"]), document["title"], document["created"], document["finished"])
