application = ProtocolTypeRouter({"http": get_asgi_application()})
