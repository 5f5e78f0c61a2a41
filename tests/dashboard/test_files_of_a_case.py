"""Files of a case on its page: taken in, handed out, and refused before they are read where they are too big."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Attachment
from cases.services import attachments
from tests import samples
from tests.dashboard.conftest import text_of
from tests.factories import make_caller, make_case


@pytest.fixture
def rose(line, thandi):
    return make_case(line=line, caller=make_caller(code_name="Rose"), owner=thandi)


@pytest.fixture
def desk(sit_down, thandi):
    return sit_down(thandi)


def page_of(case):
    return f"/cases/{case.ref}/files/"


def send(desk, case, name="paper.pdf", content=samples.PDF, **said):
    return desk.post(page_of(case), {"file": SimpleUploadedFile(name, content), **said})


def test_a_file_is_kept_shown_by_its_name_and_saved_under_none(desk, rose):
    assert send(desk, rose, note="the charge sheet").status_code == 302
    page = text_of(desk.get(page_of(rose)))
    assert "paper.pdf" in page
    assert "the charge sheet" in text_of(desk.get(f"/cases/{rose.ref}/"))
    row = Attachment.objects.get()
    answer = desk.get(f"{page_of(rose)}{row.ref}/")
    assert answer.content == samples.PDF
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="file.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_picture_is_cleaned_and_one_that_is_evidence_says_what_it_still_tells(desk, rose):
    send(desk, rose, "a.jpg", samples.jpeg(b"quokka street"))
    assert "place and time taken out" in text_of(desk.get(page_of(rose)))
    send(desk, rose, "b.jpg", samples.jpeg(b"quokka street"), keep_camera_data="on")
    assert "says where and when it was taken" in text_of(desk.get(page_of(rose)))
    assert [b"quokka" in row.content for row in Attachment.objects.order_by("pk")] == [False, True]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", samples.ZIP, "This is none of the kinds of file that we take, whatever its name says"),
        ("a.pdf", samples.DOCX, "Its name says another kind of file"),
        ("a.pdf", b"", "This file is empty."),
        ("a.heic", samples.HEIC, "Send it as JPEG"),
    ],
)
def test_what_is_not_taken_is_said_in_words(desk, rose, name, content, sentence):
    answer = send(desk, rose, name, content, note="still here")
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "still here" in text_of(answer)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("said", [{}, {"file": "words and no file"}, {"note": "x" * 600}])
def test_a_form_without_a_file_is_said_by_the_field(desk, rose, said):
    assert desk.post(page_of(rose), said).status_code == 422
    assert not Attachment.objects.exists()


def test_hostile_names_are_shown_as_text(desk, rose):
    send(desk, rose, "<script>alert(1)<script>\u202e.pdf")
    page = desk.get(page_of(rose)).content.decode()
    assert "<script>alert(1)" not in page
    assert "\u202e" not in page


class Watched(io.BytesIO):
    """Says how much of it was read."""

    taken = 0

    def read(self, size=-1):
        content = super().read(size)
        self.taken += len(content)
        return content


def send_raw(desk, case, body, said_length):
    sent = Watched(body)
    kind = "multipart/form-data; boundary=b"
    asked = {"wsgi.input": sent, "CONTENT_LENGTH": str(said_length), "CONTENT_TYPE": kind}
    return desk.generic("POST", page_of(case), b"", kind, **asked), sent


def form_of(content):
    return b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + content + b"\r\n--b--\r\n"


def test_what_is_small_enough_is_read_and_kept(desk, rose):
    body = form_of(b"x" * 1_000)
    answer, sent = send_raw(desk, rose, body, len(body))
    assert (answer.status_code, sent.taken, Attachment.objects.get().size) == (302, len(body), 1_000)


def test_what_says_that_it_is_a_hundred_megabytes_is_refused_without_being_read(desk, rose):
    answer, sent = send_raw(desk, rose, form_of(b"x" * 1_000), 100_000_000)
    assert answer.status_code == 413
    assert "too big: at most 10 MB" in text_of(answer)
    assert sent.taken == 0


def test_what_turns_out_too_big_is_not_read_to_its_end(desk, rose, settings):
    settings.ATTACHMENT_MOST_BYTES = 1_000_000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
    body = form_of(b"x" * 1_090_000)
    answer, sent = send_raw(desk, rose, body, len(body))
    assert answer.status_code == 413
    assert "too big: at most 1 MB" in text_of(answer)
    assert sent.taken < len(body)
    assert not Attachment.objects.exists()


def test_several_files_in_one_form_are_together_no_bigger_than_one(desk, rose, settings):
    settings.ATTACHMENT_MOST_BYTES = 1_000_000
    files = [SimpleUploadedFile(f"{number}.txt", b"x" * 550_000) for number in range(2)]
    assert desk.post(page_of(rose), {"file": files}).status_code == 413


def test_nothing_of_a_file_is_written_to_the_disk_on_its_way(desk, rose, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    monkeypatch.setattr("django.core.files.temp.NamedTemporaryFile", refuse)
    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", refuse)
    assert send(desk, rose, "a.txt", b"x" * 9_000_000).status_code == 302
    assert Attachment.objects.get().size == 9_000_000


def test_a_form_of_another_site_is_refused_though_the_page_looks_first(rose, thandi, settings):
    settings.REQUIRE_MFA = False
    desk = Client(enforce_csrf_checks=True)
    desk.force_login(thandi, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert send(desk, rose).status_code == 403
    assert not Attachment.objects.exists()
    desk.get(page_of(rose))
    token = desk.cookies["desk-csrf"].value
    assert send(desk, rose, csrfmiddlewaretoken=token).status_code == 302


def test_what_is_taken_away_needs_a_reason_and_is_gone(desk, rose):
    send(desk, rose)
    row = Attachment.objects.get()
    desk.post(f"{page_of(rose)}{row.ref}/remove/", {"because": ""})
    assert Attachment.objects.get().removed_at is None
    desk.post(f"{page_of(rose)}{row.ref}/remove/", {"because": "another person's"})
    page = text_of(desk.get(page_of(rose)))
    assert "another person" in page
    assert "paper.pdf" not in page
    assert desk.get(f"{page_of(rose)}{row.ref}/").status_code == 404


def test_a_file_of_another_case_is_not_there(desk, rose, line, thandi, at):
    other = make_case(line=line, caller=make_caller(), owner=thandi)
    row = attachments.add(case=other, name="a.pdf", content=samples.PDF, by=thandi, at=at)
    assert desk.get(f"{page_of(rose)}{row.ref}/").status_code == 404
    desk.post(f"{page_of(rose)}{row.ref}/remove/", {"because": "x"})
    assert Attachment.objects.get().removed_at is None
