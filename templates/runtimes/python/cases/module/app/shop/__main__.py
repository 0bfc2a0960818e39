import os

from aiohttp import web

web.run_app(web.Application(), port=int(os.environ["PORT"]))
