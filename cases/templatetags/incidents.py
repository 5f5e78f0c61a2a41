"""Words for the codes of an incident."""

from django import template
from django.utils.translation import gettext

from cases.vocabulary.codes import is_current, say, say_setting

register = template.Library()


@register.filter
def code_words(code: str) -> str:
    """Say a code; one of an older version says the words that it had, or itself."""
    return gettext(say(code)) if code else ""


@register.filter
def setting_words(code: str) -> str:
    """Say a kind of place."""
    return gettext(say_setting(code)) if code else ""


@register.filter
def is_of_today(code: str) -> bool:
    """Say whether a code stands on today's lists."""
    return is_current(code)
