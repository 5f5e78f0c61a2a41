"""What the invented cases say. Nobody in here exists; the words are those of a desk: short, about facts and next steps."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One kind of case: what stands in its summary, in its notes in order, and what the caller texts."""

    summary: str
    notes: Sequence[str]
    texts: Sequence[str] = ()
    in_danger: bool = False


CODE_NAMES: Sequence[str] = (
    "Rose", "Lily", "Violet", "Jasmine", "Aloe", "Protea", "Sage", "Indigo", "River", "Sky", "Amber", "Coral", "Pearl",
    "Ruby", "Olive", "Hazel", "Ivy", "Fern", "Clover", "Dahlia", "Marigold", "Poppy", "Star", "Moon", "Sunny", "Blue",
    "Kestrel", "Robin", "Wren", "Sparrow", "Dove", "Maple", "Willow", "Acacia", "Ginger", "Pepper", "Honey", "Ocean",
)  # fmt: skip
PRONOUNS: Sequence[str] = ("she", "she", "she", "they", "he")

STORIES: Sequence[Story] = (
    Story(
        "Stopped on the street with two others, taken to a station, phone kept. Asks for a lawyer before the morning.",
        (
            "Rings from the station's phone. Three people held since about one. No charge named so far. Told them: say "
            "nothing, sign nothing, ask for the time of the arrest to be written down.",
            "Rang the station: they confirm that three people are held. Asked for the name of the officer in charge.",
            "Out at half past nine without a charge. Phone returned. Wants to think about a complaint.",
        ),
        in_danger=True,
    ),
    Story(
        "A client took the money back and the phone with it. No injury. Wants it on record, not with the police.",
        (
            "Car was small and white, left door dented. Did not see the plate. Wants to warn the others where they work.",
            "Spoke again. Is well, stays with a friend this week. Went through what a complaint would mean; not now.",
        ),
        ("ok thank you",),
    ),
    Story(
        "Landlord wants them out within days and keeps the deposit. There is a written agreement.",
        (
            "Has the agreement on paper. Paid until the end of the month. Locks not changed so far.",
            "Read the agreement together on the phone. A month's notice is owed. Wrote a letter for them to sign.",
            "Landlord answered: may stay until the end of next month.",
        ),
        ("he says tomorrow", "letter is delivered"),
    ),
    Story(
        "Hit by a partner last night, has gone to a friend. Asks about a doctor and about a protection order.",
        (
            "Is at the friend's house and can stay. Pain in the arm, can move the fingers. Wants to see a doctor today.",
            "Was at the clinic; they wrote everything down. Explained the steps of a protection order, both ways.",
        ),
        ("at clinic now",),
        in_danger=True,
    ),
    Story(
        "Fined on the street twice this month by the same officers; pays in cash and gets no receipt.",
        (
            "Dates, places and car number written down as told. Two others at the same corner can say the same.",
            "They would speak to somebody together. Next meeting is on Thursday at the drop-in.",
        ),
    ),
    Story(
        "Asks how to get treatment within the first days, and where nobody asks questions.",
        (
            "Told them which clinic and until when it helps; it is best today. They can go this afternoon.",
            "Went, was treated well, has the medicine for the month.",
        ),
        ("which street again", "thanks"),
    ),
    Story(
        "Rings about a colleague who has not come back since yesterday evening.",
        (
            "Last seen at nine, in good spirits. Phone is off. Has rung the two hospitals: not there.",
            "She is back: phone was broken, stayed with family. Glad that somebody asked.",
        ),
        in_danger=True,
    ),
    Story(
        "Wants to know what happens in court next week and whether somebody can come along.",
        (
            "Has the paper with the date. Explained who will be in the room and in which order they speak.",
            "Somebody from the drop-in comes along. Meet half an hour before at the side entrance.",
        ),
    ),
)

REASONS_TO_CALL_BACK: Sequence[str] = (
    "Asked to be rung in the afternoon.",
    "Wants to hear what the clinic said.",
    "Would like to talk again when the children are at school.",
    "To hear whether the phone was given back.",
)
