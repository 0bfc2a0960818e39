"""The apps that are built: the examples, a case of one recipe, and small ones that are built with a second language."""

from dataclasses import dataclass, field


@dataclass
class App:
    """An app, and what is looked at."""

    # From the repository's top.
    folder: str
    # A file of its code, and what is put at its end: a change that is none of its dependencies.
    change: tuple[str, str]
    # Steps of the Dockerfile that install dependencies: the second build takes each from its cache.
    installs: str
    # What the second build says if it loads or compiles a dependency again.
    again: str
    # Of the answer.
    says: str = ""
    # What a file that the page names says: it was built from the app's own sources.
    asset: str = ""
    # What secrets and services would give.
    environment: dict = field(default_factory=dict)
    # A file that locks the versions that the mirror in this image has: an image, a command, and the file.
    lock: tuple[str, str, str] | None = None


GEMS = ("docker.io/library/ruby:3.4-slim-trixie", "bundle lock", "Gemfile.lock")
COMPOSER = ("docker.io/library/php:8.5-apache-trixie", "COMPOSER_ALLOW_SUPERUSER=1 composer update --no-install --no-scripts --no-plugins --ignore-platform-reqs", "composer.lock")

APPS = {
    "python": App("examples/tasks/app", ("tasks/web.py", "\n# changed\n"), r"uv sync --frozen|pip install uv", r"Downloading|Installed \d\d",
                  environment={"MONGODB_URL": "mongodb://127.0.0.1:1/tasks"}),
    "node": App("examples/notes/app", ("app.js", "\n// changed\n"), r"npm ci", r"added \d"),
    "static": App("examples/handbook/app", ("public/index.html", "<!-- changed -->\n"), r"apt-get", r"Unpacking"),
    "go": App("examples/links/app", ("links.go", "\n// changed\n"), r"go mod download", r"go: downloading"),
    "ruby": App("examples/polls/app", ("app.rb", "\n# changed\n"), r"bundle install", r"^(Fetching|Installing) "),
    "php": App("examples/rates/app", ("src/App.php", "\n// changed\n"), r"install-php-extensions|--no-scripts", r"- Installing|Downloading"),
    "java": App("examples/stock/app", ("src/main/java/cu/example/stock/Stock.java", "\n// changed\n"), r"dependency:go-offline", r"Download(ing|ed) from"),
    "rust": App("examples/dice/app", ("src/app.rs", "\n// changed\n"), r"apt-get", r"Download(ing|ed)|Compiling (?!dice )"),
    "deno": App("examples/clock/app", ("app.ts", "\n// changed\n"), r"deno install", r"^Download "),
    "bun": App("examples/words/app", ("src/app.ts", "\n// changed\n"), r"bun install", r"packages installed"),
    "elixir": App("templates/runtimes/elixir/cases/no-packages/app", ("lib/hello.ex", "\n# changed\n"), r"mix deps.compile", r"==> (?!hello)"),
    "django-vite": App("tests/e2e/builds/apps/django-vite", ("frontend/main.js", "\n// changed\n"), r"npm ci|pip install", r"added \d|Downloading",
                       asset="by the front end", environment={"SECRET_KEY": "secret"}),
    "flask-yarn": App("tests/e2e/builds/apps/flask-yarn", ("assets/main.js", "\n// changed\n"), r"yarn install|npm install|pip install", r"Fetch step|Downloading",
                      asset="by the front end"),
    "rails": App("tests/e2e/builds/apps/rails", ("app/assets/stylesheets/page.css", "/* changed */\n"), r"bundle install|npm ci", r"^(Fetching|Installing) |added \d",
                 asset="by the front end", environment={"SECRET_KEY_BASE": "0" * 128}, lock=GEMS),
    "laravel": App("tests/e2e/builds/apps/laravel", ("resources/js/app.js", "// changed\n"), r"--no-scripts|install-php-extensions|npm ci", r"- Installing|added \d",
                   asset="by the front end", environment={"APP_KEY": "base64:" + "A" * 43 + "="}, lock=COMPOSER),
    "symfony": App("tests/e2e/builds/apps/symfony", ("assets/app.js", "// changed\n"), r"--no-scripts|install-php-extensions", r"- Installing",
                   asset="by the front end", environment={"APP_SECRET": "secret"}, lock=COMPOSER),
    "elixir-npm": App("tests/e2e/builds/apps/elixir-npm", ("assets/app.js", "// changed\n"), r"mix deps.compile|npm ci", r"==> (?!shop)|added \d",
                      asset="by the front end"),
}
