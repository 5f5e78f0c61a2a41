"""A worker's sweep as a process of its own, which a test may double or kill: `python -m tests.telephony.delivery.sweeper`."""

import sys

import django


def main():
    django.setup()
    from helpline.core import clock
    from helpline.core.outbox.models import Message
    from telephony.tasks import deliver_due

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()  # so that two begin together
    while Message.objects.due(clock.now()).exists():
        deliver_due()


if __name__ == "__main__":
    main()
