"""HTTP/1.1 of a server that slow, silent or too many connections cannot exhaust."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 30  # for one request: to arrive whole, to be answered, and for the answer to be fetched
CONNECTIONS = 64  # at once; a browser opens six


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 with a deadline for each request, and a bound on connections that keeps the newest.

    uvicorn waits for a request for ever (https://github.com/Kludex/uvicorn/issues/157), and its ``limit_concurrency``
    turns requests away while idle connections fill it, so that who holds these would lock the page's reader out.
    """

    deadline: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Start the clock; where there are too many connections, drop the one that has been idle longest."""
        super().connection_made(transport)
        self.deadline = self.loop.call_later(SECONDS, transport.abort)
        if len(self.connections) > CONNECTIONS:
            longest = min(self.connections, key=lambda one: (one.is_answering(), one.deadline.when()))
            self.connections.discard(longest)
            longest.transport.abort()

    def is_answering(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def on_response_complete(self) -> None:
        """Start the clock anew for the connection's next request."""
        self.deadline.cancel()
        self.deadline = self.loop.call_later(SECONDS, self.transport.abort)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self.deadline.cancel()
        super().connection_lost(exc)
