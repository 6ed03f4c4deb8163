from django.urls import path

from priorities import converters, views  # noqa: F401 - registers <year:…>

urlpatterns = [
    path("<slug:partnership>/<year:year>/agreement/", views.agreement_document, name="agreement-document"),
]
