"""Other sites' pages must not change tasks through their visitors' browsers."""

from urllib.parse import urlsplit

from flask import abort, request

SAFE = ("GET", "HEAD", "OPTIONS")


def refuse_other_sites():
    """Every browser says where a request comes from; what says nothing is no browser."""
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        ours = site in ("same-origin", "none")
    else:
        ours = origin is None or urlsplit(origin).netloc == request.host
    if not ours:
        abort(403, "This request came from another site.")
