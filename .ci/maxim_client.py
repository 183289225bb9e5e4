"""Compares this package with maxim-py: `maxim_client.py EXECUTABLE [--benchmark]`; `serve CATALOGUE` is for itself."""

import collections
import copy
import http.server
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse

CASES = "Fixtures/Conformance/selection.jsonl"


# The scripted API


def serve(path):
    """Serves the prompts of a file, a record a line, and prints the URL. Ends with its input."""
    with open(path, "rb") as file:
        records = file.read().splitlines()
    catalogue = b'{"data":[' + b",".join(records) + b"]}"
    by_id = {json.loads(record)["promptId"]: record for record in records}
    folders = b'{"data":[{"id":"f","name":"Folder","parentFolderId":null,"tags":{"team":"support"}}]}'

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_GET(self):
            url = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(url.query))
            status, body = 200, b'{"data":[]}'
            if self.headers.get("x-maxim-api-key") != "comparison":
                status, body = 401, b'{"error":{"message":"Invalid API key"}}'
            elif url.path == "/api/sdk/v3/folders":
                body = folders
            elif url.path == "/api/sdk/v4/prompts" and "promptId" not in query:
                body = catalogue
            elif url.path == "/api/sdk/v4/prompts":
                status, body = self.prompt(query)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def prompt(self, query):
            record = by_id.get(query["promptId"])
            if record is None:
                return 404, b'{"error":{"message":"Prompt not found"}}'
            record = json.loads(record)
            if "promptVersionNumber" in query:
                number = int(query["promptVersionNumber"])
                record["versions"] = [each for each in record["versions"] if each["version"] == number]
            return 200, json.dumps({"data": record}).encode()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", len(catalogue) + len(folders), flush=True)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


