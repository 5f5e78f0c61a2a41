"""A case: what was said, promised, agreed to and done in it, and the case itself."""

from django.utils.translation import gettext_lazy as _

from cases.erasure.told import ABOUT_ANOTHER, is_about_her
from helpline.core.privacy.erasure import Holding, Told

STORY = (
    Holding("cases.Package", _("Copies that were asked for"), caller="caller"),
    Holding("cases.SearchWord", _("Words by which a case is found"), case="case"),
    Holding(
        "cases.Need",
        _("What you needed"),
        case="case",
        related=("case",),
        is_hers=is_about_her,
        because=ABOUT_ANOTHER,
        when="noted_at",
        code="kind",
        tells=(Told(_("What"), "kind"), Told(_("What became of it"), "outcome"), Told(_("Noted"), "noted_at")),
    ),
    Holding(
        "cases.ImportedCase", _("What a case was called in the old book"), case="case",
        tells=(Told(_("Number in the old book"), "old_reference"),),
    ),
    Holding(
        "cases.Clock", _("Times that were counted"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="started_at", code="rule",
        tells=(
            Told(_("What"), "rule"), Told(_("From when"), "earliest_at"), Told(_("Or as late as"), "latest_at"),
            Told(_("Until when"), "ends_at"), Told(_("Whom it was about"), "whom"), Told(_("Held at"), "station"),
            Told(_("Stopped"), "stopped_at"), Told(_("Why"), "stopped_because"), Told(_("More"), "stopped_note"),
        ),
    ),
    Holding(
        "cases.Hearing", _("Days in court"), case="case", related=("case", "goes_along"), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="created_at", code="state",
        tells=(
            Told(_("When"), "at"), Told(_("Court"), "court"), Told(_("Where"), "place"), Told(_("Matter"), "matter"),
            Told(_("What happens"), "what_for"), Told(_("Who goes along"), "goes_along.name"), Told(_("Lawyer"), "lawyer"),
            Told(_("The lawyer’s number"), "lawyer_number"), Told(_("How you get there"), "transport"),
            Told(_("Who minds the children"), "childcare"), Told(_("What became of it"), "state"),
            Told(_("What stood in the way"), "reason"), Told(_("More"), "outcome_note"),
        ),
    ),
    Holding("cases.LetIn", _("Who was let into a case"), case="case"),
    Holding(
        "cases.Note", _("Notes"), case="case", related=("case",), is_hers=is_about_her, because=ABOUT_ANOTHER,
        tells=(Told(_("Written"), "written_at"), Told(_("Not finished"), "is_draft"), Told(_("Note"), "body")),
    ),
    Holding(
        "cases.FollowUp", _("What was promised"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="created_at", code="kind",
        tells=(
            Told(_("What"), "kind"), Told(_("By when"), "due_at"), Told(_("How it went"), "state"),
            Told(_("Tries"), "tries"), Told(_("Why"), "why"),
        ),
    ),
    Holding(
        "cases.Consent", _("What you agreed to"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="said_at", code="purpose",
        tells=(
            Told(_("What"), "purpose"), Told(_("With whom"), "receiver_kind"), Told(_("Name"), "receiver_name"),
            Told(_("Answer"), "answer"), Told(_("When"), "said_at"), Told(_("Until"), "until"),
            Told(_("What it does not cover"), "limits"), Told(_("Who heard it"), "witness"),
            Told(_("How it is taken back"), "withdraw_by"),
        ),
    ),
    Holding(
        "cases.ChoicePoint", _("What was explained before a legal step"), case="talk__case", related=("talk__case",),
        is_hers=lambda row, subject: is_about_her(row.talk, subject), because=ABOUT_ANOTHER,
        tells=(
            Told(_("Point"), "number"), Told(_("How it went"), "state"), Told(_("When"), "at"),
            Told(_("What you asked"), "note"),
        ),
    ),
    Holding(
        "cases.ChoiceTalk", _("What you chose before a legal step"), case="case", related=("case",),
        is_hers=is_about_her, because=ABOUT_ANOTHER, when="began_at", code="step",
        tells=(
            Told(_("Step"), "step"), Told(_("Begun"), "began_at"), Told(_("What you chose"), "result"),
            Told(_("When"), "decided_at"), Told(_("In your words"), "words"), Told(_("Who interpreted"), "interpreter"),
            Told(_("Who was with you"), "companion"), Told(_("Who heard it"), "witness"), Told(_("Taken"), "taken_at"),
        ),
    ),
    Holding(
        "cases.PlanStep", _("Steps of your plan"), case="goal__case", related=("goal__case",),
        is_hers=lambda row, subject: is_about_her(row.goal, subject), because=ABOUT_ANOTHER,
        tells=(
            Told(_("Step"), "words"), Told(_("Who else does it"), "who"), Told(_("By when"), "due_at"),
            Told(_("What became of it"), "state"), Told(_("Why"), "why"),
        ),
    ),
    Holding(
        "cases.Goal", _("What you want to reach"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="set_at", code="state",
        tells=(
            Told(_("Goal"), "words"), Told(_("What became of it"), "state"), Told(_("Why"), "why"),
            Told(_("Set"), "set_at"),
        ),
    ),
    Holding(
        "cases.Closing", _("How a case ended"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="closed_at", code="reason",
        tells=(
            Told(_("Why"), "reason"), Told(_("When"), "closed_at"), Told(_("May be taken up again"), "may_resume"),
            Told(_("What we say then"), "say_then"), Told(_("What you wanted"), "wants"),
        ),
    ),
    Holding(
        "cases.Review", _("What a supervisor looked at"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="asked_at", code="step",
        tells=(Told(_("What"), "step"), Told(_("Asked"), "asked_at"), Told(_("Answer"), "state"),
               Told(_("Note"), "note"), Told(_("Note of the answer"), "answer_note")),
    ),
    Holding(
        "cases.Attachment", _("Files"), case="case", related=("case",), is_hers=is_about_her, because=ABOUT_ANOTHER,
        when="added_at", code="kind",
        tells=(
            Told(_("Name"), "name"), Told(_("What it is"), "note"), Told(_("Kind"), "kind"), Told(_("Size in bytes"), "size"),
            Told(_("Added"), "added_at"), Told(_("Taken away"), "removed_at"), Told(_("Why"), "removed_because"),
        ),
    ),
    Holding("cases.HandOver", _("Notes at the end of a shift"), case="cases"),
    Holding("cases.ShiftHandOver", _("Notes at the end of a shift"), case="items__case"),
    Holding("cases.HandedItem", _("What was handed on at the end of a shift"), case="case"),
    Holding(
        "cases.LegalHold", _("Holds"), case="case", tells=(Told(_("Why it is kept"), "why"), Told(_("Until"), "until"))
    ),
    Holding(
        "cases.Case", _("Cases"), case="pk", is_hers=is_about_her, because=ABOUT_ANOTHER, when="opened_at", code="source",
        tells=(
            Told(_("Reference"), "ref"), Told(_("Opened"), "opened_at"), Told(_("By"), "source"),
            Told(_("State"), "state"), Told(_("Urgent"), "urgency"), Told(_("In a few words"), "summary"),
            Told(_("Closed"), "closed_at"),
        ),
    ),
    Holding(
        "cases.SomebodyAsked", _("Who asked for you"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="at", tells=(Told(_("When"), "at"), Told(_("What they said"), "said")),
    ),
)  # fmt: skip
