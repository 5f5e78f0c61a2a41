"""What is wrong with a file, in sentences."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.hsds.tables import Problem

SENTENCES: Final[Mapping[str, "str | Promise"]] = {
    "missing": _("Something has to stand here."),
    "no_text": _("Text belongs here."),
    "no_number": _("A number belongs here, with not more than fifteen figures."),
    "no_uuid": _("An id of HSDS is a UUID, such as 3f2b8c1e-0000-4000-8000-00000000000a."),
    "no_email": _("This is no e-mail address."),
    "no_uri": _("This is no address on the net. It begins like https://"),
    "no_date": _("This is no day. Write it as 2026-11-25."),
    "no_time": _("This is no time of day. Write it as 17:00."),
    "no_datetime": _("This is no moment. Write it as 2026-11-25T17:00:00Z."),
    "no_american_date": _("This is no day that these tables know: month/day/year, the year with four figures, such as 11/25/2026."),
    "no_hour": _("This is no time of day, such as 9:30, 17:00 or 5:00 PM."),
    "no_weekday": _("This is no day of the week in English."),
    "before_start": _("It ends before it begins."),
    "too_long": _("This is too long."),
    "unkeepable": _("There is a character in it that cannot be kept."),
    "not_in_list": _("We do not know this word. Known are: %(said)s."),
    "not_unique": _("Another row has the same: %(said)s."),
    "dangling": _("There is nothing with this id or number in what was handed in: %(said)s."),
    "no_parent": _("It says nothing that it belongs to."),
    "no_address": _("A place to go to needs its address: hand in the file of addresses together with this one."),
    "two_records": _("Two records with one id say different things: %(said)s."),
    "id_twice": _("This id or number stands there twice: %(said)s."),
    "line_twice": _("The same name in the same place stands there already: %(said)s."),
    "more_cells": _("This line has more cells than there are columns."),
    "no_column": _("This column is missing."),
    "no_id_column": _("There is no column named id."),
    "no_organizations": _("There is no organisation in it."),
    "no_object": _("A record with fields belongs here."),
    "no_list": _("A list belongs here."),
    "no_tables": _("There is no table of HSDS in it: files are called organizations.csv, services.csv and so on."),
    "no_ohana": _("By its headings, this is no table that we know."),
    "no_lines": _("There is nothing below the headings."),
    "no_utf8": _("This file is not in UTF-8."),
    "no_csv": _("Here this file stops being CSV."),
    "no_json": _("This is no JSON."),
    "no_zip": _("This is no zip that we can open."),
    "too_large": _("This is too large, or holds too many files."),
    "file_twice": _("Two files have this name."),
    "taken_code": _("Another taxonomy term here has this code already: %(said)s."),
    "no_area": _("There is no area of this name or code. Add it under “areas” first: %(said)s."),
    "no_language": _("We do not know this language; write its name or its two letters: %(said)s."),
    "no_hours": _("We cannot read these hours. Write them as Mon-Fri 08:00-17:00; Sat 9:00-13:00."),
    "no_degrees": _("Degrees between -%(said)s and %(said)s belong here."),
    "no_phone": _("This is not a telephone number."),
    "no_private_number": _("This is not a telephone number. Write it with the country, such as +44 7700 900111."),
    "not_yes_or_no": _("Write yes or no."),
}  # fmt: skip


def say(problem: Problem) -> str:
    """Return the sentence for what is wrong."""
    return str(SENTENCES[problem.code]) % {"said": problem.said}
