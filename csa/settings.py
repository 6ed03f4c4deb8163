"""All settings, from a typed environment. A missing or unknown value stops the start with its name.

``CSA_MODE`` picks one of three ways to run:

- ``production`` (the default): served over HTTPS; SECRET_KEY, ALLOWED_HOSTS and DATABASE_URL must be given;
- ``demo``: on this computer only, over plain HTTP; shows the demonstration sign-ins;
- ``test``: the test suite.
"""

import re
import sqlite3
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env.str("CSA_MODE", default="production")
if MODE not in ("production", "demo", "test"):
    raise ImproperlyConfigured(f"CSA_MODE is {MODE!r}. It must be production, demo or test.")
PRODUCTION = MODE == "production"
DEMONSTRATION = MODE == "demo"

# Files that the installation makes: the SQLite database, uploads, demonstration PDFs.
VAR_DIR = Path(env.str("CSA_VAR_DIR", default=str(BASE_DIR / "var")))


def _required_in_production(name, kind, default):
    if PRODUCTION and not env.str(name, default=""):
        raise ImproperlyConfigured(f"{name} is not set. In production it must be; docs/operations.md says how.")
    return getattr(env, kind)(name, default=default)


SECRET_KEY = _required_in_production("SECRET_KEY", "str", "only-for-demonstration-and-tests-" + "0" * 32)
ALLOWED_HOSTS = _required_in_production("ALLOWED_HOSTS", "list", ["localhost", "127.0.0.1", "[::1]"])
# What links in e-mails begin with: no request is at hand where they are written.
SITE_URL = _required_in_production("SITE_URL", "str", "http://localhost:8000").rstrip("/")
if not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*)?", SITE_URL):
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}. It must be like https://safety.example.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DEBUG = env.bool("DEBUG", default=False)

INSTALLED_APPS = [
    "accounts",
    "priorities",
    "indicators",
    "actions",
    "reports",
    "accounts.apps.SiteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "django_prose_editor",  # for its static files alone
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "accounts.middleware.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "csa.urls"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
WSGI_APPLICATION = "csa.wsgi.application"
ASGI_APPLICATION = "csa.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.service",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["govuk"]
CRISPY_TEMPLATE_PACK = "govuk"

# The database. Deferred SQLite transactions and read-then-save lose updates; see docs/decisions.
DATABASES = {"default": _required_in_production("DATABASE_URL", "db_url", f"sqlite:///{VAR_DIR / 'csa.sqlite3'}")}
_database = DATABASES["default"]
_database["ATOMIC_REQUESTS"] = False
try:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"The folder {VAR_DIR} cannot be made ({error.strerror}). Set CSA_VAR_DIR.") from error
if _database["ENGINE"].endswith("sqlite3"):
    # Below 3.51.3 the write-ahead log has a corruption fault.
    _journal = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        if sqlite3.sqlite_version_info >= (3, 51, 3)
        else "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;"
    )
    _database["CONN_MAX_AGE"] = 600
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": _journal + "PRAGMA cache_size=-20000;",
    }
else:
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    _database["OPTIONS"] = {
        "options": "-c statement_timeout=15s -c lock_timeout=3s -c idle_in_transaction_session_timeout=10s"
    }

# Sessions, cache and sign-in limits live in the database, so that several web hosts share them.
# With Django's own most of 300 entries, a visitor of many addresses would push out the limits of sign-in.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60

# Sign-in: by e-mail, no open sign-up.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.MembershipBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.NoSignUpAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="community-safety@localhost")

# Background work: jobs wait in the database for `manage.py db_worker`; `manage.py run_due` looks for what is due.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# What `manage.py run_due` calls with at=now, in this order. Each may be called at any time, by several at once.
DUE_WORK = [
    "actions.rounds.call_added_actions",
    "actions.notices.queue_due",
    "actions.supply_notices.queue_due",
    "accounts.tasks.fail_abandoned",
    "accounts.post.enqueue_unsent",
    "accounts.tasks.prune",
]
# Who writes each kind of letter (accounts/post.py).
LETTERS = {
    "invitation": "accounts.invitations.compose",
    "round-opened": "actions.notices.compose_opened",
    "round-due-soon": "actions.notices.compose_due_soon",
    "round-overdue": "actions.notices.compose_overdue",
    "chase": "actions.notices.compose_chase",
    "update-returned": "actions.notices.compose_returned",
    "digest": "actions.notices.compose_digest",
    "supply-due-soon": "actions.supply_notices.compose",
    "supply-late": "actions.supply_notices.compose",
}

# Language and time.
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "j F Y"

# Files.
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# Rendering of PDFs: each in its own process, stopped at these limits.
PDF_SECONDS = env.int("PDF_SECONDS", default=60)
PDF_MEGABYTES = env.int("PDF_MEGABYTES", default=1536)

# Open data: how often one visitor may ask.
API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", default=1_000_000 if MODE == "test" else 120)

# Security. The demonstration runs on this computer over plain HTTP, so only production insists on HTTPS.
SECURE_SSL_REDIRECT = PRODUCTION
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)  # or the sign-in limits would count everybody as the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
