"""What is held of callers and cases, and how it goes. What it means for people stands in the words of each table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import (
    Caller,
    Case,
    CaseState,
    Complaint,
    HandOver,
    HandOverState,
    IncidentDraft,
    Note,
    Number,
    SafeContact,
    SearchWord,
    ShiftHandOver,
)
from cases.vocabulary.codes import say, say_setting
from helpline.core import clock
from helpline.core.outbox.models import Message, MessageState
from helpline.core.privacy.erasure import Eraser, Holding, Kind, Subject, Tally, Told, all_erasers

LEFT = (MessageState.SENT, MessageState.DELIVERED, MessageState.FAILED, MessageState.REFUSED, MessageState.CANCELED,
        MessageState.EXPIRED)  # fmt: skip
ABOUT_ANOTHER = _("This is about somebody else, and is theirs to read.")
CARD = (
    Told(_("Whose phone or place"), "whose"),
    Told(_("When it is safe"), "hours"),
    Told(_("May be texted"), "may_text"),
    Told(_("May be called"), "may_call"),
    Told(_("Message on a mailbox"), "voicemail"),
    Told(_("Who else may hear"), "who_hears"),
    Told(_("What we say on a mailbox"), "voicemail_words"),
    Told(_("What we say to somebody else"), "say"),
    Told(_("Stop word"), "stop_word"),
    Told(_("Told us"), "confirmed_at"),
)


def is_about_her(row: Any, subject: Subject) -> bool:
    """Say whether a row of a case speaks of the caller herself, and not of somebody for whom she rang."""
    case = row if isinstance(row, Case) else row.case
    return case.concerns_id is None or case.concerns_id in subject.callers


def _of_incident(model: str, words: Any, *tells: Told) -> Holding:
    """A table of what belongs to an incident: hers where the incident is."""
    return Holding(
        model, words, case="incident__case", related=("incident__case",), because=ABOUT_ANOTHER, tells=tells,
        is_hers=lambda row, subject: is_about_her(row.incident, subject),
    )  # fmt: skip


INCIDENTS = (
    _of_incident("cases.Act", _("What was done to you"), Told(_("What"), lambda row: gettext(say(row.code)))),
    _of_incident(
        "cases.Perpetrator", _("Who did it"),
        Told(_("Who"), lambda row: gettext(say(row.code))), Told(_("How many"), "how_many"),
        Told(_("What is known of them"), "known"), Told(_("Vehicle"), "vehicle"), Told(_("Plate"), "plate"),
        Told(_("Station"), "station"), Told(_("Unit"), "unit"), Told(_("Badge"), "badge"), Told(_("Money"), "amount"),
        Told(_("What they did"), lambda row: ", ".join(gettext(say(code)) for code in row.deeds)),
    ),
    Holding(
        "cases.Detention", _("When you were held"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER,
        tells=(
            Told(_("Since, at the earliest"), "since_earliest"), Told(_("Since, at the latest"), "since_latest"),
            Told(_("Out since"), "released_at"), Told(_("Where"), "station"), Told(_("Country"), "country"),
            Told(_("What you were told"), "ground"),
        ),
    ),
    _of_incident(
        "cases.Consultation", _("That a colleague was asked"), Told(_("When"), "asked_at"), Told(_("In a few words"), "words")
    ),
    _of_incident("cases.AdvocacyText", _("A text for advocacy, which nobody was sent"), Told(_("Text"), "body")),
    _of_incident("cases.ReportKind", _("The type for a report"), Told(_("Type"), "kind")),
    Holding("cases.IncidentDraft", _("Words that were begun"), case="case", related=("case",), is_hers=is_about_her,
            because=ABOUT_ANOTHER, tells=(Told(_("Words"), "body"),)),
    Holding(
        "cases.Incident", _("What happened to you"), case="case", related=("case",), is_hers=is_about_her,
        because=ABOUT_ANOTHER, when="recorded_at", code="told_by",
        tells=(
            Told(_("Written down"), "recorded_at"), Told(_("Your words"), "narrative"),
            Told(_("At the earliest"), "earliest_at"), Told(_("At the latest"), "latest_at"),
            Told(_("Part of the day"), "part_of_day"), Told(_("Area"), "district"), Told(_("Place"), "place"),
            Told(_("Kind of place"), lambda row: ", ".join(gettext(say_setting(code)) for code in row.settings)),
            Told(_("Who told us"), "told_by"), Told(_("Under 18"), "is_minor"), Told(_("Made to work"), "is_unwilling"),
            Told(_("Told elsewhere"), "told_elsewhere"), Told(_("We may speak with the station"), "may_ask_station"),
        ),
    ),
)  # fmt: skip


def _not_on_hold(rows: "models.QuerySet[Any]", path: str, at: datetime) -> "models.QuerySet[Any]":
    return rows.exclude(**{f"{path}__in": Case.objects.on_hold(at).values("pk")})


def _drafts(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    return _not_on_hold(Note.objects.filter(is_draft=True, changed_at__lt=before), "case", at)


def _incident_drafts(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    return _not_on_hold(IncidentDraft.objects.filter(changed_at__lt=before), "case", at)


def _delete(rows: Sequence[Any]) -> Tally:
    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return Counter()


def _shift_notes(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    """Notes of hand-overs that are over, of none in which something is on hold."""
    rows = ShiftHandOver.objects.exclude(state=HandOverState.OFFERED).filter(answered_at__lt=before)
    return rows.exclude(note__isnull=True).exclude(items__case__in=Case.objects.on_hold(at).values("pk"))


def _forget_note(rows: Sequence[Any]) -> Tally:
    for row in rows:
        row.note = None
        row.save(update_fields=["note"])
    return Counter()


def _closed(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    """Closed cases past their time: the last thing joined to them must be closed as long, and nothing be on hold."""
    rows = Case.objects.filter(state=CaseState.CLOSED, closed_at__lt=before)
    return _not_on_hold(rows, "pk", at)


def _settled_complaints(before: datetime, _at: datetime) -> "models.QuerySet[Any]":
    return Complaint.objects.filter(finished_at__lt=before)


def _sent_words(before: datetime, at: datetime) -> "models.QuerySet[Any]":
    held = Case.objects.on_hold(at).values("ref")
    rows = Message.objects.filter(state__in=LEFT, created_at__lt=before, words_gone_at=None)
    return rows.exclude(about__in=held)


def _forget_words(rows: Sequence[Any]) -> Tally:
    for row in rows:
        row.words, row.attempt, row.words_gone_at = {}, None, clock.now()
        row.save(update_fields=["words", "attempt", "words_gone_at"])
    return Counter()


def forget_cases(rows: Sequence[Case]) -> Tally:
    """Remove whole cases with everything in every app, and callers who are left with nothing. In the asker's transaction."""
    return erase(subject_of_cases(rows))


