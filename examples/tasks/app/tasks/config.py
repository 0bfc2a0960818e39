"""What the environment says."""

import os


def mongodb_url():
    return os.environ.get("MONGODB_URL") or "mongodb://127.0.0.1:27017/tasks"


def title():
    return os.environ.get("TASKS_TITLE") or "Tasks"


def log_level():
    return (os.environ.get("LOG_LEVEL") or "info").upper()
