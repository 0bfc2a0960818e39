"""What a WSGI server serves: `gunicorn app:app`."""

from tasks import create_app

app = create_app()
