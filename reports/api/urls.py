from django.urls import path, register_converter

from reports.api import views


class AnythingConverter:
    """The rest of an address, whatever it holds: the interface refuses what it does not know in its own words."""

    regex = r"[\s\S]*"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(AnythingConverter, "anything")

urlpatterns = [
    path("api/", views.explanation, name="open-data"),
    path("api/v1/<anything:rest>", views.door, name="open-data-api"),
]
