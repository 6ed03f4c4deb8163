from django.urls import path

from priorities import converters  # noqa: F401 - registers <year:…>
from reports import views

urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:partnership>/<year:year>/reports/", views.edition_list, name="edition-list"),
    path("<slug:partnership>/<year:year>/reports/<slug:slug>/", views.edition_detail, name="edition-detail"),
    path("<slug:partnership>/<year:year>/reports/<slug:slug>.pdf", views.edition_pdf, name="edition-pdf"),
    path("<slug:partnership>/<year:year>/reports/<slug:slug>.json", views.edition_json, name="edition-json"),
    path("<slug:partnership>/<year:year>/reports/<slug:slug>.docx", views.edition_docx, name="edition-docx"),
    path("<slug:partnership>/<year:year>/reports/<slug:slug>.ods", views.edition_ods, name="edition-ods"),
    path("<slug:partnership>/<year:year>/reports/<slug:slug>.csv.zip", views.edition_csv, name="edition-csv"),
]
