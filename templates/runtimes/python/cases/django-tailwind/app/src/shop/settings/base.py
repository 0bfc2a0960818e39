import os

SECRET_KEY = os.environ["SECRET_KEY"]
DATABASES = {"default": env.db("DATABASE_URL")}
STATIC_ROOT = BASE_DIR / "staticfiles"
TAILWIND_APP_NAME = "theme"
