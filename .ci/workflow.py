"""Runs the steps of a workflow in an article: `workflow.py ARTICLE DIRECTORY-OF-PROMPTCTL`."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

article, binaries = sys.argv[1:]
text = pathlib.Path(article).read_text()
workflow = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.S).group(1))
steps = workflow["jobs"]["prompts"]["steps"]

directory = tempfile.TemporaryDirectory()
root = pathlib.Path(directory.name)
clean = {
    name: value for name, value in os.environ.items() if not name.startswith(("TCHAVI_", "MAXIM_", "GIT_", "GITHUB_"))
}
git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def run(*command, cwd=root / "repository", check=True, **environment):
    result = subprocess.run(
        command, cwd=cwd, env=clean | git | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300
    )
    if check and result.returncode:
        sys.exit(f"{command} exited with {result.returncode}:\n{result.stdout}")
    return result


def commit(message):
    run("git", "add", ".")
    run("git", "-c", "user.name=Ada", "-c", "user.email=ada@tchavi.example", "commit", "-qm", message)
    return run("git", "rev-parse", "HEAD").stdout.strip()


def play(event, ref, values):
    """Runs the steps of an event as GitHub's runner does, and returns the exit code and output of each by its name."""
    path = root / "github-path"
    path.write_text("")
    temporary = root / "runner"
    temporary.mkdir(exist_ok=True)
    results = {}
    for step in steps:
        if "run" not in step:
            continue
        condition = step.get("if", "")
        expect(condition in conditions, f"The script does not know the condition {condition}")
        if condition == "github.event_name == 'pull_request'" and event != "pull_request":
            continue
        if condition == "github.ref == 'refs/heads/main'" and ref != "refs/heads/main":
            continue
        environment = {"GITHUB_PATH": str(path), "RUNNER_TEMP": str(temporary)}
        for name, value in step.get("env", {}).items():
            expression = re.fullmatch(r"\$\{\{ (.*) \}\}", value)
            environment[name] = values[expression.group(1)] if expression else value
        added = path.read_text().split()
        environment["PATH"] = os.pathsep.join([str(root / "stand-ins"), *added, clean["PATH"]])
        result = run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"], check=False, **environment)
        results[step["name"]] = (result.returncode, result.stdout)
        if result.returncode:
            break
    return results


conditions = ["", "github.event_name == 'pull_request'", "github.ref == 'refs/heads/main'"]


def expect(condition, message, results=None):
    if not condition:
        sys.exit(f"{message}\n{results}")


# `gh` records what it is asked; `swift` would build the package, which is built already.
stand_ins = root / "stand-ins"
stand_ins.mkdir()
for name, script in {
    "gh": f'printf "%s\\n" "$@" > "{root}/gh"; cat "$5" > "{root}/comment" 2> /dev/null || true',
    "swift": f'if [ "$2" = --show-bin-path ]; then echo "{binaries}"; fi',
}.items():
    (stand_ins / name).write_text(f"#!/bin/sh\n{script}\n")
    (stand_ins / name).chmod(0o755)

repository = root / "repository"
repository.mkdir()
run("git", "init", "-q", "-b", "main")
(repository / "README.md").write_text("A shop.\n")
empty = commit("Begin")
run(f"{binaries}/promptctl", "init")
base = commit("Add a first prompt")
run("git", "switch", "-qc", "change")
version = repository / "Prompts/greeting/2.md"
version.write_text(version.read_text().replace("<<customer>>", "<<customer>> of <<company>>"))
commit("Name the company")

values = {
    "github.event.pull_request.base.sha": base,
    "github.event.pull_request.number": "7",
    "github.token": "token",
    "secrets.TCHAVI_BUNDLE_KEY": "0123456789abcdef0123456789abcdef",
}
results = play("pull_request", "refs/pull/7/merge", values)
expect(
    list(results) == ["Build promptctl", "Lint", "Format", "Test", "Comment on what changes"],
    "The steps of a pull request are others",
    results,
)
expect(all(code == 0 for code, _ in results.values()), "A step of the pull request failed", results)
asked = (root / "gh").read_text().split("\n")
expect(asked[:4] == ["pr", "comment", "7", "--body-file"], f"gh was asked {asked}")
comment = (root / "comment").read_text()
expect("- Version 2 was edited in place." in comment, comment)
expect("have to pass `company`" in comment, comment)

# The pull request that adds the prompts.
results = play("pull_request", "refs/pull/1/merge", values | {"github.event.pull_request.base.sha": empty})
expect(results["Comment on what changes"][0] == 0, "The first pull request failed", results)
expect("Added, with 2 versions." in (root / "comment").read_text(), (root / "comment").read_text())

run("git", "switch", "-q", "main")
run("git", "merge", "-q", "change")
results = play("push", "refs/heads/main", values)
expect(list(results)[-1] == "Publish" and results["Publish"][0] == 0, "Publishing failed", results)
expect("with a valid signature" in results["Publish"][1], "The bundle is not signed", results)
expect((repository / "site/prompts.jsonl").stat().st_size > 500, "The bundle is too small")

# What is wrong stops the workflow before it publishes.
version.write_text(version.read_text().replace("temperature", "temprature"))
results = play("push", "refs/heads/main", values)
expect(list(results)[-1] == "Lint" and results["Lint"][0] == 1, "An error was not found", results)
expect("::error file=Prompts/greeting/2.md,line=4,col=1,title=unreadable::" in results["Lint"][1], results)
print("The workflow lints, tests, comments and publishes.")
