# The image of one release. Classic syntax only: the engine's API knows no BuildKit. `python -m delivery image` builds it;
# by hand: docker build -f Dockerfile --build-arg BASE=python:3.13-slim-bookworm build/MODEL
# A change here changes the identity of every release.
ARG BASE

# Whatever it takes to install stays in this stage, which is never pushed: index, proxy, certificates and what the
# history says of them.
FROM ${BASE} AS packages
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_TRUSTED_HOST
ARG CA_PEM
COPY release/requirements.txt /
# Byte code that knows its source by hash stays valid when time stamps change, and is the same in every build.
RUN if [ -n "$CA_PEM" ]; then printf '%s\n' "$CA_PEM" > /ca.pem; export PIP_CERT=/ca.pem; fi; \
    python -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-cache-dir \
      --no-compile --only-binary :all: --require-hashes --target /packages \
      --requirement /requirements.txt \
    && python -m compileall -q --invalidation-mode unchecked-hash /packages

FROM ${BASE}
COPY --from=packages /packages /packages
# MALLOC_: what was freed after a start goes back to the system (glibc would keep a fifth of a small server for later).
# TMPDIR: memory, and there even where the root is read-only and nothing else is mounted.
ENV PYTHONPATH=/release:/packages \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    TMPDIR=/dev/shm \
    BIND=0.0.0.0:8080
WORKDIR /release
EXPOSE 8080
USER 10001:10001
CMD ["python", "-m", "gunicorn", "--config", "serving/gunicorn.conf.py"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["python", "-S", "-c", "import os, socket, sys; server = socket.create_connection(('127.0.0.1', int(os.environ['BIND'].rpartition(':')[2])), 3); server.sendall(b'GET /readyz HTTP/1.0\\r\\n\\r\\n'); sys.exit(b' 200 ' not in server.recv(64))"]
# Last: all above is the same from one release to the next.
COPY release/ ./
