import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.production")

from django.core.management import execute_from_command_line
