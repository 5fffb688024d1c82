"""gunicorn's settings for a served release; each reads one variable of the environment, documented under it."""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

from serving.limits import cpu_limit

# A bytecode file in the release would be one that nobody sealed.
sys.dont_write_bytecode = True

# One row is scored by one thread: a pool of threads a worker would only fight for the same cores. This must be set
# before numpy is imported (by a release that is served by scikit-learn), hence here.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

MEMORY_FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()  # noqa: S108


def empty_metrics_folder(root: str) -> str:
    """A folder for this server's counters, empty at its start; reading this file again (SIGHUP) keeps what is there.

    It cannot be emptied in `on_starting`: with preload the app has opened its counters by then.
    """
    folder = Path(root, f"metrics-{os.getpid()}")
    if Path(root).name == folder.name:
        return root
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # Not in `on_exit`, which a refused start never reaches.
    atexit.register(remove_folder, folder, os.getpid())
    return str(folder)


def remove_folder(folder: Path, owner: int) -> None:
    """Remove a folder at the end of the process that made it; forked workers end before it."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


wsgi_app = "serving.app:create_app()"

bind = os.environ.get("BIND", "127.0.0.1:8000")
# BIND: HOST:PORT. Default: 127.0.0.1:8000. Whoever hands over sockets that listen already says `--bind fd://N` instead,
# once for each, on the command line: gunicorn ignores addresses beside inherited sockets.

worker_class = "serving.worker.DrainingWorker"

workers = int(os.environ.get("WORKERS") or (1 if cpu_limit() < 1 else 2))
# WORKERS: processes. Default: 2; 1 where a container may use less than one processor, which two would only share.

threads = int(os.environ.get("THREADS", "4"))
# THREADS: requests that one process answers at a time. Default: 4.

preload_app = True

os.environ.setdefault("DRAIN_SECONDS", "1")
# DRAIN_SECONDS: how long, after SIGTERM, readiness fails while requests are still taken. Default: 1.

graceful_timeout = int(os.environ.get("GRACEFUL_SECONDS", "30"))
# GRACEFUL_SECONDS: after SIGTERM, when what has not ended is killed; more than DRAIN_SECONDS + 2. Default: 30.

keepalive = int(os.environ.get("KEEPALIVE_SECONDS", "75"))
# KEEPALIVE_SECONDS: how long an idle connection is kept; longer than a proxy in front keeps its own. Default: 75.

timeout = int(os.environ.get("WORKER_SECONDS", "30"))
# WORKER_SECONDS: a worker that is stuck for so long is replaced. Default: 30.

loglevel = os.environ.get("LOG_LEVEL", "info")
# LOG_LEVEL: debug, info, warning or error. Default: info.

accesslog = None
http_parser = "auto"  # gunicorn_h1c where somebody installed it; it comes as source only, so the lock leaves it out
control_socket_disable = True
worker_tmp_dir = MEMORY_FOLDER

metrics_root = os.environ.get("PROMETHEUS_MULTIPROC_DIR", MEMORY_FOLDER)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = empty_metrics_folder(metrics_root)
# PROMETHEUS_MULTIPROC_DIR: where the counters' folder is made; in memory. Default: /dev/shm or the temporary one.


def when_ready(server):  # type: ignore[no-untyped-def]
    """All is loaded and no worker is there yet: what is loaded never goes, so no collection need look at it again.

    Looking writes into it, and a page that a worker has written into is no longer shared with the others.
    """
    metrics_of(server.app).describe_server(threads=server.cfg.workers * server.cfg.threads)
    gc.collect()
    gc.freeze()


def child_exit(server, worker):  # type: ignore[no-untyped-def]
    """A worker is gone: its live gauges go too, its counters stay, for a counter must never step back."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
    if server.LISTENERS:  # it gives them up when it stops itself
        metrics_of(server.app).count_worker_exit()


def metrics_of(application):  # type: ignore[no-untyped-def]
    """The series of the preloaded app."""
    return application.wsgi().extensions["served"].metrics


def worker_exit(_server, worker):  # type: ignore[no-untyped-def]
    """Runs in the worker at its end: pay what it still holds, and go.

    Python's own end takes everything loaded apart, piece by piece, which writes into every page that the worker shares
    with the others: for a moment it would need as much memory again. Its exit code stays what gunicorn wants it to be.
    """
    if os.getpid() != worker.pid:
        return
    try:
        worker.wsgi.extensions["served"].metrics.bins.flush()
    finally:
        reason = sys.exception()
        os._exit(reason.code if isinstance(reason, SystemExit) and isinstance(reason.code, int) else 1)