class API:
    """The scripted API in a process of its own, so that it counts in no measurement."""

    def __init__(self, records):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".jsonl")
        for record in records:
            self.file.write(json.dumps(record) + "\n")
        self.file.flush()

    def __enter__(self):
        command = [sys.executable, __file__, "serve", self.file.name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url, size = self.process.stdout.readline().split()
        self.bytes = int(size)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.file.close()


def maxim_client(url):
    """A client of maxim-py that fetches when it is told to, without its timer."""
    import maxim

    logging.disable(logging.CRITICAL)
    client = maxim.Maxim({"api_key": "comparison", "base_url": url, "cache": maxim.cache.MaximInMemoryCache()})
    client.prompt_management = True
    return client


# The comparison


def records(cases):
    for index, case in enumerate(cases):
        record = copy.deepcopy(case["prompt"])
        record["promptId"] = f"case-{index}"
        for listed in record["rules"].values():
            for deployment in listed:
                # A missing timestamp is the oldest here, and an error in maxim-py: see `check_sync`.
                deployment.setdefault("timestamp", "1970-01-01T00:00:00.000Z")
        yield record


def maxim_rule(query):
    from maxim.models import QueryBuilder

    if not query or not query["conditions"]:
        return None
    builder = QueryBuilder()
    for condition in query["conditions"]:
        builder.deployment_var(condition["field"], condition["value"], condition["enforced"])
    if query["operator"] == "OR":
        builder.or_()
    if query["exactMatch"]:
        builder.exact_match()
    return builder.build()


def deployments(record):
    """Version, group and deployment of each deployment of a version that exists, in the order of the JSON."""
    versions = {version["id"]: version for version in reversed(record["versions"])}
    for version, listed in record["rules"].items():
        for deployment in listed:
            if version in versions:
                yield versions[version], deployment["rules"].get("query"), deployment


def leaves(group):
    for rule in (group or {}).get("rules", []):
        yield from leaves(rule) if "rules" in rule else [rule]


def reason(record, query, selected):
    """Why the two need not select the same version; None where they are meant to agree.

    Each reason is one that follows from maxim/maxim.py and maxim/filter_objects.py of maxim-py. `selected` is the
    reference's reason for its selection.
    """
    conditions = (query or {}).get("conditions", [])
    if not conditions:
        return "no conditions: the first version that has a rule, whatever it says"
    if any(condition["field"] == "promptVersionNumber" for condition in conditions):
        return None if len(conditions) == 1 else "a version number among other conditions is a field like any other"
    given = {condition["field"]: condition["value"] for condition in conditions}
    unconditional = [version for version, group, _ in deployments(record) if not group or not group["rules"]]
    if selected == "unconditional" or any(tags_of(version, given) for version in unconditional):
        return "a deployment without rules is never picked for a query"
    all_deployments = [each for each in deployments(record) if each[1] and each[1]["rules"]]
    groups = [group for _, group, _ in all_deployments]
    if any("rules" in rule for group in groups for rule in group["rules"]):
        return "a nested group is evaluated for all enforced conditions by itself"
    if any(group.get("not") for group in groups):
        return "`not` is ignored"
    if any(group["combinator"] != "AND" for group in groups):
        return "any combinator but `AND` is an OR, which ranks by all of its rules"
    if query["operator"] == "OR" and sum(condition["enforced"] for condition in conditions) > 1:
        return "the query's OR is ignored: every enforced condition is required"
    effective = [group["rules"] + tags_of(version, given) for version, group, _ in all_deployments]
    rules = [rule for listed in effective for rule in listed]
    used = [rule for rule in rules if rule["field"] in given]
    if any(rule["operator"].startswith("version ") for rule in used):
        return "the five version operators are this package's own"
    if any(rule["operator"] in ("<", ">", "<=", ">=") for rule in used):
        return "comparisons run the wrong way round, and throw on two kinds of values"
    if any(not isinstance(rule["value"], (str, list)) for rule in used):
        return "a number or Boolean in a rule equals nothing: the query's values are text"
    if any(not plain(value) for value in given.values()):
        return "a value that the query's one string does not carry: a comma, an operator, white space around it"
    if any(isinstance(rule["value"], str) and isinstance(given[rule["field"]], list) for rule in used):
        return "an array given for a rule with a string becomes Python's text of it, for the rules that follow as well"
    if any(rule["operator"] == "does not include" and isinstance(given[rule["field"]], list) for rule in used):
        return "`does not include` of an array looks for the array itself"
    if query["exactMatch"] and any(len({rule["field"] for rule in each}) < len(each) for each in effective):
        return "an exact match counts rules, of which several are on one field"
    matched = [
        (len(rules), version["id"])
        for rules, (version, _, _) in zip(effective, all_deployments)
        if matches(rules, conditions) and (not query["exactMatch"] or len(rules) == len(conditions))
    ]
    if selected == "split" and unconditional and not matched:
        return "a deployment without rules is never picked for a query"
    best = max((count for count, _ in matched), default=0)
    if len({version for count, version in matched if count == best}) > 1:
        weighted = any(deployment.get("weight") is not None for _, _, deployment in all_deployments)
        return (
            "splits are this package's own" if weighted else "a tie is decided by the order of the JSON object's keys"
        )
    return None


def tags_of(version, given):
    """The rules that the tags of a version add for a query."""
    tags = (version.get("config") or {}).get("tags") or {}
    return [
        {"field": field, "operator": "=", "value": value}
        for field, value in tags.items()
        if field in given and value is not None
    ]


def plain(value):
    text = ",".join(value) if isinstance(value, list) else str(value)
    marks = ["=", "<", ">", "includes", "does not include", "[", "]", '"'] + ([] if isinstance(value, list) else [","])
    return bool(value) and text == text.strip() and not any(mark in text for mark in marks)


def matches(rules, conditions):
    """Whether maxim-py takes a flat AND group as satisfied."""
    from maxim.filter_objects import evaluate_rule_group, parse_incoming_query
    from maxim.models import RuleGroupType, RuleType

    group = RuleGroupType(
        rules=[RuleType(rule["field"], rule["value"], rule["operator"]) for rule in rules], combinator="AND"
    )
    query = maxim_rule({"conditions": conditions, "operator": "AND", "exactMatch": False}).query
    return evaluate_rule_group(group, parse_incoming_query(query))


def compare(executable):
    with open(CASES) as file:
        cases = [json.loads(line) for line in file]
    with API(records(cases)) as api:
        ours = subprocess.run([executable, api.url, CASES], check=True, capture_output=True, text=True).stdout
        ours = [json.loads(line) for line in ours.splitlines()]
        client = maxim_client(api.url)
        client._Maxim__sync_entities()
        synced = len(client._Maxim__cache.get_all_keys())
        assert synced == len(cases) + 1, synced
        theirs = []
        for index, case in enumerate(cases):
            try:
                prompt = client.get_prompt(f"case-{index}", maxim_rule(case["query"]))
                theirs.append(prompt and prompt.version_id)
            except Exception as error:
                theirs.append(f"error: {type(error.__cause__ or error).__name__}: {error}")
    check_sync(client)
    print(f"{len(cases)} cases, {CASES}")
    assert len(ours) == len(cases)
    failures = []
    table = collections.defaultdict(collections.Counter)
    for case, our, their in zip(cases, ours, theirs):
        assert "error" not in our, our
        if case["reason"] != "split":  # The salt of a split is the prompt's id, which is another one here.
            assert our["version"] == case["expected"], (case["name"], our)
        why = reason(case["prompt"], case["query"], case["reason"])
        failed = isinstance(their, str) and their.startswith("error:")
        outcome = "error" if failed else "same" if our["version"] == their else "other"
        table[why or "meant to agree"][outcome] += 1
        if why is None and outcome != "same":
            failures.append((case["name"], our["version"], their))
    print(f"{'cases':>6} {'same':>6} {'other':>6} {'error':>6}  of maxim-py")
    for why, counts in sorted(table.items(), key=lambda item: (item[0] != "meant to agree", item[0])):
        print(f"{counts.total():6} {counts['same']:6} {counts['other']:6} {counts['error']:6}  {why}")
    for failure in failures:
        print("differs although it is meant to agree: %s: here %s, maxim-py %s" % failure)
    assert table["meant to agree"].total() > 0
    sys.exit(1 if failures else 0)


def check_sync(client):
    """Checks that one prompt that maxim-py cannot read costs it all, which the documentation says."""
    prompts = list(benchmark_records(3))
    for listed in prompts[1]["rules"].values():
        del listed[0]["timestamp"]
    with API(prompts) as api:
        client.maxim_api.base_url = api.url
        try:
            client.maxim_api.get_prompts()
        except Exception as error:
            print(f"a deployment without a timestamp costs maxim-py the whole sync: {error}")
        else:
            raise AssertionError("maxim-py reads a deployment without a timestamp")


# The measurement


def benchmark_records(count):
    text = "You answer customers of {{company}} in {{language}}, politely and briefly. " * 6
    date = "2026-01-01T00:00:00.000Z"
    for number in range(count):
        id = f"prompt-{number}"
        versions = [
            {
                "id": f"{id}-v{version}", "version": version, "promptId": id, "createdAt": date, "updatedAt": date,
                "config": {
                    "id": f"{id}-c{version}", "model": "gpt-4o-mini", "provider": "openai",
                    "modelParameters": {"temperature": 0.2, "max_tokens": 500}, "tags": {"team": "support"},
                    "messages": [{"role": "system", "content": text}, {"role": "user", "content": "{{question}}"}],
                },
            }
            for version in (1, 2, 3)
        ]  # fmt: skip
        rule = {"field": "environment", "operator": "=", "value": "production"}
        query = {"not": False, "combinator": "AND", "rules": [rule]}
        deployment = {"id": f"{id}-d", "timestamp": date, "rules": {"version": 2, "query": query}, "isFallback": False}
        yield {"promptId": id, "folderId": "f", "rules": {f"{id}-v2": [deployment]}, "versions": versions}


def measure_maxim(url, count):
    """Run in a process of its own, for the peak memory."""
    client = maxim_client(url)
    start = time.perf_counter()
    client._Maxim__sync_entities()
    sync = time.perf_counter() - start
    query = {"conditions": [{"field": "environment", "value": "production", "enforced": True}]}
    rule = maxim_rule(query | {"operator": "AND", "exactMatch": False})
    fetches = 2_000
    start = time.perf_counter()
    for number in range(fetches):
        assert client.get_prompt(f"prompt-{number % count}", rule) is not None
    fetch = (time.perf_counter() - start) / fetches
    with open("/proc/self/status") as file:
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
    print(json.dumps({"prompts": count, "sync": sync, "fetch": fetch, "kilobytes": peak}))


def benchmark(executable):
    print("first sync, seconds and peak MB, and a cached fetch with selection, microseconds: maxim-py / here = ratio")
    for count in (100, 1_000, 10_000):
        with API(benchmark_records(count)) as api:
            run = lambda *command: json.loads(
                subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
            )
            theirs = run(sys.executable, __file__, "measure", api.url, str(count))
            ours = run(executable, api.url, "--benchmark")
            assert ours["prompts"] == count
            print(f"{count:6} prompts, {api.bytes:,} bytes a poll ({api.bytes // count:,} a prompt):")
            for name, scale in (("sync", 1), ("kilobytes", 1 / 1024), ("fetch", 1e6)):
                first, second = theirs[name] * scale, ours[name] * scale
                print(f"    {name:10} {first:10.2f} / {second:10.2f} = {first / second:.1f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", path]:
            serve(path)
        case ["measure", url, count]:
            measure_maxim(url, int(count))
        case [executable, "--benchmark"]:
            benchmark(executable)
        case [executable]:
            compare(executable)
        case _:
            sys.exit(__doc__)
    sys.stdout.flush()
    os._exit(0)
