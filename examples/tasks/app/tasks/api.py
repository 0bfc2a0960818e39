"""The tasks as JSON."""

from flask import Blueprint, abort, current_app, request, url_for
from werkzeug.local import LocalProxy

from .store import InvalidTitle, clean_title

api = Blueprint("api", __name__, url_prefix="/api/tasks")
store = LocalProxy(lambda: current_app.extensions["tasks"])


@api.get("")
def list_tasks():
    return {"tasks": [_json(task) for task in store.list()]}


@api.post("")
def add():
    body = request.get_json()
    if not isinstance(body, dict) or body.keys() != {"title"}:
        abort(422, 'The body is an object with a title, such as {"title": "Water the plants"}.')
    try:
        title = clean_title(body["title"])
    except InvalidTitle as problem:
        abort(422, str(problem))
    task = store.add(title)
    return _json(task), 201, {"Location": url_for("api.show", id=task.id)}


@api.get("/<id>")
def show(id):
    return _json(store.get(id) or _missing())


@api.post("/<id>/finish")
def finish(id):
    return _json(store.finish(id) or _missing())


@api.delete("/<id>")
def delete(id):
    return ("", 204) if store.delete(id) else _missing()


def _missing():
    abort(404, "There is no such task.")


def _json(task):
    return {
        "id": task.id,
        "title": task.title,
        "created": task.created.isoformat(),
        "finished": task.finished and task.finished.isoformat(),
    }
