from sanic import Sanic

app = Sanic("shop")
