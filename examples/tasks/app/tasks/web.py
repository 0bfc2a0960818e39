"""The tasks as a page that works without scripts: forms are posted, and answered by a redirect."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.local import LocalProxy

from .store import LONGEST_TITLE, InvalidTitle, clean_title

pages = Blueprint("pages", __name__)
store = LocalProxy(lambda: current_app.extensions["tasks"])


@pages.get("/")
def index():
    return render(tasks=store.list())


@pages.post("/tasks")
def add():
    typed = request.form.get("title", "")
    try:
        title = clean_title(typed)
    except InvalidTitle as problem:
        return render(tasks=store.list(), problem=str(problem), typed=typed), 422
    store.add(title)
    return _back()


@pages.post("/tasks/<id>/finish")
def finish(id):
    return _back() if store.finish(id) else _missing()


@pages.post("/tasks/<id>/delete")
def delete(id):
    return _back() if store.delete(id) else _missing()


def render(**values):
    """The one page. Without tasks it says only what the problem is."""
    title = current_app.config["TITLE"]
    return render_template("page.html", title=title, longest=LONGEST_TITLE, **values)


def _back():
    return redirect(url_for("pages.index"), code=303)


def _missing():
    abort(404, "There is no such task. Perhaps someone deleted it just now.")
