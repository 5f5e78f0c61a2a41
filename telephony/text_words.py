"""What a text means before anybody has read it, and how long one is. Plain rules, no framework.

A word of command counts only where it is the whole text: somebody who writes "cancel my lawyer" is not leaving. Urgent
words count anywhere, as whole words. Every text is shown to a counsellor whatever is found here.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Command = Literal["stop", "start", "help"]
CheckIn = Literal["safe", "more"]
Encoding = Literal["GSM-7", "UCS-2"]

LONGEST_TEXT: Final = 1600  # characters, as the gateway counts them; one more is refused (its error 21617)
REPLIES_AN_HOUR: Final = 3

# English as the gateway has it (it stops by itself on these, whether or not we answer), then the other languages. A bare
# "yes" is left out of START on purpose: it is an answer to whatever was asked last, and no consent to be texted again.
COMMANDS: Final[Mapping[str, Mapping[Command, frozenset[str]]]] = {
    "en": {
        "stop": frozenset(
            {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"}
        ),
        "start": frozenset({"start", "unstop"}),
        "help": frozenset({"help", "info"}),
    },
    "fr": {
        "stop": frozenset({"arrêt", "arrêter", "arrêtez", "désabonner", "désinscrire"}),
        "start": frozenset({"démarrer", "commencer", "reprendre"}),
        "help": frozenset({"aide"}),
    },
    "af": {
        "stop": frozenset({"staak", "hou op", "kanselleer"}),
        "start": frozenset({"begin"}),
        "help": frozenset({"hulp"}),
    },
    "zu": {
        "stop": frozenset({"misa", "yima", "yeka"}),
        "start": frozenset({"qala"}),
        "help": frozenset({"usizo"}),
    },
    "xh": {
        "stop": frozenset({"yima", "misa", "yeka"}),
        "start": frozenset({"qala", "qalisa"}),
        "help": frozenset({"uncedo"}),
    },
    "uk": {
        "stop": frozenset({"стоп", "зупинити", "відписатися", "скасувати"}),
        "start": frozenset({"старт", "почати", "підписатися"}),
        "help": frozenset({"допомога", "довідка"}),
    },
    "ru": {
        "stop": frozenset({"стоп", "отписаться", "отменить"}),
        "start": frozenset({"старт", "начать", "подписаться"}),
        "help": frozenset({"помощь", "справка"}),
    },
    "es": {
        "stop": frozenset({"alto", "parar", "detener", "cancelar", "baja"}),
        "start": frozenset({"empezar", "comenzar", "iniciar", "alta"}),
        "help": frozenset({"ayuda"}),
    },
    "pt": {
        "stop": frozenset({"parar", "pare", "cancelar", "sair"}),
        "start": frozenset({"começar", "iniciar", "voltar"}),
        "help": frozenset({"ajuda"}),
    },
}

# What answers a check-in where a caller left no word of her own: all is well, or give me more time. Whole texts, as above.
CHECK_INS: Final[Mapping[str, Mapping[CheckIn, frozenset[str]]]] = {
    "en": {"safe": frozenset({"safe", "i am safe", "im safe", "i'm safe"}), "more": frozenset({"more", "later"})},
    "fr": {"safe": frozenset({"en sécurité", "bien rentrée", "ça va"}), "more": frozenset({"plus tard", "encore"})},
    "af": {"safe": frozenset({"veilig", "ek is veilig"}), "more": frozenset({"later", "nog"})},
    "zu": {"safe": frozenset({"ngiphephile", "ngivikelekile"}), "more": frozenset({"kamuva"})},
    "xh": {"safe": frozenset({"ndikhuselekile", "ndisindile"}), "more": frozenset({"kamva"})},
    "uk": {"safe": frozenset({"безпечно", "у безпеці", "в безпеці"}), "more": frozenset({"пізніше", "ще"})},
    "ru": {"safe": frozenset({"безопасно", "в безопасности"}), "more": frozenset({"позже", "еще"})},
    "es": {"safe": frozenset({"a salvo", "estoy a salvo", "segura"}), "more": frozenset({"más", "más tarde"})},
    "pt": {"safe": frozenset({"a salvo", "estou a salvo", "segura"}), "more": frozenset({"mais", "mais tarde"})},
}
MORE_UNLESS_SAID: Final = 30  # minutes

# Words and phrases that ring the alarm: arrest and police, and harm that is happening now. A line may add its own.
URGENT_WORDS: Final[Mapping[str, str]] = {
    "en": """police, policeman, policemen, cops, arrested, arrest, arresting, custody, jail, locked up, raid, raided, rape,
        raped, attacked, beaten, beating, stabbed, shot, gun, knife, bleeding, kidnapped, kill me, danger, emergency,
        help me, save me""",
    "fr": """police, policiers, gendarmes, arrêtée, arrêté, arrêtées, arrestation, garde à vue, prison, viol, violée, violé,
        agressée, agressé, couteau, danger, urgence, au secours, aidez moi""",
    "af": """polisie, gearresteer, aangehou, tronk, klopjag, verkrag, geslaan, gesteek, noodgeval, gevaar, help my""",
    "zu": """amaphoyisa, iphoyisa, ngiboshiwe, uboshiwe, baboshiwe, ngibanjiwe, ejele, ngidlwenguliwe, udlwenguliwe,
        ngishayiwe, ingozi, ngisize, ngisizeni""",
    "xh": """amapolisa, ipolisa, ndibanjiwe, ubanjiwe, babanjiwe, entolongweni, ndidlwengulwe, udlwengulwe, ndibethiwe,
        ingozi, ndincede, ndincedeni""",
    "uk": """поліція, поліції, поліцію, поліцейські, заарештували, заарештована, арешт, затримали, затримана, затриманий,
        облава, зґвалтували, згвалтували, зґвалтування, побили, небезпека, допоможіть, рятуйте, врятуйте""",
    "ru": """полиция, полиции, полицию, менты, арестовали, арест, задержали, задержана, облава, изнасиловали,
        изнасилование, избили, нож, опасность, помогите, спасите""",
    "es": """policía, policías, detenida, detenido, arrestada, arrestado, cárcel, redada, violación, violada, violaron,
        golpeada, golpearon, cuchillo, peligro, emergencia, auxilio, socorro, ayúdame""",
    "pt": """polícia, presa, preso, detida, detido, cadeia, prisão, rusga, violada, estupro, estuprada, espancada, faca,
        perigo, emergência, socorro, ajuda me, me ajuda""",
    "sw": """polisi, nimekamatwa, amekamatwa, tumekamatwa, jela, nimebakwa, amebakwa, kisu, hatari, nisaidie, nisaidieni""",
}

# Phrases of somebody who has the phone of a person that we write to. They stop what goes there until a person has looked, so
# a phrase that she might well say herself ("my wife") is left out. The words need a native reader in each language.
OTHER_HANDS: Final[Mapping[str, str]] = {
    "en": """this is him, this is her husband, this is her boyfriend, this is her father, this is his wife, im her husband, i m her husband, i m her boyfriend, i am
        her husband, im her boyfriend, i am her boyfriend, her husband here, her boyfriend here, who is this, whos this,
        who s this, who is that, who dis, who r u, who are you, whose number is this, wrong number, wrong person, this is
        not her, not her phone, she is not here, shes not here, she s not here, i have her phone, stop texting my wife,
        stop texting my girlfriend, dont text my wife, don t text my wife, leave my wife alone""",
    "fr": """c est son mari, je suis son mari, qui est ce, qui c est, c est qui, qui êtes vous, mauvais numéro, erreur de
        numéro, ce n est pas elle, elle n est pas là""",
    "af": """dit is haar man, ek is haar man, wie is dit, wie is jy, verkeerde nommer, sy is nie hier nie""",
    "es": """soy su marido, soy su esposo, soy su novio, quién es, quién eres, número equivocado, ella no está""",
    "pt": """sou o marido dela, aqui é o marido, quem é, quem é você, número errado, ela não está""",
    "uk": """це її чоловік, я її чоловік, хто це, ви хто, не той номер, помилилися номером, її немає""",
    "ru": """это ее муж, я ее муж, кто это, вы кто, не тот номер, ошиблись номером, ее нет""",
}
_CODE_WORDS: Final = (
    "code word",
    "codeword",
    "mot de passe",
    "palabra clave",
    "palavra chave",
    "кодовое слово",
    "кодове слово",
)

_GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED: Final = frozenset("\f^{}\\[~]|€")  # 3GPP TS 23.038: two places each
_LIMITS: Final[Mapping[Encoding, tuple[int, int]]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


def read_command(body: str, *, opt_out_type: str | None = None) -> Command | None:
    """Return what exactly was texted: stop, start, help, or None for any other text.

    `opt_out_type` is the gateway's own verdict (OptOutType), which wins where it is one of the three.
    Upper case, accents, blanks and punctuation around the word do not matter.
    """
    verdict = (opt_out_type or "").strip().lower()
    for command in _ALL_COMMANDS:
        if verdict == command:
            return command
    said = " ".join(_words(body))
    return next((command for command, words in _ALL_COMMANDS.items() if said in words), None)


def read_check_in(body: str) -> tuple[CheckIn | None, int]:
    """Return what a text means for a check-in (safe, more, or None), and how many minutes more where it says more.

    "30" and "30 min" are more time, and so is the word alone.
    """
    words = _words(body)
    said = " ".join(words)
    for meant, known in _ALL_CHECK_INS.items():
        if said in known:
            return meant, MORE_UNLESS_SAID
    number = [word for word in words if word.isdecimal() and len(word) < 4]
    rest = " ".join(word for word in words if not word.isdecimal())
    if len(number) == 1 and (not rest or rest in _MINUTES or rest in _ALL_CHECK_INS["more"]):
        return "more", int(number[0])
    return None, 0


def is_urgent(body: str, *, also: Iterable[str] = ()) -> bool:
    """Say whether a text holds one of the urgent words, in any language, or one of the line's own (`also`).

    Never says which: an alarm must not quote a text to a device that others may read.
    """
    text = f" {' '.join(_words(body))} "
    own = (" ".join(_words(phrase)) for phrase in also)
    return any(f" {phrase} " in text for phrase in (*_ALL_URGENT, *own) if phrase)


def is_in_other_hands(body: str) -> bool:
    """Say whether a text sounds as if somebody else has the phone: "this is her husband", "who is this?"."""
    return _holds_any(body, _ALL_OTHER_HANDS)


def speaks_of_code_word(body: str) -> bool:
    """Say whether a text gives itself out as the code word: "the code word is …"."""
    return _holds_any(body, _ALL_CODE_WORDS)


def holds_phrase(body: str, phrase: str) -> bool:
    """Say whether a text holds a word or phrase as whole words; case, accents and what lies between do not matter."""
    said = " ".join(_words(phrase))
    return bool(said) and _holds_any(body, (said,))


def _holds_any(body: str, phrases: Iterable[str]) -> bool:
    text = f" {' '.join(_words(body))} "
    return any(f" {phrase} " in text for phrase in phrases)


@dataclass(frozen=True)
class ReplyVerdict:
    """Whether an automatic reply may go out; `because` is a word of ours where it may not."""

    is_allowed: bool
    because: str = ""


def may_reply(*, sender_kind: str, replies_in_last_hour: int, cap: int = REPLIES_AN_HOUR) -> ReplyVerdict:
    """Guard against two machines answering each other for ever.

    `sender_kind` is that of `telephony.caller_id`: only a number is answered, never a short code, a name or a withheld
    sender. `replies_in_last_hour` counts our automatic replies to this number.
    """
    if sender_kind != "number":
        return ReplyVerdict(False, "nobody reads there")
    if replies_in_last_hour >= cap:
        return ReplyVerdict(False, "enough for this hour")
    return ReplyVerdict(True)


@dataclass(frozen=True)
class Segments:
    """How a text is cut up and paid for. `units` are places in its encoding, `characters` as the gateway counts them."""

    encoding: Encoding
    units: int
    segments: int
    characters: int

    @property
    def is_too_long(self) -> bool:
        """Whether the gateway would refuse it."""
        return self.characters > LONGEST_TEXT


def count_segments(body: str) -> Segments:
    """Count what a text costs: GSM-7 160 places in one segment and 153 in each of several, UCS-2 70 and 67.

    One character outside GSM-7 makes the whole text UCS-2. Extended GSM-7 signs and emoji take two places, which are never
    torn apart by the end of a segment. An empty text has no segment.
    """
    is_gsm = all(character in _GSM_BASIC or character in _GSM_EXTENDED for character in body)
    encoding: Encoding = "GSM-7" if is_gsm else "UCS-2"
    places = [2 if (character in _GSM_EXTENDED if is_gsm else ord(character) > 0xFFFF) else 1 for character in body]
    units = sum(places)
    single, each = _LIMITS[encoding]
    segments = math.ceil(units / single) if units <= single else _pack(places, each)
    return Segments(encoding, units, segments, characters=len(body.encode("utf-16-le", "surrogatepass")) // 2)


def make_nul_visible(text: str) -> str:
    """Return a text that the database takes: NUL becomes "␀", and half a surrogate pair the replacement sign."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text.replace("\x00", "␀"))


