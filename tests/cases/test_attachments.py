"""Files of a case: sealed, bound to their row, cleaned, removed for a reason, opened on the record."""

import pytest

from cases.models import Attachment
from cases.services import attachments
from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed, NotFound
from helpline.core.privacy.sealing import CannotOpen
from tests import samples
from tests.factories import make_caller, make_case

PLANTED = b"quokka street 12"


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def add(rose, thandi, at):
    def added(name="paper.pdf", content=samples.PDF, **more):
        return attachments.add(case=rose, name=name, content=content, by=thandi, at=at, **more)

    return added


def stored(row):
    return Attachment.objects.filter(pk=row.pk).values("content", "name", "note").get()


@pytest.mark.parametrize(("kind", "content"), samples.EVERY_KIND.items())
def test_every_kind_is_kept_and_comes_back(rose, add, thandi, at, kind, content):
    row = add(name="x", content=content, keep_camera_data=True)
    opened = attachments.open_attachment(case=rose, ref=row.ref, by=thandi, at=at)
    assert (opened.kind, opened.content, opened.size) == (kind, content, len(content))


def test_content_name_and_note_are_not_readable_in_the_table(add):
    row = add(content=b"quokka in the text", name="quokka.txt", note="quokka note")
    assert not any(b"quokka" in one.blob for one in stored(row).values())


def test_a_content_that_is_moved_to_another_row_does_not_open(add):
    first, second = add(), add()
    Attachment.objects.filter(pk=second.pk).update(content=stored(first)["content"])
    with pytest.raises(CannotOpen):
        _ = Attachment.objects.get(pk=second.pk).content


def test_a_picture_loses_what_its_camera_wrote_unless_it_is_evidence(add):
    cleaned, kept = add("a.jpg", samples.jpeg(PLANTED)), add("b.jpg", samples.jpeg(PLANTED), keep_camera_data=True)
    assert b"quokka" not in Attachment.objects.get(pk=cleaned.pk).content
    assert b"quokka" in Attachment.objects.get(pk=kept.pk).content
    assert (cleaned.is_cleaned, kept.is_cleaned) == (True, False)
    assert cleaned.size < kept.size


def test_a_picture_that_cannot_be_cleaned_is_kept_only_where_that_is_wanted(add):
    with pytest.raises(NotAllowed, match="Send it as JPEG"):
        add("a.heic", samples.HEIC)
    assert add("a.heic", samples.HEIC, keep_camera_data=True).is_cleaned is False


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", samples.ZIP, "none of the kinds"),
        ("a.docx", samples.DOCX_WITH_MACROS, "none of the kinds"),
        ("a.pdf", samples.DOCX, "Its name says another kind"),
        ("a.exe", samples.TEXT, "Its name says another kind"),
        ("a.jpg", samples.jpeg()[:-2], "broken"),
        ("a.txt", b"x" * 10_000_001, "too big: at most 10 MB"),
    ],
)
def test_what_is_not_taken_is_refused_in_words_and_nothing_is_kept(add, name, content, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        add(name, content)
    assert not Attachment.objects.exists()


def test_ten_megabytes_are_fine(rose, add, thandi, at):
    row = add("a.txt", b"x" * 10_000_000)
    assert len(attachments.open_attachment(case=rose, ref=row.ref, by=thandi, at=at).content) == 10_000_000


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\rose\\paper.pdf", "paper.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("a\u202efdp.exe.txt", "afdp.exe.txt"),
        ("a\x00b.pdf", "ab.pdf"),
        ("...", "file"),
        ("", "file"),
        ("x" * 5_000, "x" * 120),
        ("<script>.pdf", "<script>.pdf"),
        ("\ud800.pdf", "pdf"),
    ],
)
def test_hostile_names_become_names(add, typed, shown):
    assert attachments.clean_name(typed) == shown


def test_opening_is_written_down_each_time_and_without_the_name(rose, add, thandi, at):
    row = add(name="quokka.pdf", note="quokka")
    for _time in range(2):
        attachments.open_attachment(case=rose, ref=row.ref, by=thandi, at=at)
    assert Entry.objects.filter(verb="attachment.opened", about=rose.ref, who=thandi).count() == 2
    assert "quokka" not in str(list(Entry.objects.values()))


def test_what_is_taken_away_is_gone_and_why_stays(rose, add, thandi, at):
    row = add(note="quokka")
    with pytest.raises(NotAllowed, match="Say why"):
        attachments.remove(case=rose, ref=row.ref, by=thandi, at=at, because="  ")
    for _press in range(2):
        attachments.remove(case=rose, ref=row.ref, by=thandi, at=at, because="another person's")
    kept = Attachment.objects.get()
    assert (kept.content, kept.name, kept.note, kept.removed_because) == (None, None, None, "another person's")
    with pytest.raises(NotFound):
        attachments.open_attachment(case=rose, ref=row.ref, by=thandi, at=at)
    assert Entry.objects.filter(verb="attachment.removed").count() == 1


def test_a_file_of_another_case_is_not_reached_through_this_one(add, line, thandi, at):
    row, other = add(), make_case(line=line, owner=thandi)
    with pytest.raises(NotFound):
        attachments.open_attachment(case=other, ref=row.ref, by=thandi, at=at)
    with pytest.raises(NotFound):
        attachments.remove(case=other, ref=row.ref, by=thandi, at=at, because="x")


def test_a_list_of_files_reads_no_content(rose, add, django_assert_num_queries):
    for _file in range(3):
        add()
    with django_assert_num_queries(1) as asked:
        assert len(attachments.read_attachments(rose)) == 3
    assert '"content"' not in asked[0]["sql"]


def test_a_case_holds_only_so_many(add, monkeypatch):
    monkeypatch.setattr(attachments, "MOST_OF_A_CASE", 1)
    add()
    with pytest.raises(NotAllowed, match="as many files"):
        add()
