import pytest
from fake import FakeStore

from tasks import create_app


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def client(store):
    app = create_app(store, title="Tasks of <the> test")
    return app.test_client()
