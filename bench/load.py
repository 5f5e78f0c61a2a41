"""Signed incoming calls, many at once: a closed loop of connections, each asking again when it has its answer.

Every request is a new call with a new body, signed while it is made, so that no answer can come from "seen already".
Prints one line of JSON: calls per second, milliseconds at p50, p95 and p99, and what was not a 200.
"""

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator


def numbers(many: int) -> list[str]:
    """Numbers that callers use, the same ones each time (a range of South Africa's that is only ever used here)."""
    return [f"+2782{n:07d}" for n in range(many)]


@dataclass
class Tally:
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)


def make_call(options: argparse.Namespace, dice: random.Random) -> dict[str, str]:
    number = f"+2782{dice.randrange(options.callers):07d}"
    return {
        "CallSid": f"CA{dice.getrandbits(128):032x}", "AccountSid": options.account, "ApiVersion": "2010-04-01",
        "From": number, "Caller": number, "To": options.to, "Called": options.to, "Direction": "inbound",
        "CallStatus": "ringing", "FromCountry": "ZA", "FromCity": "", "FromState": "", "FromZip": "",
        "ToCountry": "ZA", "ToCity": "", "ToState": "", "ToZip": "", "StirVerstat": "TN-Validation-Passed-A",
    }  # fmt: skip


async def ask(options: argparse.Namespace, dice: random.Random, until: float, tally: Tally) -> None:
    parts = urlsplit(options.address)
    validator = RequestValidator("forged" if options.forged else options.token)
    reader = writer = None
    while time.perf_counter() < until:
        said = make_call(options, dice)
        body = urlencode(said).encode()
        signature = validator.compute_signature(options.public_url + parts.path, said)
        request = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {urlsplit(options.public_url).netloc}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nX-Twilio-Signature: {signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        began = time.perf_counter()
        try:
            if writer is None or reader is None:
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"content-length:" in head:
                await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            elif b"transfer-encoding: chunked" in head:
                await reader.readuntil(b"0\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError) as problem:
            tally.failures[type(problem).__name__] += 1
            writer = None
            continue
        tally.seconds.append(time.perf_counter() - began)
        tally.statuses[int(head[9:12])] += 1
        if b"connection: close" in head:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def run(options: argparse.Namespace) -> Tally:
    tally = Tally()
    until = time.perf_counter() + options.seconds
    await asyncio.gather(
        *(ask(options, random.Random(options.seed * 1000 + n), until, tally) for n in range(options.connections))
    )
    return tally


def percentile(values: list[float], part: float) -> float:
    return round(values[min(len(values) - 1, int(len(values) * part))] * 1000, 2) if values else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="where it listens, such as http://127.0.0.1:8000/telephony/voice/")
    parser.add_argument("--public-url", required=True, help="the address that the server checks signatures against")
    parser.add_argument("--token", required=True)
    parser.add_argument("--account", default="AC" + "0" * 32)
    parser.add_argument("--to", default="+18885550100")
    parser.add_argument("--callers", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--forged", action="store_true")
    options = parser.parse_args()
    began = time.perf_counter()
    tally = asyncio.run(run(options))
    took = time.perf_counter() - began
    seconds = sorted(tally.seconds)
    said = {
        "n": len(seconds), "per_second": round(len(seconds) / took, 1), "p50_ms": percentile(seconds, 0.5),
        "p95_ms": percentile(seconds, 0.95), "p99_ms": percentile(seconds, 0.99),
        "statuses": dict(tally.statuses), "failures": dict(tally.failures),
    }  # fmt: skip
    print(json.dumps(said))


if __name__ == "__main__":
    main()
