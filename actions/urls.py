from django.urls import path

from actions import views
from priorities import converters  # noqa: F401 - registers <year:…>

urlpatterns = [
    path("<slug:partnership>/", views.partnership_detail, name="partnership-detail"),
    path("<slug:partnership>/<year:year>/", views.agreement_detail, name="agreement-detail"),
    path(
        "<slug:partnership>/<year:year>/priorities/<slug:slug>/",
        views.priority_detail,
        name="priority-detail",
    ),
    path(
        "<slug:partnership>/<year:year>/priorities/<slug:slug>/actions/<int:number>/",
        views.action_detail,
        name="action-detail",
    ),
]
