# The service. Two stages: what builds stays behind.
FROM python:3.13-slim AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/tgactors
WORKDIR /src
COPY requirements-run.lock ./
RUN /opt/tgactors/bin/pip install --require-hashes -r requirements-run.lock
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY actors actors
COPY bot bot
COPY runtime runtime
COPY sandbox sandbox
COPY storage storage
RUN python -m venv /opt/build \
 && /opt/build/bin/pip wheel --no-deps --wheel-dir /wheels . \
 && /opt/tgactors/bin/pip install --no-deps --no-index /wheels/*.whl

FROM python:3.13-slim
# The embedded Postgres of the sandbox profile and of `tgactors restore` needs a user of its own.
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin reader \
 && install -d -o reader -g reader -m 700 /data
COPY --from=built /opt/tgactors /opt/tgactors
ENV PATH=/opt/tgactors/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TGACTORS_DATA=/data \
    TGACTORS_HTTP_PORT=8010
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8010
STOPSIGNAL SIGTERM
ENTRYPOINT ["tgactors"]
CMD ["serve"]
