#!/usr/bin/env python3
"""Holds the sources against the module table: who may include whom.

    check_includes.py SOURCE_DIR     checks itself, then the tree; exit status 1 and a line for each fault
    check_includes.py --self-test    only checks itself: each rule is broken once in a small tree, and must be noticed

A module may include its own headers and those of the modules that it links: the DEPENDS of its akkoord_module() and
theirs. TABLE below says what DEPENDS may name, so that nobody widens it unseen: a new direction is a change of the
design, made here, in server/README.md and in the module's CMakeLists.txt together.
"""

import fnmatch
import re
import sys
import tempfile
from pathlib import Path

TABLE = {
    "base": [],
    "domain": ["base"],
    "vault": ["base"],
    "http": ["base"],
    "pg": ["base"],
    "store": ["pg", "vault", "domain"],
    "acceptance": ["store", "domain"],
    "documents": ["domain"],
    "mail": ["documents", "domain"],
    "webhooks": ["base", "domain"],
    "api": ["http", "store", "acceptance", "domain", "webhooks", "documents"],
    "jobs": ["store", "acceptance", "documents", "mail", "webhooks"],
    "app": ["http", "store", "acceptance", "domain", "webhooks", "documents", "mail", "api", "jobs", "pg", "vault",
            "base"],
}

# The HTTP client is shared: these modules may link http for the sake of its headers.
CLIENT_HEADERS = ["akkoord/http/client.h", "akkoord/http/client_mail.h"]
CLIENT_USERS = ["webhooks", "jobs"]

# Headers of others, and the only places that may include them.
THIRD_PARTY = [
    ("libpq-fe.h", ["module:pg"]),
    ("event2/*", ["module:http", "module:pg", "module:acceptance", "module:jobs", "module:app"]),
    ("openssl/ssl.h", ["module:http", "module:pg", "module:acceptance", "module:jobs", "module:app"]),
    ("curl/*", ["server/http/client*", "include/akkoord/http/client.h", "module:jobs"]),
    ("jansson.h", ["include/akkoord/base/json.h"]),
    ("argon2.h", ["module:vault"]),
    ("p11-kit/*", ["module:vault"]),
    ("pango/*", ["module:documents"]),
    ("cairo*", ["module:documents"]),
    ("libxml/*", ["module:documents"]),
    ("zlib.h", ["module:documents"]),
    ("lcms2*", ["module:documents"]),
    ("qrencode.h", ["module:documents"]),
]

# A codec turns bytes into a struct, or back. Only these see base/json.h.
CODECS = [
    "*json*",
    "*codec*",
    "module:webhooks",  # what providers send
    "module:api",  # handlers and their codecs
    "server/http/problem.c",  # error answers
    "server/vault/keyring_file.c",
    "server/vault/keyring_edit.c",
    "server/vault/erasure_ledger.c",
    "server/app/settings*",  # the seller's file
    "server/app/staff.c",  # the line that `staff add` prints
    "server/store/price_list*",
    "include/akkoord/store/parties.h",  # buyer and seller as sealed
    "server/store/order_content.c",  # an order's content as sealed
    "server/store/credit_content.c",  # a credit note's
    "server/store/staff_profile.c",  # a member of staff as sealed
]

LINES_MAX = 700

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
MODULE = re.compile(r"\bakkoord_module\s*\(\s*(\w+)([^)]*)\)")
LINK = re.compile(r"\btarget_link_libraries\s*\(\s*akkoord_(\w+)([^)]*)\)")
KEYWORDS = {"SOURCES", "DEPENDS", "LIBRARIES"}


def close(direct):
    """Each module with all that it reaches; names that are no module reach nothing."""
    closed = {}
    for module in direct:
        reached, waiting = set(), list(direct[module])
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting.extend(direct.get(name, []))
        closed[module] = reached
    return closed


