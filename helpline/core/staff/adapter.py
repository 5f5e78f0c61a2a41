"""How sign-in behaves: nobody signs up by themselves, and what proves a second factor lies sealed."""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from helpline.core.privacy.sealing import seal, unseal

_PLACE = "mfa.authenticator"


class ClosedSignUp(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: Any) -> bool:
        return False


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals the secrets of code generators and recovery codes: a dump alone must not make a second factor."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(settings.FIELD_KEYS, text.encode(), _PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(settings.FIELD_KEYS, base64.b64decode(encrypted_text), _PLACE).decode()
