"""What Schemathesis can't know by itself: who calls, what is sold here, and which things exist.

Reads AKKOORD_SUBJECTS, which schemathesis.test.mjs writes: the address, tokens and log-in, the price list's names, and
ids by the kind of thing they belong to.
"""
import json
import os
import re
import uuid
import zlib

import requests
import schemathesis
from hypothesis import strategies

SUBJECTS = json.loads(os.environ["AKKOORD_SUBJECTS"])

WORD = strategies.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
LETTERS = strategies.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=10)
# Addresses as people have them, not all that RFC 5322 lets stand in one.
schemathesis.openapi.format("email", strategies.builds("{}.{}@{}.{}".format, WORD, WORD, WORD, LETTERS))


def register():
    """Somebody new, to be erased."""
    person = {"email": f"{uuid.uuid4()}@example.com", "password": "a long sample password", "name": "Sample Customer"}
    answer = requests.post(SUBJECTS["url"] + "/v1/customers", json=person, timeout=30)
    answer.raise_for_status()
    return answer.json()["token"]


@schemathesis.auth(refresh_interval=None)
class Caller:
    """Customers for what is theirs, a manager for the staff's; whoever logs out logs in for it. What changes a customer is
    done by another one than who orders."""

    def get(self, case, context):
        if context.operation.path == "/v1/me" and context.operation.method.upper() == "DELETE":
            return register()
        if context.operation.path.startswith("/v1/me"):
            return SUBJECTS["changing"]
        if context.operation.method.upper() == "DELETE" and context.operation.path == "/v1/sessions":
            answer = requests.post(SUBJECTS["url"] + "/v1/sessions", json=SUBJECTS["log_in"], timeout=30)
            answer.raise_for_status()
            return answer.json()["token"]
        return SUBJECTS["manager" if context.operation.path.startswith("/v1/staff/") else "customer"]

    def set(self, case, data, context):
        if context.operation.path.startswith("/v1/"):
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """What the description can only call text: a service that is sold here, the version in force, a reviewer's address."""
    schemas = raw_schema["components"]["schemas"]
    order = schemas["NewOrder"]["properties"]
    order["lines"]["items"]["properties"]["sku"] = {"type": "string", "enum": SUBJECTS["skus"]}
    information = requests.get(SUBJECTS["url"] + "/v1/orders/information", timeout=30).json()
    order["information_version"] = {"enum": [information["version"], None]}
    # No code is valid here. Which countries there are, and whether a VAT number is one of the state that taxes, takes more
    # than a pattern.
    order["discount_code"] = {"type": "null"}
    billing = order["billing"]["anyOf"][0]["properties"]
    billing["vat_number"] = {"type": "null"}
    schemas["Address"]["properties"]["country"] = {"enum": ["NL", "DE", "FR", "US"]}
    schemas["Assignment"]["properties"]["email"] = {"type": ["string", "null"], "enum": [SUBJECTS["manager_email"], None]}


def kind_of(path, name):
    """Whose id a parameter is: `orders` of /v1/orders/{id}; others are known by their own name."""
    segments = path.split("/")
    return segments[segments.index("{id}") - 1] if name == "id" else name


def whole(value):
    """JSON Schema takes 2.0 for an integer; the server wants one written as one."""
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@schemathesis.hook
def map_body(context, body):
    return whole(body)


# What the description lets stand for them. Whatever is generated to break that has to stay as it is.
SHAPES = {
    "id": r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "number": r"[A-Za-z0-9-]+",
    "payment": r"[a-z0-9_]+",
}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half of the ids are of something that exists; chosen by what was generated, so that a finding can be repeated."""
    if not path_parameters:
        return path_parameters
    for name, value in path_parameters.items():
        known = SUBJECTS["ids"].get(kind_of(context.operation.path, name), [])
        number = zlib.crc32(repr(value).encode())
        if known and number % 2 == 0 and isinstance(value, str) and re.fullmatch(SHAPES[name], value):
            path_parameters[name] = known[number // 2 % len(known)]
    return path_parameters
