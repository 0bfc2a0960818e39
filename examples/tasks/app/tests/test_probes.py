def test_is_alive_and_ready(client):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_is_alive_but_not_ready_without_the_database(client, store):
    store.down = True
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert (response.status_code, response.mimetype) == (503, "application/json")
