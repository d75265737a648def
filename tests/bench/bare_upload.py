"""A web server that takes what is sent, piece by piece: what uploads are measured beside.

`python -m tests.bench.bare_upload <port> [<file>]`: with a file, the pieces are written there.
"""

import sys
from pathlib import Path

from aiohttp import web

TARGET = Path(sys.argv[2]) if len(sys.argv) > 2 else None


async def receive(request: web.Request) -> web.Response:
    if TARGET is None:
        async for _ in request.content.iter_any():
            pass
    else:
        with TARGET.open("ab") as file:
            async for piece in request.content.iter_any():
                file.write(piece)
    return web.Response(status=204)


async def healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


if __name__ == "__main__":
    app = web.Application()
    app.add_routes([web.patch("/file", receive), web.get("/healthz", healthz)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
