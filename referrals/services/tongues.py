"""Names of languages, as one says them to somebody who is asked whether they speak it."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: Final[Mapping[str, str | Promise]] = {
    "af": "Afrikaans", "am": _("Amharic"), "ar": _("Arabic"), "bn": _("Bengali"), "en": _("English"),
    "es": _("Spanish"), "fr": _("French"), "hi": _("Hindi"), "ki": "Kikuyu", "lg": "Luganda", "ln": "Lingala",
    "luo": "Dholuo", "my": _("Burmese"), "nr": "isiNdebele", "nso": "Sepedi", "ny": "Chichewa", "pt": _("Portuguese"),
    "ru": _("Russian"), "rw": "Kinyarwanda", "sn": "chiShona", "so": _("Somali"), "ss": "siSwati", "st": "Sesotho",
    "sw": "Kiswahili", "th": _("Thai"), "tn": "Setswana", "ts": "Xitsonga", "uk": _("Ukrainian"), "ve": "Tshivenda",
    "xh": "isiXhosa", "zh": _("Chinese"), "zu": "isiZulu",
}  # fmt: skip


def name_of(code: str) -> str:
    """Return the name of a language; of one that is not in the list its own code."""
    return str(NAMES.get(code) or NAMES.get(code.split("-", maxsplit=1)[0]) or code)
