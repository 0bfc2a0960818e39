"""What a store does: asked of the fake always, of a real MongoDB where MONGODB_URL names one."""

import os
import socket
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from fake import FakeStore

from tasks import indexes, sweep
from tasks.store import InvalidTitle, MongoStore, Unavailable, clean_title, now


@pytest.fixture(params=["fake", "mongodb"])
def store(request):
    if request.param == "fake":
        yield FakeStore()
        return
    url = os.environ.get("MONGODB_URL")
    if not url:
        pytest.skip("NOT RUN AGAINST A DATABASE: set MONGODB_URL to the address of a MongoDB")
    database = f"tasks_test_{uuid4().hex}"  # never the one that the address names
    real = MongoStore(url, deadline=5, database=database)
    real.ping()
    yield real
    real.client.drop_database(database)


def test_lists_open_tasks_newest_first_then_finished_ones(store):
    first, second, third, fourth = (store.add(title) for title in "abcd")
    store.finish(third.id)
    time.sleep(0.005)
    store.finish(first.id)
    assert [task.title for task in store.list()] == ["d", "b", "a", "c"]
    assert store.list()[:2] == [fourth, second]


def test_keeps_a_title_as_it_is(store):
    title = "Añejo, 数 👩‍🌾 <b>$gt</b> {'$ne': 1} \"'\\ ."
    task = store.add(title)
    assert store.get(task.id) == task
    assert task.title == title


def test_finishes_once(store):
    task = store.add("a")
    finished = store.finish(task.id)
    assert finished.finished >= task.created
    time.sleep(0.005)
    assert store.finish(task.id) == finished


def test_deletes(store):
    kept, gone = store.add("kept"), store.add("gone")
    assert store.delete(gone.id)
    assert not store.delete(gone.id)
    assert store.list() == [kept]


@pytest.mark.parametrize("id", ["", "x", "0" * 24, "$ne", "0" * 12, "\0"])
def test_finds_nothing_by_a_strange_id(store, id):
    store.add("a")
    assert store.get(id) is None
    assert store.finish(id) is None
    assert not store.delete(id)
    assert len(store.list()) == 1


def test_sweeps_only_what_was_finished_long_ago(store):
    store.add("open")
    store.finish(store.add("finished").id)
    assert sweep.sweep(store) == "deleted 0 finished tasks"
    assert store.delete_finished(before=now() + timedelta(seconds=1)) == 1
    assert [task.title for task in store.list()] == ["open"]


def test_makes_its_indexes_again_and_again(store):
    indexes.make(store)
    store.add("a")
    indexes.make(store)
    assert len(store.list()) == 1


@pytest.mark.parametrize(
    "text, title", [("a", "a"), ("  a\t\r\n b ", "a b"), ("x" * 200, "x" * 200)]
)
def test_cleans_a_title(text, title):
    assert clean_title(text) == title


@pytest.mark.parametrize("text", [None, 1, [], "", " \n", "x" * 201, "a\0b", "\x1b[31m", "\ud800"])
def test_refuses_a_title(text):
    with pytest.raises(InvalidTitle):
        clean_title(text)


def test_a_database_that_refuses_or_hangs_is_unavailable_in_time():
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, says nothing
        port = silent.getsockname()[1]
        _assert_unavailable(f"mongodb://user:secret@127.0.0.1:{port}/tasks?authSource=admin")
    _assert_unavailable(f"mongodb://user:secret@127.0.0.1:{port}/tasks?authSource=admin")


def _assert_unavailable(url):
    store = MongoStore(url, deadline=0.3)
    for ask in (store.ping, store.list, lambda: store.add("a"), lambda: store.finish("0" * 24)):
        began = time.monotonic()
        with pytest.raises(Unavailable) as error:
            ask()
        assert time.monotonic() - began < 1
        assert "secret" not in str(error.value)
    store.client.close()
