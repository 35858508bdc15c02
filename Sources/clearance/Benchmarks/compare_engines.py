#!/usr/bin/env python3
"""Runs other rule engines on the rules and documents of `clearance bench judge`, and prints the ratios.

    compare_engines.py PATH_TO_CLEARANCE [--rules N ...] [--documents N] [--from DIR] [--environment DIR]

Installs zen-engine (GoRules Zen) and common-expression-language (an interpreter in Rust) from PyPI into a virtual
environment, which is kept in the user's cache for the next time. Every engine judges all documents on one thread; it
gets the rules compiled and the documents in memory, in the form that is fastest for it. Times are of the processor, so
that a busy machine does not count. All must find the same rules for every document, or the script ends with 1.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from comparison import default_environment, enter_environment


def main():
    arguments = parse_arguments()
    enter_environment(arguments.environment, packages=["zen-engine", "common-expression-language"], modules=["zen", "cel"])
    different = False
    with tempfile.TemporaryDirectory(prefix="clearance-compare-") as folder:
        if arguments.source:
            different = not compare(arguments.clearance, ["--from", arguments.source], pathlib.Path(folder))
        for count in [] if arguments.source else arguments.rules:
            workload = ["--rules", str(count), "--documents", str(arguments.documents)]
            different |= not compare(arguments.clearance, workload, pathlib.Path(folder), str(count))
    return 1 if different else 0


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("clearance", help="the built executable")
    parser.add_argument("--rules", type=int, nargs="+", default=[50, 1000], help="numbers of rules")
    parser.add_argument("--documents", type=int, default=2000, help="fact documents")
    parser.add_argument(
        "--from", dest="source", metavar="DIR", help="folder with rules.json and accounts.ndjson to use instead")
    parser.add_argument(
        "--environment", type=pathlib.Path, default=default_environment("engines"),
        help="folder of the virtual environment")
    return parser.parse_args()


def compare(clearance, workload, folder, subfolder="."):
    """Measures all engines on one workload; false if one of them finds other rules."""
    command = [clearance, "bench", "judge", *workload, "--export", str(folder), "--format", "json"]
    measured = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["results"][0]
    exported = folder / subfolder
    rules = [Rule(**rule) for rule in json.loads((exported / "rules.json").read_text())]
    documents = [json.loads(line) for line in (exported / "accounts.ndjson").read_text().splitlines()]
    expected = json.loads((exported / "expected.json").read_text())
    expected = [expected[document["account"]["id"]] for document in documents]

    ours = measured["processor_microseconds_per_verdict"]
    same = measured["same_as_trying_every_rule"]
    matches = sum(map(len, expected))
    print(f"{len(rules)} rules, {len(documents)} documents, {matches} matches")
    line("Clearance", ours, ours, "these matches are compared with" if same else "NOT AS TRYING EVERY RULE")
    for name, prepare in ENGINES:
        try:
            judge, inputs = prepare(rules, documents)
        except Exception as error:
            print(f"  {name:<44} does not take these rules: {error}")
            same = False
            continue
        for document in inputs[:20]:
            judge(document)
        start = time.process_time()
        found = [judge(document) for document in inputs]
        microseconds = (time.process_time() - start) / len(inputs) * 1e6
        differences = sum(one != other for one, other in zip(found, expected))
        line(name, microseconds, ours, f"{differences} DOCUMENTS DIFFER" if differences else "same matches")
        same = same and differences == 0
    return same


def line(name, microseconds, ours, note):
    ratio = microseconds / ours
    ratio = f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"
    print(f"  {name:<44} {microseconds:>10.2f} µs/document {ratio:>7} times   {note}", flush=True)


class Rule:
    """A rule of the mix, taken apart: what each engine is told is made of its parts."""

    FORMS = [
        r'account\.country in (?P<countries>\[.*\])',
        r'usage\.exchanges_30d > (?P<over>\d+) && account\.country in (?P<countries>\[.*\])',
        r'account\.owners\.exists\(o, o\.country == "(?P<owner>..)" && o\.share >= (?P<share>\d+)\)',
        r'account\.kind == "organization" && network\.country == "(?P<network>..)" '
        r'&& \(network\.proxy \|\| account\.age_days < (?P<age>\d+)\)',
    ]

    def __init__(self, id, cel, **_):
        self.id = id
        self.cel = cel
        found = next(filter(None, (re.fullmatch(form, cel) for form in self.FORMS)), None)
        if found is None:
            raise ValueError(f"the condition of {id} is not of this mix: {cel}")
        self.parts = found.groupdict()

    def cells(self):
        """The cells of a decision table, by column."""
        parts = self.parts
        cells = {}
        if "countries" in parts:
            cells["country"] = parts["countries"][1:-1]
        if "over" in parts:
            cells["volume"] = f"> {parts['over']}"
        if "owner" in parts:
            cells["owners"] = f'some($, #.country == "{parts["owner"]}" and #.share >= {parts["share"]})'
        if "network" in parts:
            cells["kind"] = '"organization"'
            cells["network"] = f'"{parts["network"]}"'
            cells["hidden"] = f"network.proxy or account.age_days < {parts['age']}"
        return cells

    def zen(self):
        """The condition in Zen's language."""
        text = re.sub(r"account\.owners\.exists\(o, (.*)\)$", r"some(account.owners, \1)", self.cel)
        return re.sub(r"\bo\.", "#.", text).replace("&&", "and").replace("||", "or")

    def python(self):
        """The condition in Python, over a document `d`."""
        parts = self.parts
        if "owner" in parts:
            return f"any(o['country'] == '{parts['owner']}' and o['share'] >= {parts['share']} for o in a['owners'])"
        if "network" in parts:
            return (
                f"a['kind'] == 'organization' and n['country'] == '{parts['network']}' "
                f"and (n['proxy'] or a['age_days'] < {parts['age']})")
        countries = "a['country'] in {" + parts["countries"][1:-1] + "}"
        return f"u['exchanges_30d'] > {parts['over']} and {countries}" if "over" in parts else countries


