"""How a form looks at the desk."""

from django import forms


def set_look(form: forms.BaseForm) -> None:
    """Give every field of a form the look of the desk, and say by which text its error and its help are found."""
    for bound in form:
        widget = bound.field.widget
        look = "form-select" if isinstance(widget, forms.Select) else "form-control"
        if not isinstance(widget, (forms.CheckboxInput, forms.HiddenInput)):
            widget.attrs.setdefault("class", look)
        widget.attrs.setdefault("autocomplete", "off")
