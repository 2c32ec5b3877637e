"""What can be seen of a machine: memory, containers, file systems, services that answer, its audit log."""

import json
import os
import re
import socket
import time
import urllib.error
import urllib.request
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

GIB = 1024**3
MIB = 1024**2
#: An answer that takes longer is not what a service should be like.
SLOW_SECONDS = 1.0
#: What a mounted file system is in the inventory.
KINDS = {
    **dict.fromkeys(("ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "vfat", "exfat", "ntfs3", "overlay"), "disk"),
    **dict.fromkeys(("nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "fuse.sshfs"), "share"),
}

CONTAINER = re.compile(r"(?:docker|libpod|cri-containerd|containerd|crio|lxc)[/.:-]+(?:payload\.)?([0-9A-Za-z_.-]+)")


def lines(path):
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def memory_gib():
    for line in lines("/proc/meminfo"):
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024 / GIB
    return None


def processes():
    return [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def containers():
    """Compute units by the control groups that processes are in, with the limits that those set."""
    found = {}
    for process in processes():
        for line in lines(process / "cgroup"):
            path = line.split(":", 2)[-1]
            match = CONTAINER.search(path)
            if match:
                name = match.group(1).removesuffix(".scope")[:12]
                found[name] = {"name": name, "kind": "container", **limits(path)}
    return list(found.values())


def limits(path):
    """Of the unified hierarchy; where there is no limit there is no number."""
    folder = Path("/sys/fs/cgroup") / path.lstrip("/")
    unit = {}
    memory = next(iter(lines(folder / "memory.max")), "max")
    if memory != "max":
        unit["memory_mb"] = int(memory) / MIB
    quota, period = (next(iter(lines(folder / "cpu.max")), "max 1").split() + ["1"])[:2]
    if quota != "max":
        unit["cpu_cores"] = int(quota) / int(period)
    return unit


def this_machine_as_unit(name, memory):
    """A processor under a hypervisor says so."""
    is_virtual = any(line.startswith("flags") and " hypervisor" in line for line in lines("/proc/cpuinfo"))
    if not is_virtual:
        return []
    return [{"name": name, "kind": "vm", "memory_mb": memory * 1024 if memory else None, "cpu_cores": os.cpu_count()}]


def storage():
    """Every file system that is mounted, each device once."""
    found = {}
    for line in lines("/proc/mounts"):
        device, mount, kind = [part.replace("\\040", " ") for part in line.split()[:3]]
        if kind == "zfs":
            item_kind = "dataset" if "/" in device else "pool"
        elif kind in KINDS:
            item_kind = KINDS[kind]
        else:
            continue
        if kind == "overlay" and mount != "/":
            continue  # a container's, which is on the disk beneath
        try:
            figures = os.statvfs(mount)
        except OSError:
            continue
        capacity = figures.f_blocks * figures.f_frsize
        used = (figures.f_blocks - figures.f_bfree) * figures.f_frsize
        if capacity > 0 and os.path.isdir(mount):
            item = {"name": mount, "kind": item_kind, "capacity_gb": capacity / GIB, "used_gb": used / GIB}
            found.setdefault(device, item)
    return list(found.values())


def status_of(service):
    """Asks a service: `http` a URL, `tcp` host:port, or `process` the name of a program."""
    started = time.monotonic()
    try:
        if "http" in service:
            with urllib.request.urlopen(service["http"], timeout=2 * SLOW_SECONDS):
                pass
        elif "tcp" in service:
            host, _, port = service["tcp"].rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port)), timeout=2 * SLOW_SECONDS):
                pass
        else:
            # The kernel keeps 15 characters of a name.
            return "running" if service["process"][:15] in names_of_processes() else "stopped"
    except urllib.error.HTTPError:
        return "degraded"  # it answers, but not well
    except OSError:
        return "stopped"
    return "running" if time.monotonic() - started < SLOW_SECONDS else "degraded"


def names_of_processes():
    return {name for process in processes() for name in lines(process / "comm")}


class AuditLog:
    """JSON lines with `level` and `category`; beside this machine's own entries others may write into it."""

    def __init__(self, path):
        self.path = path
        self.statuses = {}

    def note(self, services):
        for name, status in services.items():
            if self.statuses.get(name) != status:
                level = "info" if status == "running" else "warning"
                self.write(level, "service", f"{name} is {status}")
        self.statuses = services

    def write(self, level, category, message):
        entry = {"at": datetime.now(timezone.utc).isoformat(), "level": level, "category": category, "message": message}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as log:
            log.write(json.dumps(entry) + "\n")

    def counts(self):
        counts = Counter()
        for line in lines(self.path):
            try:
                entry = json.loads(line)
                counts[entry["level"], entry["category"]] += 1
            except (ValueError, KeyError, TypeError):
                continue  # no entry
        return counts