class Check:
    def __init__(self, root):
        self.root = Path(root)
        self.faults = []
        self.declared = {}
        self.table = close(TABLE)

    def fault(self, path, line, text):
        place = path.relative_to(self.root).as_posix()
        self.faults.append(f"{place}:{line}: {text}" if line else f"{place}: {text}")

    def run(self):
        self.read_modules()
        if not self.declared:
            self.faults.append(f"{self.root}: holds no module: is this the source folder?")
        self.allowed = close(self.declared)
        for path in self.sources():
            self.check_file(path)
        return self.faults

    def read_modules(self):
        for path in sorted([*self.root.glob("server/*/CMakeLists.txt"), *self.root.glob("webhooks/CMakeLists.txt")]):
            text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
            for match in MODULE.finditer(text):
                line = text[: match.start()].count("\n") + 1
                self.read_module(path, line, match.group(1), match.group(2).split())
            for match in LINK.finditer(text):
                for other in re.findall(r"\bakkoord_(\w+)", match.group(2)):
                    line = text[: match.start()].count("\n") + 1
                    self.fault(path, line, f"{match.group(1)} links {other} behind the back of DEPENDS")

    def read_module(self, path, line, module, words):
        if module != path.parent.name:
            self.fault(path, line, f"module {module} is declared in the folder of {path.parent.name}")
        if module not in TABLE:
            self.fault(path, line, f"module {module} is not in the module table")
            return
        depends, keyword = [], None
        for word in words:
            if word in KEYWORDS:
                keyword = word
            elif keyword == "DEPENDS":
                depends.append(word)
        self.declared[module] = depends
        for name in depends:
            client_only = name == "http" and module in CLIENT_USERS
            if name not in self.table[module] and not client_only:
                self.fault(path, line, f"{module} may not depend on {name}: the module table does not allow it")

    def sources(self):
        for folder in ("server", "include", "webhooks"):
            for path in sorted((self.root / folder).rglob("*.[ch]")):
                yield path

    def module_of(self, path):
        parts = path.relative_to(self.root).parts
        if parts[0] == "include":
            return parts[2] if len(parts) > 3 else None
        return "webhooks" if parts[0] == "webhooks" else parts[1] if len(parts) > 2 else None

    def check_file(self, path):
        module = self.module_of(path)
        if module not in TABLE:
            self.fault(path, 0, "lies in no module's folder")
            return
        text = path.read_text(encoding="utf-8")
        count = text.count("\n")
        if count > LINES_MAX:
            self.fault(path, 0, f"has {count} lines, more than {LINES_MAX}")
        if path.suffix == ".h" and not re.search(r"^#pragma once$", text, re.MULTILINE):
            self.fault(path, 0, "has no #pragma once")
        if path.suffix == ".c" and module not in self.declared:
            self.fault(path, 0, f"module {module} has no akkoord_module() in its CMakeLists.txt")
        for match in INCLUDE.finditer(text):
            line = text[: match.start()].count("\n") + 1
            self.check_include(path, line, module, match.group(1) == '"', match.group(2))

    def check_include(self, path, line, module, quoted, header):
        if header.startswith("akkoord/"):
            self.check_own(path, line, module, header)
        elif quoted and not (path.parent / header).is_file():
            self.fault(path, line, f'"{header}" is neither "akkoord/..." nor a header of this folder')
        elif quoted and "/" in header:
            self.fault(path, line, f'"{header}" leaves its folder: headers for others are "akkoord/<module>/..."')
        for pattern, places in THIRD_PARTY:
            if fnmatch.fnmatchcase(header, pattern) and not self.is_among(path, module, places):
                self.fault(path, line, f"<{header}> may not be included here, only in {self.describe(places)}")

    def check_own(self, path, line, module, header):
        other = header.split("/")[1]
        if other not in TABLE:
            self.fault(path, line, f'"{header}": there is no module {other}')
        elif not self.may_include(module, other, header):
            self.fault(path, line, f'"{header}": {module} may not include {other}, which is not in its DEPENDS')
        elif header == "akkoord/base/json.h" and not self.is_among(path, module, CODECS):
            self.fault(path, line, f'"{header}": only codecs see JSON (the list is CODECS in tests/check_includes.py)')

    def may_include(self, module, other, header):
        if other == module:
            return True
        # Of a module that has headers only, so far, the table says it alone.
        linked = self.allowed.get(module, self.table[module])
        if header in CLIENT_HEADERS and module in CLIENT_USERS:
            return module not in self.allowed or "http" in linked
        return other in linked and other in self.table[module]

    def is_among(self, path, module, places):
        place = path.relative_to(self.root).as_posix()
        return any(
            module == name[len("module:") :] if name.startswith("module:") else fnmatch.fnmatchcase(place, name)
            for name in places
        )

    @staticmethod
    def describe(places):
        return ", ".join(place.replace("module:", "") for place in places)


