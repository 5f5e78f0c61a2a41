"""Import and export: for keepers alone, and a file that is being looked at only for whoever handed it in."""

from referrals.models import DirectoryImport
from tests.factories import NIGHT
from tests.referrals.rules import KEEPERS

RULES = [
    ("exchange", "get", KEEPERS),
    ("exchange", "post", KEEPERS),
    ("take_out", "post", KEEPERS),
    ("import", "get", set()),  # it is Naledi's
    ("import", "post", set()),
]
REFS = {"<slug:import_ref>": lambda _provider: DirectoryImport.objects.get().ref}


def make(provider, person):
    DirectoryImport.objects.create(kind="sheet", file_name="x.csv", body="{}", by=person, at=NIGHT)
