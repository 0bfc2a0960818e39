import pytest


def test_adds_finishes_and_deletes_by_forms(client, store):
    assert "Nothing to do." in client.get("/").text

    added = client.post("/tasks", data={"title": "Feed <b>the</b> hens"})
    assert (added.status_code, added.headers["Location"]) == (303, "/")
    assert "Feed &lt;b&gt;the&lt;/b&gt; hens" in client.get("/").text

    path = f"/tasks/{store.tasks[0].id}"
    assert client.post(f"{path}/finish").status_code == 303
    page = client.get("/").text
    assert 'class="finished"' in page and f'action="{path}/finish"' not in page

    assert client.post(f"{path}/delete").status_code == 303
    assert store.tasks == []


def test_shows_its_title(client):
    assert "<h1>Tasks of &lt;the&gt; test</h1>" in client.get("/").text


def test_says_what_is_wrong_with_a_title_and_keeps_it(client, store):
    response = client.post("/tasks", data={"title": "x" * 201})
    assert response.status_code == 422
    assert 'role="alert"' in response.text
    assert f'value="{"x" * 201}"' in response.text
    assert store.tasks == []


@pytest.mark.parametrize("action", ["finish", "delete"])
def test_a_missing_task_is_not_found(client, action):
    response = client.post(f"/tasks/none/{action}")
    assert response.status_code == 404
    assert "no such task" in response.text


def test_is_a_page_without_the_database(client, store):
    store.down = True
    response = client.get("/")
    assert (response.status_code, response.mimetype) == (503, "text/html")
    assert "The database does not answer" in response.text


@pytest.mark.parametrize(
    "headers, ours",
    [
        ({}, True),  # no browser
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_only_its_own_pages_change_tasks(client, store, headers, ours):
    form = client.post("/tasks", data={"title": "a"}, headers=headers)
    json = client.post("/api/tasks", json={"title": "a"}, headers=headers)
    assert (form.status_code, json.status_code) == ((303, 201) if ours else (403, 403))
    assert len(store.tasks) == (2 if ours else 0)
    assert client.get("/", headers=headers).status_code == 200


def test_the_page_needs_nothing_from_elsewhere(client):
    response = client.get("/")
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "://" not in response.text and "<script" not in response.text
    assert client.get("/static/style.css").mimetype == "text/css"