# Each engine: from the rules and documents to a function that gives the ids of the rules that match, and its inputs.


def zen_expression(rules, documents):
    import zen

    ids = [rule.id for rule in rules]
    expression = zen.compile_expression("[" + ", ".join(rule.zen() for rule in rules) + "]")
    return (lambda document: [id for id, holds in zip(ids, expression.evaluate(document)) if holds]), documents


def zen_table(rules, documents):
    import zen

    columns = {
        "country": "account.country", "volume": "usage.exchanges_30d", "owners": "account.owners",
        "kind": "account.kind", "network": "network.country", "hidden": None}
    inputs = [{"id": id, "name": id, **({"field": field} if field else {})} for id, field in columns.items()]
    rows = [{"_id": rule.id, "id": f'"{rule.id}"', **{id: "" for id in columns}, **rule.cells()} for rule in rules]
    table = {
        "hitPolicy": "collect", "inputs": inputs, "outputs": [{"id": "id", "name": "id", "field": "id"}], "rules": rows}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "rules", "type": "decisionTableNode", "name": "rules", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"}]
    edges = [
        {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
        {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"}]
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    return (lambda document: [row["id"] for row in decision.evaluate(document)["result"] or []]), documents


def cel_programs(rules, documents):
    import cel

    programs = [(rule.id, cel.compile(rule.cel)) for rule in rules]
    contexts = [cel.Context(variables=document) for document in documents]
    return (lambda context: [id for id, program in programs if program.execute(context)]), contexts


def cel_expression(rules, documents):
    import cel

    ids = [rule.id for rule in rules]
    program = cel.compile("[" + ", ".join(rule.cel for rule in rules) + "]")
    contexts = [cel.Context(variables=document) for document in documents]
    return (lambda context: [id for id, holds in zip(ids, program.execute(context)) if holds]), contexts


def plain_python(rules, documents):
    lines = ["def judge(d):", "  a, u, n, found = d['account'], d['usage'], d['network'], []"]
    lines += [f"  if {rule.python()}: found.append('{rule.id}')" for rule in rules]
    scope = {}
    exec(compile("\n".join([*lines, "  return found"]), "rules", "exec"), scope)
    return scope["judge"], documents


ENGINES = [
    ("Zen, one compiled expression", zen_expression),
    ("Zen, a decision table", zen_table),
    ("common-expression-language, a program a rule", cel_programs),
    ("common-expression-language, one expression", cel_expression),
    ("Python compiled from the rules", plain_python),
]

if __name__ == "__main__":
    sys.exit(main())
