from django.urls import path

from actions.views import plan
from priorities import converters  # noqa: F401 - registers <year:…>

urlpatterns = [
    path("<slug:partnership>/", plan.partnership_detail, name="partnership-detail"),
    path("<slug:partnership>/<year:year>/", plan.agreement_detail, name="agreement-detail"),
    path(
        "<slug:partnership>/<year:year>/priorities/<slug:slug>/",
        plan.priority_detail,
        name="priority-detail",
    ),
    path(
        "<slug:partnership>/<year:year>/priorities/<slug:slug>/actions/<int:number>/",
        plan.action_detail,
        name="action-detail",
    ),
]
