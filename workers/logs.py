"""How the processes log: structlog lines on stderr, with RQ's own loggers joined in."""

from __future__ import annotations

import logging
import sys

import structlog

from gator_engine.config import Settings

RQ_LOGGERS = ("rq.worker", "rq.job", "rq.queue", "rq.registry", "rq.scheduler", "rq.maintenance")


def configure_logging(settings: Settings) -> None:
    """Send our logs and those of RQ through one formatter (console or JSON lines)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(settings.log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries speak up only when something is wrong: at "info" HTTP clients log whole URLs.
    root.setLevel(logging.WARNING)
    for name in ("gator_engine", "workers"):
        logging.getLogger(name).setLevel(settings.log_level)
    for name in RQ_LOGGERS:
        _join_in(logging.getLogger(name), handler)


def _rendering(log_format: str) -> list[structlog.typing.Processor]:
    # Plain tracebacks: structlog's own show local variables, and those may hold credentials.
    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]


def _join_in(logger: logging.Logger, handler: logging.Handler) -> None:
    # RQ 3 stops propagation and adds a handler of its own unless it finds one. Its "info" is two
    # lines for every job, which our own lines already say better.
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(logging.WARNING)
