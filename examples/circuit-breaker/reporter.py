#!/usr/bin/env python3
"""Reports this machine for the catalogue `circuit-breaker`: an inventory of hardware, services and storage.

    apt install python3-prometheus-client
    VITALS_CREDENTIAL_FILE=reporter.jwt python3 examples/circuit-breaker/reporter.py

    --inventory FILE   what cannot be seen from here (inventory.json beside this file)
    --every SECONDS    how often (15)
    --once             one report; the exit code says whether it was taken

VITALS_URL, VITALS_CREDENTIAL_FILE and VITALS_INSTANCE are those of ../reporter.mjs.

Measured: the memory of this machine; containers by their control groups, with their limits; whether it is a virtual machine
itself; each declared service by asking it; capacity and use of every mounted file system; network interfaces; users; the
files of the documentation's folder; entries of the audit log, to which it adds a line whenever a service's status changes.
Declared in the inventory: the machine's role, further hardware, compute units and storage that cannot be seen from here,
which services there are and what they need, clusters, external nodes, tags and miscellaneous items.
"""

import argparse
import json
import os
import re
import signal
import socket
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, Info
from prometheus_client.openmetrics import exposition

from machine import AuditLog, containers, lines, memory_gib, status_of, storage, this_machine_as_unit

VERSION = "1.0.0"
CATALOGUE = "circuit-breaker"
STATUSES = ("running", "degraded", "stopped")
ANSWER_WITHIN_SECONDS = 10
LONGEST_WAIT_SECONDS = 300


def instance():
    return os.environ.get("VITALS_INSTANCE", socket.gethostname())


def inventory_registry(inventory, folder, audit):
    """A registry of its own for every report, so that what is gone has no number."""
    registry = CollectorRegistry()

    def gauge(name, text, labels=()):
        return Gauge(f"circuitbreaker_{name}", text, labels, registry=registry)

    def total(name, text, value):
        gauge(name, text).set(value)

    def each(family, text, label, resources, key):
        """Only of those that have the number."""
        series = gauge(family, text, ["name", label])
        for resource in resources:
            if resource.get(key) is not None:
                series.labels(resource["name"], resource[label]).set(resource[key])

    Info("circuitbreaker", "Version of this reporter.", registry=registry).info({"version": VERSION})

    name = instance()
    memory = memory_gib()
    hardware = [{"name": name, "role": inventory["role"], "memory_gb": memory}, *inventory["hardware"]]
    units = [*this_machine_as_unit(name, memory), *containers(), *inventory["computeUnits"]]
    items = [*storage(), *inventory["storage"]]
    services = inventory["services"]
    statuses = {service["name"]: status_of(service) for service in services}
    audit.note(statuses)

    total("hardware_total", "Machines.", len(hardware))
    total("services_total", "Services.", len(services))
    total("networks_total", "Network interfaces.", len(list(Path("/sys/class/net").iterdir())))
    total("hardware_clusters_total", "Clusters.", len(inventory["clusters"]))
    total("misc_items_total", "Miscellaneous items.", len(inventory["misc"]))
    total("docs_total", "Files of the documentation.", sum(1 for file in folder.rglob("*") if file.is_file()))
    total("users_total", "Users of this machine.", sum(1 for line in lines("/etc/passwd") if ":" in line))
    tags = {tag for service in services for tag in service.get("tags", [])} | set(inventory["tags"])
    total("tags_total", "Distinct tags.", len(tags))
    needs = sum(len(service.get("needs", [])) for service in services)
    total("service_dependencies_total", "Services that a service needs.", needs)

    by_kind = gauge("compute_units_total", "Compute units by kind.", ["kind"])
    for kind in ("vm", "container"):
        by_kind.labels(kind).set(sum(1 for unit in units if unit["kind"] == kind))
    by_status = gauge("services_by_status_total", "Services by status.", ["status"])
    for status in STATUSES:
        by_status.labels(status).set(sum(1 for one in statuses.values() if one == status))
    by_kind = gauge("storage_items_total", "Storage items by kind.", ["kind"])
    for kind in ("disk", "pool", "dataset", "share"):
        by_kind.labels(kind).set(sum(1 for item in items if item["kind"] == kind))
    external = gauge("external_nodes_total", "External nodes by provider and kind.", ["provider", "kind"])
    for (provider, kind), count in Counter((n["provider"], n["kind"]) for n in inventory["externalNodes"]).items():
        external.labels(provider, kind).set(count)
    entries = gauge("audit_log_entries_total", "Entries of the audit log by level and category.", ["level", "category"])
    for (level, category), count in audit.counts().items():
        entries.labels(level, category).set(count)

    status_series = gauge(
        "service_status", "1 for the status that a service has.", ["name", "slug", "environment", "status"]
    )
    for service in services:
        slug = re.sub(r"[^a-z0-9]+", "-", service["name"].lower()).strip("-")
        for status in STATUSES:
            is_now = statuses[service["name"]] == status
            status_series.labels(service["name"], slug, service["environment"], status).set(int(is_now))

    each("hardware_memory_configured_gb", "Memory of a machine in GB.", "role", hardware, "memory_gb")
    each("compute_unit_memory_configured_mb", "Memory of a compute unit in MB.", "kind", units, "memory_mb")
    each("compute_unit_cpu_cores_configured", "Processor cores of a compute unit.", "kind", units, "cpu_cores")
    each("storage_capacity_gb", "Capacity of a storage item in GB.", "kind", items, "capacity_gb")
    each("storage_used_gb", "Used space of a storage item in GB.", "kind", items, "used_gb")
    total("storage_capacity_gb_total", "Capacity of all storage in GB.", sum(i.get("capacity_gb") or 0 for i in items))
    total("storage_used_gb_total", "Used space of all storage in GB.", sum(i.get("used_gb") or 0 for i in items))
    return registry


