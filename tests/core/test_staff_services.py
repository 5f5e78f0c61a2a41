"""Accounts: made, given roles, ended; and a duty number that is proved by a code."""

from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.db import connection
from rest_framework.authtoken.models import Token

from helpline.core.audit.models import Entry
from helpline.core.errors import NotAllowed
from helpline.core.outbox.models import Message
from helpline.core.staff import services as staff
from helpline.core.staff.models import NumberCheck, User
from tests.factories import make_person

NUMBER = "+447700900118"


def send(user, at, number=NUMBER, **more):
    return staff.send_number_check(user=user, number=number, by=user, at=at, **more)


def verify(user, at, code):
    staff.confirm_number(user=user, code=code, at=at)


def test_pieter_makes_an_account_that_has_no_password_yet(pieter, at):
    tumi = staff.make_account(username="tumi", roles=["paralegal"], languages=["xh"], by=pieter, at=at)
    assert not tumi.has_usable_password()
    assert User.objects.get(username="tumi").holds("paralegal")
    assert Entry.objects.get(verb="staff.made").about == tumi.ref


@pytest.mark.parametrize("username", ["nomsa", "no blanks", "", "x" * 41])
def test_a_name_that_is_taken_or_no_name_is_refused(username, pieter, nomsa, at):
    with pytest.raises(NotAllowed):
        staff.make_account(username=username, roles=[], by=pieter, at=at)


def test_an_unknown_role_makes_no_account(pieter, at):
    with pytest.raises(NotAllowed):
        staff.make_account(username="tumi", roles=["boss"], by=pieter, at=at)
    assert not User.objects.filter(username="tumi").exists()


def test_roles_hold_at_once_and_before_and_after_are_written_down(pieter, nomsa, at):
    staff.set_roles(user=nomsa, roles=["counsellor"], by=pieter, at=at)
    assert User.objects.get(pk=nomsa.pk).roles == {"counsellor"}
    assert Entry.objects.get(verb="staff.roles").detail == {"before": ["paralegal"], "after": ["counsellor"]}


def test_the_last_administrator_stays_one(pieter, nomsa, at):
    with pytest.raises(NotAllowed, match="last administrator"):
        staff.set_roles(user=pieter, roles=[], by=pieter, at=at)
    second = make_person("ayanda", "administrator")
    staff.set_roles(user=pieter, roles=[], by=second, at=at)
    with pytest.raises(NotAllowed, match="last administrator"):
        staff.deactivate(user=second, by=pieter, at=at)


def test_who_leaves_has_no_page_and_no_token_from_that_moment(client, pieter, nomsa, at):
    client.force_login(nomsa, backend="allauth.account.auth_backends.AuthenticationBackend")
    Token.objects.create(user=nomsa)
    assert client.get("/me/").status_code == 200
    staff.deactivate(user=nomsa, by=pieter, at=at)
    assert client.get("/me/").status_code == 302
    assert not Token.objects.filter(user=nomsa).exists()
    assert Entry.objects.get(verb="staff.left").detail["sessions"] == 1


def test_nobody_ends_their_own_account(pieter, at):
    with pytest.raises(NotAllowed, match="their own"):
        staff.deactivate(user=pieter, by=pieter, at=at)


def test_who_comes_back_finds_neither_old_password_nor_old_sign_in(client, pieter, nomsa, at):
    nomsa.set_password("umbrellas in the rain")
    nomsa.save()
    client.force_login(nomsa, backend="allauth.account.auth_backends.AuthenticationBackend")
    staff.deactivate(user=nomsa, by=pieter, at=at)
    staff.reactivate(user=nomsa, by=pieter, at=at)
    assert client.get("/me/").status_code == 302
    assert not User.objects.get(pk=nomsa.pk).has_usable_password()


def test_a_link_for_a_new_password_works_for_one_password(pieter, nomsa, at):
    key = staff.forget_password(user=nomsa, by=pieter, at=at)
    assert default_token_generator.check_token(nomsa, key)
    nomsa.set_password("umbrellas in the rain")
    nomsa.save()
    assert not default_token_generator.check_token(nomsa, key)


