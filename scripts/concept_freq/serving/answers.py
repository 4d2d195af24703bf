"""Answers in JSON, and the reading of requests in JSON, as every local page's routes use them."""

import json

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response


def json_answer(content: object, status: int = 200) -> Response:
    """Content as JSON in ASCII, so text that is no valid Unicode (a file's name, say) cannot spoil the answer."""
    return Response(json.dumps(content), status, media_type="application/json")


async def read_json(request: Request) -> object:
    """What a request's body says; refuses one that is not JSON."""
    try:
        return json.loads(await request.body())
    except ClientDisconnect as error:  # the page was closed, or its request came too slowly: nobody reads this
        raise HTTPException(400, "the request did not arrive whole") from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, f"the request is not JSON: {error}") from error


async def explain(_: Request, error: Exception) -> Response:
    """Answer an error with its text, which the page shows: 500 where the machine failed, such as on a full disk."""
    if isinstance(error, HTTPException):
        return json_answer({"error": error.detail}, error.status_code)
    return json_answer({"error": str(error)}, 500)
