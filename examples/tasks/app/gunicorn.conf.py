"""gunicorn reads this file by itself, from the folder that it is started in."""

import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4

# Nothing is written to the root filesystem, which may be read-only.
worker_tmp_dir = "/dev/shm"
control_socket_disable = True

# Longer than the deadline of any request (tasks.store.DEADLINE), short enough
# for a new release not to wait for the old one.
graceful_timeout = 2

# One stream, standard output, for gunicorn, its requests and the app.
_level = os.environ.get("LOG_LEVEL", "info").upper()
access_log_format = '%(h)s "%(r)s" %(s)s %(b)s bytes %(M)s ms'
logconfig_dict = {
    "root": {"level": _level, "handlers": ["console"]},
    "loggers": {
        "gunicorn.error": {"level": _level, "handlers": [], "propagate": True},
        "gunicorn.access": {"level": _level, "handlers": [], "propagate": True},
        "pymongo": {"level": "INFO"},  # its debug lines hold the tasks themselves
    },
}
