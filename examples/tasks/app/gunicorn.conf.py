"""gunicorn reads this file by itself, from the folder that it is started in."""

import os

bind = f"0.0.0.0:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or "2")
threads = 4

# Nothing is written to the root filesystem, which may be read-only.
worker_tmp_dir = "/dev/shm"
control_socket_disable = True

# A stop waits for requests, which a database that hangs holds up for little more
# than a second (tasks.store.DEADLINE), and for idle connections.
graceful_timeout = 2
keepalive = 1

# One stream, standard output, for gunicorn, its requests and the app.
_level = (os.environ.get("LOG_LEVEL") or "info").upper()
access_log_format = '%(h)s "%(r)s" %(s)s %(b)s bytes %(M)s ms'
logconfig_dict = {
    "root": {"level": _level, "handlers": ["console"]},
    "loggers": {
        "gunicorn.error": {"level": _level, "handlers": [], "propagate": True},
        "gunicorn.access": {"level": _level, "handlers": [], "propagate": True},
        "pymongo": {"level": "INFO"},  # its debug lines hold the tasks themselves
    },
}
