"""What the REST side refuses, with Twilio's numbers and words.

Sources: Twilio, "Test credentials" (magic numbers) and its error dictionary.
"""

from collections.abc import Mapping

WORDS: Mapping[int, str] = {
    20001: "Invalid parameter",
    20003: "Authenticate",
    20004: "Method not allowed",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    20503: "Service unavailable",
    21201: "No 'To' number specified",
    21205: "Url parameter is required",
    21210: "'From' phone number not verified",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Phone Number",
    21213: "'From' phone number is required",
    21214: "'To' phone number cannot be reached",
    21215: "Geo Permission configuration is not permitting call",
    21216: "Call blocked by Twilio blocklist",
    21217: "Phone number does not appear to be valid",
    21220: "Invalid call state",
    21266: "'To' and 'From' numbers cannot be the same",
    21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
    21601: "Phone number is not a valid SMS-capable/MMS-capable inbound phone number",
    21602: "Message body is required",
    21603: "The source 'from' phone number is required to send an SMS",
    21604: "The destination 'to' phone number is required to send an SMS",
    21606: "The 'From' phone number provided is not a valid, message-capable Twilio phone number",
    21609: "The StatusCallback URL is not valid",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "Message cannot be sent with the current combination of 'To' and/or 'From' parameters",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
}
STATUSES: Mapping[int, int] = {20003: 401, 20004: 405, 20404: 404, 20429: 429, 20500: 500, 20503: 503}

MAGIC = "+1500555"
TEXT_FROM: Mapping[str, int] = {"0001": 21212, "0007": 21606, "0008": 21611}
TEXT_TO: Mapping[str, int] = {"0001": 21211, "0002": 21612, "0003": 21408, "0004": 21610, "0009": 21614}
CALL_FROM: Mapping[str, int] = {"0001": 21212}
CALL_TO: Mapping[str, int] = {"0001": 21217, "0002": 21214, "0003": 21215, "0004": 21216}
GOOD_FROM = f"{MAGIC}0006"


class RestRefused(Exception):
    """A REST request that Twilio refuses."""

    def __init__(self, code: int, *, status: int | None = None) -> None:
        super().__init__(str(code))
        self.code = code
        self.status = status or STATUSES.get(code, 400)

    def body(self) -> dict[str, object]:
        return {
            "code": self.code,
            "message": WORDS.get(self.code, "Error"),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def magic(number: str, table: Mapping[str, int]) -> int | None:
    """Return the error that this number always gives, from the last four digits of a test-credential number."""
    return table.get(number[-4:]) if number.startswith(MAGIC) else None
