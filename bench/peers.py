"""How each server is started: on CPU 0, in a folder of its own, with durability switched on."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOOLS = Path.home() / ".cache" / "twinbell-bench" / "venv"  # hiredis and nats-server; see README.md


class Server:
    """A process of ours, ended by its own id only."""

    def __init__(self, argv: list[str], *, env: dict[str, str] | None = None, cpu: int | None = 0) -> None:
        pin = ["taskset", "-c", str(cpu)] if cpu is not None else []
        self.process = subprocess.Popen(
            [*pin, *argv],
            env={**os.environ, **(env or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def pids(self) -> list[int]:
        """The process and what it started."""
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    todo += [int(child) for child in (task / "children").read_text().split()]
        return found

    def cpu_s(self) -> float:
        ticks = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(words[11]) + int(words[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def pss_bytes(self) -> int:
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1]) * 1024
        return total

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")


def fresh(name: str) -> Path:
    """Return an empty folder on a real disk: a memory disk would make fsync free."""
    folder = Path(tempfile.gettempdir()) / "twinbell-bench" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def twinbell(port: int) -> Server:
    # The budgets are counted as always; they are only never reached.
    many = "1000000000"
    args = [
        *("--listen", f"127.0.0.1:{port}", "--data", str(fresh("twinbell"))),
        *("--deposits-per-minute", many, "--requests-per-minute", many, "--strangers-per-minute", many),
        *("--sockets-per-address", "20000", "--sockets", "20000"),
    ]
    return Server([sys.executable, "-m", "twinbell.cli", "relay", "serve", *args])


def redis(port: int) -> Server:
    args = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--maxclients", "15000"]
    args += ["--appendonly", "yes", "--appendfsync", "always", "--dir", str(fresh("redis"))]
    return Server(["redis-server", *args])


def nats(port: int) -> Server:
    folder = fresh("nats")
    (folder / "nats.conf").write_text(
        f'listen: 127.0.0.1:{port}\nmax_connections: 20000\njetstream {{ store_dir: "{folder}/js"\n'
        "max_file_store: 20GB, max_memory_store: 1GB\nsync_interval: always }\n"
    )
    return Server([str(TOOLS / "bin/nats-server"), "-c", str(folder / "nats.conf")])


def rabbitmq(port: int) -> Server:
    folder = fresh("rabbitmq")
    (folder / "plugins").write_text("[].\n")
    (folder / "rabbit.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\nlog.file.level = warning\n"
        "vm_memory_high_watermark.absolute = 4GB\n"
    )
    env = {
        "RABBITMQ_NODENAME": "bench@localhost",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbit.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "HOME": str(folder),
    }
    return Server(["/usr/lib/rabbitmq/bin/rabbitmq-server"], env=env)


def prosody(port: int) -> Server:
    folder = fresh("prosody")
    accounts = folder / "localhost" / "accounts"
    accounts.mkdir(parents=True)
    for number in range(200):
        (accounts / f"u{number}.dat").write_text('return { ["password"] = "pw"; };\n')
    (folder / "prosody.cfg.lua").write_text(
        f'''run_as_root = true
pidfile = "{folder}/pid"
data_path = "{folder}"
daemonize = false
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
modules_enabled = {{ "roster"; "saslauth"; "disco"; "smacks"; "mam" }}
modules_disabled = {{ "s2s"; "tls"; "offline" }}
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
authentication = "internal_plain"
storage = "internal"
default_archive_policy = true
log = {{ warn = "*stderr" }}
VirtualHost "localhost"
'''
    )
    return Server(["prosody", "--config", str(folder / "prosody.cfg.lua"), "-F"])


def synapse(port: int) -> Server:
    folder = fresh("synapse")
    never = "{per_second: 100000, burst_count: 100000}"
    (folder / "log.yaml").write_text(
        "version: 1\nhandlers: {c: {class: logging.StreamHandler}}\nroot: {level: ERROR, handlers: [c]}\n"
    )
    (folder / "synapse.yaml").write_text(
        f"""server_name: localhost
pid_file: {folder}/pid
listeners: [{{port: {port}, type: http, bind_addresses: ['127.0.0.1'], resources: [{{names: [client]}}]}}]
database: {{name: sqlite3, args: {{database: {folder}/homeserver.db}}}}
log_config: {folder}/log.yaml
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
macaroon_secret_key: bench
form_secret: bench
report_stats: false
trusted_key_servers: []
enable_registration: true
enable_registration_without_verification: true
bcrypt_rounds: 4
presence: {{enabled: false}}
rc_message: {never}
rc_registration: {never}
rc_login: {{address: {never}, account: {never}, failed_attempts: {never}}}
rc_joins: {{local: {never}, remote: {never}}}
rc_joins_per_room: {never}
rc_room_creation: {never}
"""
    )
    argv = [str(TOOLS / "bin/python"), "-m", "synapse.app.homeserver", "-c", str(folder / "synapse.yaml")]
    subprocess.run([*argv, "--generate-keys"], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    return Server(argv)


PEERS: dict[str, Callable[[int], Server]] = {
    "twinbell": twinbell,
    "redis": redis,
    "nats": nats,
    "rabbitmq": rabbitmq,
    "prosody": prosody,
    "synapse": synapse,
}
NAMES = {
    "twinbell": "Twinbell relay",
    "redis": "Redis streams, appendfsync always",
    "nats": "NATS JetStream, sync always",
    "rabbitmq": "RabbitMQ, classic durable queue",
    "prosody": "Prosody, stream management and archive (never syncs)",
    "synapse": "Synapse, SQLite",
}
SETTLE_S = {"rabbitmq": 4.0, "synapse": 1.0, "nats": 0.5, "prosody": 0.5, "redis": 0.3, "twinbell": 0.3}


def installed(name: str) -> bool:
    """Return whether this peer can be measured here."""
    if name == "redis":
        return shutil.which("redis-server") is not None
    if name == "nats":
        return (TOOLS / "bin/nats-server").exists()
    if name == "prosody":
        return shutil.which("prosody") is not None
    if name == "synapse":
        return next(TOOLS.glob("lib/python*/site-packages/synapse"), None) is not None
    if name == "rabbitmq":
        return Path("/usr/lib/rabbitmq/bin/rabbitmq-server").exists()
    return True
