"""Handing a file of a directory in at the desk, and what such files look like."""

from django.core.files.uploadedfile import SimpleUploadedFile

from referrals.models import DirectoryImport

A, B, C, D = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abcd")
HEADING = "Name;Phone;Address;Town;Area;Services;Languages;Hours;Contact person;Mobile;Secret"
LINE = "Salt River Clinic;+27 21 000 0100;1 Main Road;Salt River;Woodstock;health;isiZulu, en;Mon-Fri 08:00-16:00;;;"


def hand_in(desk, *files):
    made = [
        SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content) for name, content in files
    ]
    return desk.post("/network/exchange/", {"handed_in": made})


def look_at(desk, *files):
    return desk.get(hand_in(desk, *files).url)


def do(desk, verb, **more):
    kept = DirectoryImport.objects.get()
    return desk.post(f"/network/exchange/{kept.ref}/", {"verb": verb, **more}, follow=True)


def sheet(*lines, heading=HEADING):
    return "\n".join((heading, *lines))


def organisation(**more):
    return {"id": A, "name": "Night Kitchen", "description": "Soup", **more}
