"""Where the gateway is. Partners' profiles name it before it runs, so a port that was picked once is kept."""

from backbone.kafka import ports
from backbone.settings import Settings


def url(settings: Settings) -> str:
    """The gateway as partners reach it, without a slash at the end."""
    if settings.gateway_url:
        return settings.gateway_url.rstrip("/")
    scheme = "https" if settings.gateway_certificate else "http"
    return f"{scheme}://{settings.gateway_host}:{port(settings)}"


def port(settings: Settings) -> int:
    """The port to listen on: the one that is set, or a free one of this machine, the same ever after."""
    if settings.gateway_port:
        return settings.gateway_port
    kept = settings.var_dir / "gateway" / "port"
    if not kept.exists():
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept.write_text(f"{ports.pick_free()}\n", encoding="ascii")
    return int(kept.read_text(encoding="ascii"))
