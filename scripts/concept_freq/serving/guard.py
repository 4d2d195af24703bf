"""Who may ask a local page: only a browser that opened the printed address, and only the page itself may write."""

import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from concept_freq.serving.answers import json_answer

HOSTS = ("127.0.0.1", "localhost")
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Let a request through to ``app`` only if it comes from a browser that once showed the token.

    Other users of this machine do not know the token. Other sites know neither it nor the cookie that holds it: a name
    of theirs that leads here (DNS rebinding) fails the check of Host, a form or script of theirs that of Origin.
    """

    def __init__(self, app: ASGIApp, token: str, cookie: str) -> None:
        self.app, self.token, self.cookie = app, token, cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request here, or pass it on."""
        request = Request(scope)
        if why := self.refusal(request):
            await json_answer({"error": why}, 403)(scope, receive, send)
        elif "token" in request.query_params:
            await self.admit(request)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def refusal(self, request: Request) -> str:
        """Why a request is refused; empty where it is not."""
        host, given = request.headers.get("host", ""), request.query_params.get("token")
        shown = request.cookies.get(self.cookie, "") if given is None else given
        if host.partition(":")[0] not in HOSTS or not secrets.compare_digest(shown.encode(), self.token.encode()):
            return "open the page under the address that the program printed"
        kind = request.headers.get("content-type", "").partition(";")[0]
        # Browsers send Origin with every POST; a program that does not is none that another site could misuse.
        own = request.headers.get("origin", f"http://{host}") == f"http://{host}" and kind == "application/json"
        return "" if own or request.method in ("GET", "HEAD") else "only the page itself may send answers"

    def admit(self, request: Request) -> Response:
        """Keep the token in a cookie, and take it out of the address, which stays in the browser's history."""
        answer = RedirectResponse(request.url.remove_query_params("token"), 303)
        answer.set_cookie(self.cookie, self.token, httponly=True, samesite="strict")
        return answer
