"""Under which type an incident is counted in a report in the United Nations' format. For reports; it decides no help.

This and its page are the only ones that know the ordered questions (`cases.vocabulary.gbvims`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Answer as Said
from cases.models import Incident, ReportKind
from cases.services import casework
from cases.services.incident_facts import Unfit
from cases.vocabulary.gbvims import Answer, Kind, Proposal, decide, suggest_answers
from helpline.core.audit import services as audit
from helpline.core.errors import NotAllowed
from helpline.core.staff.models import Role, User

DECIDES = (Role.COORDINATOR, Role.SUPERVISOR)


def propose(acts: Iterable[str]) -> Proposal:
    """Return the type that follows from acts alone, or the question that a coordinator has to answer first."""
    return decide(suggest_answers(acts))


def kind_for_report(incident: Incident) -> str:
    """Return the type for a report: as a coordinator decided it, else as it follows from the acts; blank where it is open."""
    decided = ReportKind.objects.filter(incident=incident).first()
    if decided is not None:
        return decided.kind
    proposal = propose(act.code for act in incident.acts.all())
    return str(proposal.kind) if proposal.kind is not None else ""


@transaction.atomic
def decide_kind(
    *,
    incident: Incident,
    by: User,
    at: datetime,
    answers: Mapping[Kind, Answer],
    goods_exchanged: str = "",
    kind: str = "",
) -> ReportKind:
    """Keep the type that follows from a coordinator's answers, or `kind` against them.

    `goods_exchanged` stays blank unless it is opted into. Raises NotAllowed for who does not decide it, Unfit where
    the first open question has no answer.
    """
    if not by.holds(*DECIDES):
        raise NotAllowed(_("Your role does not change this."))
    chosen = kind or decide(answers).kind or ""
    if chosen not in set(Kind):
        raise Unfit({"kind": _("Answer the questions up to the first yes, or choose the type yourself.")})
    if goods_exchanged not in Said.values:
        raise Unfit({"goods_exchanged": _("This is none of the answers.")})
    case = casework.lock(incident.case)
    row, _is_new = ReportKind.objects.update_or_create(
        incident=incident,
        defaults={"kind": str(chosen), "goods_exchanged": goods_exchanged, "decided_by": by, "decided_at": at},
    )
    audit.record(
        by=by, verb="incident.report_kind", what="case", about=case.ref, at=at, incident=incident.ref, kind=str(chosen)
    )
    return row
