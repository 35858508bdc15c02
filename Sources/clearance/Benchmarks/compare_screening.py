#!/usr/bin/env python3
"""Has RapidFuzz search the names of `clearance bench screen` for its queries, and prints the ratio of the medians.

    compare_screening.py PATH_TO_CLEARANCE --list ID=FILE ... [--names N] [--queries N] [--environment DIR]

Installs rapidfuzz from PyPI into a virtual environment, which is kept in the user's cache for the next time. Both
search on one thread, with the names in memory. Clearance answers all its queries; RapidFuzz, which looks at every name
for each, the first of them, and the medians compared are those of these. RapidFuzz gets the names as they are, and once
more folded to lower case beforehand, with a cut-off below which it need not tell a score: the fastest that it can do.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

from comparison import default_environment, enter_environment


def main():
    arguments = parse_arguments()
    enter_environment(arguments.environment, packages=["rapidfuzz"], modules=["rapidfuzz"])
    with tempfile.TemporaryDirectory(prefix="clearance-compare-") as folder:
        compare(arguments, pathlib.Path(folder) / "workload.json")


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("clearance", help="the built executable")
    parser.add_argument(
        "--list", dest="lists", metavar="ID=FILE", action="append", required=True, help="a list and a file of it")
    parser.add_argument("--names", type=int, help="names to grow the lists to")
    parser.add_argument("--queries", type=int, default=100, help="queries that RapidFuzz answers")
    parser.add_argument(
        "--environment", type=pathlib.Path, default=default_environment("screening"),
        help="folder of the virtual environment")
    arguments = parser.parse_args()
    if arguments.queries < 1:
        parser.error("--queries must be at least 1")
    return arguments


def compare(arguments, file):
    import rapidfuzz
    from rapidfuzz import fuzz, process

    command = [arguments.clearance, "bench", "screen", "--export", str(file), "--format", "json"]
    command += [part for one in arguments.lists for part in ("--list", one)]
    command += ["--names", str(arguments.names)] if arguments.names else []
    command += ["--queries", str(max(2500, arguments.queries))]
    measured = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    workload = json.loads(file.read_text())
    names = workload["names"]
    queries = workload["queries"][:arguments.queries]
    whole = measured["all"]
    print(
        f"{len(names)} names; Clearance over all its {whole['number']} queries: median"
        f" {whole['median_microseconds']:.0f} µs, p99 {whole['p99_microseconds']:.0f} µs"
        f" ({whole['processor_median_microseconds']:.0f} and {whole['processor_p99_microseconds']:.0f} on CPU)")
    print(f"the same {len(queries)} queries:")

    ours = [(query["microseconds"], query["processor_microseconds"]) for query in queries]
    line("Clearance, with explanations", ours, ours)
    texts = [query["name"] for query in queries]
    version = f"RapidFuzz {rapidfuzz.__version__}"
    times = measure(lambda text: process.extract(text, names, scorer=fuzz.WRatio), texts)
    line(f"{version}, extract with WRatio", times, ours)
    folded = [name.lower() for name in names]
    times = measure(
        lambda text: process.extract(text, folded, scorer=fuzz.WRatio, score_cutoff=85), [text.lower() for text in texts])
    line(f"{version}, lower case, scores from 85", times, ours)


def measure(search, texts):
    """The time of each search: that passed, and of the processor."""
    search(texts[0])
    times = []
    for text in texts:
        start, processor = time.perf_counter(), time.process_time()
        search(text)
        times.append(((time.perf_counter() - start) * 1e6, (time.process_time() - processor) * 1e6))
    return times


def line(name, times, ours):
    elapsed, processor = (statistics.median(values) for values in zip(*times))
    own_elapsed, own_processor = (statistics.median(values) for values in zip(*ours))
    print(
        f"  {name:<44} median {elapsed:>9.0f} µs, {processor:>9.0f} on CPU;"
        f" {elapsed / own_elapsed:>6.0f} times, {processor / own_processor:>6.0f} on CPU", flush=True)


if __name__ == "__main__":
    main()
