# One image for all processes: `postaify bot`, `postaify web`, `postaify worker`, ... or `postaify up` for everything.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/postaify
WORKDIR /src
COPY constraints.txt pyproject.toml README.md ./
# The packages first, beside an empty project: this layer lasts until the pins change.
RUN mkdir bot core jobs migrations web && touch postaify.py \
    && /opt/postaify/bin/pip install --constraint constraints.txt --upgrade pip setuptools \
    && /opt/postaify/bin/pip install --constraint constraints.txt --no-build-isolation . \
    && /opt/postaify/bin/pip uninstall --yes postaify
COPY . .
RUN /opt/postaify/bin/pip install --no-deps --no-build-isolation . \
    && /opt/postaify/bin/pip uninstall --yes setuptools pip

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home --home-dir /home/postaify postaify \
    && install --directory --owner postaify --group postaify --mode 0700 /data /data/files
COPY --from=build /opt/postaify /opt/postaify
ENV PATH=/opt/postaify/bin:$PATH PYTHONUNBUFFERED=1 POSTAIFY_HOME=/data WEB_HOST=0.0.0.0
USER postaify
WORKDIR /home/postaify
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["postaify", "status"]
ENTRYPOINT ["postaify"]
CMD ["up"]
