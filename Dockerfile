# The consumer, for machines that run containers: docs/containers.md.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source

# Dependencies first: they change less often than the code, and the layer is kept.
COPY requirements/build.lock requirements/image.lock requirements/
RUN python -m venv /opt/everonce \
 && /opt/everonce/bin/pip install --require-hashes --only-binary :all: -r requirements/image.lock \
 && pip install --require-hashes --only-binary :all: -r requirements/build.lock

COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY processors processors
COPY consumer consumer
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/everonce/bin/pip install --no-deps --no-index /dist/*.whl \
 && /opt/everonce/bin/pip uninstall --yes pip


FROM python:3.12-slim
# No shell, no home, no password; a fixed id, so that volumes and policies can name it.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin everonce
COPY --from=build /opt/everonce /opt/everonce

# Modules in the working directory can be named in EVERONCE_PROCESSORS__MODULES.
WORKDIR /app
ENV PATH=/opt/everonce/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    EVERONCE_HTTP__HOST=0.0.0.0 \
    EVERONCE_HTTP__PORT=9464
USER 10001
EXPOSE 9464
STOPSIGNAL SIGTERM

# Live, not ready: a consumer that waits for Kafka, or for a partition, is no reason to kill it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['EVERONCE_HTTP__PORT']}/health/live\", timeout=4)"]

ENTRYPOINT ["everonce"]
CMD ["run"]
