"""How a page says a provider's name, and how far they are trusted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from referrals.models import Provider, VettingState
from referrals.services.directory import say_name
from referrals.services.tongues import name_of
from referrals.services.vetting_reading import Trust, read_trust
from referrals.services.vetting_words import say_why

register = template.Library()

_SENTENCES: Final = {
    VettingState.PROPOSED: _("Not vetted yet: nobody is sent there."),
    VettingState.INTERVIEWED: _("Interviewed, not tested yet: nobody is sent there."),
    VettingState.PEER_TESTED: _("Tested by a peer, not approved yet: nobody is sent there."),
    VettingState.PROBATION: _("On probation: say so to the caller, and ask afterwards how it was."),
    VettingState.SUSPENDED: _("Suspended: nobody is sent there until somebody has looked."),
    VettingState.REMOVED: _("No longer in the network."),
}


@register.simple_tag
def provider_name(provider: Provider) -> str:
    """Say who it is; of a hidden one only what kind of help."""
    return say_name(provider)


@register.simple_tag
def trust(provider: Provider) -> SafeString | str:
    """Say how far a provider is trusted, where it is not simply approved."""
    if provider.vetting == VettingState.APPROVED:
        return ""
    return format_html(' <span class="tag">{}</span>', provider.get_vetting_display())


@register.simple_tag
def trust_sentence(provider: Provider) -> str:
    """Say what the state of vetting means for whoever has a caller on the telephone, and why it is so."""
    said = str(_SENTENCES.get(VettingState(provider.vetting), ""))
    why = say_why(provider.vetting_why)
    return f"{said} {why[:1].upper()}{why[1:]}." if why else said


@register.simple_tag
def vetting_of(provider: Provider, now: datetime) -> Trust:
    """Return since when and why a provider is trusted or not, and when it has to be looked at again."""
    return read_trust(provider, now)


@register.filter
def vetting_word(state: str) -> str:
    """Say a state of vetting in words."""
    return str(VettingState(state).label)


@register.filter
def tongues(codes: Sequence[str] | str) -> str:
    """Say a language, or several, by their names."""
    return ", ".join(name_of(code) for code in ([codes] if isinstance(codes, str) else codes))
