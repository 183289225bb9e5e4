"""Generates front matters that YAML might misread, and compares how this package and PyYAML read front matters.

    front_matter.py generate            writes one front matter a line, as a JSON string
    front_matter.py check GIVEN < READ  reads lines {"text": …, "entries": {…} or null}, null where it is refused
"""

import json
import random
import sys

import yaml

KEYS = ["model", "provider", "description", "id", "user", "stop", "tags", "parameters", "extra", "temperature", "tools"]
WORDS = """a b m gpt-4o-mini 4o-mini yes No on OFF y n Y N ~ null Null NULL true True FALSE = << - ? : -- --- ... .inf -.INF
    +.nan .NaN inf nan 0 00 017 08 1 -1 +1 1. .5 -.5 1.5 1e3 1E-3 1.0e-3 1.5E+3 1e400 -0 -0.0 0x1F -0xff 0o17 0O7 0b11 +0b1 1_000
    1:30 190:20:30.15 -1:30 2026-11-20 2026-1-2 2026-11-20T10:00:00Z 2026-11-20 10:00:00 +01:00 1.2.3 +- .e t z et 1e 0x 0b2 _1
    é 日本語 👩‍💻 a:b a#b #a !a &a *a | > %a @a `a` 'a' "a" {a} [a] ] } , a, it's <<name>> {{x}} \\ \\n a/b
    !!str !!int * & *a &a !  |- >+ ? : %YAML ,a [] {} { [ " ' "" ''""".split(" ")
WORDS = [word.strip() for word in WORDS if word.strip()] + ["2026-11-20 10:00:00", "2026-11-20 10:00:00 +01:00", "a b"]
NUMBERS = "0123456789+-.:_eEtTzZ xXoObBaAfF"
ANYTHING = "ab01 :#-?,[]{}&*!|>'\"%@`\\~=<.+_/()\t\r\u0007\u007f\u0085\u00a0\u2028\ufeff\ufffeé👍\U000e0001\ud7ff\ue000"
CHARACTERS = ["a", "\\n", "\\t", "\\/", "\\\\", '\\"', "\\u0000", "\\u2028", "\\ud83d\\ude00", "\\u00e9", "é", "👍", " ", ": ",
              " #", "#", "'", "{", "]", ",", "\u007f", "\u2028", "---", "yes", "\t", "<<"]


def bare():
    kind = random.random()
    if kind < 0.35:
        return " ".join(random.choices(WORDS, k=random.choice([1, 1, 1, 2, 3])))
    if kind < 0.5:
        return "".join(random.choices(WORDS + [":", " ", "#", "-"], k=random.choice([2, 3])))
    if kind < 0.75:
        return "".join(random.choices(NUMBERS, k=random.randint(1, 7)))
    return "".join(random.choices(ANYTHING, k=random.randint(1, 5)))


def space():
    """White space between two tokens of JSON, and sometimes what is none."""
    return random.choices(["", " ", "\n  ", "\n", "  ", "\n\n ", "\n # c\n ", "\t", "\r\n "], [40, 40, 8, 3, 4, 2, 0.3, 0.3, 2])[0]


def string():
    text = "".join(random.choices(CHARACTERS, k=random.randint(0, 4)))
    if random.random() < 0.01:
        text += "k" * random.choice([900, 995, 998, 1000, 1020, 1030])
    return f'"{text}"'


def value(depth=0):
    kind = random.random()
    if kind < 0.3 or depth > 3:
        return string()
    if kind < 0.5:
        return random.choice(["0", "-1", "1.5", "1e3", "1.0e-3", "1.5e3", "1E+3", "2.5E-2", "true", "false", "null", "10.0",
                              "-0", "-0.0", "12345678901234567890", "1099511627776", "01", "+1", ".5", "1.", "True", "yes", "a"])
    if kind < 0.7:
        body = [space() + value(depth + 1) + space() for _ in range(random.randint(0, 3))]
        return "[" + ",".join(body) + (space() if not body else random.choice([""] * 20 + [","])) + "]"
    body = [space() + string() + random.choice([""] * 20 + [" ", "\n "]) + ":" + space() + value(depth + 1) + space()
            for _ in range(random.randint(0, 3))]
    return "{" + ",".join(body) + (space() if not body else "") + "}"


def entry(key):
    written = bare() if random.random() < 0.55 else value()
    after = random.choices(["", " ", " # c", "#", " x", "\n# c", "\n  # a: b", "\n", "\n  x", "\n- x", "\n...", "\n a: b"],
                           [60, 6, 1, 1, 1, 6, 4, 6, 1, 1, 1, 1])[0]
    colon = random.choices([": ", ":  ", ":", " : ", ":\t", ":\n  "], [60, 8, 1, 1, 1, 1])[0]
    return key + colon + written + after


def front_matter():
    lines = [entry(key) for key in random.sample(KEYS, k=random.choice([1, 1, 2, 3]))]
    if random.random() < 0.1:
        lines.insert(random.randint(0, len(lines)), random.choice(["", "# c", "  # c", "   ", "# a\tb", "x", "- a", "# é\u2028"]))
    text = random.choices(["\n", "\r\n"], [9, 1])[0].join(lines) + "\n"
    # Lines of dashes end the front matter, so that none contains one.
    return None if any(line.rstrip(" \t\r") == "---" for line in text.split("\n")) else text


def generate():
    random.seed(2026)
    count = 0
    while count < 60000:
        text = front_matter()
        if text is not None:
            print(json.dumps(text))
            count += 1


def same(ours, theirs):
    if isinstance(ours, bool) or isinstance(theirs, bool) or ours is None or theirs is None:
        return ours is theirs
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        # Integers beyond 64 bits are rounded.
        return ours == theirs or (isinstance(ours, float) and ours == float(theirs))
    if type(ours) is not type(theirs):
        return False
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    return ours == theirs


def check(given):
    total, accepted, multi, wrong = 0, 0, 0, []
    for line in sys.stdin:
        case = json.loads(line)
        total += 1
        if case["entries"] is None:
            continue
        accepted += 1
        multi += case["text"].count("\n") > len(case["entries"])
        try:
            theirs = yaml.safe_load(case["text"]) or {}
        except Exception as error:  # Whatever PyYAML throws, it does not read the text.
            theirs = f"{type(error).__name__}: {error}"
        if not same(case["entries"], theirs):
            wrong.append((case["text"], case["entries"], theirs))
    with open(given) as file:
        generated = sum(1 for _ in file)
    print(f"{total} front matters, {accepted} accepted, {multi} of them with more lines than entries; {len(wrong)} differ.")
    for text, ours, theirs in wrong[:20]:
        print(repr(text), "read as", ours, "and by PyYAML as", theirs)
    # The package must have read what it was given and what it writes, and must not refuse nearly everything.
    sys.exit(1 if wrong or total < generated + 2000 or accepted < total / 5 else 0)


if sys.argv[1] == "generate":
    generate()
else:
    check(sys.argv[2])