def erase(subject: Subject) -> Tally:
    """Let every app forget it, in the order of the settings. Returns what is still counted."""
    gone: Tally = Counter()
    for eraser in all_erasers():
        gone += eraser.erase(subject)
    return gone


def subject_of_cases(rows: Iterable[Case]) -> Subject:
    """Return these cases with those joined to them, and the callers and numbers that nothing else would be left of."""
    wanted = [row.pk for row in rows]
    cases = dict(
        Case.objects.filter(models.Q(pk__in=wanted) | models.Q(joined_into__in=wanted)).values_list("pk", "ref")
    )
    inside = Case.objects.filter(pk__in=cases)
    people = {*inside.values_list("caller", flat=True), *inside.values_list("concerns", flat=True)} - {None}
    others = Case.objects.exclude(pk__in=cases)
    people -= set(others.filter(caller__in=people).values_list("caller", flat=True))
    people -= set(others.filter(concerns__in=people).values_list("concerns", flat=True))
    return _with_numbers(cases, people)


def subject_of_person(caller: Caller) -> Subject:
    """Return everything that is this person's alone: her cases, those about her, her numbers that nobody else uses.

    Not hers: cases in which she rang for somebody else, and cases of her phone that nobody confirmed as hers.
    """
    hers = models.Q(caller=caller, possibly_known=False) & (models.Q(concerns=None) | models.Q(concerns=caller))
    found = Case.objects.filter(hers | models.Q(concerns=caller))
    of_cases = subject_of_cases(found)
    same = Caller.objects.filter(merged_into=caller).values_list("pk", flat=True)  # rows that were found to be her, too
    return _with_numbers(dict(of_cases.cases), {*of_cases.callers, caller.pk, *same})