def make_visible(text: str) -> str:
    """Return a text as a page may show it: NUL as above, and the marks that turn letters round ("\u202egnp.exe" would be
    read as "exe.png") as "⟨→⟩" and "⟨←⟩". What Arabic or Hebrew need to be set right is left alone.
    """
    return make_nul_visible(text).replace("\u202d", "⟨→⟩").replace("\u202e", "⟨←⟩")


def _pack(places: Iterable[int], size: int) -> int:
    segments, left = 0, 0
    for width in places:
        if width > left:
            segments, left = segments + 1, size
        left -= width
    return segments


def _words(text: str) -> list[str]:
    """Split into words without case, accents, or anything between them."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.findall(r"[^\W_]+", bare)


_ALL_COMMANDS: Final[Mapping[Command, frozenset[str]]] = {
    command: frozenset(" ".join(_words(word)) for language in COMMANDS.values() for word in language[command])
    for command in ("stop", "start", "help")
}
_ALL_CHECK_INS: Final[Mapping[CheckIn, frozenset[str]]] = {
    meant: frozenset(" ".join(_words(word)) for language in CHECK_INS.values() for word in language[meant])
    for meant in ("safe", "more")
}
_ALL_OTHER_HANDS: Final = frozenset(
    " ".join(_words(phrase)) for language in OTHER_HANDS.values() for phrase in language.split(",")
)
_ALL_CODE_WORDS: Final = frozenset(" ".join(_words(phrase)) for phrase in _CODE_WORDS)
_MINUTES: Final = frozenset({"min", "mins", "minutes", "minutos", "minute", "хв", "мин"})
_ALL_URGENT: Final = frozenset(
    " ".join(_words(phrase)) for phrases in URGENT_WORDS.values() for phrase in phrases.split(",")
)