def say(text):
    print(text, file=sys.stderr, flush=True)


def send(registry):
    """The answer's status, 0 where there was none; for how long it asks to wait; what it says was taken."""
    url = os.environ.get("VITALS_URL", "http://127.0.0.1:9470")
    name = urllib.parse.quote(instance(), safe="")
    try:
        # Read each time: it may have been renewed.
        credential = Path(os.environ.get("VITALS_CREDENTIAL_FILE", "")).read_text(encoding="utf-8").strip()
    except OSError as error:
        say(f"VITALS_CREDENTIAL_FILE has to name the file with the credential: {error}")
        return 0, None, None
    request = urllib.request.Request(
        f"{url}/api/reports/{CATALOGUE}?instance={name}",
        data=exposition.generate_latest(registry),
        headers={"Authorization": f"Bearer {credential}", "Content-Type": exposition.CONTENT_TYPE_LATEST},
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_SECONDS) as answer:
            return answer.status, None, json.load(answer)
    except urllib.error.HTTPError as refusal:
        say(refusal_text(refusal.code, refusal.read()))
        retry_after = refusal.headers.get("Retry-After", "")
        return refusal.code, int(retry_after) if retry_after.isdigit() else None, None
    except OSError as error:
        say(f"Vitals does not answer at {url}: {getattr(error, 'reason', error)}")
        return 0, None, None


def refusal_text(status, body):
    try:
        problem = json.loads(body)
    except ValueError:
        problem = {"title": "which is no answer of Vitals."}
    words = " ".join(problem[key] for key in ("title", "detail") if key in problem)
    errors = "".join(f"\n  {error['field']}: {error['message']}" for error in problem.get("errors", []))
    return f"Vitals answered {status}: {words}{errors}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inventory", type=Path, default=Path(__file__).with_name("inventory.json"))
    parser.add_argument("--every", type=float, default=15)
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())

    base = options.inventory.resolve().parent
    audit = None
    failures = 0
    was_taken = False
    while not stopping.is_set():
        inventory = json.loads(options.inventory.read_text(encoding="utf-8"))
        audit = audit or AuditLog(base / inventory["auditLog"])
        status, retry_after, accepted = send(inventory_registry(inventory, base / inventory["docs"], audit))
        if accepted and not was_taken:
            taken = f"{accepted['series']} series of {accepted['families']} families"
            say(f"Vitals took {taken} from {accepted['instance']}, which count until {accepted['expiresAt']}.")
        was_taken = accepted is not None
        if options.once:
            break
        is_busy = status in (0, 429) or status >= 500
        failures = failures + 1 if is_busy else 0
        longer = min(options.every * 2 ** max(failures - 1, 0), LONGEST_WAIT_SECONDS)
        stopping.wait(max(longer, retry_after or 0) if is_busy else options.every)
    return 0 if was_taken or not options.once else 1


if __name__ == "__main__":
    sys.exit(main())
