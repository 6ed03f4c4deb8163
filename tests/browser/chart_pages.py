"""Pages with a chart for test_chart_enhancement.py: the component alone, in the frame of every page."""

from datetime import date
from decimal import Decimal

from django.http import HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

from accounts.middleware import public
from csa.urls import urlpatterns as site
from indicators import charts, plotly_figure
from indicators.periods import Period

MARKUP = "<b>Bold</b><a href='javascript:alert(1)'>here</a><img src=x onerror=alert(1)>"
SIGNALS = {4: "concern", 9: "neither", 22: "improvement", 23: "improvement"}
PAGE = """{% extends "base.html" %}{% load static %}{% block title %}Charts{% endblock %}
{% block content %}<h1 class="govuk-heading-xl">Charts</h1>{{ before|safe }}
{% include "components/chart.html" with wide=wide narrow=narrow key=key figure_url=figure_url only %}
<h2 class="govuk-heading-m">After the chart</h2>{% endblock %}
{% block scripts %}<script type="module" src="{% static 'js/chart.js' %}"></script>{% endblock %}"""

QUARTERS = [
    Period(date(year, month, 1), date(year, month + 2, 31 if month in (1, 10) else 30))
    for year in range(2014, 2023)
    for month in (1, 4, 7, 10)
]
POINTS = [
    charts.Point(
        quarter,
        Decimal(3000 + 37 * (number * number % 17) - 20 * number),
        provisional=number > 33,
        note=MARKUP if number == 35 else "",
    )
    for number, quarter in enumerate(QUARTERS)
]
LIMITS = [
    charts.Limit(point.period, 3000.5 if number < 20 else 2800, 2400, 3700.25, SIGNALS.get(number, ""))
    for number, point in enumerate(POINTS)
]
BREAKS = [charts.BreakLine(date(2019, 1, 1), "New recording", 1)]

# Calendar and rolling years together, as printed figures have them.
UNEVEN = [
    charts.Point(Period.parse(start, end), Decimal(value))
    for start, end, value in (
        ("2015-07-01", "2016-06-30", 46500),
        ("2016-01-01", "2016-12-31", 46000),
        ("2017-01-01", "2017-12-31", 40100),
        ("2017-02-01", "2018-01-31", 39300),
        ("2018-02-01", "2019-01-31", 31200),
        ("2021-04-01", "2022-03-31", 32500),
        ("2022-04-01", "2023-03-31", 27500),
    )
]
CLOSE_BREAKS = [
    charts.BreakLine(date(2018, 2, 1), "One", 1),
    charts.BreakLine(date(2018, 12, 1), "Two", 2),
    charts.BreakLine(date(2019, 1, 1), "Three", 3),
]


@public
def chart_page(request, figure):
    given = {"title": "Incidents", "unit": "incidents", "breaks": BREAKS, "limits": LIMITS}
    context = {
        "wide": charts.line_chart(POINTS, ident="wide", **given),
        "narrow": charts.line_chart(POINTS, ident="narrow", width=charts.NARROW, **given),
        "key": charts.key(POINTS, breaks=BREAKS, limits=LIMITS),
        "figure_url": f"/figures/{figure}",
        "before": "<p>A paragraph.</p>" * (200 if "far" in request.GET else 0),
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


@public
def figure(request, figure):
    if figure == "broken":
        return HttpResponse("<p>Not a figure.</p>")
    if figure == "uneven":
        return JsonResponse(plotly_figure.line_figure(UNEVEN, (), CLOSE_BREAKS, "incidents", 0))
    return JsonResponse(plotly_figure.line_figure(POINTS, LIMITS, BREAKS, "incidents", 0))


urlpatterns = [path("charts/<str:figure>", chart_page), path("figures/<str:figure>", figure), *site]
