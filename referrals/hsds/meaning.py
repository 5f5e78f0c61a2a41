"""What a row of HSDS means to us beyond its columns: an address as it is written, a language, what sort of help it is."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from referrals.hsds.tables import Row

_CODE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
# Words by which a service is known; the first that fits. A guess: whoever vets the provider sees it and may change it.
_NEED_WORDS: Final = (
    ("pep_ec", r"post.?exposure|\bPEP\b|emergency contracepti|sexual assault|thuthuzela"),
    ("legal", r"legal|lawyer|attorney|advocate|paralegal|\blaw\b|litigat"),
    ("immigration", r"immigra|asylum|refugee|\bvisa\b"),
    ("shelter", r"shelter|safe house|refuge\b|hostel|housing|place to stay"),
    ("harm_reduction", r"harm reduction|needle|syringe|naloxone|methadone|substance"),
    ("psychosocial", r"counsel|psycho|mental health|therap|support group"),
    ("health", r"clinic|hospital|health|medical|nurse|doctor|\bHIV\b|\bSTI"),
    ("livelihood", r"food|income|job|employment|skills|grant|livelihood|pantry|meals"),
)
_KIND_OF_NEED: Final = {
    "pep_ec": "clinic", "legal": "lawyer", "immigration": "lawyer", "shelter": "safe_house", "harm_reduction": "clinic",
    "psychosocial": "counselling", "health": "clinic", "livelihood": "livelihood",
}  # fmt: skip


def guess_need(*said: str) -> str:
    """Return the need that such words probably answer, or nothing."""
    words = " ".join(said)
    return next((need for need, pattern in _NEED_WORDS if re.search(pattern, words, re.IGNORECASE)), "")


def guess_kind(needs: Iterable[str], *said: str) -> str:
    """Return what sort of provider this probably is, from the needs of its services, else from its own words."""
    for need in [*needs, guess_need(*said)]:
        if need in _KIND_OF_NEED:
            return _KIND_OF_NEED[need]
    return "other"


def fold(said: object) -> str:
    """Return a name as it is compared: without case, accents, punctuation and what organisations are called by law."""
    plain = unicodedata.normalize("NFKD", str(said)).casefold()
    words = re.findall(r"\w+", "".join(one for one in plain if not unicodedata.combining(one)))
    return " ".join(word for word in words if word not in {"the", "inc", "ltd", "npo", "npc", "pty"})


def fold_site(said: str) -> str:
    """Return a website as it is compared."""
    return re.sub(r"^[a-z]+://(www\.)?|/+$", "", said.strip().casefold())


def language_code(row: Row, by_name: Mapping[str, str]) -> str:
    """Return the code of a language row, by its code or its name; nothing where neither is known."""
    code = str(row.get("code", "")).strip().lower()
    if _CODE.fullmatch(code):
        return code
    return by_name.get(fold(row.get("name", "")), "")


def one_address(rows: Sequence[Row]) -> Row | None:
    """Return the address to go to among several: the first physical one, else the first."""
    return next((row for row in rows if row.get("address_type") == "physical"), rows[0] if rows else None)


def address_lines(rows: Sequence[Row]) -> str:
    """Return an address as one writes it on a letter."""
    row = one_address(rows)
    if row is None:
        return ""
    names = ("attention", "address_1", "address_2", "city", "region", "state_province", "postal_code", "country")
    return "\n".join(str(row[name]) for name in names if row.get(name))


def read_address(text: str, *, area: str, wider_area: str, country: str) -> dict[str, Any]:
    """Return an address that was typed as lines in the fields that HSDS wants. What nobody has said is a dash."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    code = next(
        (
            line
            for line in reversed(lines[1:])
            if re.fullmatch(r"[A-Z0-9][A-Z0-9 -]{2,9}", line) and re.search(r"\d", line)
        ),
        "",
    )
    others = [line for line in lines[1:] if line != code]
    return {
        "address_1": lines[0] if lines else "-", "address_2": ", ".join(others[:-1]),
        "city": others[-1] if others else (area or "-"), "state_province": wider_area or area or "-",
        "postal_code": code or "-", "country": country, "address_type": "physical",
    }  # fmt: skip


def access_lines(rows: Sequence[Row]) -> str:
    """Return what several rows say of access."""
    said = [" ".join(str(row[name]) for name in ("description", "details") if row.get(name)) for row in rows]
    return "\n".join(one for one in said if one)
