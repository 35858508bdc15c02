#!/usr/bin/env python3
"""Has DuckDB find the connected components of a population on its traces, and prints time and F1 beside Clearance's.

    compare_linkage.py PATH_TO_CLEARANCE FOLDER [--environment DIR]

FOLDER has accounts.ndjson, usage.csv and truth.csv; `clearance bench linkage --export DIR` makes such folders. Installs
duckdb from PyPI into a virtual environment, which is kept in the user's cache for the next time. DuckDB uses all
processors. An account counts as flagged when its component has at least five accounts: once with every trace, and once
with the cards, devices and telephones alone that at most ten accounts carry.
"""

import argparse
import json
import pathlib
import subprocess
import time

from comparison import default_environment, enter_environment


def main():
    arguments = parse_arguments()
    enter_environment(arguments.environment, packages=["duckdb"], modules=["duckdb"])
    compare(arguments)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS)
    parser.add_argument("clearance", help="the built executable")
    parser.add_argument("folder", type=pathlib.Path, help="folder of the population")
    parser.add_argument(
        "--environment", type=pathlib.Path, default=default_environment("linkage"),
        help="folder of the virtual environment")
    return parser.parse_args()


def compare(arguments):
    command = [arguments.clearance, "bench", "linkage", str(arguments.folder), "--format", "json"]
    own = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["results"][0]
    print(f"{own['accounts']} accounts, {own['usage_rows']} rows of usage")
    print(f"  Clearance, links, usage and verdicts   {own['seconds']:7.1f} s  F1 {own['f1']:.3f}")
    for name, kinds, most in [("every trace", None, None), ("rare means", ("card", "device", "phone"), 10)]:
        seconds, flagged, largest, f1 = components(arguments.folder, kinds, most)
        print(
            f"  DuckDB, components by {name:<16} {seconds:7.1f} s  F1 {f1:.3f}"
            f"  ({flagged} flagged, the largest component has {largest})")


def components(folder, kinds, most):
    """The connected components of accounts that share traces, by passing on the smallest number that is reached."""
    import duckdb

    start = time.monotonic()
    db = duckdb.connect()
    accounts, truth = folder / "accounts.ndjson", folder / "truth.csv"
    db.execute(
        f"""
        create table accounts as select row_number() over () as number, * from read_json('{accounts}',
          format = 'newline_delimited', columns = {{id: 'varchar', contact: 'struct(email varchar, phone varchar)',
          payment: 'struct(fingerprint varchar)', network: 'struct(ip varchar, device varchar)'}});
        create table traces as
          select number, 'card' as kind, payment.fingerprint as value from accounts
          union all select number, 'device', network.device from accounts
          union all select number, 'phone', contact.phone from accounts
          union all select number, 'domain', split_part(contact.email, '@', 2) from accounts
          union all select number, 'ip', network.ip from accounts
          union all select number, 'subnet', regexp_extract(network.ip, '^\\d+\\.\\d+\\.\\d+') from accounts;
        """)
    chosen = "value is not null"
    if kinds:
        chosen += f" and kind in {kinds}"
    db.execute(
        f"""
        create table shared as select number, dense_rank() over (order by kind, value) as place from traces
        where {chosen} qualify count(*) over (partition by kind, value) between 2 and {most or 2_000_000_000};
        create table labels as select distinct number, number as label from shared;
        """)
    while True:
        db.execute(
            """
            create or replace table places as
              select place, min(label) as label from shared join labels using (number) group by place;
            create or replace table better as
              select number, min(p.label) as label from shared join places p using (place) group by number;
            create or replace table jumped as
              select b.number, least(b.label, coalesce(l.label, b.label)) as label
              from better b left join labels l on l.number = b.label;
            """)
        changed = db.execute(
            "select count(*) from jumped j join labels l using (number) where j.label <> l.label").fetchone()[0]
        db.execute("create or replace table labels as select * from jumped")
        if changed == 0:
            break
    flagged, right, largest, covert = db.execute(
        f"""
        with sizes as (select label, count(*) as size from labels group by label having count(*) >= 5),
          flagged as (select a.id, size from labels join sizes using (label) join accounts a using (number)),
          truth as (select account from read_csv('{truth}', header = true))
        select (select count(*) from flagged), (select count(*) from flagged where id in (from truth)),
          (select coalesce(max(size), 0) from sizes), (select count(*) from truth)
        """).fetchone()
    f1 = 2 * right / (flagged + covert) if flagged + covert else 0
    return time.monotonic() - start, flagged, largest, f1


if __name__ == "__main__":
    main()
