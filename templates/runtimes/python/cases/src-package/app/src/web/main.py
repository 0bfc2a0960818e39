from .setup import create_application

app = create_application()