def _with_numbers(cases: dict[int, str], people: set[int]) -> Subject:
    mine = models.Q(caller__in=people) | models.Q(safe_contacts__caller__in=people)
    numbers = dict(Number.objects.filter(mine).values_list("pk", "ref"))
    elsewhere = (
        Case.objects.exclude(pk__in=cases).filter(number__in=numbers).exclude(caller__in=people, possibly_known=False)
    )  # a case in which she rang for somebody else does not make the phone somebody else's
    shared = set(elsewhere.values_list("number", flat=True))
    shared |= set(
        SafeContact.objects.filter(number__in=numbers).exclude(caller__in=people).values_list("number", flat=True)
    )
    shared |= set(Number.objects.filter(pk__in=numbers).exclude(caller__in=people).values_list("pk", flat=True))
    return Subject(
        cases=cases,
        callers=dict(Caller.objects.filter(pk__in=people).values_list("pk", "ref")),
        numbers={pk: ref for pk, ref in numbers.items() if pk not in shared},
    )


def with_stand_ins(subject: Subject, at: datetime) -> Subject:
    """Return the subject with a nameless caller for each phone that others use too. Makes rows: for erasing only."""
    kept = Case.objects.exclude(pk__in=list(subject.cases)).filter(possibly_known=True)
    first_users = set(kept.filter(caller__in=list(subject.callers)).values_list("caller", flat=True))
    shared = Number.objects.filter(caller__in=list(subject.callers)).exclude(pk__in=list(subject.numbers))
    first_users |= set(shared.values_list("caller", flat=True))
    made = {pk: Caller.objects.create(created_at=at).pk for pk in sorted(first_users)}
    return Subject(subject.cases, subject.callers, subject.numbers, made)


KINDS: tuple[Kind, ...] = (
    Kind("complaint", _("Complaints about us that are settled"), _("the complaint with what was found out"), 1095, 180,
         _settled_complaints, _delete),
    Kind("draft", _("Notes that were begun and never finished"), _("the words"), 30, 7, _drafts, _delete),
    Kind("incident_draft", _("Incidents that were begun and never kept"), _("the words"), 30, 7, _incident_drafts, _delete),
    Kind("shift_note", _("Notes to the next person at the end of a shift"), _("the words; who accepted what stays known"),
         30, 2, _shift_notes, _forget_note),
    Kind("sent_words", _("Words of messages that have left"), _("the words; that a message left stays known"), 30, 2,
         _sent_words, _forget_words),
    Kind("closed_case", _("Closed cases"), _("the case with everything in it, and the caller where nothing else is left"),
         730, 90, _closed, forget_cases),
)  # fmt: skip