def test_nomsa_types_the_code_back_and_the_number_is_hers(nomsa, at):
    check = send(nomsa, at, number="+44 (0)7700 900118")
    verify(nomsa, at + timedelta(minutes=9), f" {check.code} ")
    now = User.objects.get(pk=nomsa.pk)
    assert (now.duty_phone, now.duty_phone_verified_at) == (NUMBER, at + timedelta(minutes=9))


def test_the_text_goes_by_the_outbox_to_the_check_and_not_to_a_number(nomsa, at):
    check = send(nomsa, at)
    message = Message.objects.get()
    assert (message.route, message.to_ref, message.template) == ("check", check.ref, "staff/verify_number")
    assert message.words == {"code": check.code}
    assert message.expires_at == at + timedelta(minutes=10)


def test_until_the_code_is_back_the_old_number_holds(nomsa, at):
    send(nomsa, at)
    assert User.objects.get(pk=nomsa.pk).duty_phone == "+447700900111"


def test_after_ten_minutes_the_code_is_worth_nothing(nomsa, at):
    check = send(nomsa, at)
    with pytest.raises(NotAllowed, match="too late"):
        verify(nomsa, at + timedelta(minutes=10), check.code)


def test_after_five_wrong_tries_the_right_code_is_refused_too(nomsa, at):
    check = send(nomsa, at)
    wrong = "000000" if check.code != "000000" else "111111"
    for left in (4, 3, 2, 1):
        with pytest.raises(NotAllowed, match=f"Tries left: {left}"):
            verify(nomsa, at, wrong)
    for code in (wrong, check.code):
        with pytest.raises(NotAllowed):
            verify(nomsa, at, code)
    assert User.objects.get(pk=nomsa.pk).duty_phone == "+447700900111"


def test_a_code_works_once(nomsa, at):
    check = send(nomsa, at)
    verify(nomsa, at, check.code)
    with pytest.raises(NotAllowed):
        verify(nomsa, at, check.code)


def test_only_the_newest_code_counts(nomsa, at):
    first = send(nomsa, at)
    second = send(nomsa, at + timedelta(minutes=1))
    if first.code != second.code:
        with pytest.raises(NotAllowed):
            verify(nomsa, at + timedelta(minutes=2), first.code)
    verify(nomsa, at + timedelta(minutes=2), second.code)


def test_sipho_does_not_get_nomsas_code(nomsa, sipho, at):
    check = send(nomsa, at)
    with pytest.raises(NotAllowed):
        verify(sipho, at, check.code)


def test_a_colleagues_number_is_refused_until_a_coordinator_allows_it(nomsa, sipho, lerato, at):
    with pytest.raises(NotAllowed, match="A coordinator can allow"):
        send(sipho, at, number="+447700900111")
    with pytest.raises(NotAllowed, match="A coordinator can allow"):
        send(sipho, at, number="+447700900111", may_be_shared=True)
    check = staff.send_number_check(user=sipho, number="+447700900111", by=lerato, at=at, may_be_shared=True)
    verify(sipho, at, check.code)
    assert User.objects.get(pk=sipho.pk).duty_phone == "+447700900111"


def test_the_number_of_somebody_who_has_left_is_free_again(nomsa, zola, at):
    assert send(nomsa, at, number="+447700900119").number == "+447700900119"


@pytest.mark.parametrize("number", ["", "mine", "12", "+", "+999 1", "\x00", "+44 7700 900118 900118 900118"])
def test_what_is_no_number_gets_no_text(number, nomsa, at):
    with pytest.raises(NotAllowed, match="not a telephone number"):
        send(nomsa, at, number=number)
    assert not Message.objects.exists()


def test_no_more_than_five_codes_in_an_hour(nomsa, at):
    for minute in range(5):
        send(nomsa, at + timedelta(minutes=minute))
    with pytest.raises(NotAllowed, match="Too many codes"):
        send(nomsa, at + timedelta(minutes=10))
    send(nomsa, at + timedelta(hours=1, minutes=1))


def test_the_number_lies_nowhere_in_clear(nomsa, at):
    send(nomsa, at)
    with connection.cursor() as cursor:
        for table in ("staff_numbercheck", "outbox_message"):
            cursor.execute(f"SELECT * FROM {table}")
            row = b"|".join(
                bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in cursor.fetchone()
            )
            assert NUMBER[-9:].encode() not in row, table
    assert NumberCheck.objects.get().number == NUMBER
