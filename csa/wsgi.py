import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csa.settings")
application = get_wsgi_application()

# Every view is loaded now, and what is loaded for good is not looked through again at each collection of garbage: that
# made the slowest pages of thousands of figures a fifth slower.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