class Cases(Eraser):
    name = "cases"
    holds = _("Names, numbers, what is safe, the story of each case, and what was promised.")
    removes = _("All of it: names, numbers, cards, notes, summaries, promises, and the case itself.")
    keeps = _("How many cases there were in a month. Who opened, changed and erased a case, by its reference alone.")
    holdings = (
        Holding("cases.CheckInStep", _("What was done where you were not heard from"), case="check_in__case", caller="check_in__caller"),
        Holding("cases.CheckInContact", _("Your people, for a check-in"), case="check_in__case", caller="check_in__caller"),
        Holding(
            "cases.CheckIn", _("Check-ins"), case="case", caller="caller", when="set_at", code="state",
            tells=(
                Told(_("By when"), "due_at"), Told(_("Agreed"), "set_at"), Told(_("How it ended"), "state"),
                Told(_("Where you were"), "where"), Told(_("The police"), "police_yes"),
                Told(_("Word for safe"), lambda row: "•••" if row.safe_word else None),
                Told(_("Word for danger"), lambda row: "•••" if row.danger_word else None),
            ),
        ),
        Holding(
            "cases.SafetyPlan", _("Your safety plan"), caller="caller",
            tells=(
                Told(_("Signs of danger"), "warning_signs"), Told(_("Safer places"), "safer_places"),
                Told(_("People"), "people"), Told(_("To take along"), "to_take"),
                Told(_("Papers and money"), "papers_money"), Told(_("Phone"), "phone"), Told(_("Children"), "children"),
                Told(_("What we do"), "we_do"), Told(_("What we do not do"), "we_do_not"),
                Told(_("Gone through"), "reviewed_at"),
            ),
        ),
        *INCIDENTS,
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
        Holding(
            "cases.SpokenName", _("Your names, and where they may be said"), caller="caller", when="said_at",
            tells=(
                Told(_("Kind"), "kind"), Told(_("Name"), "name"), Told(_("Pronouns"), "pronouns"),
                Told(_("Where it may be said"), "say_in"), Told(_("Told us"), "said_at"),
            ),
        ),
        Holding(
            "cases.NumberChange", _("Numbers that you left"), caller="caller", related=("old",), when="at",
            tells=(Told(_("Number"), "old.number"), Told(_("Why"), "because"), Told(_("When"), "at")),
        ),
        Holding(
            "cases.CallerMerge", _("When we found that two people were you"), caller="kept", when="at",
            tells=(Told(_("When"), "at"), Told(_("Undone"), "undone_at")),
        ),
        Holding("cases.SafeContact", _("What is safe on which number"), caller="caller", number="number",
                tells=(Told(_("Number"), "number.number"), *CARD), related=("number",)),
        Holding(
            "cases.ContactRoute", _("Other ways to reach you"), caller="caller",
            tells=(
                Told(_("Kind"), "kind"), Told(_("How you call them"), "name"), Told(_("Number"), "number"),
                Told(_("Place"), "place"), Told(_("What they may know"), "may_know"), Told(_("No longer used"), "ended_at"),
                *CARD,
            ),
        ),
        Holding("cases.Number", _("Numbers"), number="pk",
                tells=(Told(_("Number"), "number"), Told(_("First used"), "created_at"), Told(_("Texts stopped"), "opted_out_at"))),
        Holding(
            "cases.Caller", _("Who you are to us"), caller="pk", when="created_at",
            tells=(
                Told(_("Code name"), "code_name"), Told(_("Pronouns"), "pronouns"), Told(_("Language"), "language"),
                Told(_("Known since"), "created_at"),
                Told(_("Code word"), lambda row: "•••" if row.code_word else None),
            ),
        ),
    )  # fmt: skip

    kinds = KINDS

    def let_go(self, subject: Subject) -> None:
        """Take her out of what stays: cases about others, cases of her phone that nobody confirmed as hers."""
        kept = Case.objects.exclude(pk__in=list(subject.cases))
        kept.filter(joined_into__in=list(subject.cases)).update(joined_into=None, state=CaseState.OPEN)
        kept.filter(number__in=list(subject.numbers)).update(number=None)
        SearchWord.objects.filter(source__in=list(subject.callers.values())).delete()  # her name, wherever it stands
        for caller, stand_in in subject.stand_ins.items():
            kept.filter(caller=caller, possibly_known=True).update(caller=stand_in)
            Number.objects.filter(caller=caller).exclude(pk__in=list(subject.numbers)).update(caller=stand_in)
        kept.filter(caller__in=list(subject.callers)).update(caller=None, number=None, possibly_known=False)

    def remove(self, holding: Holding, rows: "models.QuerySet[Any]") -> None:
        if holding.model in {"cases.HandOver", "cases.ShiftHandOver"}:
            # The note of a hand-over speaks of all its cases at once, so it goes; the offer stays for the others.
            for row in rows:
                row.note = None
                row.save(update_fields=["note"])
            return
        if holding.model == "cases.Case":
            rows.update(joined_into=None)
            HandOver.cases.through.objects.filter(case__in=rows).delete()
        super().remove(holding, rows)
