"""A list of tasks, kept in MongoDB: pages for people, JSON for programs."""

from flask import Flask, current_app, jsonify, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from . import api, config, origin, probes, web
from .store import MongoStore, Unavailable

# The page has a style sheet, an empty icon and forms of its own, and needs no more.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def create_app(store=None, title=None):
    """The WSGI app; tests pass a store and a title, the rest comes from the environment."""
    app = Flask(__name__)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.json.sort_keys = False
    app.config["MAX_CONTENT_LENGTH"] = 8 * 1024
    app.config["TITLE"] = title or config.title()
    app.extensions["tasks"] = store or MongoStore(config.mongodb_url())
    app.register_blueprint(web.pages)
    app.register_blueprint(api.api)
    app.register_blueprint(probes.probes)
    app.before_request(origin.refuse_other_sites)
    app.after_request(_harden)
    app.register_error_handler(HTTPException, _problem)
    app.register_error_handler(Unavailable, _unavailable)
    return app


def _problem(error):
    """An error in the form of its surroundings: JSON for programs, else the page."""
    response = error.get_response()  # keeps headers such as Allow and Retry-After
    if request.path.startswith("/api/") or request.blueprint == "probes":
        response.data = jsonify(error=error.description).get_data()
        response.mimetype = "application/json"
    else:
        response.data = web.render(problem=error.description)
    return response


def _unavailable(error):
    """Said to the log in full, to the visitor in short; a restart would not mend it."""
    current_app.logger.warning("the database does not answer: %s", error)
    text = "The database does not answer. Try again in a moment."
    return _problem(ServiceUnavailable(text, retry_after=5))


def _harden(response):
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
