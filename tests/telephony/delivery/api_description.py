"""Requests held against Twilio's own description of its API: paths, methods, every parameter's name, kind and range."""

import functools
import json
import re
from pathlib import Path

import pytest
from openapi_schema_validator import OAS30Validator

DESCRIPTION = Path(__file__).parents[4] / "shared" / "gateway" / "twilio_api_v2010.json"
needs_description = pytest.mark.skipif(
    not DESCRIPTION.is_file(), reason="Twilio's API description is not beside the repository (../shared/gateway)"
)
NOT_DESCRIBED = re.compile(r"/Recordings/\w+$|/Media/\w+$")  # the sounds and files themselves, fetched by GET


def find_problems(requests):
    """Return a sentence for each thing that the description does not allow; nothing where it is not on this machine."""
    if not DESCRIPTION.is_file():
        return []
    return [f"{each.method} {each.path}: {problem}" for each in requests for problem in _check(each)]


@functools.cache
def _operations():
    description = json.loads(DESCRIPTION.read_text())
    found = []
    for path, item in description["paths"].items():
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", r"[\\w-]+", re.escape(path)) + "$")
        shared = item.get("parameters", [])
        for method in ("get", "post", "delete"):
            if method in item:
                found.append((method.upper(), pattern, item[method], shared))
    # The most particular path first: /Calls/{Sid}.json also looks like /{Sid}.json.
    return sorted(found, key=lambda each: -len(each[1].pattern)), description


def _check(request):
    if request.method == "GET" and NOT_DESCRIBED.search(request.path):
        return []
    operations, description = _operations()
    operation = next((op for op in operations if op[0] == request.method and op[1].match(request.path)), None)
    if operation is None:
        return ["no such operation"]
    _, _, said, shared = operation
    parameters = [*said.get("parameters", []), *shared]
    query = {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}
    required = [each["name"] for each in parameters if each["in"] == "query" and each.get("required")]
    problems = _hold(request.query, {"type": "object", "properties": query, "required": required}, description)
    if "requestBody" in said:
        body = said["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
        problems += _hold(request.form, body, description)
    elif request.form:
        problems.append("a body where none is described")
    if request.method == "POST" and request.path.endswith("/Messages.json"):
        # Said only in prose there, and so in the stricter copy.
        names = {name for name, _ in request.form}
        problems += [] if {"From", "MessagingServiceSid"} & names else ["no sender"]
        problems += [] if {"Body", "MediaUrl", "ContentSid"} & names else ["no content"]
    return problems


def _hold(pairs, schema, description):
    properties = schema.get("properties", {})
    value = {}
    for name, text in pairs:
        if name not in properties:
            return [f"a parameter that is not described: {name}"]
        kind = properties[name]
        if kind.get("type") == "array":
            value.setdefault(name, []).append(_read(text, kind["items"]))
        elif name in value:
            return [f"twice: {name}"]
        else:
            value[name] = _read(text, kind)
    checked = {**schema, "components": description["components"]}
    return [f"{'.'.join(map(str, each.path))}: {each.message}" for each in OAS30Validator(checked).iter_errors(value)]


def _read(text, kind):
    """Read what stands in a form as what it is described to be."""
    if kind.get("type") == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind.get("type") == "number" and re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    if kind.get("type") == "boolean":
        return {"true": True, "false": False}.get(text.lower(), text)
    return text
