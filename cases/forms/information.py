"""What a coordinator fills in on an information card."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Topic
from helpline.core.http.forms import set_look
from helpline.core.lines.models import Line

LONGEST_WORDS = 4000


class WordsForm(forms.Form):
    """What can be said, where it comes from, and who confirmed it for here."""

    words = forms.CharField(
        label=_("What you can say on the phone"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 9, "dir": "auto"}),
        help_text=_("Short, plain sentences, as they are said. One thought on a line. What is urgent comes first."),
    )
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The law with its section, or the guideline with its year. Own practice is a source, too: say so."),
    )
    confirmed_by = forms.CharField(
        label=_("Confirmed for here by"),
        max_length=120,
        required=False,
        help_text=_("A lawyer or clinician of yours. Without one it is shown as not confirmed here yet."),
    )
    confirmed_on = forms.DateField(
        label=_("On"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_look(self)


class CardForm(WordsForm):
    """A new card: its topic, its language, and for where it is."""

    topic = forms.ChoiceField(label=_("Topic"), choices=Topic.choices)
    language = forms.CharField(label=_("Language"), max_length=12, initial="en")
    country = forms.CharField(label=_("Country"), max_length=2, required=False, help_text=_("Two letters, such as ZA."))
    line = forms.ModelChoiceField(
        label=_("Only for this line"), queryset=Line.objects.none(), required=False, to_field_name="ref"
    )

    field_order = ("topic", "language", "country", "line", "words", "source", "confirmed_by", "confirmed_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = self.fields["line"]
        assert isinstance(line, forms.ModelChoiceField)
        line.queryset = Line.objects.active()
