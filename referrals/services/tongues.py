"""Names of languages as their speakers write them: what a lawyer reads who is asked whether she speaks it."""

from typing import Final

NAMES: Final = {
    "af": "Afrikaans", "am": "አማርኛ", "ar": "العربية", "bn": "বাংলা", "en": "English", "es": "español", "fr": "français",
    "hi": "हिन्दी", "ki": "Gikuyu", "lg": "Luganda", "ln": "Lingala", "luo": "Dholuo", "my": "မြန်မာ", "nr": "isiNdebele",
    "nso": "Sepedi", "ny": "Chichewa", "pt": "português", "ru": "русский", "rw": "Kinyarwanda", "sn": "chiShona",
    "so": "Soomaali", "ss": "siSwati", "st": "Sesotho", "sw": "Kiswahili", "th": "ไทย", "tn": "Setswana",
    "ts": "Xitsonga", "uk": "українська", "ve": "Tshivenda", "xh": "isiXhosa", "zh": "中文", "zu": "isiZulu",
}  # fmt: skip


def name_of(code: str) -> str:
    """Return the name of a language; of one that is not in the list its own code."""
    return NAMES.get(code) or NAMES.get(code.split("-", maxsplit=1)[0]) or code
