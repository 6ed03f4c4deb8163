from django.urls import path

from indicators.views import definitions, figures, imports, pages

urlpatterns = [
    path("<slug:partnership>/indicators/", pages.indicator_list, name="indicator-list"),
    path("<slug:partnership>/indicators/<slug:slug>/", pages.indicator_detail, name="indicator-detail"),
    path("<slug:partnership>/indicators/<slug:slug>/figures.csv", pages.indicator_csv, name="indicator-csv"),
    path("<slug:partnership>/indicators/<slug:slug>/figures.ods", pages.indicator_ods, name="indicator-ods"),
    path("<slug:partnership>/indicators/<slug:slug>/figures.json", pages.indicator_json, name="indicator-json"),
    path("<slug:partnership>/indicators/<slug:slug>/chart.json", pages.indicator_figure, name="indicator-figure"),
    path(
        "<slug:partnership>/indicators/<slug:slug>/definition/",
        definitions.definition_change,
        name="definition-change",
    ),
    path("<slug:partnership>/indicators/<slug:slug>/figures/add/", figures.figure_add, name="figure-add"),
    path("<slug:partnership>/imports/", imports.import_list, name="import-list"),
    path("<slug:partnership>/imports/add/", imports.import_add, name="import-add"),
    path("<slug:partnership>/imports/<int:pk>/", imports.import_detail, name="import-detail"),
    path("<slug:partnership>/imports/<int:pk>/columns/", imports.import_columns, name="import-columns"),
    path("<slug:partnership>/imports/<int:pk>/apply/", imports.import_apply, name="import-apply"),
    path("<slug:partnership>/imports/<int:pk>/discard/", imports.import_discard, name="import-discard"),
    path("<slug:partnership>/imports/<int:pk>/undo/", imports.import_undo, name="import-undo"),
]
