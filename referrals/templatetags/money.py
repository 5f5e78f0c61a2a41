"""How a page says an amount."""

from decimal import Decimal

from django import template

from referrals.money import say_amount

register = template.Library()


@register.simple_tag
def amount(figure: Decimal, currency: str) -> str:
    """Say an amount of money with its currency."""
    return say_amount(figure, currency)
