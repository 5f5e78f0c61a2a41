"""Form fields in the desk's look, whoever wrote the form."""

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils.safestring import SafeString

from helpline.core.http.week import WeekWidget
from helpline.core.privacy.numbers import mask_number

register = template.Library()


@register.filter
def dressed(field: BoundField) -> SafeString:
    """Draw a field with the desk's classes, keeping what its widget brings."""
    widget = field.field.widget
    look = "form-check-input" if is_tick(field) else "form-select" if isinstance(widget, Select) else "form-control"
    own = widget.attrs.get("class", "")
    attributes: dict[str, str | bool] = {"class": f"{own} {look}".strip()}
    if field.errors:
        attributes["aria-invalid"] = "true"
        attributes["aria-describedby"] = f"{field.auto_id}_error"
    return field.as_widget(attrs=attributes)


@register.filter
def is_tick(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Say whether the field is several boxes or buttons under one heading."""
    return isinstance(field.field.widget, CheckboxSelectMultiple | RadioSelect)


@register.filter
def is_week(field: BoundField) -> bool:
    return isinstance(field.field.widget, WeekWidget)


@register.filter
def masked(number: str | None) -> str:
    """Show a number by its last two figures only."""
    return mask_number(number or "")
