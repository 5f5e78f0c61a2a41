"""`manage.py issue_api_token USERNAME`: somebody's token for the API, printed alone."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from helpline.api.tokens import issue_token
from helpline.core import clock
from helpline.core.errors import NotFound


class Command(BaseCommand):
    help = "Print the token of somebody's programs (header: Authorization: Token …); it is made at the first time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--anew", action="store_true", help="end the token that there is, and make another")

    def handle(self, *, username: str, anew: bool, **options: object) -> None:
        try:
            self.stdout.write(issue_token(username=username, at=clock.now(), anew=anew))
        except NotFound as nobody:
            raise CommandError(str(nobody)) from None
