"""The places of the desk, in the order of the rail. A place is shown where its page exists and the person may go there."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from helpline.core.staff.models import Role, User

EVERYBODY = frozenset(Role.values)
SPEAKS_WITH_CALLERS = frozenset({Role.COUNSELLOR, Role.PARALEGAL, Role.SUPERVISOR})
KEEPS_STATIONS = frozenset({Role.COORDINATOR, Role.SUPERVISOR})
USES_NETWORK = frozenset({Role.COUNSELLOR, Role.PARALEGAL, Role.COORDINATOR, Role.SUPERVISOR})
RUNS_THE_LINE = frozenset({Role.COORDINATOR, Role.SUPERVISOR, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Place:
    """A page of the desk: the name of its address, its words and shape, its keys, and who goes there."""

    view: str
    words: str | Promise
    icon: str
    key: str
    roles: frozenset[str]
    is_set_up: bool = False


@dataclass(frozen=True)
class Link:
    """A place as one person sees it on one page."""

    href: str
    words: str | Promise
    icon: str
    key: str
    is_current: bool
    begins_group: bool = False

    @property
    def last_key(self) -> str:
        return self.key[-1:]


PLACES = (
    Place("dashboard:board", _("Board"), "board", "g b", EVERYBODY),
    Place("dashboard:cases", _("Cases"), "cases", "g c", SPEAKS_WITH_CALLERS),
    Place("office:calls", _("Calls"), "calls", "g l", SPEAKS_WITH_CALLERS),
    Place("office:texts", _("Texts"), "texts", "g t", SPEAKS_WITH_CALLERS),
    Place("dashboard:sheet", _("Hand-over"), "hand", "g h", SPEAKS_WITH_CALLERS),
    Place("office:rota", _("Rota"), "rota", "g r", EVERYBODY),
    Place("cases:information", _("Information"), "book", "g w", EVERYBODY),
    Place("referrals:network", _("Network"), "network", "g f", USES_NETWORK),
    Place("cases:stations", _("Stations"), "stations", "g d", KEEPS_STATIONS),
    Place("cases:reviews", _("Reviews"), "done", "g v", frozenset({Role.SUPERVISOR})),
    Place("telephony:practice_phone", _("Practice phone"), "practice", "g p", EVERYBODY),
    # What is set up or counted: below the work, in a group of its own.
    Place("office:staff", _("Staff"), "staff", "g s", RUNS_THE_LINE, is_set_up=True),
    Place("office:lines", _("Lines"), "lines", "g i", RUNS_THE_LINE, is_set_up=True),
    Place("cases:clock_rules", _("Clocks"), "due", "g k", RUNS_THE_LINE, is_set_up=True),
    Place("cases:wordings", _("Words"), "note", "g o", frozenset({Role.COORDINATOR}), is_set_up=True),
    Place("reports:figures", _("Figures"), "figures", "g n", RUNS_THE_LINE, is_set_up=True),
    Place("office:retention", _("Retention"), "eye", "g e", RUNS_THE_LINE, is_set_up=True),
    Place("office:complaints", _("Complaints"), "hand", "g x", RUNS_THE_LINE, is_set_up=True),
)


def links_for(user: object, path: str) -> list[Link]:
    """Return the places that this person may go to, the one that `path` lies in marked."""
    if not isinstance(user, User):
        return []
    links: list[Link] = []
    in_set_up = False
    for place in PLACES:
        if not user.holds(*place.roles):
            continue
        try:
            href = reverse(place.view)
        except NoReverseMatch:  # a page that this installation does not have
            continue
        is_current = path == href if href == "/" else path.startswith(href)
        begins_group = place.is_set_up and not in_set_up
        in_set_up = place.is_set_up
        links.append(Link(href, place.words, place.icon, place.key, is_current, begins_group))
    return links
