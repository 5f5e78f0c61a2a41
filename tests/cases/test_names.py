"""The name that somebody uses and the one on her papers, each with where it may be said, and nowhere else."""

import pytest

from cases.models import SearchWord, SpokenName
from cases.services.names import name_to_say, set_language, set_name
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.outbox import services as outbox
from telephony.services.addressing import write_letter
from tests.factories import make_caller, make_case, make_line, make_safe_contact


@pytest.fixture
def rose(db):
    return make_caller(code_name="Rose", pronouns="they")


@pytest.fixture
def case(rose, line):
    return make_case(caller=rose, line=line)


def test_each_name_has_its_own_pronouns_and_places(case, rose, thandi, at):
    set_name(case=case, by=thandi, at=at, kind="chosen", name="Rosa", pronouns="she", say_in=["with_them", "peers"])
    set_name(case=case, by=thandi, at=at, kind="court", name="Richard M.", pronouns="he", say_in=["court", "lawyer"])
    assert name_to_say(rose, "with_them") == ("Rosa", "she")
    assert name_to_say(rose, "court") == ("Richard M.", "he")
    assert name_to_say(rose, "at_home") is None


def test_a_name_without_places_is_said_nowhere(case, rose, thandi, at):
    set_name(case=case, by=thandi, at=at, kind="court", name="Richard M.")
    assert name_to_say(rose, "court") is None


def test_a_blank_name_is_taken_away(case, rose, thandi, at):
    set_name(case=case, by=thandi, at=at, kind="court", name="Richard M.", say_in=["court"])
    assert set_name(case=case, by=thandi, at=at, kind="court", name=" ") is None
    assert not SpokenName.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "stage", "name": "x"},
        {"kind": "court", "name": "x", "say_in": ["everywhere"]},
        {"kind": "court", "name": "", "say_in": ["court"]},
        {"kind": "court", "name": "", "pronouns": "he"},
    ],
)
def test_what_cannot_be_is_not_kept(case, thandi, at, given):
    with pytest.raises(NotAllowed):
        set_name(case=case, by=thandi, at=at, **given)
    assert not SpokenName.objects.exists()


def test_a_case_is_found_by_the_name_that_they_use_and_never_by_the_one_on_papers(case, thandi, at):
    set_name(case=case, by=thandi, at=at, kind="court", name="Richard Mokoena")
    assert not SearchWord.objects.exists()
    set_name(case=case, by=thandi, at=at, kind="chosen", name="Rosa")
    assert SearchWord.objects.filter(case=case, kind="name").exists()
    set_name(case=case, by=thandi, at=at, kind="chosen", name="")
    assert not SearchWord.objects.exists()


def test_no_name_stands_in_the_audit(case, thandi, at):
    set_name(case=case, by=thandi, at=at, kind="court", name="Richard", say_in=["court"])
    assert "Richard" not in str(Entry.objects.get(verb="caller.named").detail)


def test_nothing_is_named_while_nobody_knows_who_rings(rose, line, thandi, at):
    case = make_case(caller=rose, line=line, possibly_known=True)
    with pytest.raises(NotAllowed):
        set_name(case=case, by=thandi, at=at, kind="court", name="Richard")
    with pytest.raises(NotAllowed):
        set_language(case=case, by=thandi, at=at, language="zu")


def test_texts_are_in_the_language_that_they_want(thandi, at, settings):
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    line = make_line(languages=["en"])
    rose = make_caller()
    make_safe_contact(rose, thandi, may_text=True)
    case = make_case(caller=rose, line=line)
    message = outbox.put(
        key="k", route="caller", to=case.number.ref, template="written", words={"body": "x"}, about=case.ref, at=at
    )
    set_language(case=case, by=thandi, at=at, language="fr")
    assert write_letter(message, at=at).language == "fr"


@pytest.mark.parametrize("language", ["zulu please", "Z", "zu/../x", "\x00"])
def test_a_language_is_a_code(case, thandi, at, language):
    with pytest.raises(NotAllowed):
        set_language(case=case, by=thandi, at=at, language=language)
