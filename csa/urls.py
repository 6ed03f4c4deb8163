from django.contrib import admin
from django.urls import include, path

handler400 = "accounts.views.bad_request"
handler403 = "accounts.views.permission_denied"
handler404 = "accounts.views.page_not_found"
handler500 = "accounts.views.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("reports.api.urls")),
    path("", include("reports.urls")),
    path("", include("indicators.urls")),
    path("", include("priorities.urls")),
    path("", include("actions.urls")),
]
