"""Names of languages to their codes, in several languages, for directories that write them out."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from referrals.hsds.meaning import fold
from referrals.services.tongues import NAMES

_ENGLISH: Final = {
    "afrikaans": "af", "amharic": "am", "arabic": "ar", "bengali": "bn", "english": "en", "spanish": "es", "french": "fr",
    "hindi": "hi", "kikuyu": "ki", "luganda": "lg", "lingala": "ln", "luo": "luo", "burmese": "my", "ndebele": "nr",
    "sepedi": "nso", "northern sotho": "nso", "chichewa": "ny", "nyanja": "ny", "portuguese": "pt", "russian": "ru",
    "kinyarwanda": "rw", "shona": "sn", "somali": "so", "swati": "ss", "sotho": "st", "swahili": "sw", "thai": "th",
    "tswana": "tn", "tsonga": "ts", "ukrainian": "uk", "venda": "ve", "xhosa": "xh", "chinese": "zh", "zulu": "zu",
}  # fmt: skip


@cache
def language_names() -> Mapping[str, str]:
    """Return folded names of languages to their codes."""
    return {**_ENGLISH, **{fold(name): code for code, name in NAMES.items()}}
