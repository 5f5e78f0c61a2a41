"""How gunicorn serves the line. Why this server: docs/build/decisions/0005-processes.md."""

import os
from pathlib import Path

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))  # an open board holds one; settings keep half for everything else
keepalive = 5  # seconds
# A worker that a webhook has stalled is replaced before the gateway gives up (15 s) on the next one.
timeout = 12
# Seconds that a request in hand has when we are told to stop. Webhooks take parts of a second; open boards reconnect.
graceful_timeout = 5
# Its sign of life is a file; on a disk that is busy, a healthy worker would be taken for dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Whose word we take for it that a request came by HTTPS: the proxy's, not the client's.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
# Addresses of pages carry references, but who looked at which case when belongs to the audit, not to a log.
accesslog = None
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """Start what each web process does beside answering, once Django is ready."""
    from telephony.services import keeper

    keeper.start()
