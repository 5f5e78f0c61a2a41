"""The people who answer, and what each may do."""

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from helpline.core.privacy.fields import BlindIndex, SealedText
from helpline.core.privacy.references import new_opaque


class Role(models.TextChoices):
    COUNSELLOR = "counsellor", _("counsellor")
    PARALEGAL = "paralegal", _("paralegal")
    COORDINATOR = "coordinator", _("coordinator")
    SUPERVISOR = "supervisor", _("supervisor")
    ADMINISTRATOR = "administrator", _("administrator")


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def holding(self, *roles: str) -> Self:
        """People who hold at least one of these roles."""
        return self.filter(held_roles__role__in=roles).distinct()

    def reachable(self) -> Self:
        """People with a verified duty number."""
        return self.exclude(duty_phone_verified_at=None)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user: User = self.model(username=username, **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A member of staff. `roles` may be several; a duty number counts only once it was verified."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    username = models.CharField(max_length=40, unique=True, validators=[UnicodeUsernameValidator()])
    display_name = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    languages = models.JSONField(default=list, blank=True)  # codes such as ["en", "zu"]
    duty_phone = SealedText(null=True, blank=True)  # E.164
    duty_phone_index = BlindIndex(of="duty_phone", purpose="number", null=True, db_index=True)
    duty_phone_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.display_name or self.username

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held, read once for each object."""
        return frozenset(held.role for held in self.held_roles.all())

    def holds(self, *roles: str) -> bool:
        """Say whether the person is active and holds one of these roles."""
        return self.is_active and not self.roles.isdisjoint(roles)

    @property
    def has_verified_phone(self) -> bool:
        return self.duty_phone_verified_at is not None

    # Django's own permission questions: we use roles and doors, nobody is above them.
    is_staff = False
    is_superuser = False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class HeldRole(models.Model):
    """One role of one person."""

    user = models.ForeignKey(User, models.CASCADE, related_name="held_roles")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="role_once")]

    def __str__(self) -> str:
        return self.role


class NumberCheck(models.Model):
    """A code sent to a duty number, to be typed back: proof that the person has that phone in hand."""

    MOST_TRIES = 5  # of a million codes, within ten minutes

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="number_checks")
    number = SealedText()
    code = SealedText()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"number check {self.ref}"

    def is_open(self, at: datetime) -> bool:
        return self.done_at is None and at < self.expires_at and self.tries < self.MOST_TRIES


class Leaving(models.Model):
    """That somebody left: what was ended, who has their work now, and what people still have to do. Codes and references."""

    ref = models.CharField(max_length=24, unique=True, default=new_opaque, editable=False)
    person = models.ForeignKey(User, models.PROTECT, related_name="leavings")
    pressed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_hostile = models.BooleanField(default=False)
    heir = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    moved = models.JSONField(default=list)  # [{"what": "cases", "number": 2, "to": "thandi", "refs": ["HL-7K3M"]}]
    told = models.JSONField(default=dict)  # what a hostile leaving wants to know: readings in a month, by verb
    done = models.JSONField(default=dict)  # code of what was to do: {"by": username, "at": ISO time}

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"leaving {self.ref}"
