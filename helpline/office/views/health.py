"""`/healthz` for a load balancer, `/readyz` for an alarm. Nobody need be signed in, and nobody learns of a caller."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from helpline.core import clock
from helpline.office.health import look_at_everything


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers. Asks nothing of anybody else."""
    return HttpResponse("up\n", content_type="text/plain")


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Say of each part how it is: 200 only while all are well, 503 otherwise."""
    parts = look_at_everything(clock.now())
    is_well = all(part.is_well for part in parts)
    said = {
        part.name: {
            "state": "well" if part.is_well else "wrong",
            "age": None if part.age is None else round(part.age, 1),
            "sentence": part.sentence,
        }
        for part in parts
    }
    return JsonResponse({"state": "well" if is_well else "wrong", "parts": said}, status=200 if is_well else 503)
