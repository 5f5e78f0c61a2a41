"""Example cards of the demo organisation: own words, none of them confirmed by a lawyer or a clinician of any country."""

from datetime import datetime

from django.db import transaction

from cases.models import InformationCard, InformationVersion

_OWN_PRACTICE = "Own practice of help lines: what to do now, no claim about the law."
CARDS = (
    (
        "rape", "", "It was not your fault, and you do not have to decide anything about the police now.\n"
        "Medicine first: tablets can stop HIV. The sooner the better, at the latest within 72 hours. You need no police report for them.\n"
        "A pregnancy can be prevented up to 5 days after, better on the first day.\n"
        "Has more time passed? Go all the same.\n"
        "Shall we look for a clinic that treats you well, and somebody who goes along?",
        "PEP: WHO/UNHCR clinical management of rape survivors. Emergency contraception: WHO fact sheet, 9 November 2021.",
    ),
    (
        "arrest", "ZA", "Tell me when they took you, where you are and what they call themselves. I write it down.\n"
        "You have to be brought before a court within 48 hours. If these end at night or on a weekend, by the end of the next court day.\n"
        "Say: I want a lawyer. You may say it again and again, calmly.\n"
        "Do not sign what you cannot read.\n"
        "Whom shall we tell, and whom not?",
        "48 hours: Constitution of South Africa s 35(1)(d), Criminal Procedure Act s 50. The rest is own practice.",
    ),
    (
        "raid", "", "Are you safe where you stand? Say yes or no, that is enough.\n"
        "How many of you are there? Is somebody hurt? Is somebody under 18?\n"
        "Keep the line open if you can and put the phone away: I listen.\n"
        "Look at numbers: cars, badges, names on uniforms. Do not film if it brings you in danger.",
        _OWN_PRACTICE,
    ),
    (
        "search", "", "Stay calm, hands where they can be seen.\nAsk: what are you looking for? May I call my lawyer?\n"
        "Say that you do not agree if you do not. Do not hold anybody back with your hands.\n"
        "Afterwards write down what they took, and who was there.",
        _OWN_PRACTICE,
    ),
    (
        "bribe", "", "You decide. Your safety tonight comes first, and nobody here judges you if you pay.\n"
        "Remember what you can: how much, where, when, the number of the car, a badge.\n"
        "If you want, we write it down together. Nothing goes to anybody without your yes.",
        _OWN_PRACTICE,
    ),
    (
        "condoms", "", "Carrying condoms keeps you and others healthy.\nDid they take them, or write them down? Tell me what was said.\n"
        "We write it down: a lawyer can use it, and it counts for us in talks with the police.",
        _OWN_PRACTICE,
    ),
    (
        "not_paid", "", "Are you away from him now? First to a place where people are.\n"
        "Do not go back for the money alone.\nShall we write down how he looked, the car, the number? Others can be warned without your name.",
        _OWN_PRACTICE,
    ),
    (
        "outing", "", "You did nothing wrong. Do not answer and do not pay yet.\n"
        "Keep what you were sent: pictures of the screen, the name of the account, the time.\n"
        "Who must not see it? We think together whom to tell first, and how to have it taken down.",
        _OWN_PRACTICE,
    ),
)  # fmt: skip


@transaction.atomic
def make_information(*, at: datetime) -> int:
    """Make the example cards that are not there yet, and return how many were made. All are "not confirmed here yet"."""
    made = 0
    for topic, country, words, source in CARDS:
        place = f"{topic}/{country}/en"
        if InformationCard.objects.filter(place=place).exists():
            continue
        card = InformationCard.objects.create(topic=topic, country=country, language="en", place=place)
        card.current = InformationVersion.objects.create(card=card, number=1, words=words, source=source, written_at=at)
        card.save(update_fields=["current"])
        made += 1
    return made
