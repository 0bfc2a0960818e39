"""A store in memory, with the behaviour of MongoStore (test_store.py holds both to it)."""

from dataclasses import replace
from uuid import uuid4

from tasks.store import Task, Unavailable, now


class FakeStore:
    def __init__(self):
        self.tasks = []  # oldest first
        self.down = False

    def ping(self):
        if self.down:
            raise Unavailable("connection refused")

    def create_indexes(self):
        self.ping()

    def list(self):
        self.ping()
        newest = self.tasks[::-1]
        done = [task for task in newest if task.finished]
        done.sort(key=lambda task: task.finished, reverse=True)
        return [task for task in newest if not task.finished] + done

    def get(self, id):
        self.ping()
        return next((task for task in self.tasks if task.id == id), None)

    def add(self, title):
        self.ping()
        self.tasks.append(Task(uuid4().hex, title, now()))
        return self.tasks[-1]

    def finish(self, id):
        self.ping()
        for place, task in enumerate(self.tasks):
            if task.id == id and not task.finished:
                self.tasks[place] = replace(task, finished=now())
        return self.get(id)

    def delete(self, id):
        return self._drop(lambda task: task.id == id) == 1

    def delete_finished(self, before):
        return self._drop(lambda task: task.finished and task.finished < before)

    def _drop(self, unwanted):
        self.ping()
        kept = [task for task in self.tasks if not unwanted(task)]
        count = len(self.tasks) - len(kept)
        self.tasks = kept
        return count
