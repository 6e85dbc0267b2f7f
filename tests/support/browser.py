"""A real browser, when the machine has one: Chromium without a window, driven by its own protocol (CDP) over a websocket.

Only what the tests of pages need: open a page at a width, ask it something, take a picture, print it.
"""

import asyncio
import base64
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium", "chromium-browser", "google-chrome")
DEADLINE_S = 120
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--remote-debugging-address=127.0.0.1",
)


def chromium() -> str | None:
    """Where the browser is; None on a machine without one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Tab:
    """One page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers: Iterator[int] = count(1)

    async def call(self, method: str, **said: Any) -> dict[str, Any]:
        """One command of the protocol, and its answer."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": said})
        while True:
            answer = await self._heard()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    async def show(self, url: str, width: int, height: int = 800) -> None:
        """Open the page at this width, in CSS pixels, and wait until it is there."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True
        )
        await self.call("Page.enable")
        await self.call("Page.navigate", url=url)
        while (await self._heard()).get("method") != "Page.loadEventFired":
            pass

    async def ask(self, script: str) -> Any:
        """What the script gives, in the page; a promise is waited for."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def picture(self) -> bytes:
        """The whole page as a PNG."""
        shot = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    async def on_paper(self, width: int) -> None:
        """Show the page as print would lay it out, between margins that leave this many CSS pixels."""
        await self.call("Emulation.setEmulatedMedia", media="print")
        await self.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=True)

    async def printed(self) -> bytes:
        """The page as a PDF, as her own browser would print it."""
        made = await self.call("Page.printToPDF", printBackground=False, preferCSSPageSize=True)
        return base64.b64decode(made["data"])

    async def _heard(self) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_S):
            heard: dict[str, Any] = json.loads((await self._socket.receive()).data)
            return heard


@asynccontextmanager
async def tab(home: Path) -> AsyncIterator[Tab]:
    """A browser of its own with one tab. home: an empty directory for its profile."""
    program = chromium()
    assert program, f"no browser here; expected one of {', '.join(NAMES)} (Debian: apt-get install chromium)"
    process = await asyncio.create_subprocess_exec(
        program,
        *_FLAGS,
        f"--user-data-dir={home}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "HOME": str(home)},
    )
    try:
        address = await _address(process)
        async with (
            aiohttp.ClientSession() as session,
            session.get(address.replace("ws://", "http://").partition("/devtools")[0] + "/json/list") as listed,
        ):
            page = next(one for one in await listed.json(content_type=None) if one["type"] == "page")
            async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Tab(socket)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # a session of its own: nobody else is in it
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    """Where it listens, as it says itself."""
    assert process.stderr
    async with asyncio.timeout(DEADLINE_S):
        async for line in process.stderr:
            if line.startswith(b"DevTools listening on "):
                return line.rpartition(b" ")[2].decode().strip()
    raise AssertionError(f"the browser ended with {await process.wait()} and never listened")
