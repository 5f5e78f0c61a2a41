"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the chosen theme (blank: as the device says), and whether this is a practice installation."""
    theme = request.COOKIES.get("theme", "")
    return {"theme": theme if theme in THEMES else "", "is_practice": settings.IS_PRACTICE}
