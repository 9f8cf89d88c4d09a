#!/usr/bin/env python3
"""Holds the tables "Log events and metrics" of server/README.md against the sources, both ways: every event that is
logged and every metric that is counted is explained there, and nothing else is. Usage: check_operations.py ROOT"""
import pathlib
import re
import sys

SOURCES = ("server", "webhooks")
README = "server/README.md"
SECTION = "## Log events and metrics"
LEVELS = {"LOG_DEBUG": "debug", "LOG_INFO": "info", "LOG_WARNING": "warning", "LOG_ERROR": "error"}


def arguments(text, start):
    """The arguments of the call whose opening parenthesis stands at `start`, split at its own commas."""
    parts, depth, begun, quoted = [], 0, start + 1, False
    for at in range(start, len(text)):
        letter = text[at]
        if letter == '"' and text[at - 1] != "\\":
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth == 0:
                return parts + [text[begun:at]]
        elif letter == "," and depth == 1:
            parts.append(text[begun:at])
            begun = at + 1
    raise ValueError("a call that does not end")


def logged_events(path, text, faults):
    """{event: {level, ...}} of one source."""
    events = {}
    for call in re.finditer(r"\blog_event\(", text):
        level, name = arguments(text, call.end() - 1)[:2]
        levels = [LEVELS[word] for word in re.findall(r"\bLOG_[A-Z]+\b", level)]
        names = re.findall(r'"([^"]*)"', name)
        if not levels or not names:
            faults.append(f"{path}: log_event() with a level or a name that does not stand there as a word")
            continue
        # `good ? LOG_INFO : LOG_ERROR, good ? "a" : "b"` are two events with a level each.
        pairs = zip(names, levels) if len(names) == len(levels) else ((each, level) for each in names for level in levels)
        for each, level in pairs:
            events.setdefault(each, set()).add(level)
    return events


def counted_metrics(text):
    found = re.finditer(r"\bstruct metric \w+ = \{(.*?)\};", text, re.DOTALL)
    return [re.search(r'\.name = "([^"]+)"', each.group(1)).group(1) for each in found]


def tables(text):
    """{event: level} and [metric, ...] as the section has them: rows of "| `name` | ... |"."""
    section = re.split(r"\n## ", text.split(SECTION, 1)[1], maxsplit=1)[0]
    rows = re.findall(r"^\| `([a-z0-9_.]+)` \| ([^|]*) \| ([^|]+) \|$", section, re.MULTILINE)
    for name, _, meaning in rows:
        if not meaning.strip():
            raise ValueError(f"{name} has no meaning")
    events = {name: {word.strip() for word in second.split(",")} for name, second, _ in rows if "." in name}
    return events, [name for name, _, _ in rows if "." not in name]


def main(root):
    faults, events, metrics = [], {}, []
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*.c")):
            text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            for name, levels in logged_events(path.relative_to(root), text, faults).items():
                events.setdefault(name, set()).update(levels)
            metrics += counted_metrics(text)
    if len(events) < 10 or len(metrics) < 10:
        faults.append("hardly any event or metric was found: this check does not read the sources any more")
    told, listed = tables((root / README).read_text(encoding="utf-8"))
    for what, have, want in (("event", set(events), set(told)), ("metric", set(metrics), set(listed))):
        faults += [f"{README}: the {what} {name} is not explained" for name in sorted(have - want)]
        faults += [f"{README}: there is no {what} {name} any more" for name in sorted(want - have)]
    faults += [f"{README}: {name} is logged as {', '.join(sorted(events[name]))}"
               for name in sorted(set(events) & set(told)) if events[name] != told[name]]
    faults += [f"{README}: {name} stands there twice" for name in sorted(set(listed)) if listed.count(name) > 1]
    faults += [f"the metric {name} is declared twice" for name in sorted(set(metrics)) if metrics.count(name) > 1]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
