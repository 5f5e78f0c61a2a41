"""A number on a page: enough to tell two of them apart, and no more."""

import pytest

from cases.models import Number
from helpline.core.privacy.numbers import mask_number


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+447700900233", "••• 233"),
        ("+2782123", "••• 123"),
        ("+447700", "•••"),
        ("80808", "•••"),
        ("112", "•••"),
        ("", "•••"),
    ],
)
def test_the_last_three_figures_and_of_a_short_one_none(number, shown):
    assert mask_number(number) == shown


def test_a_number_masks_itself_in_the_same_way():
    assert Number(number="+447700900233").masked == mask_number("+447700900233")
    assert Number(number="80808").masked == "•••"
