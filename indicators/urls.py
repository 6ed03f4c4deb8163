from django.urls import path

from indicators import views

urlpatterns = [
    path("<slug:partnership>/indicators/", views.indicator_list, name="indicator-list"),
    path("<slug:partnership>/indicators/<slug:slug>/", views.indicator_detail, name="indicator-detail"),
    path("<slug:partnership>/indicators/<slug:slug>/figures.csv", views.indicator_csv, name="indicator-csv"),
]
