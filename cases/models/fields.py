"""An index of names that people write in many ways."""

from typing import Any

from django.db import models

from cases.vocabulary.names import fold_name
from helpline.core.privacy.fields import BlindIndex, Sealed, all_indexes, newest_index


class NameIndex(BlindIndex):
    """The keyed index of a name without its case, accents and signs. Look up with `name_indexes`."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        held = model_instance.__dict__.get(self.of)
        if not isinstance(held, Sealed):
            folded = fold_name(held) if held else ""
            setattr(model_instance, self.attname, newest_index(self.purpose, folded) if folded else None)
        value: str | None = getattr(model_instance, self.attname)
        return value


def name_indexes(purpose: str, typed: Any) -> list[str]:
    """Return what a name may be indexed as; nothing for a blank one."""
    folded = fold_name(str(typed))
    return all_indexes(purpose, folded) if folded else []