# What the self-test starts from: a tree without a fault.
GOOD_TREE = {
    "server/base/CMakeLists.txt": "akkoord_module(base\n  SOURCES json.c log.c # DEPENDS pg\n  LIBRARIES PkgConfig::X)\n",
    "server/base/log.c": '#include "akkoord/base/log.h"\n#include <stdio.h>\n',
    "server/base/json.c": '#include "akkoord/base/json.h"\n',
    "include/akkoord/base/log.h": "#pragma once\n",
    "include/akkoord/base/json.h": "#pragma once\n#include <jansson.h>\n",
    "server/domain/CMakeLists.txt": "akkoord_module(domain SOURCES order.c DEPENDS base)\n",
    "server/domain/order.c": '#include "akkoord/domain/order.h"\n',
    "include/akkoord/domain/order.h": '#pragma once\n#include "akkoord/base/log.h"\n',
    "server/vault/CMakeLists.txt": "akkoord_module(vault SOURCES seal.c DEPENDS base)\n",
    "server/vault/seal.c": '#include "primitives.h"\n',
    "server/vault/primitives.h": "#pragma once\n",
    "server/http/CMakeLists.txt": "akkoord_module(http SOURCES server.c DEPENDS base)\n",
    "server/http/server.c": "#include <event2/event.h>\n#include <openssl/ssl.h>\n",
    "include/akkoord/http/client.h": "#pragma once\n#include <curl/curl.h>\n",
    "server/pg/CMakeLists.txt": "akkoord_module(pg SOURCES connection.c DEPENDS base)\n",
    "server/pg/connection.c": "#include <libpq-fe.h>\n",
    "include/akkoord/pg/connection.h": "#pragma once\n",
    "server/store/CMakeLists.txt": "akkoord_module(store\n  SOURCES orders.c\n  DEPENDS pg vault domain)\n",
    "server/store/orders.c": '#include "akkoord/base/log.h"\n#include "akkoord/pg/connection.h"\n',
    "server/jobs/CMakeLists.txt": "akkoord_module(jobs SOURCES fetch.c DEPENDS store webhooks http)\n",
    "server/jobs/fetch.c": '#include "akkoord/http/client.h"\n#include <curl/multi.h>\n',
    "webhooks/CMakeLists.txt": "akkoord_module(webhooks SOURCES stripe.c DEPENDS base domain)\n",
    "webhooks/stripe.c": '#include "akkoord/base/json.h"\n#include "akkoord/domain/order.h"\n',
}

