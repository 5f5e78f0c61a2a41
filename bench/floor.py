"""The floor: a bare application that does the least that a webhook of an incoming call can do, in one file.

One signed request, one transaction, four ORM statements: the caller by a keyed hash, the call, its first event, who is
on call; then TwiML. No permissions, no case, no sealing, no live updates. What the product costs is told beside it.

    FLOOR_DATABASE_URL=postgresql://… python -m bench.floor        makes the tables and fills them
    gunicorn bench.floor:application                                serves POST /call
"""

import hashlib
import hmac
import os
import sys
from datetime import UTC, datetime, timedelta

import environ
from django.conf import settings

TOKEN = "floor-token"
CALLERS = 10_000

if not settings.configured:
    settings.configure(
        SECRET_KEY="floor",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="bench.floor",
        DATABASES={
            "default": {**environ.Env.db_url_config(os.environ["FLOOR_DATABASE_URL"]), "CONN_MAX_AGE": 600},
        },
        USE_TZ=True,
        LOGGING_CONFIG=None,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    import django

    django.setup(set_prefix=False)

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from twilio.request_validator import RequestValidator  # noqa: E402


class Caller(models.Model):
    phone_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        app_label = "floor"


class Shift(models.Model):
    phone = models.CharField(max_length=20)
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        app_label = "floor"
        indexes = [models.Index(fields=["starts", "ends"], name="floor_shift_span")]


class Call(models.Model):
    sid = models.CharField(max_length=40, unique=True)
    caller = models.ForeignKey(Caller, models.SET_NULL, null=True)
    status = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        app_label = "floor"


class Event(models.Model):
    call = models.ForeignKey(Call, models.CASCADE)
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    said = models.JSONField(default=dict)

    class Meta:
        app_label = "floor"


validator = RequestValidator(TOKEN)
TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response><Dial timeout="20"><Number>{}</Number></Dial></Response>'


def hash_phone(number: str) -> str:
    return hmac.new(b"floor", number.encode(), hashlib.sha256).hexdigest()


def call(request):
    url = os.environ["FLOOR_PUBLIC_URL"] + request.get_full_path()
    said = request.POST
    if not validator.validate(url, said, request.headers.get("X-Twilio-Signature", "")):
        return HttpResponse(status=403)
    now = datetime.now(UTC)
    with transaction.atomic():
        caller = Caller.objects.filter(phone_hash=hash_phone(said["From"])).first()
        made = Call.objects.create(sid=said["CallSid"], caller=caller, status=said["CallStatus"], at=now)
        Event.objects.create(call=made, kind="received", at=now, said={"status": said["CallStatus"]})
        shift = Shift.objects.filter(starts__lte=now, ends__gt=now).order_by("starts").first()
    return HttpResponse(TWIML.format(shift.phone if shift else "+27215550199"), content_type="text/xml")


urlpatterns = [path("call", call)]
application = WSGIHandler()


def fill(numbers: list[str]) -> None:
    with connection.schema_editor() as editor:
        for model in (Caller, Shift, Call, Event):
            editor.create_model(model)
    now = datetime.now(UTC)
    Shift.objects.bulk_create(
        Shift(
            phone=f"+27215550{n:03d}",
            starts=now + timedelta(hours=12 * (n - 30)),
            ends=now + timedelta(hours=12 * (n - 29)),
        )
        for n in range(60)
    )
    Caller.objects.bulk_create([Caller(phone_hash=hash_phone(number)) for number in numbers], batch_size=2000)


if __name__ == "__main__":
    from bench.load import numbers

    fill(numbers(CALLERS))
    sys.stdout.write("the floor's tables are ready\n")
