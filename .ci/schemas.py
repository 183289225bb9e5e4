"""Validates fixtures and conformance cases with the schemas in Schemas/; see .ci/schemas."""

import json
import pathlib
import sys

import jsonschema
import referencing

schemas = {path.name: json.loads(path.read_text()) for path in pathlib.Path("Schemas").glob("*.schema.json")}
resources = [(name, referencing.Resource.from_contents(schema)) for name, schema in schemas.items()]
registry = referencing.Registry().with_resources(resources)
validators = {}
for name, schema in schemas.items():
    jsonschema.Draft7Validator.check_schema(schema)
    validators[name] = jsonschema.Draft7Validator(schema, registry=registry)
assert sorted(validators) == ["prompt.schema.json", "record.schema.json"], sorted(validators)

# What needs more than the file, or the text before it is parsed.
BEYOND_SCHEMAS = {
    "a field given twice",
    "deployment of a version that there is not",
    "id given twice",
    "id that another has by default",
    "key given twice in prompt.json",
    "errors of several files",
    "a version that there is not",
    "a version outside any prompt",
    "a directory and a record",
    "by promptId",
}
WRONG = [
    {"$schema": "../Schemas/prompt.schema.json"},
    {"deploymnets": []},
    {"fallback": "1"},
    {"deployments": [{"version": 1, "whne": {}}]},
    {"deployments": [{"version": 1, "when": {"plan": {"equals": "pro"}}}]},
    {"deployments": [{"version": 1, "when": {"plan": ["pro", 1]}}]},
    {"deployments": [{"version": 1.5}]},
    {"deployments": [{"version": 1, "weight": 50}]},
    {"versions": [{"version": 1}]},
    {"variableSyntax": "dollar"},
]
WRONG_RECORDS = [
    [],
    {"promptId": "p"},
    {"promptId": "p", "versions": {}},
    {"promptId": "p", "versions": [{"id": "v"}]},
    {"promptId": "p", "versions": [{"id": "v", "version": 1, "config": {"model": "m"}}]},
    {"promptId": "p", "versions": [], "rules": {"v": {}}},
    {"promptId": "p", "versions": [], "rules": {"v": [{"id": "d", "rules": {"query": {"rules": [{"field": "a"}]}}}]}},
    {"data": {"promptId": "p"}},
    {"data": [{"promptId": "p"}]},
]

counts = {"accepted": 0, "refused": 0}
failures = []


def check(name, schema, value, accepts):
    error = jsonschema.exceptions.best_match(validators[schema].iter_errors(value))
    if (error is None) != accepts:
        failures.append(f"{name}: {error.message if error else 'accepted'}")
    counts["accepted" if accepts else "refused"] += 1


def load(text):
    return json.loads(text.removeprefix("\ufeff"))


for path in sorted(pathlib.Path("Fixtures").glob("**/*.json")):
    kind = path.relative_to("Fixtures").parts[0]
    if path.name == "prompt.json":
        check(path, "prompt.schema.json", json.loads(path.read_text()), True)
    elif kind in ("Prompts", "WhatIf", "Lint") or path.name.startswith("PromptRecord."):
        check(path, "record.schema.json", json.loads(path.read_text()), True)

for line in pathlib.Path("Fixtures/Conformance/authoring.jsonl").read_text().strip("\n").split("\n"):
    case = json.loads(line)
    wrong = {error["file"] for error in case["expected"].get("errors") or []}
    for path, text in case["files"].items():
        schema = "prompt.schema.json" if path.endswith("prompt.json") else "record.schema.json"
        if not path.endswith(".json") or path == "folders.json" or path.startswith(".") or "/." in path:
            continue
        if not wrong:
            check(f"{case['name']}: {path}", schema, load(text), True)
        elif path in wrong and path.endswith("prompt.json") and case["name"] not in BEYOND_SCHEMAS:
            try:
                value = load(text)
            except json.JSONDecodeError:
                continue
            check(f"{case['name']}: {path}", schema, value, False)
    for record in case["expected"].get("records") or []:
        check(f"{case['name']}: record", "record.schema.json", record, True)

for value in WRONG:
    check(json.dumps(value), "prompt.schema.json", value, False)
for value in WRONG_RECORDS:
    check(json.dumps(value), "record.schema.json", value, False)

for failure in failures:
    print(failure)
print(f"{counts['accepted']} to accept, {counts['refused']} to refuse: {len(failures)} failures")
sys.exit(1 if failures else 0)
