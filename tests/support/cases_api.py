"""A stand-in for the service `cases`, for commands that ask it and go on with the answer; what it answers is the test's."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


@contextmanager
def answering(var_dir: Path, asked: list[str], answer: Callable[[str], tuple[int, bytes]]) -> Iterator[None]:
    """Where a command with this directory finds it. asked: gets the paths, as they come; answer: status and body by the path."""
    asked.clear()

    class Cases(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, body = answer(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    server = HTTPServer(("127.0.0.1", 0), Cases)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (var_dir / "run").mkdir()
    url = f"http://127.0.0.1:{server.server_port}"
    (var_dir / "run" / "cases-0.json").write_text(json.dumps({"url": url}), encoding="utf-8")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
