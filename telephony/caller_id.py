"""Reading who calls or texts: the From that the gateway sends, in every form it takes. Plain rules, no framework.

Nothing here raises and nothing is lost: what cannot be read is kept as it came. A withheld number is no number: two
withheld callers are never one person, and are never called back, texted or shown as a caller id.

Numbers that stand for "withheld" are the keypad spellings of ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE
(several public code bases agree; the gateway's documentation does not list them). They look like real numbers.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

import phonenumbers

Kind = Literal["withheld", "number", "address", "short"]

_WITHHELD_DIGITS: Final = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})
_WITHHELD_WORDS: Final = frozenset(
    {
        "anonymous",
        "restricted",
        "blocked",
        "unknown",
        "unavailable",
        "notavailable",
        "private",
        "privatenumber",
        "withheld",
        "numberwithheld",
        "withheldnumber",
        "nocallerid",
        "nonumber",
        "none",
        "null",
    }
)
_SCHEMES: Final = re.compile(r"(sips?|client|whatsapp|messenger|rcs|tel|conference|app):", re.IGNORECASE)
_ANONYMOUS_SIP: Final = re.compile(
    r"sips?:(anonymous|restricted|unavailable|unknown)@|sips?:[^@]*@anonymous\.invalid", re.I
)
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST_SHORT_CODE: Final = 8  # digits; longer ones are numbers that we could not read
_LONGEST_NUMBER: Final = 40  # characters, with all its brackets and blanks; anything longer is not a number


@dataclass(frozen=True)
class CallerId:
    """Who calls or texts.

    `kind`: withheld; number (`number` is E.164, or None where it is not a valid one); address (sip, client, WhatsApp, a
    name as sender: kept word for word in `raw`); short (a code or another number that no one can be called at).
    `raw` is exactly what the gateway sent, "" where it sent nothing.
    """

    kind: Kind
    raw: str
    number: str | None = None

    @property
    def may_be_called_back(self) -> bool:
        """Whether there is a number at all. Whether it is safe to ring it is another question, for the case."""
        return self.number is not None

    @property
    def is_somebody(self) -> bool:
        """Whether two calls from here may be the same person's. Never for withheld callers."""
        return self.kind != "withheld"


def read_caller(raw: str | None, *, region: str | None = None) -> CallerId:
    """Read the From of a call or a text. `region` (like "ZA") is where a number without a country code is at home.

    International numbers are taken where they can exist (a country code and a length that it has): the network says
    that they do, and lists of number ranges are always behind. National ones must be valid in `region`. Never raises.
    """
    raw = raw or ""
    plain = _plain(raw)
    if _is_withheld(plain):
        return CallerId("withheld", raw)
    if _SCHEMES.match(plain) or any(character.isalpha() for character in plain):
        return CallerId("address", raw)
    digits = re.sub(r"\D", "", plain)
    if len(plain) > _LONGEST_NUMBER or not digits:
        return CallerId("address", raw)
    number = _read_number(plain, digits, region)
    if number is None and not plain.startswith("+") and len(digits) <= _LONGEST_SHORT_CODE:
        return CallerId("short", raw)
    return CallerId("number", raw, number)


def _plain(raw: str) -> str:
    """Take away what cannot be seen and write every digit as 0 to 9, whatever the script."""
    shown = (character for character in raw if unicodedata.category(character) not in {"Cc", "Cf"})
    plain = "".join(str(unicodedata.decimal(character, character)) for character in shown)
    return plain.replace("＋", "+").strip()


def _is_withheld(plain: str) -> bool:
    # Every sign but letters and digits goes first: "+Anonymous", "Private number" and "(266) 696-687" are the same thing.
    bare = "".join(character for character in plain if character.isalnum()).lower()
    return not bare or bare in _WITHHELD_DIGITS or bare in _WITHHELD_WORDS or bool(_ANONYMOUS_SIP.match(plain))


def _read_number(plain: str, digits: str, region: str | None) -> str | None:
    if plain.startswith("+"):
        return _possible(f"+{digits}")
    if len(digits) < 7:
        return None
    if region and (number := _valid(plain, region)):
        return number
    # 00 is how most of the world dials abroad, also where a line's own country does not.
    return _valid(f"+{digits[2:]}", None) if digits.startswith("00") else None


def _possible(international: str) -> str | None:
    parsed = _parse(international, None) if _E164.fullmatch(international) else None
    if parsed is None:
        return None
    exists = phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
    return _e164(parsed) if exists else None


def _valid(words: str, region: str | None) -> str | None:
    parsed = _parse(words, region)
    return _e164(parsed) if parsed is not None and phonenumbers.is_valid_number(parsed) else None


def _parse(words: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(words, region)
    except phonenumbers.NumberParseException:
        return None


def _e164(parsed: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