# A title, the file that is changed or added, its text, and what the only complaint must begin with.
VIOLATIONS = [
    ("a module includes one that it does not depend on", "server/domain/order.c",
     '\n#include "akkoord/pg/connection.h"\n', "server/domain/order.c:2: "),
    ("a header counts like a source", "include/akkoord/domain/order.h",
     '#pragma once\n#include "akkoord/vault/seal.h"\n', "include/akkoord/domain/order.h:2: "),
    ("the table allows more than DEPENDS says", "server/store/CMakeLists.txt",
     "akkoord_module(store SOURCES orders.c DEPENDS vault domain)\n", "server/store/orders.c:2: "),
    ("DEPENDS is widened beyond the table", "server/domain/CMakeLists.txt",
     "akkoord_module(domain SOURCES order.c DEPENDS base pg)\n", "server/domain/CMakeLists.txt:1: "),
    ("a module is linked past DEPENDS", "server/vault/CMakeLists.txt",
     "akkoord_module(vault SOURCES seal.c DEPENDS base)\ntarget_link_libraries(akkoord_vault PRIVATE akkoord_pg)\n",
     "server/vault/CMakeLists.txt:2: "),
    ("a module is declared that the table does not know", "server/extra/CMakeLists.txt",
     "akkoord_module(extra SOURCES x.c)\n", "server/extra/CMakeLists.txt:1: "),
    ("a source lies in no module", "server/extra/x.c", "\n", "server/extra/x.c: "),
    ("a source belongs to a module without a library", "server/api/x.c", "\n", "server/api/x.c: "),
    ("a provider includes the store", "webhooks/stripe.c",
     '#include "akkoord/store/orders.h"\n', "webhooks/stripe.c:1: "),
    ("jobs include more of http than the client", "server/jobs/fetch.c",
     '#include "akkoord/http/server.h"\n', "server/jobs/fetch.c:1: "),
    ("a provider uses the client without linking it", "webhooks/stripe.c",
     '#include "akkoord/http/client.h"\n', "webhooks/stripe.c:1: "),
    ("an include leaves its folder", "server/vault/seal.c", '#include "../vault/primitives.h"\n',
     "server/vault/seal.c:1: "),
    ("an include names no file", "server/vault/seal.c", '#include "vault/primitives.h"\n', "server/vault/seal.c:1: "),
    ("an include names no module", "server/vault/seal.c", '#include "akkoord/extra/x.h"\n',
     "server/vault/seal.c:1: "),
    ("libpq is seen outside pg", "server/store/orders.c", "#include <libpq-fe.h>\n", "server/store/orders.c:1: "),
    ("libevent is seen in the domain", "server/domain/order.c", "  #  include <event2/event.h>\n",
     "server/domain/order.c:1: "),
    ("TLS is seen in the vault", "server/vault/seal.c", "#include <openssl/ssl.h>\n", "server/vault/seal.c:1: "),
    ("curl is seen elsewhere in http", "server/http/server.c", "#include <curl/curl.h>\n",
     "server/http/server.c:1: "),
    ("jansson is included directly", "webhooks/stripe.c", "#include <jansson.h>\n", "webhooks/stripe.c:1: "),
    ("JSON is seen outside a codec", "server/domain/order.c", '#include "akkoord/base/json.h"\n',
     "server/domain/order.c:1: "),
    ("a header can be included twice", "include/akkoord/pg/connection.h", "/* nothing */\n",
     "include/akkoord/pg/connection.h: "),
    ("a private header can be included twice", "server/vault/primitives.h", "/* #pragma once */\n",
     "server/vault/primitives.h: "),
    ("a file is too long", "webhooks/stripe.c", "\n" * (LINES_MAX + 1), "webhooks/stripe.c: "),
]


def check_tree(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Check(folder).run()


def self_test():
    wrong = []
    if not check_tree({"README.md": ""}):
        wrong.append("a folder without a single module passes")
    faults = check_tree(GOOD_TREE)
    if faults:
        wrong.append(f"a tree without a fault is refused: {faults}")
    for title, name, text, expected in VIOLATIONS:
        faults = check_tree({**GOOD_TREE, name: text})
        if len(faults) != 1 or not faults[0].startswith(expected):
            wrong.append(f"not noticed, or not alone: {title}: {faults}")
    return wrong


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    wrong = self_test()
    for line in wrong:
        print(f"check_includes.py is broken: {line}")
    if wrong:
        return 1
    if arguments[0] == "--self-test":
        print(f"{len(VIOLATIONS)} violations noticed")
        return 0
    faults = Check(arguments[0]).run()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
