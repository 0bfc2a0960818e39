import pytest


def add(client, title="Water the plants"):
    return client.post("/api/tasks", json={"title": title})


def test_adds_lists_finishes_and_deletes(client):
    assert client.get("/api/tasks").json == {"tasks": []}

    added = add(client, "  Water   the plants ")
    task = added.json
    assert added.status_code == 201
    assert added.headers["Location"] == f"/api/tasks/{task['id']}"
    assert task["title"] == "Water the plants" and task["finished"] is None
    assert client.get(added.headers["Location"]).json == task
    assert client.get("/api/tasks").json == {"tasks": [task]}

    finished = client.post(f"/api/tasks/{task['id']}/finish")
    assert finished.status_code == 200
    assert finished.json == {**task, "finished": finished.json["finished"]}
    assert finished.json["finished"] >= task["created"]

    deleted = client.delete(f"/api/tasks/{task['id']}")
    assert (deleted.status_code, deleted.data) == (204, b"")
    assert client.get("/api/tasks").json == {"tasks": []}


@pytest.mark.parametrize(
    "body, status",
    [
        (b'{"title": "a"}', 201),
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 8000, 400),
        (b'{"title": "' + b"x" * 9000 + b'"}', 413),
        (b"null", 422),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"title": 1}', 422),
        (b'{"title": " "}', 422),
        (b'{"title": "\\ud800"}', 422),
        (b'{"title": "a", "done": true}', 422),
    ],
)
def test_checks_the_body(client, store, body, status):
    response = client.post("/api/tasks", data=body, content_type="application/json")
    assert response.status_code == status
    assert len(store.tasks) == (status == 201)
    assert status == 201 or response.json["error"]


def test_wants_json(client):
    assert client.post("/api/tasks", data={"title": "a"}).status_code == 415


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/api/tasks/none", 404),
        ("POST", "/api/tasks/none/finish", 404),
        ("DELETE", "/api/tasks/none", 404),
        ("GET", "/api/nothing", 404),
        ("PUT", "/api/tasks", 405),
    ],
)
def test_says_what_is_wrong_in_json(client, method, path, status):
    response = client.open(path, method=method)
    assert response.status_code == status
    assert response.json["error"]


def test_is_unavailable_without_the_database(client, store):
    store.down = True
    for response in (client.get("/api/tasks"), add(client), client.delete("/api/tasks/x")):
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert "database" in response.json["error"]
    store.down = False
    assert add(client).status_code == 201
